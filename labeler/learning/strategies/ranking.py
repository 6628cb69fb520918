"""A long ranking for the queue out of a strategy that chooses batches."""

import numpy as np
from numpy.random import Generator

from labeler.learning.strategies.registry import Pool, Ranking, check, find


def rank(name: str, pool: Pool, n: int, batch: int, rng: Generator) -> Ranking:
    """The next n items to label, best first.

    A strategy without batches simply ranks. One with batches is asked for successive batches of `batch` items
    (as many as it registered, eight by default); the items after them follow in its plain order, since a new
    model will have ranked again long before they are reached. n larger than the pool ranks all of it.
    Returns distinct positions, and scores that only mean their rank: they fall evenly from 1 to 0.
    Raises what the strategy raises; an empty pool gives an empty ranking.
    """
    one = find(name)
    n = min(n, len(pool))
    if n == 0:
        return Ranking.falling(np.empty(0, dtype=np.int64))
    check(one, pool, n)
    if not one.batch or batch >= n:
        return Ranking.falling(one.function(pool, n, rng).positions)
    rounds = min(one.rounds, -(-n // batch))
    plain = find(one.order).function(pool, min(len(pool), max(n, _reach(one.shortlist, rounds, batch))), rng).positions
    near = np.arange(len(pool)) if one.shortlist is None else plain[: _reach(one.shortlist, rounds, batch)]
    chosen = np.empty(0, dtype=np.int64)
    rest = np.sort(near)
    part = pool if one.shortlist is None else pool.take(rest)
    picked = np.empty(0, dtype=np.int64)
    for _ in range(rounds):
        if len(picked):  # here, since the last batch needs no copy of what it leaves
            left = np.setdiff1d(np.arange(len(rest)), picked)
            rest, part = rest[left], part.take(left)
        size = min(batch, n - len(chosen), len(rest))
        if size == 0:
            break
        picked = one.function(part, size, rng).positions
        chosen = np.concatenate([chosen, rest[picked]])
    after = plain[~np.isin(plain, chosen)]
    return Ranking.falling(np.concatenate([chosen, after])[:n])


def _reach(shortlist: int | None, rounds: int, batch: int) -> int:
    """How far down the plain order the last of the batches looks."""
    return 0 if shortlist is None else (shortlist + rounds - 1) * batch
