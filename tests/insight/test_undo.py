"""An import that changed what was there is undone as a whole: texts, labels, flags, metadata, suggestions; and dataset
versions hold what is in force at their time."""

import json
from typing import Any

import orjson
import pytest

from labeler.client import Project
from labeler.datasets.reading import Version
from labeler.datasets.service import find_version
from labeler.datasets.verify import verify_folder

LABELS = ["spam", "ham", ""]
FIRST = "id,text,label,source\n" + "\n".join(f"a{n},first text {n},{LABELS[n % 3]},mail" for n in range(30))
UPDATE = {"known_items": "update", "known_metadata": "update"}


@pytest.fixture(autouse=True)
def in_small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with very many items, which are taken back a part at a time."""
    monkeypatch.setattr("labeler.insight.removal.PART", 2)


def corrected(keys: list[int], label: str = "", source: str = "mail") -> str:
    return "id,text,label,source\n" + "\n".join(f"a{n},corrected text {n},{label},{source}" for n in keys)


def imported(service: Any, project: Project, data: str, mapping: dict[str, Any] | None = None) -> int:
    form = {"mapping": json.dumps(mapping)} if mapping else {}
    answer = project.client._http.post(f"{project.path}/imports", files={"file": ("a.csv", data.encode())}, data=form)
    assert answer.status_code == 202, answer.text
    service.run_jobs(kinds=("items.import",))
    job = project.client.job(answer.json()["id"])
    assert job.state == "done", job.row
    return job.id


def undone(service: Any, project: Project, import_id: int) -> Any:
    out = project.items.remove(import_id=import_id)
    assert out.job is not None
    service.run_jobs(kinds=("items.remove",))
    job = project.client.job(out.job.id)
    assert job.state == "done"
    return out


def state(project: Project) -> dict[str, Any]:
    """All that somebody can see of it, by key."""
    return {
        "items": {item.key: (item.content, item.metadata, item.labels) for item in project.items},
        "answers": {row.item_key: (row.value, row.confidence) for row in project.answers()},
        "flags": [(flag.item_key, flag.reason) for flag in project.flags],
        "progress": project.progress().items,
    }


def snapshot(service: Any, project: Project) -> dict[str, tuple[str, dict[str, Any]]]:
    """A new dataset version: text and metadata by key, the same in both kinds of its files."""
    project.snapshot("now")
    service.run_jobs(kinds=("datasets.snapshot",))
    row = service.db.read(find_version, project.info.id, project.datasets()[0].version)
    version = Version(service.settings, project.info.id, row)
    with version.folder() as folder:
        assert verify_folder(folder).faults == []
    tables = list(version.tables("items", ["item", "key", "text", "metadata"]))
    rows = [row for table in tables for row in table.to_pylist()]
    assert [row["item"] for row in rows] == sorted({row["item"] for row in rows})
    held = {row["key"]: (row["text"], orjson.loads(row["metadata"])) for row in rows}
    assert held == {item.key: (item.content["text"], item.metadata) for item in project.items}
    return held


def test_what_an_import_replaced_is_there_again(service: Any, project: Project) -> None:
    imported(service, project, FIRST)
    project.label("a2", "spam")
    project.flag("a1", "Ambiguous")
    project.flag("a4", "Ambiguous")
    project.flags.resolve(next(flag.id for flag in project.flags if flag.item_key == "a4"), "clear now")
    before = state(project)
    second = imported(service, project, corrected([1, 2, 4, 5], label="ham"), UPDATE)
    now = state(project)
    assert now["items"]["a1"][0] == {"text": "corrected text 1"} and now["answers"]["a2"][0] == "ham"
    assert now["flags"] == [] and now["progress"] != before["progress"]
    told = project.items.remove(import_id=second, dry_run=True)
    assert (told.items, told.restored) == (4, 4) and "4 changes of texts or metadata are undone" in told.said
    assert undone(service, project, second).restored == 4
    assert state(project) == before
    assert project.items.remove(import_id=second).job is None, "nothing is left to undo"
    project.label("a1", "spam")
    assert {row.item_key: row.value for row in project.answers()}["a1"] == "spam"


def test_metadata_is_as_before(service: Any, project: Project) -> None:
    imported(service, project, FIRST)
    before = state(project)
    rows = "id,text,source,more\na0,first text 0,web,1\na1,first text 1,mail,2\n"
    second = imported(service, project, rows, UPDATE)
    third = imported(service, project, "id,text,source\na0,first text 0,phone\n", UPDATE)
    assert project.items.get("a0").metadata == {"source": "phone", "more": "1"}
    assert undone(service, project, second).restored == 2
    assert project.items.get("a0").metadata == {"source": "phone"}, "what was changed again since stays"
    assert project.items.get("a1").metadata == {"source": "mail"}
    undone(service, project, third)
    assert state(project) == before


def test_what_came_back_is_undone_with_what_brought_it(service: Any, project: Project) -> None:
    """Undone in the order in which they came: the second's correction does not bring the first's text back."""
    first = imported(service, project, FIRST)
    second = imported(service, project, corrected([0, 1]), UPDATE)
    undone(service, project, first)
    assert {item.key for item in project.items} == {"a0", "a1"}
    undone(service, project, second)
    assert list(project.items) == [] and project.progress().items.total == 0


def test_what_is_undone_before_what_came_later_comes_back_with_it(service: Any, project: Project) -> None:
    imported(service, project, FIRST)
    project.label("a2", "spam")
    project.flag("a0", "Ambiguous")
    before = state(project)
    second = imported(service, project, corrected([0, 1, 2]), UPDATE)
    third = imported(service, project, corrected([0, 2], source="web").replace("corrected", "new"), UPDATE)
    undone(service, project, second)
    assert project.items.get("a0").content == {"text": "new text 0"}, "the later import's stays"
    assert project.items.get("a1").content == {"text": "first text 1"}
    undone(service, project, third)
    assert state(project) == before


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 0, 1), (1, 2, 0), (0, 2, 1)])
def test_metadata_is_as_before_in_any_order(service: Any, project: Project, order: tuple[int, ...]) -> None:
    project.items.add([{"key": "x", "text": "a text", "metadata": {"m": "1"}}])
    given = [imported(service, project, f"id,text,m\nx,a text,{m}\n", UPDATE) for m in ("2", "1", "2")]
    left = dict(enumerate(("2", "1", "2")))
    for place in order:
        undone(service, project, given[place])
        del left[place]
        assert project.items.get("x").metadata == {"m": left[max(left)] if left else "1"}


def test_an_import_of_which_nothing_is_left_is_undone_all_the_same(service: Any, project: Project) -> None:
    first = imported(service, project, "id,text\nx,one\n")
    second = imported(service, project, "id,text\nx,two\n", UPDATE)
    undone(service, project, first)
    assert project.items.get("x").content == {"text": "two"}
    undone(service, project, second)
    assert list(project.items) == []


def test_what_somebody_removed_does_not_come_back(service: Any, project: Project) -> None:
    imported(service, project, FIRST)
    second = imported(service, project, corrected([0, 1]), UPDATE)
    project.items.remove(keys=["a0"])
    service.run_jobs(kinds=("items.remove",))
    undone(service, project, second)
    assert {item.key for item in project.items} == {f"a{n}" for n in range(1, 30)}


def test_a_file_that_corrects_itself_leaves_nothing_behind(service: Any, project: Project) -> None:
    imported(service, project, FIRST)
    before = state(project)
    twice = corrected([3]) + "\na3,corrected again,,mail"
    undone(service, project, imported(service, project, twice, UPDATE))
    assert state(project) == before


def test_labels_of_an_import_that_was_undone_do_not_come_back(service: Any, project: Project) -> None:
    project.items.add([{"key": "x", "text": "a text"}])
    gave = imported(service, project, "id,text,label\nx,a text,spam\n")
    replaced = imported(service, project, "id,text,label\nx,another text,\n", UPDATE)
    undone(service, project, gave)
    undone(service, project, replaced)
    assert project.items.get("x").content == {"text": "a text"}
    assert list(project.answers()) == [] and project.progress().items.total == 1


def test_suggestions_go(service: Any, admin: Any) -> None:
    project = admin.client.projects.create(
        "With suggestions", labels=["spam", "ham"], show_suggestions=True, unsuggested_share=0.0
    )
    project.items.add([{"key": "x", "text": "a text"}])
    rows = "id,text,prediction,score\nx,a text,spam,0.9\n"
    given = imported(service, project, rows)
    offered = project.queue.next(1)
    assert offered[0].suggestion is not None and offered[0].suggestion["value"] == "spam"
    project.queue.release(offered)
    newer = imported(service, project, rows.replace("spam", "ham"))
    offered = project.queue.next(1)
    assert offered[0].suggestion is not None and offered[0].suggestion["value"] == "ham"
    project.queue.release(offered)
    undone(service, project, newer)
    offered = project.queue.next(1)
    assert offered[0].suggestion is not None and offered[0].suggestion["value"] == "spam", "as it was before"
    project.queue.release(offered)
    undone(service, project, given)
    assert not project.queue.next(1)[0].suggestion


@pytest.mark.parametrize("small", [3, 10_000], ids=["many files", "one file"])
def test_versions_hold_what_is_in_force(
    service: Any, project: Project, monkeypatch: pytest.MonkeyPatch, small: int
) -> None:
    monkeypatch.setattr("labeler.datasets.segments.SEGMENT", small)
    monkeypatch.setattr("labeler.datasets.answered.SEGMENT", small)
    imported(service, project, FIRST)
    first = snapshot(service, project)
    changed = imported(service, project, "id,text,source\na0,first text 0,web\na9,first text 9,web\n", UPDATE)
    assert snapshot(service, project)["a9"] == ("first text 9", {"source": "web"})
    corrections = imported(service, project, corrected([*range(3, 7), 29]), UPDATE)
    assert snapshot(service, project)["a4"][0] == "corrected text 4"
    undone(service, project, corrections)
    snapshot(service, project)
    project.items.remove(keys=["a29"])
    service.run_jobs(kinds=("items.remove",))
    undone(service, project, changed)
    last = snapshot(service, project)
    assert last == {key: one for key, one in first.items() if key != "a29"}
    row = service.db.read(find_version, project.info.id, 1)
    with Version(service.settings, project.info.id, row).folder() as folder:
        assert verify_folder(folder).faults == []
