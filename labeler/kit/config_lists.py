"""Settings that are lists in one text: what each entry may be, and how it is kept. Each raises ValueError for an entry
that can't be meant."""

import re
from collections.abc import Mapping
from ipaddress import ip_network
from urllib.parse import urlsplit

from pydantic import SecretStr


def names_and_networks(value: str) -> str:
    """Names of hosts, and networks such as 10.0.0.0/8."""
    hosts = _parts(value)
    for host in hosts:
        try:
            ip_network(host, strict=False)
        except ValueError:
            if re.fullmatch(r"(?!.*\.\.)[A-Za-z0-9_-][A-Za-z0-9._-]{0,252}", host) is None:
                raise ValueError(f"{host}: expected names or networks such as 10.0.0.0/8, with commas") from None
    return ",".join(hosts)


def hosts_with_ports(value: str) -> str:
    """Hosts that are called: a name (https, its usual port), name:port, or http://name:port."""
    hosts = [part.lower() for part in _parts(value)]
    for host in hosts:
        parts = urlsplit(host if "://" in host else f"https://{host}")
        whole = f"{parts.scheme}://{parts.netloc}"
        try:
            fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            fits = False
        if not fits or re.search(r"[\s@]", host) or whole != (host if "://" in host else f"https://{host}"):
            raise ValueError(f"{host}: expected a host such as llm.example.org, host:port or http://host:port")
    return ",".join(hosts)


def databases_to_read(value: Mapping[str, SecretStr]) -> dict[str, SecretStr]:
    """Addresses of databases by name."""
    for name, url in value.items():
        if re.match(r"(sqlite|postgres(ql)?(\+psycopg)?)://.", url.get_secret_value()) is None:
            raise ValueError(f"{name}: expected a URL that begins with sqlite:// or postgresql://")
    return dict(value)


def _parts(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]
