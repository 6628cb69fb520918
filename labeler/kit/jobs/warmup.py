"""What a job process needs imported, or what job processes are forked from."""

import importlib
from collections.abc import Sequence

from labeler.lean import without

HEAVY = ("numpy", "scipy.sparse", "scipy.optimize", "scipy.stats", "sklearn.linear_model", "sklearn.svm")
"""Libraries that most jobs need, in small steps: to import the last one takes longer than ranking a queue."""
LATE = ("dulwich.porcelain", "pyarrow.dataset", "skops.io")
"""What trainings import when they come to it, unless it is there: seconds of computing, and 60 MB that are shared when
they were imported before the fork."""


class Warming:
    """Imports what jobs will need, one module after the other: a job that needs no more than what is there does not
    wait for the rest."""

    def __init__(self, modules: Sequence[str]) -> None:
        self._left = [*HEAVY, *modules] if modules else []
        self._late = list(LATE) if modules else []

    @property
    def is_ready(self) -> bool:
        """Whether any job can begin."""
        return not self._left

    @property
    def done(self) -> bool:
        return not self._left and not self._late

    def step(self) -> None:
        """Import the next one."""
        if self._left:
            with without("pandas"):  # scikit-learn would import it to look at its version; Arrow wants it, later
                importlib.import_module(self._left[0])
            self._left.pop(0)
        else:
            importlib.import_module(self._late[0])
            self._late.pop(0)

    def get_ready(self) -> None:
        while not self.is_ready:
            self.step()
