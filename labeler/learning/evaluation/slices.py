"""How good a model is on a part of the holdout.

From how many labels on there are figures, and why: docs/decisions/0040-test-cases-and-slices.md
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from labeler.learning.evaluation.intervals import Estimate, wilson
from labeler.learning.numeric.types import Array

FEWEST = 10
"""Labels for the share that is exactly right, whose interval (Wilson) holds for any number."""
FEWEST_OF_METRICS = 30
"""Labels for metrics whose intervals are samples of the labels."""


@dataclass(frozen=True)
class OnPart:
    """labels: of the part. right: the share that is answered exactly as people do; nothing below `FEWEST` labels.
    metrics: by name; none below `FEWEST_OF_METRICS`."""

    labels: int
    right: Estimate = field(default_factory=Estimate.nothing)
    metrics: Mapping[str, Estimate] = field(default_factory=dict)


def evaluate_part(
    problem: Any,
    values: Sequence[Any],
    proba: Array,
    is_right: Array,
    part: Array,
    classes: Sequence[str],
    settings: Mapping[str, Any],
    seed: int,
) -> OnPart:
    """Judge the labeled holdout items of a part.

    problem: as in `labeler.learning.problems`; values: (items,), the answers of all labeled holdout items; proba: float
    (items, classes); is_right: bool (items,), whether each is answered exactly so; part: bool (items,). What is not in
    the part changes nothing.
    """
    places = np.flatnonzero(part)
    n = len(places)
    if n < FEWEST:
        return OnPart(n)
    hits = int(is_right[places].sum())
    right = Estimate(hits / n, *wilson(hits, n), n)
    if n < FEWEST_OF_METRICS:
        return OnPart(n, right)
    mine = [values[place] for place in places.tolist()]
    return OnPart(n, right, problem.evaluate(mine, proba[places], classes, settings, seed).metrics)
