"""Comparable items: the nearest others of one item of a pool's map, without looking at all vectors.

A walk along the map: each of the n nearest so far shows its own neighbors, and those whose neighbor it
is, until the n nearest stay. Lists alone would not do: a map that grows leaves the lists of older items as they are,
so that what came later is only found by its own list. These lists are 40 bytes an item, its vector is 2,000.
"""

import numpy as np

from labeler.learning.numeric.types import Array
from labeler.learning.semi_supervised.label_spreading import NeighborGraph
from labeler.learning.semi_supervised.neighbors import EXACT, in_chunks

_ROUNDS = 6  # the n nearest mostly stay after three
_BOTH_WAYS = 2  # rounds; to look later, too, for whose list somebody is in finds hardly more
_LOOKED_THROUGH = 10_000  # lists at once


def comparable(graph: NeighborGraph, place: int, n: int) -> tuple[Array, Array]:
    """Positions and cosines of the n items nearest to the one at `place`, nearest first: int and float32 (<= n,).

    graph: arrays may be memory-mapped; of its vectors only those met on the way are read. As exact as the map's
    lists, for as many items as they hold. For more, a small pool is looked through, and so is a large one where the
    walk ends too early: in a group of items that are only each other's neighbors.
    """
    held = graph.near.shape[1]
    found = _walk(graph, place, n) if n <= held or len(graph) > EXACT else None
    if found is None or len(found[0]) < min(n, len(graph) - 1):
        cosines = np.asarray(graph.vectors @ graph.vectors[place])
        cosines[place] = -np.inf
        best = np.argsort(-cosines, kind="stable")[: min(n, len(graph) - 1)]
        return best, cosines[best]
    return found


def _walk(graph: NeighborGraph, place: int, n: int) -> tuple[Array, Array]:
    mine = graph.vectors[place]
    met = np.array([place], dtype=np.int64)
    cosines = np.array([-np.inf], dtype=np.float32)
    asked = np.zeros(len(graph), dtype=bool)
    ask = met
    for number in range(_ROUNDS):
        asked[ask] = True
        shown = [graph.near[ask].ravel()] + [_joined_to(graph, ask)] * (number < _BOTH_WAYS)
        new = np.setdiff1d(np.concatenate(shown), met)
        met = np.concatenate([met, new])
        cosines = np.concatenate([cosines, graph.vectors[new] @ mine])
        best = np.lexsort((met, -cosines))[:n]
        ask = met[best][~asked[met[best]]]
        if not len(ask):
            break
    found = best[np.isfinite(cosines[best])]
    return met[found], cosines[found]


def _joined_to(graph: NeighborGraph, places: Array) -> Array:
    """Items that have one of these among their neighbors."""
    wanted = np.zeros(len(graph), dtype=bool)
    wanted[places] = True
    k = graph.near.shape[1]
    parts = in_chunks(len(graph), _LOOKED_THROUGH)
    return np.concatenate([part.start + np.flatnonzero(wanted[graph.near[part].ravel()]) // k for part in parts])
