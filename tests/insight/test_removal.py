"""Taking items back: they leave queue and pool, what was said stays on record, dataset versions stay as they are."""

from typing import Any

import pytest

from labeler.client import Project
from labeler.datasets.reading import Version
from labeler.datasets.service import find_version

FIRST = "id,text,label\n" + "\n".join(f"a{n},first text {n},{['spam', 'ham', ''][n % 3]}" for n in range(30))
SECOND = "id,text,label\n" + "\n".join(
    [*(f"b{n},second text {n},ham" for n in range(20)), *(f"a{n},first text {n},ham" for n in range(2, 9, 3))]
)


def imported(service: Any, project: Project, data: str) -> int:
    job = project.import_file("a.csv", data=data.encode())
    service.run_jobs(kinds=("items.import",))
    return job.id


def removed(service: Any, project: Project, **which: Any) -> Any:
    out = project.items.remove(**which)
    service.run_jobs(kinds=("items.remove",))
    return out


def keys(project: Project) -> set[str]:
    return {item.key for item in project.items}


def test_an_import_is_undone_as_a_whole(service: Any, project: Project) -> None:
    imported(service, project, FIRST)
    before = {row.item_key: row.value for row in project.answers()}
    waiting = project.progress().items
    second = imported(service, project, SECOND)
    assert project.progress().items.total == 50 and len(list(project.answers())) == 43
    told = project.items.remove(import_id=second, dry_run=True)
    assert (told.items, told.labels, told.job) == (20, 23, None) and "20 items leave the queue" in told.said
    assert project.progress().items.total == 50
    assert removed(service, project, import_id=second).items == 20
    assert {row.item_key: row.value for row in project.answers()} == before
    assert project.progress().items == waiting and len(keys(project)) == 30
    assert [row.value for row in project.labels if row.item_key == "a2"] == ["ham", None]
    assert removed(service, project, import_id=second).job is None
    imported(service, project, SECOND)
    assert project.progress().items.total == 50 and len(list(project.answers())) == 43


def test_items_go_by_key_or_by_search_and_the_key_is_free_again(service: Any, admin: Any, project: Project) -> None:
    imported(service, project, FIRST)
    held = project.queue.next(3)
    project.flag("a2", "Ambiguous")
    out = removed(service, project, keys=["a0", "a2", held[0].key, "nobody"])
    assert out.items == 3 + (held[0].key != "a2") - 1 and out.missing == ["nobody"]
    gone = {"a0", "a2", held[0].key}
    assert not keys(project) & gone and not {item.key for item in project.queue.next(20)} & gone
    assert list(project.flags) == [] and project.progress().items.flags_open == 0
    with pytest.raises(Exception, match="no item with key"):
        project.label("a0", "spam")
    assert [row.value for row in project.labels if row.item_key == "a0"] == ["spam"]
    project.items.add([{"key": "a0", "text": "another text"}])
    assert project.items.get("a0").content == {"text": "another text"} and project.items.get("a0").labels == []
    removed(service, project, search={"q": "text 1"})
    assert not any("text 1" in item.content["text"] for item in project.items)
    assert project.progress().items.total == len(keys(project))


def test_versions_stay_as_they_are_and_later_ones_do_without(service: Any, project: Project) -> None:
    imported(service, project, FIRST)
    project.snapshot("with all")
    service.run_jobs(kinds=("datasets.snapshot",))
    removed(service, project, keys=["a0", "a1", "a29"])
    project.items.add([{"key": "new", "text": "a new text"}])
    project.snapshot("without some")
    service.run_jobs(kinds=("datasets.snapshot",))

    def held(number: int) -> list[str]:
        row = service.db.read(find_version, project.info.id, number)
        version = Version(service.settings, project.info.id, row)
        found = [key for table in version.tables("items", ["key"]) for key in table["key"].to_pylist()]
        assert row.counts["items"] == len(found) == sum(segment.rows for segment in version.segments("items"))
        return found

    assert held(1) == [f"a{n}" for n in range(30)]
    assert held(2) == [f"a{n}" for n in range(2, 29)] + ["new"]
    assert project.diff(1, 2).items == {"added": 1, "removed": 3}
    again = project.snapshot("nothing new")
    service.run_jobs(kinds=("datasets.snapshot",))
    assert again.refresh().state == "done"


@pytest.mark.one_database
def test_a_model_learns_without_what_is_gone(service: Any, project: Project) -> None:
    rows = [{"key": f"k{n}", "text": f"{['win a prize', 'see you soon'][n % 2]} {n}"} for n in range(80)]
    project.items.add([{**row, "label": ["spam", "ham"][n % 2]} for n, row in enumerate(rows[:40])] + rows[40:])
    service.run_jobs()
    removed(service, project, keys=[f"k{n}" for n in range(10)])
    service.run_jobs()
    newest = project.models()[0]
    assert newest.trained_on <= 30 and len(project.models()) == 2
    again = project.reproduce(newest.number)
    service.run_jobs(kinds=("training.reproduce",))
    assert again.refresh().result["identical"]


@pytest.mark.parametrize("body", [{}, {"keys": ["a"], "import_id": 1}, {"search": {}}, {"import_id": 99999}])
def test_what_does_not_say_which_is_refused(project: Project, body: dict[str, Any]) -> None:
    answer = project.client._http.request("DELETE", f"{project.path}/items", json=body)
    assert answer.status_code in (404, 422) and answer.json()["detail"]


def test_what_a_removal_comes_to_reads_right_for_one_and_leaves_out_nothing_done(
    service: Any, project: Project
) -> None:
    imported(service, project, FIRST)
    assert project.items.remove(["a2"], dry_run=True).said == "1 item leaves the queue and the pool."
    told = project.items.remove(["a0"], dry_run=True)
    assert told.said == "1 item leaves the queue and the pool. 1 label is in force no more; it stays on record."
    project.snapshot()
    service.run_jobs()
    assert project.items.remove(["a2"], dry_run=True).said.endswith(
        " The dataset version there is keeps what it holds; later ones will not have it."
    )
