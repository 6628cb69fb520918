"""A real OpenID Connect provider for tests, in a process of its own, and people who log in there."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx

SCRIPT = Path(__file__).parent / "typescript" / "oidc_provider.mjs"
CLIENT_ID, SECRET = "labeler", "s3cret+/:%&"
NO_PROXY = {"trust_env": False}


class Provider:
    """Its issuer is at `localhost`: for a browser that is another site than 127.0.0.1, where the service is."""

    def __init__(self) -> None:
        node = shutil.which("node")
        assert node and (SCRIPT.parent / "node_modules" / "oidc-provider").exists(), "not installed: make node"
        self.process = subprocess.Popen([node, str(SCRIPT)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())
        self.issuer = f"http://localhost:{self.port}"
        self.accounts: dict[str, dict[str, Any]] = {}

    def settings(self, **more: Any) -> dict[str, Any]:
        """What the service is told about it."""
        return {"oidc_issuer": self.issuer, "oidc_client_id": CLIENT_ID, "oidc_client_secret": SECRET, **more}

    def serve(self, address: str) -> None:
        """Know the service at this address, and nobody yet."""
        self.accounts = {}
        callback = f"{address}/api/v1/oidc/callback"
        self.control(redirect=[callback], logout=[f"{address}/"], accounts={}, wrong=None)

    def control(self, **given: Any) -> None:
        httpx.post(f"http://127.0.0.1:{self.port}/control", json=given, **NO_PROXY).raise_for_status()

    def person(self, who: str, email: str = "", **claims: Any) -> str:
        """Somebody with an account here; or the same person with other claims."""
        self.accounts[who] = {
            "email": email or f"{who}@example.org",
            "email_verified": True,
            "name": who.title(),
            **claims,
        }
        self.control(accounts=self.accounts)
        return who

    def answer(self, url: str, who: str | None) -> str:
        """Log in at the address the service sends to (None: cancel there); the address that leads back to it."""
        with httpx.Client(**NO_PROXY) as browser:
            answer = browser.get(url)
            while answer.is_redirect:
                url = urljoin(url, answer.headers["location"])
                if not url.startswith(self.issuer):
                    return url
                answer = browser.get(url)
                if "<form" in answer.text:
                    form = {"who": who, "go": "in"} if who else {"go": "back"}
                    answer = browser.post(url, data=form)
            raise AssertionError(f"status {answer.status_code}: {re.sub('<[^>]+>', ' ', answer.text)[:500]}")

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """It takes connections and answers nothing."""
        os.kill(self.process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.process.pid, signal.SIGCONT)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()
