"""What the manifest of a dataset version says: its files, and the hash of what it holds."""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

ABOUT = frozenset(("version", "tag", "message", "content_hash", "about"))
"""What a manifest says about its version, and not of what the version holds."""


def all_files(manifest: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """What a manifest says about each file of its version: at least `sha256` and `bytes`."""
    found: dict[str, Mapping[str, Any]] = {}
    found |= {entry["file"]: entry for kind in manifest["segments"].values() for entry in kind}
    found |= {entry["file"]: entry for entry in manifest.get("answered", [])}
    found |= manifest["files"]
    found |= manifest.get("about", {})
    return found


def content_hash(manifest: Mapping[str, Any]) -> str:
    """The hash of what a version holds: of its manifest without what is said about the version."""
    held = {name: value for name, value in manifest.items() if name not in ABOUT}
    return hashlib.sha256(orjson.dumps(held, option=orjson.OPT_SORT_KEYS)).hexdigest()
