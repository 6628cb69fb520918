"""What happens in a project reaches its webhooks: signed, in order, again until it is taken, and nobody else's."""

import asyncio
import random
import threading
import time
from typing import Any

import pytest
import sqlalchemy as sa
from standardwebhooks import Webhook, WebhookVerificationError

from labeler.client import Project
from labeler.kit.db import Database
from labeler.kit.outbox import PUT, outbox
from labeler.webhooks import attempts
from labeler.webhooks.reading import Reader, go_back
from labeler.webhooks.sender import Sender, lead


def test_a_delivery_is_signed_as_the_specification_says(
    project: Project, receiver: Any, send: Any, add_texts: Any
) -> None:
    made = project.webhooks.create(receiver.url("/hook?team=7"))
    add_texts(1)
    item = project.queue.next()[0]
    label = project.label(item, "ham").label
    send()
    called = receiver.calls[-1]
    event = Webhook(made.secret).verify(called.body, called.headers)
    assert event["type"] == "label.submitted" and called.path == "/hook?team=7"
    data = event["data"]
    assert (data["item_key"], data["value"], data["label_id"]) == (item.key, "ham", label.id)
    assert (data["project"], called.headers["content-type"]) == (project.slug, "application/json")
    with pytest.raises(WebhookVerificationError):
        Webhook(made.secret).verify(called.body + b" ", called.headers)


@pytest.mark.parametrize("seed", [1, 2])
def test_everything_that_is_wanted_comes_in_order_whatever_ends(
    settings: Any, admin: Any, project: Project, receiver: Any, db: Database, seed: int
) -> None:
    """Labels, imports and drafts of two projects, and senders that end at any point."""
    choose = random.Random(seed)
    other = admin.client.projects.create("Other", labels=["a", "b"])
    wants = {
        "/all": (project, ["*"]),
        "/flags": (project, ["item.flagged", "item.put_aside"]),
        "/other": (other, ["*"]),
    }
    for path, (one, names) in wants.items():
        one.webhooks.create(receiver.url(path), names)
    names = ["item.flagged", "item.put_aside", "label.submitted", "items.added", "project.erased"]
    happened: list[tuple[int, str, int]] = []

    async def everything() -> None:
        sender = Sender(settings, "test/0/first", "test/0/")
        for number in range(8):
            count = choose.choice([1, 3, 205])
            new = [
                (choose.choice([project, other]).info.id, choose.choice(names), len(happened) + n) for n in range(count)
            ]
            db.write(put_all, new)
            happened.extend(new)
            for _ in range(choose.choice([0, 1, 2])):
                await sender.turn()
                await asyncio.sleep(choose.choice([0, 0.01]))
            if choose.random() < 0.5:
                await sender.close()
                sender.db.close()
                sender = Sender(settings, f"test/0/{number}", "test/0/")
        for _ in range(6):
            await sender.turn()
            await sender.finish()
        await sender.close()
        sender.db.close()

    asyncio.run(everything())
    for path, (one, wanted) in wants.items():
        expected = [
            number
            for project_id, name, number in happened
            if project_id == one.info.id and name != "project.erased" and ("*" in wanted or name in wanted)
        ]
        calls = [call for call in receiver.calls if call.path == path]
        first = {call.id: call.event["data"]["number"] for call in reversed(calls)}
        assert sorted(first.values()) == expected, "each event has one id, and came"
        assert list(dict.fromkeys(call.event["data"]["number"] for call in calls)) == expected


def put_all(tx: sa.Connection, rows: list[tuple[int, str, int]]) -> None:
    """Events, as rooms put them into the outbox."""
    for project_id, name, number in rows:
        PUT(tx, name=name, project_id=project_id, payload={"project_id": project_id, "number": number})


def test_another_projects_events_never_come(admin: Any, project: Project, receiver: Any, send: Any) -> None:
    project.webhooks.create(receiver.url("/mine"))
    other = admin.client.projects.create("Other", labels=["a", "b"])
    other.webhooks.create(receiver.url("/other"))
    other.items.add([{"key": "x", "text": "a secret"}])
    send()
    assert receiver.events("/mine") == [] and len(receiver.events("/other")) == 1
    other.delete()
    project.items.add([{"key": "y", "text": "mine"}])
    send()
    assert [one["data"]["project"] for one in receiver.events("/mine")] == [project.slug]


