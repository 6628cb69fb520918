"""Importing a library without what it only looks for: it takes time and memory of every process, and nobody uses it.

    with without("rich"):
        import structlog

For libraries that go on where the other is missing. It is there again afterwards for those who want it.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without(*names: str) -> Iterator[None]:
    """These modules seem not to be installed, unless they were imported before."""
    absent = [name for name in names if name not in sys.modules]
    for name in absent:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]
