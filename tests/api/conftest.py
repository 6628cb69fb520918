"""People who come through the door: with a password and a browser's session."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from labeler.accounts.users import add_user
from labeler.api.app import create_api
from labeler.kit.config import Settings
from labeler.kit.db import Database

API = "/api/v1"
PASSWORD = "correct horse battery"
_numbers = itertools.count(1)


@dataclass
class Browser:
    """A signed-in browser: its cookie and CSRF token, and requests with them."""

    http: Any
    id: int
    email: str
    cookie: str
    csrf: str

    def send(self, method: str, path: str, *, csrf: bool = True, **options: Any) -> httpx.Response:
        headers = {"cookie": f"labeler_session={self.cookie}", **options.pop("headers", {})}
        if csrf:
            headers["x-csrf-token"] = self.csrf
        return self.http.request(method, API + path, headers=headers, **options)  # type: ignore[no-any-return]


@pytest.fixture
def log_in(service: Any) -> Callable[..., httpx.Response]:
    def post(email: str, password: str = PASSWORD) -> httpx.Response:
        service.http.cookies.clear()
        answer: httpx.Response = service.http.post(API + "/session", json={"email": email, "password": password})
        service.http.cookies.clear()
        return answer

    return post


@pytest.fixture
def browser(service: Any, log_in: Callable[..., httpx.Response]) -> Callable[..., Browser]:
    """`browser(role)`: a new account, logged in; `browser(email=...)`: another session of one."""

    def open_browser(role: str = "labeler", email: str = "") -> Browser:
        if not email:
            email = f"{role}-{next(_numbers)}@browser.example"
            service.db.write(add_user, email, role.title(), role, password=PASSWORD)
        answer = log_in(email)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        return Browser(service.http, body["user"]["id"], email, answer.cookies["labeler_session"], body["csrf_token"])

    return open_browser


@pytest.fixture(scope="module")
def description(sqlite_template: Path) -> dict[str, Any]:
    """What `/api/openapi.json` says."""
    settings = Settings(home=sqlite_template.parent)
    database = Database(settings)
    found = create_api(settings, database).openapi()
    database.close()
    return found
