"""Exports of a running service: with its labelers, of the present state and of a version (G8)."""

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from labeler.client import ApiError, Project
from labeler.datasets import export
from labeler.datasets.repository import Repository
from labeler.projects.access import find_project

PARTS: dict[str, Any] = {
    "choice": {"labels": ["spam", "ham, or so", "=x"]},
    "multi_choice": {"labels": ["spam", "ham, or so", "=x"]},
    "rating": {"scale": {"min": 0, "max": 3, "step": 0.5}},
}
SAID: dict[str, list[Any]] = {
    "choice": ["=x", "ham, or so", "spam"],
    "multi_choice": [["spam", "=x"], [], ["ham, or so"]],
    "rating": [0, 2.5, 3],
}
TEXTS = ["=1+1, isn't it", '\'quoted\nover "two" lines\r\n', "漢字 🙂; a|b", "  spaces  "]


@pytest.fixture
def filled(service: Any, admin: Any) -> Callable[[str], Project]:
    """filled(task_type): a project of nasty texts, labeled by three, two of whom have one name."""

    def make(task_type: str) -> Project:
        project = admin.client.projects.create("Mine", task_type=task_type, **PARTS[task_type])
        rows = [{"key": f"=k {n}", "text": text, "metadata": {"n": n}} for n, text in enumerate(TEXTS)]
        project.items.add(rows, progress=False)
        people = [service.join(project, service.person()) for _ in range(3)]
        service.db.write(rename, people[2].id, people[1].name)
        for number, person in enumerate(people):
            theirs = person.client.projects.get(project.slug)
            for row in rows[number:3]:
                theirs.label(row["key"], SAID[task_type][number])
        return project

    return make


def rename(tx: Any, user_id: int, name: str) -> None:
    import sqlalchemy as sa

    from labeler.accounts.tables import users

    tx.execute(sa.update(users).where(users.c.id == user_id).values(name=name))


def labels_in(project: Project) -> dict[str, list[Any]]:
    return {item.key: sorted(json.dumps(label.value) for label in item.labels) for item in project.items}


@pytest.mark.one_database
@pytest.mark.parametrize("task_type", PARTS)
@pytest.mark.parametrize("form", ["csv", "csv rows=labels", "jsonl", "jsonl rows=labels", "parquet", "prodigy"])
def test_every_labelers_label_comes_back(
    service: Any, admin: Any, filled: Any, task_type: str, form: str, tmp_path: Path
) -> None:
    project = filled(task_type)
    name, *options = form.split()
    path = project.export(tmp_path / "out", name, options=dict(one.split("=") for one in options))
    again = admin.client.projects.create("Again", task_type=task_type, **PARTS[task_type])
    job = again.import_file(path)
    service.run_jobs(kinds=("items.import",))
    assert job.refresh().result["balance"]["labels"] == {"recorded": 6}, job.result
    before = labels_in(project)
    if options:
        before.pop("=k 3")  # nobody labeled it
    assert labels_in(again) == before
    texts = {item.key: item.content["text"] for item in again.items}
    assert texts == {f"=k {n}": text for n, text in enumerate(TEXTS) if f"=k {n}" in before}
    assert {a.key: a.metadata["n"] for a in again.items if name == "jsonl"} == {
        key: int(key[-1]) for key in before if name == "jsonl"
    }


@pytest.mark.parametrize("task_type", PARTS)
def test_a_dataset_version_comes_back_with_every_label_in_force(
    service: Any, admin: Any, filled: Any, task_type: str, tmp_path: Path
) -> None:
    project = filled(task_type)
    project.label("=k 3", SAID[task_type][0])
    project.label("=k 3", SAID[task_type][1])
    project.snapshot("one")
    service.run_jobs(kinds=("datasets.snapshot",))
    path = Path(
        shutil.make_archive(str(tmp_path / "version"), "zip", Repository(service.settings, project.info.id).data)
    )
    again = admin.client.projects.create("Again", task_type=task_type, **PARTS[task_type])
    job = again.import_file(path)
    service.run_jobs(kinds=("items.import",))
    result = job.refresh().result
    assert result["balance"]["labels"] == {"recorded": 7}, result
    assert "dataset version 1 of the project" in str(result)
    assert labels_in(again) == labels_in(project)
    assert {a.key: (a.content["text"], a.metadata["n"]) for a in again.items} == {
        f"=k {n}": (text, n) for n, text in enumerate(TEXTS)
    }


@pytest.fixture
def versioned(service: Any, filled: Any) -> Project:
    """A project with a correction and an undo, and a dataset version of it."""
    project: Project = filled("choice")
    mine = project.label("=k 0", "spam").label
    project.label("=k 0", "=x")
    undone = project.label("=k 1", "spam").label
    project.client.delete(f"{project.path}/labels/{undone.id}")
    assert mine.id
    project.snapshot("one")
    service.run_jobs(kinds=("datasets.snapshot",))
    return project


