"""The cookie of a log-in on its way, and the address the provider sends browsers back to."""

from urllib.parse import urlsplit

from starlette.responses import Response

from labeler.accounts.secrets import digest
from labeler.kit.config import Settings

SECONDS = 600
"""How long somebody may take at the provider."""
CALLBACK = "/api/v1/oidc/callback"


def redirect_uri(settings: Settings) -> str:
    return settings.at(CALLBACK)


def name_of(state: str) -> str:
    """Each log-in has its own: those of several tabs don't get into each other's way."""
    return f"labeler_login_{digest(state)[:12]}"


def set_cookie(response: Response, settings: Settings, state: str, value: str) -> None:
    """Lax: the provider's page leads back here, and a strict one would stay at home."""
    response.set_cookie(
        name_of(state),
        value,
        max_age=SECONDS,
        httponly=True,
        samesite="lax",
        secure=settings.is_https,
        path=_path(settings),
    )


def delete_cookie(response: Response, settings: Settings, state: str) -> None:
    response.delete_cookie(name_of(state), path=_path(settings))


def _path(settings: Settings) -> str:
    return urlsplit(redirect_uri(settings)).path
