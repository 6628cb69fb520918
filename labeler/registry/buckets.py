"""How long requests took, in buckets: each duration is known to about 20 %, however many there are."""

import math
from collections.abc import Mapping

FAILED = -1
"""The bucket of requests that a model could not answer."""
PER_DOUBLING = 4
"""Buckets from one duration to twice as long: a percentile is off by a fifth at most."""
SLOWER, SLOWER_MS, FEWEST_TIMED = 2.0, 20.0, 50
"""A p95 that is more than so many times the usual one and so much longer is slow, once both are of so many requests."""
_Z = 1.96


def bucket_of(ms: float) -> int:
    return max(0, round(PER_DOUBLING * math.log2(max(ms, 0.1) / 0.1)))


def ms_of(bucket: int) -> float:
    return float(0.1 * 2 ** (bucket / PER_DOUBLING))


def timed(buckets: Mapping[int, int]) -> int:
    """Requests that were answered."""
    return sum(n for bucket, n in buckets.items() if bucket != FAILED)


def percentile(buckets: Mapping[int, int], share: float) -> float | None:
    """The duration in ms that this share of the answered requests did not exceed, to the width of a bucket."""
    total = timed(buckets)
    return _at(buckets, share * total) if total else None


def percentile_between(buckets: Mapping[int, int], share: float) -> tuple[float, float, float]:
    """The same with its 95 % interval, by order statistics (David and Nagaraja 2003), normally approximated. Raises
    ValueError where no request was answered."""
    total = timed(buckets)
    if not total:
        raise ValueError("no request was answered")
    spread = _Z * math.sqrt(total * share * (1 - share))
    ranks = (share * total, math.floor(share * total - spread), math.ceil(share * total + spread) + 1)
    value, low, high = (_at(buckets, min(max(rank, 1), total)) for rank in ranks)
    return value, low, high


def _at(buckets: Mapping[int, int], rank: float) -> float:
    seen, last = 0, 0
    for bucket in sorted(one for one in buckets if one != FAILED):
        seen, last = seen + buckets[bucket], bucket
        if seen >= rank:
            break
    return round(ms_of(last), 1)