@pytest.mark.parametrize("dataset", [None, 1])
@pytest.mark.parametrize("options", [{}, {"history": True}, {"soft": True}, {"rows": "labels", "history": True}])
def test_a_version_is_exported_as_the_state_it_was_made_of(
    versioned: Project, dataset: int | None, options: Any, tmp_path: Path
) -> None:
    path = versioned.export(tmp_path / "out", "jsonl", dataset, options)
    now = versioned.export(tmp_path / "now", "jsonl", None, options)
    assert path.read_text().splitlines() == now.read_text().splitlines()
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    first = [row for row in rows if row["key"] == "=k 0"]
    if options.get("rows") == "labels":
        mine = [(row["label"], row["in_force"]) for row in first]
        assert mine == [("=x", True), ("spam", False), ("=x", True)]
        assert [row["label"] for row in rows if row["key"] == "=k 1" and not row["in_force"]] == ["spam", None]
        return
    assert [one["value"] for one in first[0]["labels"]] == ["=x", "=x"]
    assert len({one["labeler"] for one in rows[2]["labels"]}) == 3
    if options.get("history"):
        assert [(one["value"], one["in_force"]) for one in first[0]["history"]] == [
            ("=x", True), ("spam", False), ("=x", True),
        ]  # fmt: skip
    if options.get("soft"):
        assert rows[2]["shares"] == {
            "spam": pytest.approx(1 / 3),
            "ham, or so": pytest.approx(1 / 3),
            "=x": pytest.approx(1 / 3),
        }


def test_what_was_corrected_is_left_out_when_a_history_comes_back(
    service: Any, admin: Any, versioned: Project, tmp_path: Path
) -> None:
    path = versioned.export(tmp_path / "out", "csv", options={"rows": "labels", "history": True})
    again = admin.client.projects.create("Again", **PARTS["choice"])
    again.import_file(path)
    done = service.run_jobs(kinds=("items.import",))[-1]
    assert done.result["balance"]["labels"] == {"recorded": 7, "left_out": 3}


def test_predictions_go_along_when_asked(project: Project, service: Any, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("id,text,label,predicted,score\na,some words,spam,ham,0.75\nb,more words,ham,ham,0.5\n")
    project.import_file(path)
    service.run_jobs(kinds=("items.import",))
    tasks = json.loads(project.export(tmp_path / "out", "label_studio", options={"predictions": True}).read_bytes())
    assert tasks[0]["predictions"][0]["score"] == 0.75
    assert "prediction" not in json.loads(project.export(tmp_path / "out").read_text().splitlines()[0])


@pytest.mark.parametrize(
    ("format", "option", "said"),
    [
        ("csv", "color=red", "excel=true"),
        ("csv", "excel", "excel=true"),
        ("csv", "rows=none", 'option "rows" is "none"'),
        ("fasttext", "a=b", "has no options"),
    ],
)
def test_an_option_that_is_none_is_refused(project: Project, format: str, option: str, said: str) -> None:
    answer = project.client._http.get(f"{project.path}/export", params={"format": format, "option": option})
    assert answer.status_code == 422 and said in answer.json()["detail"]


def test_a_format_of_texts_is_refused_for_tables(project: Project, tmp_path: Path) -> None:
    project.items.add([{"key": "a", "fields": {"age": 3}}], progress=False)
    with pytest.raises(ApiError, match="for items of kind text"):
        project.export(tmp_path / "out", "prodigy")


def test_options_are_listed_with_their_format(admin: Any) -> None:
    found = {one.name: {option.name: option for option in one.options} for one in admin.client.formats().exports}
    assert found["csv"]["rows"].choices == ["answers", "labels"] and found["csv"]["excel"].default is False
    assert found["label_studio"]["question"].choices is None and found["fasttext"] == {}


def test_excel_knows_the_letters_of_a_csv_made_for_it(project: Project, tmp_path: Path) -> None:
    project.items.add([{"key": "a", "text": "é 漢字"}], progress=False)
    path = project.export(tmp_path / "out.csv", "csv", options={"excel": True})
    with open(path, encoding="utf-8-sig", newline="") as file:
        assert next(csv.DictReader(file))["text"] == "é 漢字"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_chunk_is_read_by_its_items_and_not_by_its_project(service: Any, project: Project) -> None:
    """Else a million items would be read as often as there are chunks."""
    found = service.db.read(find_project, project.slug)
    with service.db.engine.connect() as tx:
        if tx.dialect.name != "sqlite":
            return
        for statement in (
            export.LABELS_BETWEEN,
            export.ANSWERS_BETWEEN,
            export.LABELS_EVER,
            export.PREDICTIONS_BETWEEN,
        ):
            asked = statement.statement.params(project=found.id, first=1, last=9)
            sql = asked.compile(dialect=tx.dialect, compile_kwargs={"literal_binds": True})
            plan = tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}").all()
            assert not any("project_id" in row[-1] for row in plan), plan
