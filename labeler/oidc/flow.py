"""One log-in on its way to the provider and back: what it is recognized by stands in a cookie that we sign.

Nothing of it is kept here meanwhile, so that who only begins costs no row. It imports Authlib, which takes its time:
call it in a thread.
"""

import hashlib
import hmac
import secrets
import time
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from labeler.kit.config import Settings
from labeler.oidc.cookie import SECONDS, redirect_uri


@dataclass(frozen=True)
class Flow:
    """What a log-in began with. back: the page to show afterwards. invitation: the token of one, to be accepted."""

    state: str
    nonce: str
    verifier: str
    back: str
    invitation: str


def begin(settings: Settings, metadata: dict[str, Any], back: str, invitation: str) -> tuple[Flow, str, str]:
    """A new log-in, the cookie it is recognized by, and the provider's address to go to."""
    flow = Flow(_random(), _random(), _random(), own_path(settings, back), invitation)
    claims = {**asdict(flow), "exp": int(time.time()) + SECONDS}
    cookie = jwt.encode({"alg": "HS256"}, claims, _key(settings), algorithms=["HS256"])
    url = prepare_grant_uri(
        metadata["authorization_endpoint"],
        client_id=settings.oidc_client_id,
        response_type="code",
        redirect_uri=redirect_uri(settings),
        scope=settings.oidc_scopes,
        state=flow.state,
        nonce=flow.nonce,
        code_challenge=create_s256_code_challenge(flow.verifier),
        code_challenge_method="S256",
    )
    return flow, cookie, url


def resume(settings: Settings, cookie: str | None, state: str) -> Flow | None:
    """The log-in that a browser comes back with; None: it is not one that began in this browser, or long ago."""
    if not cookie or not state:
        return None
    try:
        claims = jwt.decode(cookie, _key(settings), algorithms=["HS256"]).claims
        if claims.pop("exp") < time.time():
            return None
        flow = Flow(**claims)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return flow if hmac.compare_digest(flow.state.encode(), state.encode("utf-8", "surrogateescape")) else None


def own_path(settings: Settings, path: str) -> str:
    """A path of this service, as given or `/`: who comes back from the provider is sent nowhere else."""
    try:
        parts = urlsplit(path)
    except ValueError:
        return "/"
    plain = path.isascii() and path.isprintable() and not set(path) & set('\\ <>"')
    if parts.scheme or parts.netloc or not path.startswith("/") or path.startswith("//") or not plain:
        return "/"
    prefix = settings.prefix
    inside = path.removeprefix(prefix) if prefix and path.startswith(f"{prefix}/") else path
    return "/" if inside.startswith(("//", "/api/")) else inside


def _random() -> str:
    return secrets.token_urlsafe(32)


def _key(settings: Settings) -> OctKey:
    """The installation's secret, for this use alone."""
    return OctKey.import_key(hmac.digest(settings.secret, b"log-in by OpenID Connect", hashlib.sha256))
