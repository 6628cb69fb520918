"""What a job process imports before its first job, so that a process that waits is warm."""

import importlib
from collections.abc import Sequence

from labeler.lean import without

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
        with without("pandas"):  # scikit-learn would import it only to look at its version: 45 MiB for nothing
            importlib.import_module(self._left[0])
        self._left.pop(0)

    def finish(self) -> None:
        while not self.done:
            self.step()