def test_what_is_not_taken_comes_again_later_and_later_and_is_given_up(
    project: Project, receiver: Any, send: Any, wait: Any
) -> None:
    hook = project.webhooks.create(receiver.url())
    receiver.says(500)
    project.items.add([{"key": "a", "text": "one"}])
    pauses = []
    for number in range(1, 9):
        send()
        row = next(project.webhooks.deliveries(hook.id))
        assert (row.attempts, row.response_status, row.error) == (number, 500, "The receiver answered 500.")
        if row.next_attempt_at is not None:
            pauses.append((row.next_attempt_at - row.attempted_at).total_seconds())
            wait(pauses[-1] + 1)
    assert row.state == "failed" and len(receiver.calls) == 8
    for pause, planned in zip(pauses, attempts.AGAIN, strict=True):
        assert 0.79 * planned < pause < 1.21 * planned
    assert 0.9 * 86_400 < sum(attempts.AGAIN) < 1.1 * 86_400
    assert len({call.id for call in receiver.calls}) == 1, "a receiver can tell that it is the same"
    wait(86_400)
    send()
    assert len(receiver.calls) == 8 and next(iter(project.webhooks)).failed == 1


def test_one_event_that_is_never_taken_does_not_hold_up_those_after_it(
    project: Project, receiver: Any, send: Any, wait: Any
) -> None:
    project.webhooks.create(receiver.url())
    receiver.answer = lambda call: (400 if call.event["data"]["count"] == 2 else 200, {}, b"ok")
    project.items.add([{"key": "a", "text": "one"}, {"key": "b", "text": "two"}])
    project.items.add([{"key": "c", "text": "three"}])
    send()
    assert [one["data"]["count"] for one in receiver.events()] == [2], "let alone for a second"
    wait(2)
    send()
    assert [one["data"]["count"] for one in receiver.events()] == [2, 1]


def test_a_receiver_that_asks_to_wait_is_let_alone(project: Project, receiver: Any, send: Any, wait: Any) -> None:
    project.webhooks.create(receiver.url())
    receiver.says(429, retry_after="600")
    project.items.add([{"key": "a", "text": "one"}])
    send()
    wait(500)
    send()
    assert len(receiver.calls) == 1
    wait(200)
    send()
    assert len(receiver.calls) == 2


def test_a_receiver_that_is_gone_is_turned_off_at_once_and_that_is_told(
    admin: Any, project: Project, receiver: Any, send: Any
) -> None:
    project.webhooks.create(receiver.url())
    receiver.says(410)
    project.items.add([{"key": "a", "text": "one"}])
    send()
    hook = next(iter(project.webhooks))
    assert (hook.active, hook.off_reason, hook.failed) == (False, "gone", 1) and hook.off_at is not None
    assert admin.client.projects.get(project.slug).info.counts.webhooks_off == 1
    told = next(row for row in admin.client.get("/audit")["items"] if row["action"] == "webhook.off")
    assert (told["target"], told["detail"]) == ("127.0.0.1", {"reason": "gone"})
    project.items.add([{"key": "b", "text": "two"}])
    send()
    assert len(receiver.calls) == 1
    receiver.says(200)
    project.webhooks.change(hook.id, active=True)
    project.items.add([{"key": "c", "text": "three"}])
    send()
    assert len(receiver.calls) == 2, "what happened while it was off is not told"
    assert next(iter(project.webhooks)).off_reason is None
    assert admin.client.projects.get(project.slug).info.counts.webhooks_off == 0


def test_a_webhook_that_nothing_is_taken_from_for_days_is_turned_off(
    project: Project, receiver: Any, send: Any, wait: Any
) -> None:
    project.webhooks.create(receiver.url())
    receiver.says(503)
    for day in range(6):
        project.items.add([{"key": str(day), "text": f"text {day}"}])
        send()
        hook = next(iter(project.webhooks))
        assert hook.active == (day < 5), day
        wait(86_400)
    assert hook.off_reason == "failing" and hook.failing_since is not None and hook.waiting > 0
    receiver.says(200)
    project.webhooks.change(hook.id, active=True)
    send()
    hook = next(iter(project.webhooks))
    assert hook.waiting == 0 and hook.failing_since is None and hook.delivered > 0


