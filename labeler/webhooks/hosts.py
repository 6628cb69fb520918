"""Hosts that the operator names in a setting, with scheme and port: no others may be called for its purpose (G16).

The connection itself goes through the same look at addresses as a webhook's: the name is resolved once.
"""

from dataclasses import dataclass

from labeler.lean import without
from labeler.webhooks.addresses import USUAL_PORTS, Allowed, Refused, read_url

with without("httpx._main"):  # its command line, with rich and click
    import httpx


@dataclass(frozen=True)
class Host:
    """One that is allowed. port: None, the usual one of https."""

    scheme: str
    name: str
    port: int

    @classmethod
    def of(cls, written: str) -> "Host":
        url = httpx.URL(written if "://" in written else f"https://{written}")
        return cls(url.scheme, url.host, url.port or USUAL_PORTS[url.scheme])


def written_in(setting: str) -> list[str]:
    """As the operator wrote them."""
    return [one for one in setting.split(",") if one]


def allowed_by(setting: str) -> Allowed:
    """For the connection: addresses that allowed names resolve to, wherever they are."""
    hosts = [Host.of(one) for one in written_in(setting)]
    return Allowed(frozenset(host.name for host in hosts), (), any(host.scheme == "http" for host in hosts))


def url_at(url: str, setting: str) -> httpx.URL:
    """The parts of a URL whose host is allowed, without a fragment. Raises `Refused`."""
    parsed = read_url(url, Allowed(allowed_by(setting).names, (), True))
    wanted = Host(parsed.scheme, parsed.host, parsed.port or USUAL_PORTS[parsed.scheme])
    if wanted not in {Host.of(one) for one in written_in(setting)}:
        known = ", ".join(written_in(setting)) or "none"
        raise Refused(
            f"{wanted.scheme}://{wanted.name}:{wanted.port} is not a host that the operator allows; allowed: {known}."
        )
    return parsed.copy_with(fragment=None)
