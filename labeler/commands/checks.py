"""What `labeler doctor` looks at beside the service's own health: what an operator may have set up half."""

import stat
import uuid
from collections.abc import Iterator
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from labeler.kit.config import Settings

PRIVATE = ("labeler.db", "labeler.db-wal", "secret", "installation.json", "models", "datasets", "uploads")
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def operators_checks(settings: Settings) -> dict[str, str]:
    """By name, "ok" or what is wrong and what to do."""
    return {
        "permissions": "; ".join(_open_files(settings.home)) or "ok",
        "proxies": _proxies(settings),
        "remote": _remote(settings.dvc_remote),
        "extras": _extras(settings),
    }


def _open_files(home: Path) -> Iterator[str]:
    for path in (home, *(home / name for name in PRIVATE)):
        if path.exists() and path.stat().st_mode & OTHERS:
            yield f"others may read {path}: chmod -R go= {path}"


def _proxies(settings: Settings) -> str:
    """Whether what stands before the service, by the address that people use, is known to it."""
    public = urlsplit(settings.public_url)
    direct = public.port == settings.port and public.scheme == "http" and not public.path
    if settings.public_url and not direct and not settings.trusted_proxies:
        return (
            f"people come to {settings.public_url} through a proxy, and LABELER_TRUSTED_PROXIES names none: all "
            "of them have its address, and are locked out together"
        )
    if settings.trusted_proxies and not settings.public_url:
        return "LABELER_TRUSTED_PROXIES is set, and LABELER_PUBLIC_URL is not: links lead past the proxy"
    if settings.public_url.startswith("http://") and not _is_inside(public.hostname or ""):
        return f"{settings.public_url} is not encrypted: passwords can be read on the way. Use https://"
    return "ok"


def _is_inside(host: str) -> bool:
    try:
        return ip_address(host).is_private
    except ValueError:
        return host == "localhost" or "." not in host or host.endswith((".local", ".internal", ".localhost"))


def _remote(url: str) -> str:
    """Whether the DVC remote takes a file, and gives it back."""
    if not url:
        return "ok"
    import fsspec

    try:
        system, path = fsspec.core.url_to_fs(url)
        probe = f"{path.rstrip('/')}/.labeler-doctor-{uuid.uuid4().hex}"
        system.makedirs(path, exist_ok=True)
        system.pipe_file(probe, b"ok")
        found = system.cat_file(probe)
        system.rm_file(probe)
    except ImportError as error:
        return f"LABELER_DVC_REMOTE needs a package that is not installed: {error}. For s3://, install labeler[s3]"
    except Exception as error:
        return f"LABELER_DVC_REMOTE can't be written to: {type(error).__name__}: {error}"
    return "ok" if found == b"ok" else "LABELER_DVC_REMOTE gives back other bytes than it was given"


def _extras(settings: Settings) -> str:
    if settings.dask_scheduler and find_spec("distributed") is None:
        return "LABELER_DASK_SCHEDULER is set, and Dask is not installed: install labeler[dask]"
    if settings.traces and find_spec("opentelemetry.sdk") is None:
        return "LABELER_TRACES is set, and OpenTelemetry is not installed: install labeler[traces]"
    return "ok"
