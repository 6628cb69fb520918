"""Once is once (G2): each write three times at the same time, counted afterwards."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from labeler.accounts.tables import api_tokens, audit_events, members, users
from labeler.client import Project
from labeler.datasets.tables import dataset_versions
from labeler.guidelines.tables import guideline_versions
from labeler.kit.jobs.tables import jobs
from labeler.labels.tables import flags, labels, skips
from labeler.projects.tables import projects

COUNTED = (users, api_tokens, members, projects, guideline_versions, jobs, labels, flags, skips, dataset_versions,
           audit_events)  # fmt: skip


def counts(service: Any) -> dict[str, int]:
    def read(tx: Any) -> dict[str, int]:
        return {t.name: tx.execute(sa.select(sa.func.count()).select_from(t)).scalar_one() for t in COUNTED}

    found: dict[str, int] = service.db.read(read)
    return found


def three_times(send: Callable[[], httpx.Response]) -> list[httpx.Response]:
    with ThreadPoolExecutor(3) as pool:
        return [future.result() for future in [pool.submit(send) for _ in range(3)]]


def plain(answer: httpx.Response) -> Any:
    """An answer without what is shown once."""
    if not answer.content:
        return None
    left_out = ("token", "invitation_url", "remaining")
    return {name: value for name, value in answer.json().items() if name not in left_out}


WRITES: dict[str, tuple[str, str, Any, dict[str, int]]] = {
    "invite": ("POST", "/users", {"email": "n@example.org", "name": "N"}, {"users": 1, "audit_events": 1}),
    "invite again": ("POST", "/users/{user}/invitation", None, {"audit_events": 1}),
    "change user": ("PATCH", "/users/{user}", {"name": "Other"}, {"audit_events": 1}),
    "token": ("POST", "/tokens", {"name": "t", "scopes": ["read"]}, {"api_tokens": 1, "audit_events": 1}),
    "project": (
        "POST",
        "/projects",
        {"name": "P", "labels": ["a", "b"]},
        {"projects": 1, "members": 1, "audit_events": 1},
    ),
    "change project": ("PATCH", "{p}", {"name": "Q"}, {"audit_events": 1}),
    "member": ("POST", "{p}/members", {"user_id": 2, "role": "labeler"}, {"members": 1, "audit_events": 1}),
    "draft": ("POST", "{p}/guidelines", {"text": "# G"}, {"guideline_versions": 1}),
    "train": ("POST", "{p}/train", None, {"jobs": 1, "audit_events": 1}),
    "snapshot": ("POST", "{p}/datasets", {"message": "m"}, {"jobs": 1, "audit_events": 1}),
    "label": ("POST", "{p}/labels", {"item_key": "m0", "value": "spam"}, {"labels": 1}),
    "labels": ("POST", "{p}/labels", [{"item_key": "m0", "value": "spam"}], {"labels": 1}),
    "skip": ("POST", "{p}/skips", {"item_key": "m0", "reason": "Not clear"}, {"skips": 1}),
    "flag": ("POST", "{p}/flags", {"item_key": "m0", "reason": "Ambiguous"}, {"flags": 1}),
}


@pytest.mark.parametrize("write", WRITES)
def test_a_write_repeated_with_its_key_happens_once(
    service: Any, admin: Any, project: Project, add_texts: Callable[..., Any], write: str
) -> None:
    method, path, body, added = WRITES[write]
    add_texts(3)
    other = service.person("labeler")
    assert other.id == 2
    address = path.replace("{p}", project.path).replace("{user}", str(other.id))
    before = counts(service)
    headers = {"idempotency-key": f"{write} once"}
    answers = three_times(lambda: admin.client._http.request(method, address, json=body, headers=headers))
    assert {answer.is_success for answer in answers} == {True}, [answer.text for answer in answers]
    assert all(plain(answer) == plain(answers[0]) for answer in answers)
    after = counts(service)
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == added
    again = admin.client._http.request(method, address, json=body, headers=headers)
    assert plain(again) == plain(answers[0]) and counts(service) == after


@pytest.mark.parametrize("kind", ["labels", "skips", "flags"])
def test_answers_take_the_key_in_their_body(
    service: Any, labelers: list[Project], add_texts: Callable[..., Any], kind: str
) -> None:
    add_texts(3)
    said = {"value": "ham"} if kind == "labels" else {"reason": "Not clear"}
    body = {"item_key": "m0", "idempotency_key": "k", **said}
    send = labelers[0].client._http
    answers = three_times(lambda: send.post(f"{labelers[0].path}/{kind}", json=body))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 201], [a.text for a in answers]
    assert len({str(answer.json()[kind[:-1]]) for answer in answers}) == 1
    assert counts(service)[kind] == 1
    other = labelers[1].client._http.post(f"{labelers[1].path}/{kind}", json=body)  # keys are each labeler's own
    assert other.status_code == 201 and counts(service)[kind] == 2
    elsewhere = send.post(f"{labelers[0].path}/{kind}", json=body | {"item_key": "m1"})
    assert elsewhere.status_code == 409 and counts(service)[kind] == 2


def test_writes_that_need_no_key_are_once_too(
    service: Any, labelers: list[Project], project: Project, add_texts: Callable[..., Any]
) -> None:
    rows = [{"key": "a", "text": "some words"}, {"key": "b", "text": "other words", "label": "ham"}]
    added = three_times(lambda: project.client._http.post(f"{project.path}/items", json=rows))
    assert sum(answer.json()["taken"] for answer in added) == 2, [answer.text for answer in added]
    assert len(list(project.items)) == 2 and counts(service)["labels"] == 1
    send = labelers[0].client._http
    held = three_times(lambda: send.post(f"{labelers[0].path}/queue/next", json={"n": 1}))
    assert len({answer.json()["items"][0]["lease"]["token"] for answer in held}) == 1
    label = labelers[0].label("a", "spam").label
    undone = three_times(lambda: send.delete(f"{labelers[0].path}/labels/{label.id}"))
    assert {answer.json()["label"]["id"] for answer in undone} == {label.id + 1} and counts(service)["labels"] == 3


def test_a_guideline_is_published_once(service: Any, admin: Any, project: Project) -> None:
    draft = admin.client.post(f"{project.path}/guidelines", json={"text": "# G"})
    address, headers = f"{project.path}/guidelines/{draft['version']}/publish", {"idempotency-key": "p"}
    answers = three_times(lambda: admin.client._http.post(address, headers=headers))
    assert {answer.status_code for answer in answers} == {200}
    assert admin.client._http.post(address).status_code == 409


def test_an_import_repeated_with_its_key_is_one_job_and_one_file(service: Any, admin: Any, project: Project) -> None:
    def send() -> httpx.Response:
        files = {"file": ("a.csv", b"key,text\n1,some words here\n2,other words there\n")}
        answer: httpx.Response = admin.client._http.post(
            f"{project.path}/imports", files=files, headers={"idempotency-key": "i"}
        )
        return answer

    answers = three_times(send)
    assert {answer.status_code for answer in answers} == {202} and len({a.json()["id"] for a in answers}) == 1
    assert counts(service)["jobs"] == 1
    assert len(list((service.settings.home / "uploads").iterdir())) == 1


def test_a_changed_password_can_be_said_again(browser: Callable[..., Any]) -> None:
    me = browser()
    body = {"current": "correct horse battery", "new": "a much newer password"}
    answers = [me.send("POST", "/password", json=body, headers={"idempotency-key": "p"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 204]


def test_a_key_used_for_something_else_is_refused(admin: Any) -> None:
    def send(name: str) -> httpx.Response:
        body = {"name": name, "labels": ["a", "b"]}
        answer: httpx.Response = admin.client._http.post("/projects", json=body, headers={"idempotency-key": "k"})
        return answer

    assert send("One").status_code == 201
    refused = send("Two")
    assert refused.status_code == 409 and refused.json()["type"] == "idempotency-mismatch"
    for key in ("", "k" * 201):
        answer = admin.client._http.post("/projects", json={}, headers={"idempotency-key": key})
        assert answer.status_code == 422


def test_a_refused_write_may_be_tried_again_with_its_key(admin: Any, project: Project) -> None:
    headers = {"idempotency-key": "k"}
    refused = admin.client._http.post(f"{project.path}/rollback", headers=headers)
    again = admin.client._http.post(f"{project.path}/rollback", headers=headers)
    assert (refused.status_code, again.status_code) == (409, 409) and again.json()["type"] == "conflict"
