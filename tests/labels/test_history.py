"""History stays (G3): what was said is never changed, a correction is one more row."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from labeler.client import Project
from labeler.labels.tables import flags, labels, skips


def rows(service: Any, table: sa.Table = labels) -> list[tuple[Any, ...]]:
    found = service.db.read(lambda tx: tx.execute(sa.select(table).order_by(table.c.id)).all())
    return [tuple(row) for row in found]


def kinds(project: Project, key: str) -> list[tuple[str, Any]]:
    entries = project.client.get(f"{project.path}/items/{key}/history")["items"]
    return [(entry["kind"], entry["value"] or entry["reason"]) for entry in entries]


def test_a_change_and_an_undo_are_new_rows(
    service: Any, project: Project, labelers: list[Project], add_texts: Callable[..., Any]
) -> None:
    add_texts(2)
    me = labelers[0]
    first = me.label("m0", "spam").label
    before = rows(service)
    second = me.label("m0", "ham").label
    assert second.supersedes == first.id and rows(service)[:1] == before
    before = rows(service)
    undone = me.undo(second.id).label
    assert undone.value is None and undone.supersedes == second.id and rows(service)[:2] == before
    assert kinds(project, "m0") == [("label", "spam"), ("label", "ham"), ("undo", None)]
    assert project.items.get("m0").labels == [] and project.progress().labels.total == 0
    third = me.label("m0", "spam").label
    assert third.supersedes is None and len(rows(service)) == 4


def test_labels_of_two_labelers_stand_beside_each_other(
    project: Project, labelers: list[Project], add_texts: Callable[..., Any]
) -> None:
    add_texts(1)
    labelers[0].label("m0", "spam")
    labelers[1].label("m0", "ham")
    labelers[0].label("m0", "ham")
    assert [label.value for label in project.items.get("m0").labels] == ["ham", "ham"]
    assert len(list(project.labels)) == 3


def test_every_answer_names_the_guideline_it_was_made_under(
    service: Any, project: Project, labelers: list[Project], add_texts: Callable[..., Any]
) -> None:
    add_texts(9)
    me = labelers[0]
    me.label("m0", "spam")
    for version in (1, 2):
        project.guidelines.publish(f"# Version {version}")
        me.guidelines.acknowledge(version)
        me.label(f"m{version}", "spam", hard={"reason": "Ambiguous"})
        me.skip(f"m{version + 2}", "Not clear")
        me.flag(f"m{version + 4}", "Ambiguous")
    read_the_first = me.label("m7", "spam", guideline_version=1)
    assert read_the_first.label.guideline_version == 1
    versions = [row.guideline_version for row in project.labels]
    assert versions == [None, 1, 2, 1]
    for table in (skips, flags):
        found = service.db.read(
            lambda tx, table=table: list(tx.execute(sa.select(table.c.guideline_version)).scalars())
        )
        assert sorted(found) == ([1, 2] if table is skips else [1, 1, 2, 2])
    unpublished = me.client._http.post(
        f"{me.path}/labels", json={"item_key": "m8", "value": "ham", "guideline_version": 3}
    )
    assert unpublished.status_code == 422


def test_an_answer_given_while_a_guideline_is_published_is_kept_under_the_one_that_was_read(
    project: Project, labelers: list[Project], add_texts: Callable[..., Any]
) -> None:
    add_texts(3)
    project.guidelines.publish("# One")
    labelers[0].guidelines.acknowledge(1)
    item = labelers[0].queue.next()[0]
    project.guidelines.publish("# Two")
    answer = labelers[0].label(item, "ham", next=1)
    assert answer.label.guideline_version == 1
    assert answer.items == [] and answer.acknowledge == 2


def test_skips_and_flags_are_taken_back_by_who_made_them(
    service: Any, project: Project, labelers: list[Project], add_texts: Callable[..., Any]
) -> None:
    add_texts(3)
    me, other = labelers
    skip = me.skip("m0", "Not clear", note="too short").skip
    flag = me.flag("m1", "Ambiguous", note="spam or ham?").flag
    for kind, row in (("skips", skip), ("flags", flag)):
        assert other.client._http.delete(f"{other.path}/{kind}/{row.id}").status_code == 404
        back = me.client.delete(f"{me.path}/{kind}/{row.id}")
        assert back["item"]["key"] == row.item_key
        assert me.client.delete(f"{me.path}/{kind}/{row.id}")["item"]["key"] == row.item_key
    assert len(rows(service, skips)) == len(rows(service, flags)) == 1
    assert project.client.get(f"{project.path}/flags", state="all")["items"] == []
    assert kinds(project, "m0")[0] == ("skip", "Not clear")


@pytest.mark.parametrize("value", ["SPAM", "", None, 1, True, ["spam"], {"spam": 1}, "spam ham"])
def test_values_that_are_no_label(labelers: list[Project], add_texts: Callable[..., Any], value: Any) -> None:
    add_texts(1)
    answer = labelers[0].client._http.post(f"{labelers[0].path}/labels", json={"item_key": "m0", "value": value})
    assert answer.status_code == 422, answer.text
