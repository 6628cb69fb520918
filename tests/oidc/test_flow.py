"""The way to the provider and back: what is checked on it, and what happens when the provider fails (G14, G16, G22)."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import oidc_provider
import pytest

from labeler.accounts.users import add_user
from labeler.kit.config import Settings
from labeler.oidc import provider as provider_module
from labeler.oidc.flow import own_path

API = "/api/v1"
PASSWORD = "correct horse battery"
STAFF = {"oidc_group_roles": {"staff": ["labeler"]}}


def test_log_in_through_the_provider_and_out_of_both(
    door: Callable[..., Any], provider: oidc_provider.Provider
) -> None:
    way, ada = door(**STAFF), provider.person("ada", groups=["staff"])
    found = way.log_in(ada, back="/label?project=sms")
    assert found.page == "/label?project=sms"
    me = way.me(found.session).json()
    assert (me["user"]["email"], me["user"]["name"], me["user"]["role"]) == ("ada@example.org", "Ada", "labeler")
    said = way.set_cookie.lower()
    assert "httponly" in said and "samesite=lax" in said and "max-age=600" in said and "path=/api/v1/oidc" in said
    assert found.answer.headers["cache-control"] == "no-store"
    login = next(row for row in way.trail() if row["action"] == "login")
    assert (login["actor"], login["detail"]) == ("ada@example.org", {"method": "oidc"})
    headers = {"cookie": f"labeler_session={found.session}", "x-csrf-token": me["csrf_token"]}
    out = urlsplit(way.http.delete(f"{API}/oidc/session", headers=headers).json()["url"])
    assert f"{out.scheme}://{out.netloc}" == provider.issuer
    assert parse_qs(out.query)["post_logout_redirect_uri"] == ["http://testserver/"] and "id_token_hint" in out.query
    assert way.me(found.session).status_code == 401


def test_the_request_has_pkce_state_and_nonce_of_its_own(
    door: Callable[..., Any], provider: oidc_provider.Provider
) -> None:
    way = door(**STAFF)
    asked = [parse_qs(urlsplit(way.begin()[0]).query) for _ in range(2)]
    assert asked[0]["code_challenge_method"] == ["S256"] and asked[0]["response_type"] == ["code"]
    assert asked[0]["redirect_uri"] == ["http://testserver/api/v1/oidc/callback"]
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[0][name][0]) >= 43 and asked[0][name] != asked[1][name]


def test_an_answer_counts_once_and_only_in_the_browser_that_asked(
    door: Callable[..., Any], provider: oidc_provider.Provider
) -> None:
    way, ada = door(**STAFF), provider.person("ada", groups=["staff"])
    (url, cookie), (_, other) = way.begin(), way.begin()
    back = provider.answer(url, ada)
    assert way.come_back(back, "").refused == "expired"
    assert way.come_back(back, other).refused == "expired"
    assert way.come_back(back, f"{cookie.partition('=')[0]}={other.partition('=')[2]}").refused == "expired"
    assert way.come_back(back, cookie[:-4] + "AAAA").refused == "expired"
    assert way.come_back(back, cookie, state="another").refused == "expired"
    assert way.come_back(back, cookie).session
    assert way.come_back(back, cookie).refused == "expired"  # replayed
    assert way.come_back(provider.answer(way.begin()[0], ada), other).refused == "expired"


def test_a_code_of_another_log_in_lets_nobody_in(door: Callable[..., Any], provider: oidc_provider.Provider) -> None:
    """Its PKCE verifier is another one; and without that check its nonce would be."""
    way, ada = door(**STAFF), provider.person("ada", groups=["staff"])
    theirs = parse_qs(urlsplit(provider.answer(way.begin()[0], ada)).query)["code"][0]
    url, cookie = way.begin()
    assert way.come_back(provider.answer(url, ada), cookie, code=theirs).refused == "invalid"
    url, cookie = way.begin()
    assert way.come_back(provider.answer(url, ada), cookie, iss="http://localhost:1").refused == "invalid"
    url, cookie = way.begin()
    assert way.come_back(provider.answer(url, ada), cookie, iss=None).refused == "invalid"
    failed = [row["detail"] for row in way.trail() if row["action"] == "login.failed"]
    assert failed == [{"method": "oidc", "reason": "invalid"}] * 3


SPOILED = {
    "expired": {"claims": {"exp": 1_700_000_000}},
    "of the future": {"claims": {"iat": 4_000_000_000}},
    "of no time": {"claims": {"exp": None}},
    "for another service": {"claims": {"aud": "another"}},
    "for two, issued to the other": {"claims": {"aud": ["labeler", "another"], "azp": "another"}},
    "by another issuer": {"claims": {"iss": "http://localhost:1"}},
    "with another nonce": {"claims": {"nonce": "another"}},
    "without a nonce": {"claims": {"nonce": None}},
    "of nobody": {"claims": {"sub": ""}},
    "signed by nobody": {"none": True},
    "signed by somebody else": {"unknown": True},
}


def test_an_id_token_that_is_not_good_lets_nobody_in(
    door: Callable[..., Any], provider: oidc_provider.Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    way, ada = door(**STAFF), provider.person("ada", groups=["staff"])
    for what, wrong in SPOILED.items():
        provider.control(wrong=wrong)
        assert way.log_in(ada).refused == "invalid", what
    now = int(time.time())
    for claims, lets_in in (({"exp": now - 30}, True), ({"iat": now + 30}, True), ({"exp": now - 90}, False)):
        provider.control(wrong={"claims": claims})
        assert bool(way.log_in(ada).session) == lets_in, claims


def test_new_keys_of_the_provider_are_found(
    door: Callable[..., Any], provider: oidc_provider.Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    way, ada = door(**STAFF), provider.person("ada", groups=["staff"])
    assert way.log_in(ada).session
    monkeypatch.setattr(provider_module, "AGAIN_SECONDS", 0.0)
    provider.control(rotate=True)
    assert way.log_in(ada).session
    monkeypatch.setattr(provider_module, "AGAIN_SECONDS", 60.0)
    provider.control(rotate=True)
    assert way.log_in(ada).refused == "invalid"  # they are not asked for at every token


def test_who_cancels_is_told_and_not_counted(door: Callable[..., Any], provider: oidc_provider.Provider) -> None:
    way = door(**STAFF, login_attempts=1)
    assert {way.log_in(None).refused for _ in range(12)} == {"cancelled"}
    assert way.log_in(None, back="/items?project=sms").page == "/items?project=sms"
    assert [row for row in way.trail() if row["action"] == "login.failed"] == []


def test_failures_of_an_address_are_counted_and_lock_it_for_a_while(
    door: Callable[..., Any], provider: oidc_provider.Provider
) -> None:
    way, ada = door(**STAFF, login_attempts=1), provider.person("ada", groups=["staff"])
    stranger = provider.person("stranger")
    assert way.log_in(ada).session
    assert [way.log_in(stranger).refused for _ in range(10)] == ["not-invited"] * 10
    assert way.log_in(ada).refused == "locked"
    way.db.write(add_user, "p@example.org", "P", "labeler", password=PASSWORD)
    body = {"email": "p@example.org", "password": PASSWORD}
    assert way.http.post(f"{API}/session", json=body).status_code == 200  # each way in has a count of its own


def test_a_provider_that_does_not_answer_is_told_within_seconds_and_passwords_work(
    door: Callable[..., Any], provider: oidc_provider.Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_module, "SECONDS", 0.5)
    way, ada = door(**STAFF), provider.person("ada", groups=["staff"])
    way.db.write(add_user, "p@example.org", "P", "labeler", password=PASSWORD)
    url, cookie = way.begin()
    back = provider.answer(url, ada)
    with provider.frozen():
        started = time.monotonic()
        assert way.come_back(back, cookie).refused == "unavailable"
        assert time.monotonic() - started < 15  # a busy machine has its own pace
        body = {"email": "p@example.org", "password": PASSWORD}
        assert way.http.post(f"{API}/session", json=body).status_code == 200
    assert [row for row in way.trail() if row["action"] == "login.failed"] == []
    away = door(oidc_issuer="http://localhost:9", **STAFF)
    for _ in range(3):
        answer = away.http.post(f"{API}/oidc/begin", json={})
        assert answer.status_code == 503 and answer.json()["type"] == "unavailable"
        assert "can't be reached" in answer.json()["detail"]
    misnamed = door(oidc_issuer=f"{provider.issuer}/", **STAFF)
    assert misnamed.http.post(f"{API}/oidc/begin", json={}).status_code == 503


ELSEWHERE = (
    "https://evil.example",
    "//evil.example/x",
    "/\\evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "/a\r\nset-cookie: x=y",
    "/\t/evil.example",
    "///evil.example",
    "http:evil.example",
    "evil.example",
    "/api/v1/export",
    "",
)


@pytest.mark.one_database
def test_nobody_is_sent_to_another_place(settings: Settings) -> None:
    given = settings.model_copy(update={"public_url": "https://labels.example.org/tools/labeler"})
    assert {path: own_path(given, path) for path in ELSEWHERE} == dict.fromkeys(ELSEWHERE, "/")
    assert own_path(given, "/items?project=sms&q=https%3A%2F%2Fx") == "/items?project=sms&q=https%3A%2F%2Fx"
    assert own_path(given, "/tools/labeler/label?project=sms") == "/label?project=sms"
    assert own_path(given, "/tools/labeler//evil.example") == "/"


@pytest.mark.one_database
def test_without_a_provider_there_is_no_such_way_in(service: Any) -> None:
    assert service.http.get(f"{API}/ways-in").json() == {"password": True, "provider": None}
    assert service.http.post(f"{API}/oidc/begin", json={}).status_code == 404
    assert service.http.get(f"{API}/oidc/callback?state=x&code=y").status_code == 404


WRONG_SETTINGS = (
    {"oidc_issuer": "https://login.example.org"},
    {"oidc_issuer": "http://login.example.org", "oidc_client_id": "labeler"},
    {"password_login": False},
    {"oidc_issuer": "https://login.example.org", "oidc_client_id": "labeler", "oidc_accounts": "allowed"},
    {"oidc_group_roles": {"staff": ["owner"]}},
    {"oidc_group_roles": {"staff": ["sms:admin"]}},
)


@pytest.mark.one_database
def test_settings_that_let_in_everybody_or_nobody_are_refused(settings: Settings) -> None:
    for wrong in WRONG_SETTINGS:
        with pytest.raises(ValueError):
            Settings(**{**settings.model_dump(), **wrong})
