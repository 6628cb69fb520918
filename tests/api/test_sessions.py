"""Logging in and out, invitations, passwords, and that no secret is stored in clear (G12, G14)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher, Type, extract_parameters

from labeler.accounts import attempts
from labeler.accounts.audit import trail
from labeler.accounts.browsers import browser_named
from labeler.accounts.tables import invitations, login_failures, sessions
from labeler.accounts.users import add_user
from labeler.client import ApiError
from labeler.kit.columns import clock, metadata

API = "/api/v1"
PASSWORD = "correct horse battery"


def stored_text(db: Any) -> str:
    """Everything in the database as text."""

    def read(tx: Any) -> str:
        return "\n".join(str(tuple(row)) for table in metadata.sorted_tables for row in tx.execute(sa.select(table)))

    return str(db.read(read))


def test_log_in_and_out(browser: Callable[..., Any]) -> None:
    me = browser()
    assert me.send("GET", "/me").json()["user"]["email"] == me.email
    assert me.send("DELETE", "/session").status_code == 204
    assert me.send("GET", "/me").status_code == 401


def test_the_cookie_is_out_of_reach_of_scripts(service: Any, log_in: Callable[..., Any]) -> None:
    service.db.write(add_user, "c@example.org", "C", "labeler", password=PASSWORD)
    said = log_in("C@Example.org ").headers["set-cookie"].lower()
    assert "httponly" in said and "samesite=strict" in said and "path=/" in said


def test_a_wrong_password_and_an_unknown_account_get_the_same_answer(service: Any, log_in: Callable[..., Any]) -> None:
    service.db.write(add_user, "a@example.org", "A", "labeler", password=PASSWORD)
    answers = [log_in("a@example.org", "wrong password"), log_in("nobody@example.org", "wrong password")]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert {answer.json()["type"] for answer in answers} == {"wrong-credentials"}
    assert answers[0].json()["detail"] == answers[1].json()["detail"]
    assert not any("set-cookie" in answer.headers for answer in answers)


def test_an_account_is_locked_after_failures_also_for_the_right_password(
    service: Any, log_in: Callable[..., Any], browser: Callable[..., Any]
) -> None:
    me = browser()
    failed = [log_in(me.email, "wrong password") for _ in range(service.settings.login_attempts)]
    assert {answer.status_code for answer in failed} == {401}
    assert ["pauses" in answer.json()["detail"] for answer in failed[::7]] == [False, True]  # told when it is near
    locked = log_in(me.email)
    assert locked.status_code == 429 and locked.json()["type"] == "too-many-attempts"
    assert int(locked.headers["retry-after"]) > 0
    assert 60 < int(locked.headers["retry-after"]) <= service.settings.login_lock_seconds
    assert me.send("GET", "/me").status_code == 200  # who is in, stays in
    assert browser().id != me.id  # others are not locked out


def test_the_owner_gets_in_from_elsewhere(
    service: Any, log_in: Callable[..., Any], browser: Callable[..., Any]
) -> None:
    me, settings = browser(), service.settings
    for _ in range(settings.login_attempts + 1):
        log_in(me.email, "wrong password")
    assert log_in(me.email).status_code == 429
    service.db.write(attempts.begin, me.email, "192.0.2.7", settings)


def test_an_address_that_guesses_at_many_accounts_locks_out_nobody_who_came_from_there(
    service: Any, log_in: Callable[..., Any], browser: Callable[..., Any]
) -> None:
    me = browser()
    service.db.write(add_user, "late@example.org", "Late", "labeler", password=PASSWORD)
    most = attempts.MORE_FOR_ADDRESSES * service.settings.login_attempts
    codes = [log_in(f"guess-{n}@example.org", "wrong password").status_code for n in range(most + 4)]
    assert codes == [401] * most + [429] * 4
    assert log_in(me.email).status_code == 200
    assert log_in("late@example.org").status_code == 429


def test_a_hundred_at_once_pass_no_limit(service: Any, browser: Callable[..., Any]) -> None:
    me = browser()
    body = {"email": me.email, "password": "wrong password"}
    with ThreadPoolExecutor(20) as pool:
        codes = list(pool.map(lambda _: service.http.post(API + "/session", json=body).status_code, range(100)))
    assert codes.count(401) == service.settings.login_attempts
    assert set(codes) == {401, 429}


def test_old_failures_are_dropped(service: Any, log_in: Callable[..., Any]) -> None:
    log_in("nobody@example.org", "wrong password")
    rows = sa.select(sa.func.count()).select_from(login_failures)
    age = sa.update(login_failures).values(last_at=clock(-2 * attempts.DAY))
    assert service.db.read(lambda tx: tx.execute(rows).scalar()) == 2
    service.db.write(lambda tx: tx.execute(age).rowcount)
    service.db.write(attempts.forget_failures)
    assert service.db.read(lambda tx: tx.execute(rows).scalar()) == 0


@pytest.mark.parametrize("weak", ["password12", "qwertyuiop", "0123456789", "aaaaaaaaaaaa", "grace-hopper"])
def test_a_password_that_is_tried_first_is_refused(service: Any, admin: Any, weak: str) -> None:
    body = {"email": "grace-hopper@navy.example", "name": "Grace", "role": "labeler"}
    token = admin.client.post("/users", json=body)["invitation_url"].split("#")[1]
    refused = service.http.post(API + "/invitation", json={"token": token, "password": weak})
    assert refused.status_code == 422 and "guess" in refused.json()["detail"]
    assert service.http.post(API + "/invitation", json={"token": token, "password": PASSWORD}).status_code == 200


def test_accounts_and_members_say_who_has_come(service: Any, admin: Any, project: Any) -> None:
    made = admin.client.users.invite("new@example.org", "New")
    project.members.add(made.email)

    def new() -> tuple[Any, Any]:
        people = next(one for one in admin.client.users if one.id == made.id)
        return people, next(one for one in project.members if one.user_id == made.id)

    assert made.invited_until == new()[0].invited_until is not None
    assert [one.has_password for one in (made, *new())] == [False] * 3
    token = made.invitation_url.split("#")[1]
    accepted = service.http.post(API + "/invitation", json={"token": token, "password": PASSWORD})
    assert accepted.json()["user"]["has_password"]
    assert [one.has_password for one in new()] == [True] * 2 and new()[0].invited_until is None


def test_who_is_deactivated_is_no_stranger(admin: Any, project: Any) -> None:
    made = admin.client.users.invite("gone@example.org", "Gone")
    admin.client.users.change(made.id, active=False)
    with pytest.raises(ApiError, match="is deactivated"):
        project.members.add(made.email)
    with pytest.raises(ApiError, match="There is no account"):
        project.members.add("nobody@example.org")


def test_an_invitation_of_a_deactivated_account_says_so(service: Any, admin: Any) -> None:
    made = admin.client.post("/users", json={"email": "gone@example.org", "name": "Gone", "role": "labeler"})
    admin.client.patch(f"/users/{made['id']}", json={"active": False})
    token = made["invitation_url"].split("#")[1]
    for path, body in (("/invitation/check", {}), ("/invitation", {"password": PASSWORD})):
        answer = service.http.post(API + path, json={"token": token, **body})
        assert answer.status_code == 404 and "deactivated" in answer.json()["detail"]


def test_a_success_forgets_the_failures(service: Any, log_in: Callable[..., Any], browser: Callable[..., Any]) -> None:
    me = browser()
    for _ in range(2):
        for _ in range(service.settings.login_attempts - 1):
            log_in(me.email, "wrong password")
        assert log_in(me.email).status_code == 200


def test_an_invitation_works_once(service: Any, admin: Any, log_in: Callable[..., Any]) -> None:
    body = {"email": "new@example.org", "name": "New", "role": "labeler"}
    url = admin.client.post("/users", json=body)["invitation_url"]
    assert urlsplit(url).query == "" and url.count("#") == 1
    token = url.split("#")[1]
    assert service.http.post(API + "/invitation/check", json={"token": token}).json()["email"] == "new@example.org"
    assert log_in("new@example.org", "").status_code == 401
    short = service.http.post(API + "/invitation", json={"token": token, "password": "short"})
    assert short.status_code == 422
    accepted = service.http.post(API + "/invitation", json={"token": token, "password": PASSWORD, "name": "Newer"})
    assert accepted.status_code == 200 and accepted.json()["user"]["name"] == "Newer"
    again = service.http.post(API + "/invitation", json={"token": token, "password": "another password"})
    assert again.status_code == 404 and log_in("new@example.org").status_code == 200
    assert service.http.post(API + "/invitation/check", json={"token": token}).status_code == 404


def test_a_new_invitation_replaces_the_old_and_old_ones_expire(service: Any, admin: Any) -> None:
    body = {"email": "new@example.org", "name": "New", "role": "labeler"}
    made = admin.client.post("/users", json=body)
    newer = admin.client.post(f"/users/{made['id']}/invitation")["invitation_url"].split("#")[1]
    old = made["invitation_url"].split("#")[1]
    assert service.http.post(API + "/invitation/check", json={"token": old}).status_code == 404
    assert service.http.post(API + "/invitation/check", json={"token": newer}).status_code == 200
    service.db.write(lambda tx: tx.execute(sa.update(invitations).values(expires_at=clock(-1))).rowcount)
    assert service.http.post(API + "/invitation", json={"token": newer, "password": PASSWORD}).status_code == 404


def test_a_changed_password_ends_the_other_sessions(browser: Callable[..., Any], log_in: Callable[..., Any]) -> None:
    here = browser()
    there = browser(email=here.email)
    body = {"current": PASSWORD, "new": "a much newer password"}
    assert here.send("POST", "/password", json=body | {"current": "wrong"}).status_code == 401
    assert here.send("POST", "/password", json=body).status_code == 204
    assert here.send("GET", "/me").status_code == 200
    assert there.send("GET", "/me").status_code == 401
    assert log_in(here.email).status_code == 401 and log_in(here.email, body["new"]).status_code == 200


def test_one_logs_out_everywhere_else(browser: Callable[..., Any]) -> None:
    here, stranger = browser(), browser()
    there = browser(email=here.email)
    assert [one["current"] for one in here.send("GET", "/sessions").json()["items"]] == [True, False]
    assert here.send("DELETE", "/sessions").status_code == 204
    assert there.send("GET", "/me").status_code == 401
    assert here.send("GET", "/me").status_code == stranger.send("GET", "/me").status_code == 200
    assert len(here.send("GET", "/sessions").json()["items"]) == 1


def test_one_changes_ones_own_name_and_nothing_else(browser: Callable[..., Any]) -> None:
    me = browser()
    assert me.send("PATCH", "/me", json={"name": " Grace "}).json()["name"] == "Grace"
    assert me.send("GET", "/me").json()["user"]["name"] == "Grace"
    assert me.send("PATCH", "/me", json={"name": "Grace", "role": "admin"}).status_code == 422
    assert me.send("PATCH", "/me", json={"name": ""}).status_code == 422


def test_guessing_the_password_from_inside_is_locked_too(service: Any, browser: Callable[..., Any]) -> None:
    me = browser()
    guess = {"current": "wrong password", "new": "a much newer password"}
    codes = [me.send("POST", "/password", json=guess).status_code for _ in range(service.settings.login_attempts + 1)]
    assert codes == [401] * service.settings.login_attempts + [429]


def test_a_deactivated_account_is_out_at_once(
    service: Any, admin: Any, browser: Callable[..., Any], log_in: Callable[..., Any]
) -> None:
    me = browser()
    token = me.send("POST", "/tokens", json={"name": "t", "scopes": ["*"]}).json()["token"]
    admin.client.patch(f"/users/{me.id}", json={"active": False})
    assert me.send("GET", "/me").status_code == 401
    assert service.client(token)._http.get("/me").status_code == 401
    assert log_in(me.email).status_code == 401
    admin.client.patch(f"/users/{me.id}", json={"active": True})
    assert log_in(me.email).status_code == 200


def test_the_last_administrator_stays(service: Any, admin: Any) -> None:
    for change in ({"role": "labeler"}, {"active": False}):
        assert admin.client._http.patch(f"/users/{admin.id}", json=change).status_code == 422
    second = service.person("admin")
    assert admin.client.patch(f"/users/{admin.id}", json={"role": "labeler"})["role"] == "labeler"
    assert second.client._http.patch(f"/users/{second.id}", json={"active": False}).status_code == 422


WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile Safari/604.1"
NAMED = {
    WINDOWS: "Chrome, Windows",
    f"{WINDOWS} Edg/131.0": "Edge, Windows",
    PHONE: "Safari, iPhone",
    "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0": "Firefox, Linux",
    "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Mobile": "Chrome, Android",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.1 Safari/605": "Safari, macOS",
    "curl/8.5.0": "",
    "": "",
}


@pytest.mark.parametrize("sent", NAMED)
def test_a_browser_is_named_by_what_it_says(sent: str) -> None:
    assert browser_named(sent) == NAMED[sent]


def test_one_logs_out_in_one_other_browser(service: Any, browser: Callable[..., Any]) -> None:
    me = browser()
    given = {"email": me.email, "password": PASSWORD}
    service.http.post(f"{API}/session", json=given, headers={"user-agent": PHONE})
    third, somebody = browser(email=me.email), browser()
    listed = me.send("GET", "/sessions").json()["items"]
    assert listed[0]["current"] and [one["browser"] for one in listed if one["browser"]] == ["Safari, iPhone"]
    [phone] = [one["id"] for one in listed if one["browser"]]
    assert somebody.send("DELETE", f"/sessions/{phone}").status_code == 404
    assert me.send("DELETE", f"/sessions/{phone}").status_code == 204
    assert me.send("DELETE", f"/sessions/{phone}").status_code == 404
    assert [one["browser"] for one in me.send("GET", "/sessions").json()["items"]] == ["", ""]
    assert third.send("GET", "/me").status_code == 200


def test_a_session_ends_after_its_days(service: Any, browser: Callable[..., Any]) -> None:
    me = browser()
    service.db.write(lambda tx: tx.execute(sa.update(sessions).values(expires_at=clock(-1))).rowcount)
    from labeler.accounts.auth import remembered

    remembered.forget()
    assert me.send("GET", "/me").status_code == 401


def test_a_page_of_somebody_else_can_do_nothing_with_the_cookie(browser: Callable[..., Any]) -> None:
    me = browser("manager")
    body = {"name": "P", "labels": ["a", "b"]}
    for headers in ({}, {"origin": "http://evil.example"}, {"origin": "null"}, {"x-csrf-token": "guess"}):
        refused = me.send("POST", "/projects", csrf=False, headers=headers, json=body)
        assert refused.status_code == 403, headers
    assert me.send("POST", "/projects", json=body).status_code == 201
    same = me.send("POST", "/projects", csrf=False, headers={"origin": "http://testserver"}, json=body)
    assert same.status_code == 201
    assert me.send("GET", "/projects", csrf=False).status_code == 200
    assert len(me.send("GET", "/projects").json()["items"]) == 2


def test_no_secret_is_stored_in_clear(service: Any, admin: Any, browser: Callable[..., Any]) -> None:
    me = browser()
    once = {"idempotency-key": "the same"}
    person = {"email": "new@example.org", "name": "New", "role": "labeler"}
    made = admin.client.request("POST", "/users", json=person, headers=once).json()
    link = admin.client.request("POST", f"/users/{made['id']}/invitation", headers={"idempotency-key": "k2"}).json()
    token_body = {"name": "t", "scopes": ["read"]}
    token = admin.client.request("POST", "/tokens", json=token_body, headers={"idempotency-key": "k3"}).json()["token"]
    secrets = [made["invitation_url"].split("#")[1], link["invitation_url"].split("#")[1], token, me.cookie, PASSWORD]
    everything = stored_text(service.db)
    assert [secret for secret in secrets if secret in everything] == []
    again = admin.client.request("POST", "/tokens", json=token_body, headers={"idempotency-key": "k3"}).json()
    assert token not in str(again) and again["name"] == "t"
    assert "argon2id" in everything


def test_passwords_are_hashed_at_full_strength(strong_passwords: PasswordHasher) -> None:
    found = extract_parameters(strong_passwords.hash(PASSWORD))
    assert (found.type, found.salt_len) == (Type.ID, 16)
    assert found.memory_cost >= 64 * 1024 and found.time_cost >= 3  # RFC 9106, second recommended option


def test_comings_and_goings_are_in_the_audit_trail(
    service: Any, browser: Callable[..., Any], log_in: Callable[..., Any]
) -> None:
    me = browser()
    log_in(me.email, "wrong password")
    rows = service.db.read(trail, None, None, 10)
    assert [row["action"] for row in rows][:2] == ["login.failed", "login"]
    assert rows[0]["actor"] == me.email and rows[0]["address"]
