"""Keywords of labels order the first questions, and do nothing else."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
import typer

from labeler.client import ApiError, Project
from labeler.commands import data as commands
from labeler.commands.context import Context, state
from labeler.datasets.repository import Repository
from labeler.items.tables import items
from labeler.queue.tables import queue_entries
from labeler.training import keyword_seeding as hints

Add = Callable[..., list[dict[str, Any]]]
RARE = [{"key": f"rare{number}", "text": f"your parcel {number} waits at the depot"} for number in range(3)]
LABELS = [{"name": "spam", "keywords": ["cash reward"]}, {"name": "ham"}, {"name": "parcel", "keywords": ["Depot"]}]


def order(service: Any) -> list[tuple[str, str]]:
    """Key and split of the queue's items, first to last."""
    joined = queue_entries.join(items, items.c.id == queue_entries.c.item_id)
    statement = sa.select(items.c.key, items.c.split, queue_entries.c.rank).select_from(joined)
    rows = service.db.read(lambda tx: tx.execute(statement.order_by(queue_entries.c.rank)).all())
    return [(row.key, row.split) for row in rows]


def asked(service: Any) -> list[str]:
    return [key for key, split in order(service) if split == "train"]


def give(project: Project, labels: list[dict[str, Any]], **settings: Any) -> None:
    project.client.patch(project.path, json={"labels": labels, "settings": settings})


@pytest.fixture
def pool(project: Project, add_texts: Add) -> list[dict[str, Any]]:
    """300 messages, and three rare ones that are never the holdout's."""
    rows = add_texts(300)
    project.items.add([{**row, "split": "train"} for row in RARE], progress=False)
    return rows


def test_hinted_items_come_early_and_in_turn(service: Any, project: Project, pool: list[dict[str, Any]]) -> None:
    give(project, LABELS)
    jobs = [job.result for job in service.run_jobs() if job.kind == "training.coverage"]
    assert jobs[-1]["hinted"]["parcel"] == 3 and jobs[-1]["hinted"]["spam"] > 20
    texts = {row["key"]: row["text"] for row in [*pool, *RARE]}
    first = [texts[key] for key in asked(service)[:12]]
    for turn in (0, 4, 8):  # two hinted, then two that cover the pool
        assert "cash reward" in first[turn] and "depot" in first[turn + 1]
    whole = asked(service)
    assert len(whole) == len(set(whole)) == sum(item.split == "train" for item in project.items)


def test_keywords_make_no_labels_and_leave_the_holdout_alone(
    service: Any, project: Project, pool: list[dict[str, Any]]
) -> None:
    service.run_jobs()
    before = {item.key: item.split for item in project.items}
    place = [split for _, split in order(service)].count("holdout")
    give(project, [{**label, "keywords": ["a", "free prize", "milk"]} for label in LABELS])
    service.run_jobs()
    assert {item.key: item.split for item in project.items} == before
    assert [split for _, split in order(service)].count("holdout") == place > 0
    assert project.progress().items.labeled == 0 and not project.models()


def test_other_keywords_give_another_order_until_there_is_a_model(
    service: Any, project: Project, pool: list[dict[str, Any]]
) -> None:
    service.run_jobs()
    assert "rare0" not in asked(service)[:3] or "rare1" not in asked(service)[:3]
    give(project, LABELS)
    service.run_jobs()
    assert asked(service)[1].startswith("rare")
    give(project, [{**label, "keywords": []} for label in LABELS])
    assert [job.result["ranked"] > 0 for job in service.run_jobs()] == [True]
    for item in project.queue.next(20):
        project.label(item, item.metadata.get("truth", "parcel"))
    project.train()
    service.run_jobs()
    give(project, LABELS)
    assert [job.kind for job in service.run_jobs()] == [], "a model ranks the queue"


def test_a_search_for_one_label_follows_its_keywords_alone(
    service: Any, project: Project, pool: list[dict[str, Any]]
) -> None:
    give(project, LABELS, find_label="parcel")
    service.run_jobs()
    first = asked(service)[:6]
    assert [key.startswith("rare") for key in first[::2]] == [True, True, True]