def test_a_receiver_that_does_not_answer_holds_up_nobody(
    project: Project, receiver: Any, send: Any, add_texts: Any, monkeypatch: Any
) -> None:
    from labeler.webhooks import transport

    over = threading.Event()
    receiver.answer = lambda call: (200, {}, b"") if call.path == "/quick" else (over.wait(60), (200, {}, b""))[1]
    monkeypatch.setattr(transport.Transport.post, "__defaults__", (1.0,))
    project.webhooks.create(receiver.url("/slow"))
    project.webhooks.create(receiver.url("/quick"))
    add_texts(60)
    for item in project.queue.next(20):
        project.label(item, "ham")
    started = time.monotonic()
    send(1)
    assert time.monotonic() - started < 40
    over.set()
    assert len(receiver.events("/quick")) == 21 and len(receiver.events("/slow")) == 1
    slow, quick = project.webhooks
    assert (slow.waiting, quick.waiting) == (21, 0)
    error = next(project.webhooks.deliveries(slow.id, state="waiting", limit=100), None)
    assert error is not None
    told = [row.error for row in project.webhooks.deliveries(slow.id) if row.attempts]
    assert told == ["The receiver did not answer within 1 seconds."]


def test_an_answer_without_end_is_not_read(project: Project, receiver: Any, send: Any) -> None:
    receiver.answer = lambda call: (200, {}, b"x" * 10_000_000)
    project.webhooks.create(receiver.url())
    project.items.add([{"key": "a", "text": "one"}])
    project.items.add([{"key": "b", "text": "two"}])
    send()
    assert next(iter(project.webhooks)).delivered == 2


def test_only_one_worker_sends_and_the_next_in_its_slot_goes_on_at_once(db: Database) -> None:
    assert db.write(lead, "host/0/a", "host/0/") and db.write(lead, "host/0/a", "host/0/")
    assert not db.write(lead, "host/1/b", "host/1/")
    assert db.write(lead, "host/0/c", "host/0/")


def test_a_worker_that_lost_its_lease_stores_nothing(
    project: Project, receiver: Any, sender: Sender, send: Any
) -> None:
    project.webhooks.create(receiver.url())
    project.items.add([{"key": "a", "text": "one"}])
    sender.db.write(lead, "other/0/x", "other/0/")
    send()
    assert receiver.calls == [] and next(iter(project.webhooks)).waiting == 0


def test_an_event_whose_transaction_ends_late_is_not_left_out(
    settings: Any, project: Project, receiver: Any, send: Any, db: Database
) -> None:
    """Ids are given out before the commit: on PostgreSQL the later one can be there first."""
    project.webhooks.create(receiver.url(), ["item.flagged"])

    def put(tx: sa.Connection, number: int) -> None:
        if not db.is_sqlite:  # what an event tells of is written first
            tx.exec_driver_sql("SELECT pg_current_xact_id()")
        put_all(tx, [(project.info.id, "item.flagged", number)])

    if db.is_sqlite:
        for number in (1, 2, 3):
            db.write(put, number)
    else:
        gone, late = db.engine.connect(), db.engine.connect()
        with gone, late:
            gone.begin(), late.begin()
            put(late, 1)
            put(gone, 99)
            db.write(put, 2)
            send(3)
            assert receiver.events() == [], "what is before it may still come"
            gone.rollback()
            send(3)
            assert receiver.events() == []
            late.commit()
            db.write(put, 3)
    send(3)
    assert [one["data"]["number"] for one in receiver.events()] == [1, 2, 3]


def test_no_place_in_the_outbox_comes_twice(project: Project, receiver: Any, send: Any, db: Database) -> None:
    project.webhooks.create(receiver.url())
    project.items.add([{"key": "a", "text": "one"}])
    send()
    db.write(lambda tx: tx.execute(sa.delete(outbox)).rowcount)
    project.items.add([{"key": "b", "text": "two"}])
    send()
    assert len(receiver.calls) == 2


def test_after_a_restore_ids_go_on_and_nothing_is_left_out(
    project: Project, receiver: Any, send: Any, db: Database
) -> None:
    """Rows that had been read are forgotten; in a new database ids go on behind what is left of them."""
    project.webhooks.create(receiver.url())
    project.items.add([{"key": "a", "text": "one"}])
    send()

    def restored(tx: sa.Connection) -> None:
        tx.execute(sa.delete(outbox))
        go_back(tx)
        payload = {"project_id": project.info.id, "count": 7}
        values = {"id": 1, "name": "items.added", "project_id": project.info.id, "payload": payload}
        tx.execute(sa.insert(outbox).values(**values))

    db.write(restored)
    send()
    assert [one["data"]["count"] for one in receiver.events()] == [1, 7]


def test_without_a_webhook_nothing_is_read(db: Database, project: Project) -> None:
    project.items.add([{"key": "a", "text": "one"}])
    assert db.read(Reader().look) is None
