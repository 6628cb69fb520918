"""Whose addresses count behind a proxy (G29): those that a configured proxy names, and nobody else's word."""

from pathlib import Path

import httpx
import pytest
from processes import STARTS_IN, Running, free_port, wait_for
from pydantic import ValidationError

from labeler.accounts.audit import trail
from labeler.kit.config import Settings
from labeler.kit.db import Database

API = "/api/v1"


@pytest.mark.parametrize("trusted", ["", "127.0.0.0/8"])
def test_only_a_configured_proxy_says_who_asks(tmp_path: Path, trusted: str) -> None:
    settings = Settings(home=tmp_path / "home", database_url="", port=free_port(), trusted_proxies=trusted)
    running = Running(["-m", "labeler", "api"], settings, tmp_path / "log")
    try:
        wait_for(running.ready, STARTS_IN, "the service to answer")
        codes = {}
        for address in ("203.0.113.5", "203.0.113.6"):
            headers = {"x-forwarded-for": f"198.51.100.1, {address}"}
            body = {"email": "ada@example.org", "password": "wrong password"}
            with httpx.Client(base_url=running.url + API, headers=headers) as http:
                codes[address] = [http.post("/session", json=body).status_code for _ in range(9)]
        db = Database(settings)
        seen = {event["address"] for event in db.read(trail, None, None, 50) if event["action"] == "login.failed"}
        db.close()
    finally:
        running.stop()
    failed = [401] * settings.login_attempts
    if trusted:
        assert codes == {"203.0.113.5": [*failed, 429], "203.0.113.6": [*failed, 429]}
        assert seen == {"203.0.113.5", "203.0.113.6"}
    else:
        assert codes["203.0.113.6"] == [429] * 9
        assert seen == {"127.0.0.1"}


@pytest.mark.parametrize("wrong", ["*", "proxy.example.org", "10.0.0.0/99"])
def test_proxies_are_named_by_address(wrong: str) -> None:
    with pytest.raises(ValidationError, match="addresses or networks"):
        Settings(trusted_proxies=wrong)
