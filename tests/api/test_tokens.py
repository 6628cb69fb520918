"""Tokens stay small (G30): none sees, makes or revokes what its scopes and project don't cover, no child outlives its
parent or its owner's password."""

from collections.abc import Callable
from itertools import product
from typing import Any

import httpx
import pytest

from labeler.client import Project

PASSWORD = "correct horse battery"
NEW_PASSWORD = "seven blue umbrellas"
SCOPES = ("read", "label", "write", "manage", "admin", "*")


def make(client: Any, *scopes: str, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = client.post("/tokens", json={"name": "t", "scopes": list(scopes), **more})
    return made


def works(service: Any, token: str) -> bool:
    return bool(service.client(token)._http.get("/me").status_code == 200)


def seen_by(service: Any, token: str) -> set[int]:
    return {entry["id"] for entry in service.client(token).get("/tokens")["items"]}


@pytest.mark.one_database
@pytest.mark.parametrize(("mine", "other"), list(product(SCOPES, SCOPES)))
def test_a_token_sees_and_revokes_only_what_it_covers(service: Any, admin: Any, mine: str, other: str) -> None:
    asking, asked = make(admin.client, mine), make(admin.client, other)
    covered = mine in (other, "*")
    assert (asked["id"] in seen_by(service, asking["token"])) == covered
    answer = service.client(asking["token"])._http.delete(f"/tokens/{asked['id']}")
    assert answer.status_code == (204 if covered else 404)
    assert works(service, asked["token"]) != covered


def test_a_token_for_one_project_sees_no_token_of_another(service: Any, admin: Any, project: Project) -> None:
    asking = make(admin.client, "*", project_id=project.slug)
    other, same = make(admin.client, "read"), make(admin.client, "read", project_id=project.slug)
    assert seen_by(service, asking["token"]) == {asking["id"], same["id"]}
    assert service.client(asking["token"])._http.delete(f"/tokens/{other['id']}").status_code == 404
    assert works(service, other["token"])


def test_what_was_made_with_a_token_ends_with_it(service: Any, admin: Any) -> None:
    parent = make(admin.client, "*")
    child = make(service.client(parent["token"]), "*")
    grandchild, other = make(service.client(child["token"]), "read"), make(admin.client, "read")
    admin.client.delete(f"/tokens/{parent['id']}")
    assert [works(service, one["token"]) for one in (parent, child, grandchild, other)] == [False, False, False, True]


def test_tokens_end_with_the_password(service: Any, admin: Any, browser: Callable[..., Any]) -> None:
    me, other = browser(), browser()
    mine, theirs = (who.send("POST", "/tokens", json={"name": "t", "scopes": ["*"]}).json() for who in (me, other))
    child = make(service.client(mine["token"]), "read")
    assert me.send("POST", "/password", json={"current": PASSWORD, "new": NEW_PASSWORD}).status_code == 204
    assert [works(service, one["token"]) for one in (mine, child, theirs)] == [False, False, True]
    assert me.send("GET", "/me").status_code == 200


def test_tokens_end_with_a_forgotten_password(service: Any, admin: Any, browser: Callable[..., Any]) -> None:
    me = browser()
    mine = me.send("POST", "/tokens", json={"name": "t", "scopes": ["*"]}).json()
    link = admin.client.post(f"/users/{me.id}/invitation")["invitation_url"].split("#")[1]
    accepted: httpx.Response = service.http.post("/api/v1/invitation", json={"token": link, "password": NEW_PASSWORD})
    assert accepted.status_code == 200 and not works(service, mine["token"])


def test_a_small_token_changes_no_password(service: Any, browser: Callable[..., Any]) -> None:
    me = browser()
    small = me.send("POST", "/tokens", json={"name": "t", "scopes": ["read"]}).json()
    guess = {"current": PASSWORD, "new": NEW_PASSWORD}
    assert service.client(small["token"])._http.post("/password", json=guess).status_code == 403


@pytest.mark.parametrize("role", ["admin", "manager"])
def test_a_token_for_one_project_reads_no_audit_of_others(service: Any, admin: Any, role: str) -> None:
    who = admin if role == "admin" else service.person("manager")
    mine, other = (who.client.post("/projects", json={"name": n, "labels": ["a", "b"]}) for n in ("Mine", "Other"))
    token = make(who.client, "manage", project_id=mine["id"])["token"]
    seen = {event["project_id"] for event in service.client(token).get("/audit")["items"]}
    assert seen == {mine["id"]} and other["id"] in {e["project_id"] for e in who.client.get("/audit")["items"]}
