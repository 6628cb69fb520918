"""Where a webhook may lead (G16): the URL when it is written, and every address its host resolves to when it is used.

Only addresses that are global unicast are reached. Of IPv6 that is 2000::/3 without what embeds an IPv4 address (6to4,
Teredo) or names no host; IPv4-mapped addresses, NAT64 (64:ff9b::/96) and unique local ones are outside of it. Python's
`is_global` alone would let some of these through, and says other things in other versions. What the operator allows by
name or network is reached whatever it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from labeler.kit.config import Settings
from labeler.kit.errors import Invalid
from labeler.lean import without

with without("httpx._main"):  # its command line, with rich and click
    import httpx

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
GLOBAL_UNICAST = IPv6Network("2000::/3")
NEVER: tuple[Network, ...] = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared address space; a cloud's metadata is in it
        "127.0.0.0/8",
        "168.63.129.16/32",  # a cloud's metadata at a public address
        "169.254.0.0/16",  # link-local, and most clouds' metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "2001::/23",  # Teredo and other protocol assignments
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "3fff::/20",
    )
)
USUAL_PORTS = {"http": 80, "https": 443}
LEAST_PORT, MOST_PORT = 1024, 65535  # below are services that speak no HTTP, but for the usual two


class Refused(Exception):
    """Nothing is sent there; the text says why, without naming an address that a name resolved to."""


@dataclass(frozen=True)
class Allowed:
    """What the operator allows beyond public addresses over HTTPS."""

    names: frozenset[str]
    networks: tuple[Network, ...]
    http: bool

    @classmethod
    def of(cls, settings: Settings) -> "Allowed":
        names: list[str] = []
        networks: list[Network] = []
        for one in filter(None, settings.webhook_allowed_hosts.split(",")):
            try:
                networks.append(ip_network(one, strict=False))
            except ValueError:
                names.append(one.lower())
        return cls(frozenset(names), tuple(networks), settings.webhook_allow_http)


def is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address not in GLOBAL_UNICAST:
        return False
    return address.is_global and not any(address in network for network in NEVER)


def may_reach(host: str, address: Address, allowed: Allowed) -> bool:
    """Whether a connection may be made to this address for this host."""
    if host.lower().rstrip(".") in allowed.names:
        return True
    return any(address in network for network in allowed.networks) or is_public(address)


def look_at(host: str, found: Iterable[str], allowed: Allowed) -> list[str]:
    """The addresses a host resolved to, if every one may be reached: one that may not be is no mistake of a name
    server's. Raises `Refused`."""
    addresses = dict.fromkeys(ip_address(one.partition("%")[0]) for one in found)
    if not addresses or not all(may_reach(host, address, allowed) for address in addresses):
        raise Refused("The host's address is not a public one, and the operator has not allowed it.")
    return [str(address) for address in addresses]


def read_url(url: str, allowed: Allowed) -> httpx.URL:
    """The parts of a URL that may be called as far as it says itself. Raises `Refused`."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        raise Refused("This is not a URL that can be called.") from None
    if parsed.scheme not in USUAL_PORTS or not parsed.host:
        raise Refused("Such an address begins with https:// and names a host.")
    if parsed.scheme == "http" and not allowed.http:
        raise Refused("Such an address begins with https:// (LABELER_WEBHOOK_ALLOW_HTTP allows http://).")
    if parsed.userinfo:
        raise Refused("Such an address names no user and no password.")
    port = USUAL_PORTS[parsed.scheme] if parsed.port is None else parsed.port
    if port != USUAL_PORTS[parsed.scheme] and not LEAST_PORT <= port <= MOST_PORT:
        raise Refused(f"Port {port} is for other services: use the usual one, or one from {LEAST_PORT} on.")
    try:
        literal = ip_address(parsed.host.strip("[]"))
    except ValueError:
        return parsed
    look_at(parsed.host, [str(literal)], allowed)
    return parsed


def host_of(url: str) -> str:
    """What may be told of a URL in the audit trail and in logs: its path may hold somebody's key."""
    return httpx.URL(url).host


def check_url(url: str, settings: Settings) -> str:
    """The URL, without a fragment. Raises `Invalid`. Names are resolved when they are used, not here."""
    try:
        return str(read_url(url, Allowed.of(settings)).copy_with(fragment=None))
    except Refused as refused:
        raise Invalid(f"url: {refused}", errors=[{"pointer": "/url", "detail": str(refused)}]) from None
