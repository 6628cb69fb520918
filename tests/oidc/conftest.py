"""People who log in through a real OpenID Connect provider."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import oidc_provider
import pytest

from labeler.kit.config import Settings

API = "/api/v1"
ADDRESS = "http://testserver"


@pytest.fixture(scope="session")
def running_provider() -> Iterator[oidc_provider.Provider]:
    provider = oidc_provider.Provider()
    yield provider
    provider.stop()


@pytest.fixture
def provider(running_provider: oidc_provider.Provider, monkeypatch: pytest.MonkeyPatch) -> oidc_provider.Provider:
    """One that knows the service, and nobody yet."""
    monkeypatch.setenv("NO_PROXY", "localhost,127.0.0.1")
    running_provider.serve(ADDRESS)
    return running_provider


@dataclass
class Outcome:
    """Where a log-in ended: the page, why it was refused ("": it was not), and the session's cookie."""

    page: str
    refused: str
    session: str
    answer: Any


class Door:
    """The service's way in through the provider, as a browser goes it."""

    def __init__(self, service: Any, provider: oidc_provider.Provider) -> None:
        self.service, self.provider = service, provider
        self.http, self.db = service.http, service.db

    def begin(self, **body: Any) -> tuple[str, str]:
        """The provider's address, and the cookie that the log-in is recognized by."""
        self.http.cookies.clear()
        answer = self.http.post(f"{API}/oidc/begin", json=body)
        assert answer.status_code == 200, answer.text
        self.http.cookies.clear()
        self.set_cookie = answer.headers["set-cookie"]
        return answer.json()["url"], self.set_cookie.partition(";")[0]

    def come_back(self, url: str, cookie: str, **changed: str | None) -> Outcome:
        """Follow the address that the provider leads to; `changed`: parts of it that are other, or None: missing."""
        parts = urlsplit(url)
        given = {**dict(parse_qsl(parts.query)), **changed}
        query = urlencode({name: value for name, value in given.items() if value is not None})
        path = urlunsplit(("", "", parts.path, query, ""))
        answer = self.http.get(path, headers={"cookie": cookie}, follow_redirects=False)
        assert answer.status_code == 303, answer.text
        session = answer.cookies.get("labeler_session", "")
        self.http.cookies.clear()
        location = answer.headers["location"]
        assert location.startswith(f"{ADDRESS}/"), location
        page, _, refused = location.removeprefix(ADDRESS).partition("#refused=")
        assert bool(refused) != bool(session)
        return Outcome(page, refused, session, answer)

    def log_in(self, who: str | None, **body: Any) -> Outcome:
        url, cookie = self.begin(**body)
        return self.come_back(self.provider.answer(url, who), cookie)

    def me(self, session: str) -> Any:
        return self.http.get(f"{API}/me", headers={"cookie": f"labeler_session={session}"})

    def trail(self) -> list[dict[str, Any]]:
        from labeler.accounts.audit import trail

        return self.db.read(trail, None, None, 100)  # type: ignore[no-any-return]


@pytest.fixture
def door(
    settings: Settings, provider: oidc_provider.Provider, start_service: Callable[[Settings], Any]
) -> Callable[..., Door]:
    """`door(oidc_domains=...)`: the service with the provider and these settings."""

    def open_door(**more: Any) -> Door:
        given = {**settings.model_dump(), **provider.settings(public_url=ADDRESS), **more}
        return Door(start_service(Settings(**given)), provider)

    return open_door
