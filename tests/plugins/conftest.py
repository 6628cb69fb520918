"""A package of somebody else's, as if it were installed."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from labeler import rooms
from labeler.plugins import registries

OUTSIDE = Path(__file__).parent / "outside"


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The package is installed: it lies on the path with its metadata, and the registries have not been asked yet."""
    rooms.load_registries()
    for registry in registries().values():
        registry.load()
    monkeypatch.syspath_prepend(str(OUTSIDE))
    for registry in registries().values():
        monkeypatch.setattr(registry, "_found", dict(registry._found))
        monkeypatch.setattr(registry, "broken", {})
        monkeypatch.setattr(registry, "_loaded", False)
    yield
    for name in [name for name in sys.modules if name == "acme" or name.startswith("acme.")]:
        del sys.modules[name]
