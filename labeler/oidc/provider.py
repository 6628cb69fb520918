"""The OpenID Connect provider that the settings name: its addresses, its keys, and what it answers.

Only the issuer is asked, and the https addresses that it names itself (G16). Each answer has at most `MOST_BYTES`,
comes without a redirect and within seconds, and only so many are waited for at once: a provider that is slow or down
costs those who log in through it a few seconds, and nobody else anything (G22). What it said of itself is kept for an
hour.
"""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus, urlsplit

import certifi
import orjson

from labeler.kit import telemetry
from labeler.kit.config import LOOPBACK, Settings
from labeler.kit.errors import Unavailable
from labeler.lean import without

with without("httpx._main"):  # its command line, with rich and click
    import httpx

SECONDS = 5.0
"""For one answer, whole."""
MOST_BYTES = 1024 * 1024
MOST_AT_ONCE = 16
KEPT_SECONDS = 3600.0
AGAIN_SECONDS = 5.0
"""Until a provider that did not answer is asked about itself again, and one whose key was not found about its keys."""
BASIC = "client_secret_basic"
PARTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class ProviderFailed(Unavailable):
    """The provider did not answer, or not what it should; the text is for the log."""


@dataclass
class _Kept:
    """Something the provider said, and when it was last asked for it."""

    value: dict[str, Any] | None = None
    asked_at: float = -1e9
    failure: str = ""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Provider:
    """One for each process; only its event loop calls it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.issuer = settings.oidc_issuer
        self.client_id = settings.oidc_client_id
        self._metadata, self._keys = _Kept(), _Kept()
        self._tls: ssl.SSLContext | None = None
        self._asking = 0

    async def metadata(self) -> dict[str, Any]:
        """What the provider says of itself. Raises `ProviderFailed`."""
        return await self._keep(self._metadata, KEPT_SECONDS, self._discover)

    async def keys(self, renew: bool = False) -> list[dict[str, Any]]:
        """Its public keys; `renew`: also those that are new since they were last asked for."""
        known = await self._keep(self._keys, AGAIN_SECONDS if renew else KEPT_SECONDS, self._load_keys)
        return [key for key in known["keys"] if isinstance(key, dict) and key.get("use", "sig") == "sig"]

    async def tokens(self, code: str, verifier: str, redirect_uri: str) -> dict[str, Any]:
        """What a code is exchanged for."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": verifier,
            "redirect_uri": redirect_uri,
            "client_id": self.client_id,
        }
        known = await self.metadata()
        secret = self.settings.oidc_client_secret.get_secret_value()
        auth: httpx.BasicAuth | None = None
        # Without a word of the provider's it is `client_secret_basic` (OpenID Connect Discovery 1.0, section 3), whose
        # parts are encoded as those of a form (RFC 6749, section 2.3.1).
        if secret and BASIC in known.get("token_endpoint_auth_methods_supported", [BASIC]):
            auth = httpx.BasicAuth(quote_plus(self.client_id), quote_plus(secret))
        elif secret:
            form["client_secret"] = secret
        return await self._ask("POST", known["token_endpoint"], data=form, auth=auth)

    async def userinfo(self, access_token: str) -> dict[str, Any]:
        """Claims that are not in the id token; none where the provider offers no such address."""
        address = (await self.metadata()).get("userinfo_endpoint")
        if not address or not access_token:
            return {}
        return await self._ask("GET", address, headers={"authorization": f"Bearer {access_token}"})

    async def _discover(self) -> dict[str, Any]:
        found = await self._ask("GET", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != self.issuer:
            raise ProviderFailed(f"it says that its issuer is {found.get('issuer')!r}, not {self.issuer!r}")
        for part in PARTS:
            if not isinstance(found.get(part), str):
                raise ProviderFailed(f"it does not say its {part}")
        for part in (*PARTS, "userinfo_endpoint", "end_session_endpoint"):
            if found.get(part) is not None and not _is_safe(found[part]):
                raise ProviderFailed(f"its {part} is no https address")
        return found

    async def _load_keys(self) -> dict[str, Any]:
        found = await self._ask("GET", (await self.metadata())["jwks_uri"])
        if not isinstance(found.get("keys"), list):
            raise ProviderFailed("it gives no keys")
        return found

    async def _keep(self, kept: _Kept, seconds: float, load: Any) -> dict[str, Any]:
        """What is known, if it is not older; asked for once for all who wait."""
        async with kept.lock:
            age = time.monotonic() - kept.asked_at
            if kept.value is not None and age < seconds:
                return kept.value
            if kept.failure and age < AGAIN_SECONDS:
                raise ProviderFailed(kept.failure)
            kept.asked_at = time.monotonic()
            try:
                kept.value, kept.failure = await load(), ""
            except ProviderFailed as error:
                kept.value, kept.failure = None, error.detail
                raise
            return kept.value

    async def _ask(self, method: str, url: str, **options: Any) -> dict[str, Any]:
        headers = {"accept": "application/json", **options.pop("headers", {})}
        async with self._in_turn():
            try:
                async with asyncio.timeout(SECONDS):
                    body, status = await self._body(method, url, headers=headers, **options)
            except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError) as error:
                raise ProviderFailed(f"{urlsplit(url).netloc}: {error or type(error).__name__}") from error
        try:
            answer = orjson.loads(body)
        except orjson.JSONDecodeError:
            answer = None
        if not isinstance(answer, dict):
            raise ProviderFailed(f"{urlsplit(url).netloc}: no JSON object, status {status}")
        if not 200 <= status < 300 and "error" not in answer:
            raise ProviderFailed(f"{urlsplit(url).netloc}: status {status}")
        return answer

    async def _body(self, method: str, url: str, **options: Any) -> tuple[bytes, int]:
        if self._tls is None:
            self._tls = await asyncio.to_thread(_trusted)
        async with (
            httpx.AsyncClient(verify=self._tls, timeout=SECONDS, follow_redirects=False) as client,
            client.stream(method, url, **options) as response,
        ):
            body = b""
            async for part in response.aiter_bytes():
                body += part
                if len(body) > MOST_BYTES:
                    raise ProviderFailed(f"{urlsplit(url).netloc}: an answer of more than {MOST_BYTES:,} bytes")
            return body, response.status_code

    @asynccontextmanager
    async def _in_turn(self) -> AsyncIterator[None]:
        if self._asking >= MOST_AT_ONCE:
            raise ProviderFailed("too many log-ins at once")
        self._asking += 1
        try:
            yield
        finally:
            self._asking -= 1


def _is_safe(url: Any) -> bool:
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or not parts.hostname:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _trusted() -> ssl.SSLContext:
    """The system's certificates, among them an organization's own, and those that come with certifi."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def log_failure(error: ProviderFailed) -> None:
    telemetry.logger().warning("the OpenID Connect provider failed", reason=error.detail)
