"""Which endpoints may be called (G16): those whose host the operator allows, by name and port, and no others.

The connection itself goes through the same look at addresses as a webhook's: the name is resolved once, and redirects
are not followed.
"""

from labeler.kit.config import Settings
from labeler.kit.errors import Conflict, Invalid
from labeler.lean import without
from labeler.webhooks.addresses import Allowed, Refused
from labeler.webhooks.hosts import allowed_by, url_at, written_in

with without("httpx._main"):  # its command line, with rich and click
    import httpx

COMPLETIONS = "/chat/completions"
OFF = (
    "Language models are off here. The operator of this service turns them on by naming the hosts that they may be "
    "asked at (LABELER_LLM_ALLOWED_HOSTS)."
)


def allowed_hosts(settings: Settings) -> list[str]:
    """As the operator wrote them."""
    return written_in(settings.llm_allowed_hosts)


def require_on(settings: Settings) -> None:
    """Raises `Conflict` while no host is allowed."""
    if not settings.llm_allowed_hosts:
        raise Conflict(OFF)


def allowed(settings: Settings) -> Allowed:
    """For the connection: addresses that allowed names resolve to, wherever they are."""
    return allowed_by(settings.llm_allowed_hosts)


def url_of(endpoint: str, settings: Settings) -> httpx.URL:
    """The address that is called. Raises `Refused`."""
    url = url_at(endpoint, settings.llm_allowed_hosts)
    path = url.path.rstrip("/")
    return url.copy_with(path=path if path.endswith(COMPLETIONS) else path + COMPLETIONS)


def check_endpoint(endpoint: str, settings: Settings) -> str:
    """The endpoint as it is kept. Raises `Invalid`."""
    try:
        url_of(endpoint, settings)
    except Refused as refused:
        detail = str(refused)
        raise Invalid(f"endpoint: {detail}", errors=[{"pointer": "/endpoint", "detail": detail}]) from None
    return endpoint.strip()


def host_of(endpoint: str) -> str:
    """What is told of an endpoint in the audit trail."""
    return httpx.URL(endpoint).netloc.decode()


def check_key_name(name: str | None, settings: Settings) -> None:
    """Raises `Invalid` for a name of no key that the operator has set."""
    if name is not None and name not in settings.llm_keys:
        detail = f"there is no key of this name; there are: {', '.join(sorted(settings.llm_keys)) or 'none'}"
        raise Invalid(f"key_name: {detail}.", errors=[{"pointer": "/key_name", "detail": detail}])


def key_of(api_key: str | None, key_name: str | None, settings: Settings) -> str | None:
    """The key itself, for a header. Raises `Refused` where its name is gone from the settings."""
    if key_name is None:
        return api_key
    if key_name not in settings.llm_keys:
        raise Refused(f'The operator\'s key "{key_name}" is not set any more (LABELER_LLM_KEYS).')
    return settings.llm_keys[key_name].get_secret_value()


def hint_of(api_key: str | None, key_name: str | None) -> str | None:
    """What may be shown of a key: its last four characters, where that leaves most of it unknown."""
    if key_name is not None:
        return key_name
    if api_key is None:
        return None
    return f"…{api_key[-4:]}" if len(api_key) >= 12 else "…"
