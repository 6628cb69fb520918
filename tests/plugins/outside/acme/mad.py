"""Plug-ins that can be imported and return nonsense."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import Generator

from labeler.items.readers import Detected, Head, Limits, reader
from labeler.items.readers.tools import tool
from labeler.learning.features.encoders import encoder
from labeler.learning.models import model
from labeler.learning.strategies import Pool, Ranking, strategy

RANKINGS: dict[str, Callable[[int], Any]] = {
    "nothing": lambda n: None,
    "too_few": lambda n: Ranking(np.arange(n - 1), np.ones(n - 1)),
    "repeated": lambda n: Ranking(np.zeros(n, dtype=int), np.ones(n)),
    "beyond": lambda n: Ranking(np.arange(n) + 1_000_000, np.ones(n)),
    "negative": lambda n: Ranking(np.arange(n) - 1, np.ones(n)),
    "fractions": lambda n: Ranking(np.arange(n) / 2, np.ones(n)),
    "nan": lambda n: Ranking(np.arange(n), np.full(n, np.nan)),
    "no_scores": lambda n: Ranking(np.arange(n), np.empty(0)),
}


def register_all() -> None:
    for name, make in RANKINGS.items():

        def mad(pool: Pool, n: int, rng: Generator, make: Callable[[int], Any] = make) -> Ranking:
            """Nonsense."""
            return make(n)

        strategy(f"acme_mad_{name}", needs="none")(mad)


register_all()


@model("acme_mad")
def mad_model(random_state: int) -> Any:
    """No estimator at all."""
    return 42


def crashes(head: Head) -> Detected | None:
    raise ZeroDivisionError


@reader("acme_crashes", title="nothing", endings=(".mad",), matches=crashes)
def read_crashes(path: Path, detected: Detected, limits: Limits) -> Iterator[Any]:
    yield from ()


@reader(
    "acme_mad",
    title="nothing",
    endings=(".mad",),
    matches=lambda h: Detected("acme_mad") if h.text.startswith("#mad") else None,
)
def read_mad(path: Path, detected: Detected, limits: Limits) -> Iterator[Any]:
    yield {"text": "no Row"}


@tool("acme_mad", title="nothing")
def mad_tool(rows: Any) -> Any:
    """Takes nothing in, and what it takes in it breaks."""
    return "no Meaning" if all("mad" in row for row in rows) else 1 / 0


@encoder("acme_mad")
def mad_encoder() -> Any:
    """No encoder at all."""
    return "vectors"
