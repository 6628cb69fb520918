"""What a job process imports before its first job, so that a process that waits is warm."""

import importlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

HEAVY = ("numpy", "scipy.sparse", "scipy.optimize", "scipy.stats", "sklearn.linear_model", "sklearn.svm")
"""Libraries that most jobs need, in small steps: to import the last one takes longer than ranking a queue."""


class Warming:
    """Imports what jobs will need, one module after the other: a job that needs no more than what is there does not
    wait for the rest."""

    def __init__(self, modules: Sequence[str]) -> None:
        self._left = [*HEAVY, *modules] if modules else []

    @property
    def done(self) -> bool:
        return not self._left

    def step(self) -> None:
        """Import the next one."""
        with _without_pandas():
            importlib.import_module(self._left[0])
        self._left.pop(0)

    def finish(self) -> None:
        while not self.done:
            self.step()


@contextmanager
def _without_pandas() -> Iterator[None]:
    """scikit-learn would import pandas only to look at its version: 45 MiB for nothing. Here it seems to be missing."""
    absent = "pandas" not in sys.modules
    if absent:
        sys.modules["pandas"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if absent:
            del sys.modules["pandas"]