def test_copies_of_a_text_are_asked_once(service: Any, project: Project, add_texts: Add) -> None:
    add_texts(60)
    copies = [{"key": f"copy{n}", "text": "the depot is closed", "split": "train"} for n in range(20)]
    project.items.add([*copies, *({**row, "split": "train"} for row in RARE)], progress=False)
    give(project, LABELS)
    result = service.run_jobs()[-1].result
    assert result["hinted"]["parcel"] == 4
    assert sum(key.startswith("copy") for key in asked(service)[:16]) <= 2


def test_table_rows_are_read_by_their_values_and_pages_by_pages(
    service: Any, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hints, "PAGE", 7)
    rows = [{"key": f"r{n}", "fields": {"place": "depot" if n % 20 == 0 else "shop", "n": n}} for n in range(60)]
    project.items.add([{**row, "split": "train"} for row in rows], progress=False)
    give(project, LABELS)
    assert service.run_jobs()[-1].result["hinted"] == {"spam": 0, "parcel": 3}


@pytest.mark.parametrize(
    ("keywords", "where", "what"),
    [
        (["free, prize"], "/labels/0/keywords/0", "holds no comma"),
        (["fine", "   "], "/labels/0/keywords/1", "finds nothing"),
        (["x" * 101], "/labels/0/keywords/0", "100"),
        (["x"] * 51, "/labels/0/keywords", "50"),
        ("free", "/labels/0/keywords", "list"),
        ([7], "/labels/0/keywords/0", "string"),
    ],
)
def test_a_bad_keyword_is_refused_with_its_place(project: Project, keywords: Any, where: str, what: str) -> None:
    with pytest.raises(ApiError) as refused:
        give(project, [{"name": "spam", "keywords": keywords}, {"name": "ham"}])
    assert refused.value.status == 422
    assert [(error["pointer"], what in error["detail"]) for error in refused.value.errors] == [(where, True)]


def test_too_many_keywords_in_all_are_refused(project: Project) -> None:
    many = [{"name": f"l{n}", "keywords": [f"w{n}x{place}" for place in range(50)]} for n in range(41)]
    with pytest.raises(ApiError, match="2,050 keywords in all"):
        give(project, many)


def test_keywords_are_kept_tidy(project: Project) -> None:
    give(project, [{"name": "spam", "keywords": [" you   won ", "Free", "free"]}, {"name": "ham", "keywords": []}])
    spam, ham = project.client.get(project.path)["labels"]
    assert spam["keywords"] == ["you won", "Free"] and "keywords" not in ham


def test_a_dataset_version_keeps_them_and_one_without_is_as_before(
    service: Any, project: Project, add_texts: Add
) -> None:
    add_texts(20)
    service.run_jobs()

    def version() -> tuple[str, list[dict[str, Any]]]:
        job = project.snapshot("test")
        service.run_jobs()
        made = project.client.get(f"{project.path}/datasets/{job.refresh().result['version']}")
        schema = json.loads((Repository(service.settings, project.info.id).data / "schema.json").read_bytes())
        return made["content_hash"], schema["schema"]["labels"]

    plain = project.client.get(project.path)["labels"]
    before, schema = version()
    assert [sorted(label) for label in schema] == [["color", "description", "hotkey", "name", "parent"]] * 2
    give(project, [{**plain[0], "keywords": ["free"]}, plain[1]])
    with_them, schema = version()
    assert with_them != before and schema[0]["keywords"] == ["free"]
    give(project, [{**plain[0], "keywords": []}, plain[1]])
    without, schema = version()
    # The same labels, though another version of the schema: a dataset version says which it is in.
    assert without not in (before, with_them) and "keywords" not in schema[0]


def test_the_command_line_takes_them(
    service: Any, admin: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("labeler.commands.data.service", lambda: admin.client)
    state.set(Context("", "", json=True))
    commands.create_project("By hand", "spam, a: b, ham", keywords=["spam: free, you won,", "a: b: x"])
    labels = json.loads(capsys.readouterr().out)["labels"]
    assert [label.get("keywords") for label in labels] == [["free", "you won"], ["x"], None]
    with pytest.raises(typer.BadParameter, match="one of spam, ham"):
        commands.create_project("By hand", "spam,ham", keywords=["eggs: free"])
