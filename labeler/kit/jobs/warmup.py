"""What a job process imports before its first job, so that a process that waits is warm."""

import importlib
import sys
from collections.abc import Sequence

HEAVY = ("sklearn.svm",)
"""Libraries that most jobs need and that no job module imports by itself: it takes longer than ranking a queue."""


def warm_up(modules: Sequence[str]) -> None:
    """Import the modules with the jobs, and what they will need.

    scikit-learn would import pandas too, only to look at its version: 45 MiB for nothing. For as long as this takes,
    pandas seems to be missing.
    """
    absent = "pandas" not in sys.modules
    if absent:
        sys.modules["pandas"] = None  # type: ignore[assignment]
    try:
        for name in (*modules, *HEAVY):
            importlib.import_module(name)
    finally:
        if absent:
            del sys.modules["pandas"]
