from collections.abc import Callable, Iterator
from typing import Any

import pytest
from whole_rows import whole

from labeler.items.readers import Detected, Hints, Limits, Row, read_rows, sniff


class Reading:
    """Files of one test: written, recognized, read."""

    def __init__(self, folder) -> None:
        self.path = folder / "upload"

    def write(self, data: bytes | str, encoding: str = "utf-8"):
        self.path.write_bytes(data if isinstance(data, bytes) else data.encode(encoding))
        return self.path

    def sniff(self, data: bytes | str | None = None, **hints: Any) -> Detected:
        if data is not None:
            self.write(data)
        return sniff(self.path, Hints(**hints))

    def rows(self, data: bytes | str | None = None, limits: Limits | None = None, **hints: Any) -> list[Any]:
        """The rows for somebody who asks for every column."""
        return [whole(row) for row in read_rows(self.path, self.sniff(data, **hints), limits)]

    def iterate(self) -> Iterator[Any]:
        return map(whole, read_rows(self.path, self.sniff()))

    def values(self, data: bytes | str | None = None, limits: Limits | None = None, **hints: Any) -> list[dict]:
        rows = self.rows(data, limits, **hints)
        assert all(isinstance(row, Row) for row in rows), rows
        return [row.values for row in rows]


@pytest.fixture
def reading(tmp_path) -> Reading:
    return Reading(tmp_path)


@pytest.fixture
def peak() -> Callable[[Callable[[], Any]], int]:
    """The most memory, in bytes, that Python's objects took during a call."""
    import tracemalloc

    def measure(call: Callable[[], Any]) -> int:
        tracemalloc.start()
        try:
            call()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    return measure
