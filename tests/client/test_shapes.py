"""What the client gives back: the shapes of `labeler.wire`, whatever a newer service adds to them."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from labeler.client import ApiError, Client, NotUnderstood, Project
from labeler.wire.items import ImportResult, ItemIn
from labeler.wire.labels import Hard, LabelRow
from labeler.wire.quality import AnswerRow

Add = Callable[..., Any]


def answering(body: Any) -> Client:
    """A client of a service that answers everything with this."""
    return Client(
        "http://testserver", token="t", transport=httpx.MockTransport(lambda _: httpx.Response(200, json=body))
    )


def test_fields_of_a_newer_service_are_left_out(project: Project) -> None:
    raw = project.client.get(project.path)
    raw |= {"mood": "good", "counts": {**raw["counts"], "weighed": 3}, "settings": {**raw["settings"], "pace": "slow"}}
    assert answering(raw).projects.get("sms").info == project.info


def test_an_answer_of_another_shape_says_what_is_wrong_with_it() -> None:
    with pytest.raises(
        NotUnderstood, match=r"This is no Me, user: Field required\. Are client and service of the same"
    ):
        answering({"projects": []}).me()


def test_lists_are_read_page_after_page(project: Project, add_texts: Add) -> None:
    rows = add_texts(7)
    assert [item.key for item in project.items.find(limit=3)] == [row["key"] for row in rows]
    first = project.items.page(limit=3)
    assert len(first.items) == 3 and project.items.page(first.next_cursor, limit=4).next_cursor is None


def test_items_can_be_labeled_skipped_and_flagged_as_they_were_given(project: Project, add_texts: Add) -> None:
    add_texts(5)
    held = project.queue.next(3)
    made = project.label(held[0], "ham", hard=Hard(reason="Ambiguous", note="?"), elapsed_ms=900, next=3)
    assert made.label.item_key == held[0].key and made.items is not None and len(made.items) == 3
    assert project.skip(held[1], "Not clear").skip.item_key == held[1].key
    [flag] = project.flags
    assert (flag.item_key, flag.note) == (held[0].key, "?")
    assert project.flags.resolve(flag.id, "as it is").state == "resolved" and list(project.flags) == []
    assert project.label(project.items.get(held[2].key), "spam").label.value == "spam"


def test_what_is_held_can_be_given_back(project: Project, add_texts: Add) -> None:
    add_texts(3)
    held = project.queue.next(2)
    project.queue.release(held)
    again = project.queue.next(2)
    assert {item.lease.token for item in again}.isdisjoint(item.lease.token for item in held)


def test_items_are_added_as_models_too(project: Project) -> None:
    added = project.items.add([ItemIn(key="a", text="one"), ItemIn(text="", key="b")], progress=False)
    assert (added.taken, added.refused) == (1, 1)
    assert (added.errors[0].row, added.errors[0].field) == (2, "text")


def test_a_project_is_changed_by_single_settings(project: Project) -> None:
    assert project.change(settings={"overlap": 2}).settings.overlap == 2
    assert project.change(name="Other").name == project.info.name == "Other" and project.info.settings.overlap == 2


def test_the_result_of_a_job_is_read_as_its_shape(service: Any, project: Project) -> None:
    job = project.import_file("rows.jsonl", data=b'{"text": "one"}\n{"text": ""}\n')
    service.run_jobs()
    done = job.refresh().result_as(ImportResult)
    assert (done.rows, done.taken, done.refused) == (2, 1, 1)
    assert [one.id for one in project.client.jobs(project.slug)][-1] == job.id


def test_streams_hold_the_shapes_that_the_client_reads(
    labelers: list[Project], project: Project, add_texts: Add
) -> None:
    add_texts(2)
    project.change_schema(labels=["spam", "ham", "other"])
    labelers[0].undo(labelers[0].label("m0", "spam").label.id)
    labelers[1].label("m1", "ham")
    project.change_schema(labels=["spam", "fine", "other"], mapping={"ham": "fine"})
    for shape, path in ((LabelRow, "labels"), (AnswerRow, "answers")):
        for row in project.client.lines(f"{project.path}/{path}"):
            read = shape.model_validate(row, extra="forbid")
            assert set(shape.model_fields) - read.model_fields_set <= {"given"}
    assert [(row.value, row.given) for row in project.labels][-1] == ("fine", "ham")
    assert [label.value for row in project.answers() for label in row.labels] == ["ham"]


def test_a_frame_of_labels_names_the_labelers(project: Project, add_texts: Add) -> None:
    add_texts(1)
    project.label("m0", "spam")
    frame = project.labels.to_pandas()
    assert list(frame["value"]) == ["spam"] and list(frame["labeler"]) == [project.client.me().user.name]


def test_accounts_and_tokens_are_managed_by_the_same_verbs(admin: Any, project: Project) -> None:
    client: Client = admin.client
    invited = client.users.invite("ada@example.org", "Ada")
    assert invited.invitation_url != client.users.invite_again(invited.id)
    assert client.users.change(invited.id, role="manager").role == "manager"
    assert project.members.add("ada@example.org", "reader").role == "reader"
    project.members.remove(invited.id)
    assert "ada@example.org" not in {member.email for member in project.members}
    made = client.tokens.create("nightly", ["read"], project=project.slug)
    assert made.project_id == project.info.id
    client.tokens.revoke(made.id)
    assert made.id not in {token.id for token in client.tokens}


def test_what_a_service_offers_is_listed(admin: Any) -> None:
    client: Client = admin.client
    assert {"choice", "rating"} <= {one.name for one in client.task_types()}
    assert client.strategies("choice")[0].name == client.model_choices("choice")[0].name == "auto"
    assert client.metrics("rating")[0].primary
    preview = client.preview("rows.csv", b"id,text,label\n1,hello,ham\n2,win,spam\n")
    assert preview.mapping["text"] == "text" and preview.labels_found == ["ham", "spam"]


def test_several_items_are_labeled_all_or_none(project: Project, add_texts: Add) -> None:
    add_texts(3)
    assert len(project.label_many({"m0": "spam", "m1": "ham"}).labels) == 2
    with pytest.raises(ApiError):
        project.label_many({"m1": "spam", "m2": "eggs"})
    assert {row.item_key: row.value for row in project.answers()} == {"m0": "spam", "m1": "ham"}
