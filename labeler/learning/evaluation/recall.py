"""Finding all of something rare: how many are still unfound, when to stop looking, and what the order saved.

How many are left follows from a random sample of the rest alone, exactly (`unfound`). What the model's probabilities
add up to (`expected_unfound`) is sharper and free, but a model trained on chosen labels is not calibrated on what
its choice left over. Show it as a guess, never stop by it: docs/decisions/0013-stop-advice.md
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import stats

from labeler.learning.evaluation.intervals import Estimate
from labeler.learning.numeric.types import Array

_TAIL = 0.025
_REST = 0.8


def unfound(hits: int, sampled: int, rest: int) -> Estimate:
    """How many positives are among the items not yet labeled, from a random sample of them.

    hits: positives among the `sampled` items drawn at random from `rest` unlabeled ones (the sample included). The
    hits count as unfound here: take them off value, low and high when they are labels by now. Without a sample anything
    from 0 to all is possible. Exact hypergeometric interval, at least 95 %.
    Raises ValueError unless hits <= sampled <= rest.
    Source: Clopper and Pearson 1934, for sampling without replacement as in Buonaccorsi 1987.
    """
    if not 0 <= hits <= sampled <= rest:
        raise ValueError(f"{hits} positives in a sample of {sampled} out of {rest}: expected no more each time")
    if sampled == 0:
        return Estimate(None, 0.0, float(rest), 0)
    least, most = hits, rest - (sampled - hits)
    low = _first(least, most, lambda k: stats.hypergeom.sf(hits - 1, rest, k, sampled) > _TAIL)
    high = _first(least, most + 1, lambda k: k > most or stats.hypergeom.cdf(hits, rest, k, sampled) <= _TAIL) - 1
    return Estimate(hits / sampled * rest, float(low), float(max(high, low)), sampled)


def expected_unfound(probabilities: Sequence[float] | Array) -> Estimate:
    """How many positives calibrated probabilities of the unlabeled items add up to: a guess, see the module.

    probabilities: (items,), in [0, 1]. The interval is the Poisson binomial's, normal with half an item to either side.
    Raises ValueError for probabilities beyond [0, 1].
    Source: Yang, Lewis and Frieder 2021, "Heuristic Stopping Rules For Technology-Assisted Review", on such sums.
    """
    p = np.asarray(probabilities, dtype=np.float64)
    if len(p) and not (p.min() >= 0.0 and p.max() <= 1.0):
        raise ValueError(f"probabilities from {p.min():g} to {p.max():g}, expected them in [0, 1]")
    total, spread = float(p.sum()), 1.96 * float(np.sqrt((p * (1 - p)).sum())) + 0.5
    return Estimate(total, max(0.0, total - spread), min(float(len(p)), total + spread), len(p))


def recall_estimate(found: int, left: Estimate) -> Estimate:
    """The share of all positives that is found, from `unfound` or `expected_unfound`; 1 when there are none at all.

    Raises ValueError when found is negative.
    """
    if found < 0:
        raise ValueError(f"found is {found}, expected 0 or more")
    if left.low is None or left.high is None:
        return Estimate(None, None, None, left.n)
    value = None if left.value is None else _share(found, found + left.value)
    return Estimate(value, _share(found, found + left.high), _share(found, found + left.low), left.n)


def stop_at(
    labels: Sequence[bool] | Array, pool_size: int, recall: float = 0.95, confidence: float = 0.95
) -> dict[str, Any]:
    """Whether the chosen recall is reached, from the labels in the order asked.

    labels: (labeled,) True for a positive, likeliest first as the strategy asked; pool_size: labeled and unlabeled.
    The labels since any earlier moment are taken for a random sample of what was left then. They were likelier
    positive than a random one, so had too many been left, more would have been found: the test errs on the safe
    side, and in practice finds 98 % or more where 95 % were wanted. That makes up for looking back to many
    moments, and again at every new label. In random order nothing does: moments a fifth of the rest apart then miss
    the recall in about 5 % of runs, the paper's every moment in 6 %.
    Returns {"stop": bool, "reason": str, "p": float, "found": int, "labeled": int}, as JSON takes it; p: the chance of
    so few positives if recall was below `recall`, the smallest of all moments.
    Raises ValueError for a recall or confidence that is no share of 1, and for more labels than pool.
    Source: Callaghan and Müller-Hansen 2020, "Statistical stopping criteria for automated screening in systematic
    reviews".
    """
    if not 0.0 < recall <= 1.0 or not 0.0 < confidence < 1.0:
        raise ValueError(f"recall is {recall:g} and confidence {confidence:g}, expected shares of 1")
    seen = np.asarray(labels, dtype=bool)
    n = len(seen)
    if n > pool_size:
        raise ValueError(f"{n} labels of {pool_size} items")
    found = int(seen.sum())
    answer = {"found": found, "labeled": n}
    if n == pool_size:
        return {"stop": True, "reason": "everything is labeled", "p": 0.0, **answer}
    if found == 0:
        return {"stop": False, "reason": "no positive found yet", "p": 1.0, **answer}
    p = _p_missed(seen, pool_size, recall)
    if p <= 1.0 - confidence:
        reason = f"recall is {recall:.0%} or more: so few positives lately would have a chance of {p:.1%} otherwise"
        return {"stop": True, "reason": reason, "p": p, **answer}
    return {"stop": False, "reason": f"more than {1 - recall:.0%} may still be unfound", "p": p, **answer}


def recall_curve(order: Sequence[Any] | Array, relevant: Sequence[Any] | Array) -> Array:
    """Recall after each item: (items,). order: item keys in the order asked; relevant: the keys of all positives.

    Raises ValueError when nothing is relevant.
    """
    wanted = set(relevant)
    if not wanted:
        raise ValueError("nothing is relevant: recall has no meaning")
    return np.cumsum([key in wanted for key in order]) / len(wanted)


def wss(order: Sequence[Any] | Array, relevant: Sequence[Any] | Array, recall: float = 0.95) -> float | None:
    """Work saved over sampling: the share of items one needn't label for this recall, beyond what random order saves.

    order: all item keys, in the order asked; relevant: the keys of all positives. None when the order never gets there.
    Raises ValueError when nothing is relevant. Source: Cohen, Hersh, Peterson and Yen 2006, "Reducing Workload in
    Systematic Review Preparation Using Automated Citation Classification".
    """
    there = np.flatnonzero(recall_curve(order, relevant) >= recall - 1e-12)
    return None if len(there) == 0 else float(1 - (there[0] + 1) / len(order) - (1 - recall))


def _p_missed(seen: Array, pool_size: int, recall: float) -> float:
    n = len(seen)
    steps = np.arange(int(np.log(pool_size) / -np.log(_REST)) + 1)
    moments = np.unique(pool_size - np.floor(pool_size * _REST**steps).astype(np.int64))
    moments = moments[moments < n]
    before = np.concatenate([[0], np.cumsum(seen)])
    found = int(before[-1])
    # The fewest positives that the pool would hold, were recall just missed: more would be less likely still.
    total = int(np.floor(found / recall + 1e-9)) + 1
    left = pool_size - moments
    if total - found > pool_size - n:
        return 0.0
    return float(stats.hypergeom.cdf(found - before[moments], left, total - before[moments], n - moments).min())


def _share(found: float, total: float) -> float:
    return 1.0 if total == 0 else found / total


def _first(low: int, high: int, holds: Any) -> int:
    """The first number from low to high for which `holds`, which stays true once it is; high when none before."""
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low
