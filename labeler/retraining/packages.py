"""Packages that are another version now than when a model was made."""

import importlib.metadata
from collections.abc import Mapping


def changed_packages(before: Mapping[str, str]) -> list[str]:
    """Those that are another version now, or gone, as name old → new."""
    changed = []
    for name, version in before.items():
        try:
            now = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            now = "–"
        if now != version:
            changed.append(f"{name} {version} → {now}")
    return changed
