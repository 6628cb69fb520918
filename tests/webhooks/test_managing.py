"""Managers make webhooks, see how they go, and send something once more; secrets are shown once."""

from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from labeler.client import ApiError, Project
from labeler.kit.events import Event
from labeler.webhooks.reading import WANTED


def test_a_secret_is_shown_once(service: Any, admin: Any, project: Project, receiver: Any) -> None:
    made = project.webhooks.create(receiver.url("/token-in-path"), ["label.submitted", "label.submitted"])
    assert made.secret.startswith("whsec_") and made.events == ["label.submitted"]
    new = project.webhooks.rotate_secret(made.id)
    assert new.secret not in ("", made.secret)
    body = {"url": receiver.url(), "events": ["*"]}
    sent = [
        admin.client.request("POST", f"{project.path}/webhooks", json=body, headers={"idempotency-key": "k"}).json()
        for _ in range(2)
    ]
    assert sent[0]["id"] == sent[1]["id"] and "shown once" in sent[1]["secret"]
    shown = [project.client.request("GET", path).text for path in (f"{project.path}/webhooks", "/audit", project.path)]
    for secret in (made.secret, new.secret, sent[0]["secret"]):
        assert all(secret not in text for text in shown)
    assert "token-in-path" not in shown[1], "a URL may hold a key: the audit names its host"
    actions = [row["action"] for row in admin.client.get("/audit")["items"]]
    assert actions[:3] == ["webhook.created", "webhook.rotated", "webhook.created"]


def test_both_secrets_sign_for_a_day(project: Project, receiver: Any, send: Any, wait: Any) -> None:
    hook = project.webhooks.create(receiver.url())
    new = project.webhooks.rotate_secret(hook.id)
    assert new.previous_secret_until is not None
    project.webhooks.test(hook.id)
    send()
    for secret in (hook.secret, new.secret):
        Webhook(secret).verify(receiver.calls[0].body, receiver.calls[0].headers)
    wait(86_400)
    project.webhooks.test(hook.id)
    send()
    Webhook(new.secret).verify(receiver.calls[1].body, receiver.calls[1].headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(hook.secret).verify(receiver.calls[1].body, receiver.calls[1].headers)


def test_a_test_is_sent_before_what_waits(project: Project, receiver: Any, send: Any) -> None:
    hook = project.webhooks.create(receiver.url())
    receiver.says(500)
    for number in range(3):
        project.items.add([{"key": str(number), "text": "one"}])
    send()
    receiver.says(200)
    asked = project.webhooks.test(hook.id)
    assert (asked.event, asked.state) == ("ping", "waiting")
    send()
    assert [one["type"] for one in receiver.events()[1:]] == ["ping", "items.added", "items.added"]
    assert receiver.events()[1]["data"] == {"project": project.slug, "project_id": project.info.id}


def test_a_delivery_is_sent_once_more_by_hand_with_the_same_id(
    admin: Any, project: Project, receiver: Any, send: Any
) -> None:
    hook = project.webhooks.create(receiver.url())
    project.items.add([{"key": "a", "text": "one"}])
    send()
    row = next(project.webhooks.deliveries(hook.id))
    assert (row.state, row.attempts, row.response_status) == ("delivered", 1, 204) and row.duration_ms is not None
    project.webhooks.redeliver(hook.id, row.id)
    send()
    again = next(project.webhooks.deliveries(hook.id))
    assert (again.state, again.attempts, again.message_id) == ("delivered", 2, row.message_id)
    assert [call.id for call in receiver.calls] == [row.message_id] * 2
    assert receiver.calls[0].body == receiver.calls[1].body
    assert admin.client.get("/audit")["items"][0]["action"] == "webhook.redelivered"
    with pytest.raises(ApiError) as unknown:
        project.webhooks.redeliver(hook.id, 99_999)
    assert unknown.value.status == 404


def test_deliveries_come_in_pages_newest_first(project: Project, receiver: Any, send: Any) -> None:
    hook = project.webhooks.create(receiver.url())
    for number in range(5):
        project.items.add([{"key": str(number), "text": "one"}])
    receiver.says(500)
    send()
    listed = list(project.webhooks.deliveries(hook.id, limit=2))
    assert len(listed) == 5 and [row.id for row in listed] == sorted((row.id for row in listed), reverse=True)
    assert len(list(project.webhooks.deliveries(hook.id, state="delivered"))) == 0


def test_a_webhook_that_is_off_is_told_nothing_and_says_so(project: Project, receiver: Any, send: Any) -> None:
    hook = project.webhooks.create(receiver.url(), active=False)
    project.items.add([{"key": "a", "text": "one"}])
    send()
    for call in (lambda: project.webhooks.test(hook.id), lambda: project.webhooks.redeliver(hook.id, 1)):
        with pytest.raises(ApiError) as refused:
            call()
        assert refused.value.type == "conflict"
    project.webhooks.change(hook.id, active=True, events=["items.added"])
    send()
    assert receiver.calls == []
    project.webhooks.delete(hook.id)
    assert list(project.webhooks) == []


def test_a_project_has_only_so_many(project: Project, receiver: Any) -> None:
    for _ in range(20):
        project.webhooks.create(receiver.url())
    with pytest.raises(ApiError) as refused:
        project.webhooks.create(receiver.url())
    assert refused.value.type == "conflict"


@pytest.mark.parametrize("events", [[], ["no.such.event"], ["audited"], ["project.erased"], ["user.deactivated"]])
def test_only_events_of_a_project_can_be_asked_for(project: Project, receiver: Any, events: list[str]) -> None:
    with pytest.raises(ApiError) as refused:
        project.webhooks.create(receiver.url(), events)
    assert refused.value.type == "invalid"


def test_another_projects_webhooks_are_out_of_reach(admin: Any, project: Project, receiver: Any) -> None:
    hook = project.webhooks.create(receiver.url())
    other = admin.client.projects.create("Other", labels=["a", "b"])
    for call in (other.webhooks.test, other.webhooks.rotate_secret, other.webhooks.delete):
        with pytest.raises(ApiError) as refused:
            call(hook.id)
        assert refused.value.status == 404
    assert len(list(project.webhooks)) == 1


def test_every_public_event_of_a_project_can_be_asked_for() -> None:
    from labeler import rooms

    rooms.load_listeners()
    rooms.load_jobs()
    ours = [kind for kind in Event.__subclasses__() if kind.__module__.startswith("labeler.")]
    public = {kind.name for kind in ours if kind.is_public and "project_id" in kind.__annotations__}
    assert public - {"project.erased"} == WANTED
