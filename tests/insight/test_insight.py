"""Progress, browsing, the learning curve, comparable items."""

from collections.abc import Callable
from typing import Any

import pytest

from labeler.client import ApiError, Project

Add = Callable[..., list[dict[str, Any]]]


def test_progress_counts_what_is_there(service: Any, project: Project, labelers: list[Project], add_texts: Add) -> None:
    add_texts(40)
    for item in labelers[0].queue.next(6):
        labelers[0].label(item, "ham", elapsed_ms=2000)
    skipped = labelers[1].queue.next()[0]
    labelers[1].skip(skipped, "Not clear")
    labelers[1].flag(labelers[1].queue.next()[0], "Ambiguous")
    found = project.progress()
    assert (found.items.total, found.items.labeled, found.items.unlabeled) == (40, 6, 34)
    assert found.items.flags_open == 1 and found.items.skipped == 2
    assert found.labels.by_label == {"spam": 0, "ham": 6} and found.labels.today == 6
    assert found.pace == {"per_hour": 1800.0, "seconds_per_label": 2.0, "per_day": 6.0}
    assert found.estimate["labels_left"] == 34
    assert [(row.labels, row.kind) for row in found.labels.by_labeler] == [(6, "person")]
    assert [day.labels for day in found.labels.per_day] == [6]
    assert labelers[0].progress().labels.mine == 6 and labelers[0].progress().labels.by_labeler == []


def test_items_are_filtered_and_paged(project: Project, labelers: list[Project], add_texts: Add) -> None:
    rows = add_texts(30)
    labelers[0].label("m1", "spam")
    labelers[0].flag("m2", "Ambiguous")
    get = lambda **filters: [item.key for item in project.items.find(limit=7, **filters)]  # noqa: E731
    assert get() == [row["key"] for row in rows]
    assert get(sort="newest") == [row["key"] for row in rows][::-1]
    assert get(label="spam") == ["m1"] and get(flagged=True) == ["m2"]
    assert len(get(unlabeled=True)) == 29
    assert get(q="lunch") == [row["key"] for row in rows if "lunch" in row["text"]]
    assert get(q="100 %_\\") == []


def test_an_items_history_keeps_everything(project: Project, labelers: list[Project], add_texts: Add) -> None:
    add_texts(3)
    first = labelers[0].label("m0", "spam").label
    labelers[0].undo(first.id)
    labelers[0].label("m0", "ham")
    labelers[1].flag("m0", "Ambiguous", note="?")
    entries = project.client.get(f"{project.path}/items/m0/history")["items"]
    assert [(entry["kind"], entry["value"]) for entry in entries] == [
        ("label", "spam"),
        ("undo", None),
        ("label", "ham"),
        ("flag", None),
    ]


@pytest.mark.one_database
def test_comparable_items_need_a_model_and_are_alike(service: Any, project: Project, add_texts: Add) -> None:
    add_texts(60)
    with pytest.raises(ApiError) as refused:
        project.client.get(f"{project.path}/items/m0/similar")
    assert refused.value.status == 409
    project.label_many({item.key: item.metadata["truth"] for item in project.queue.next(20)})
    project.train()
    service.run_jobs()
    near = project.client.get(f"{project.path}/items/m0/similar", n=5)["items"]
    assert len(near) == 5 and all("free prize" in item["content"]["text"] and item["key"] != "m0" for item in near)


@pytest.mark.one_database
def test_the_learning_curve_has_a_point_a_model(service: Any, project: Project, add_texts: Add) -> None:
    add_texts(150)
    for _ in range(2):
        project.label_many({item.key: item.metadata["truth"] for item in project.queue.next(30)})
        project.train()
        service.run_jobs()
    points = project.client.get(f"{project.path}/insight/learning-curve")["points"]
    assert [point["model"] for point in points] == sorted(point["model"] for point in points)
    assert points[-1]["labels"] == 60 and points[-1]["metrics"]["accuracy"]["n"] == points[-1]["holdout_size"]
    confusion = project.client.get(f"{project.path}/insight/confusion")
    assert sum(map(sum, confusion["matrix"])) == points[-1]["holdout_size"]


def test_imported_labels_are_nobodys_work(service: Any, project: Project, labelers: list[Project]) -> None:
    project.items.add([{"key": f"i{k}", "text": f"text {k}", "label": "spam"} for k in range(5)], progress=False)
    project.items.add([{"key": "open", "text": "still open"}], progress=False)
    project.label("open", "ham")
    found = project.progress().labels
    assert (found.total, found.mine, found.today, found.mine_today) == (6, 1, 1, 1)
    assert {(row.kind, row.labels) for row in found.by_labeler} == {("import", 5), ("person", 1)}
    assert [day.labels for day in found.per_day] == [1]


def test_who_brought_a_file_has_not_labeled_it_on_any_page(service: Any, project: Project) -> None:
    """People, Progress and Labelers say the same of somebody's labels, and so does the item."""
    lead = service.join(project, service.person("manager"))
    theirs = lead.client.projects.get(project.slug)
    theirs.items.add([{"key": f"i{k}", "text": f"text {k}", "label": "spam"} for k in range(5)], progress=False)
    theirs.items.add([{"key": "open", "text": "still open"}], progress=False)
    theirs.label("open", "ham")
    expected = {"import": 5, "person": 1}
    [member] = [one for one in project.members if one.user_id == lead.id]
    [row] = [one for one in project.labelers().items if one.id == lead.id]
    work = {one.kind: one.labels for one in project.progress().labels.by_labeler if one.labeler_id == lead.id}
    assert member.by_kind == row.by_kind == work == expected
    assert member.labels == row.labels == 6
    assert [entry.counts_as for entry in project.items.history("i0")] == ["import"]
    assert [entry.counts_as for entry in project.items.history("open")] == ["person"]
