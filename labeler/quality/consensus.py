"""Several labels of one item to one answer. Pure: usable without the service."""

from collections.abc import Callable, Sequence
from typing import Any

MAJORITY = "majority"


def majority(values: Sequence[Any], distance: Callable[[Any, Any], float]) -> tuple[Any, float]:
    """The value nearest to all others, the earliest among equals, and how near they are to it, in [0, 1].

    values: earliest first; distance: of two values, in [0, 1]. Of single labels that is the most frequent one and its
    share; of numbers the median; of label sets the one that differs least from the others (the medoid: Kaufman and
    Rousseeuw 1987, "Clustering by Means of Medoids"). Always something that somebody said. Raises ValueError when
    there are no values.
    """
    if not values:
        raise ValueError("no labels, no answer")
    apart = [sum(distance(one, other) for other in values) for one in values]
    best = min(range(len(values)), key=apart.__getitem__)
    return values[best], 1.0 - apart[best] / len(values)
