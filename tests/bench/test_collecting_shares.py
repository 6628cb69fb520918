"""What the share of the queue, the third that is held back, and the choice of items are worth when a failure mode is
collected for: many draws of what test_collecting.py draws. Figures: docs/decisions/0041-failure-modes.md

Through the library alone, which takes seconds: the look at half of the holdout, sentence vectors, logistic regression,
and the smallest margin first as the queue. No part of the service takes part in it.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import shared_data
from collecting_runs import COMPARED, STEPS, Arm, Pool, drawn
from sklearn.linear_model import LogisticRegression
from test_collecting import CELLS, encoder_of
from threadpoolctl import threadpool_limits

from labeler.learning.failure_modes import find_modes, is_judging, unit
from labeler.learning.features import installed
from labeler.learning.numeric.types import Array

pytestmark = [
    pytest.mark.bench,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(not shared_data.FOLDER.exists(), reason="the benchmark's data sets may not be shipped"),
    pytest.mark.skipif(not installed.is_installed(), reason="no sentence encoder is installed"),
]
DRAWS = range(12)
BATCH = 20
WAYS: dict[str, tuple[float, bool, bool]] = {
    "alone": (0.0, True, False),
    "as it is": (0.3, True, False),
    "none held back": (0.3, False, False),
    "half of the queue": (0.5, True, False),
    "the nearest first": (0.3, True, True),
}
"""The share of the queue, whether a third is held back, and whether the others are those nearest to the center."""


def fitted(vectors: Array, pool: Pool, places: Any) -> LogisticRegression:
    with threadpool_limits(1):
        return LogisticRegression(max_iter=200, C=10).fit(vectors[places], pool.labels[places])


def like(vectors: Array, pool: Pool) -> Array | None:
    """Positions of the items that are like the planted one, the nearest first; None where it is not among the first
    three of a look at half of the holdout."""
    wrong = fitted(vectors, pool, np.flatnonzero(pool.first)).predict(vectors) != pool.labels
    looked_at = np.flatnonzero(pool.holdout & ~is_judging(np.arange(len(vectors))))
    rows = unit(vectors - vectors[looked_at].mean(axis=0))
    places = np.flatnonzero(wrong[looked_at])
    for mode in find_modes(rows[looked_at], places, answers=pool.labels[looked_at[places]].tolist())[:3]:
        if pool.mode[looked_at[mode.wrong]].mean() > 0.5:
            cosines = mode.center.cosines(rows)
            nearest = np.argsort(-cosines, kind="stable")
            return np.asarray(nearest[cosines[nearest] >= mode.center.bar])
    return None


def labeled(vectors: Array, pool: Pool, near: Array, way: tuple[float, bool, bool], seed: int) -> Arm:
    """near: positions of the items that are like it, the nearest first."""
    share, held_back, nearest = way
    rng = np.random.default_rng([seed, 7])
    free = np.flatnonzero(~pool.test & ~pool.holdout & ~pool.first)
    wanted = near[np.isin(near, free)]
    anyhow = rng.permutation(wanted).tolist()
    to_judge, to_learn = iter(anyhow), iter(wanted.tolist() if nearest else anyhow)
    learned, asked, collected, arm = np.flatnonzero(pool.first).tolist(), set[int](), 0, Arm()

    def first_of(places: Iterator[int]) -> int | None:
        return next((place for place in places if place not in asked), None)

    for n in range(0, max(STEPS) + 1, BATCH):
        model = fitted(vectors, pool, learned)
        if n == 0 or n in STEPS:
            arm.wrong[n] = model.predict(vectors[pool.test]) != pool.labels[pool.test]
            arm.given[n] = int(pool.mode[sorted(asked)].sum()) if asked else 0
        proba = np.sort(model.predict_proba(vectors[free]), axis=1)
        queue = iter(free[np.argsort(proba[:, -1] - proba[:, -2], kind="stable")].tolist())
        for _ in range(BATCH):
            judges, place = False, None
            if rng.random() < share:
                judges = held_back and collected % 3 == 2
                place = first_of(to_judge if judges else to_learn)
                collected += 1
            place = first_of(queue) if place is None else place
            assert place is not None
            asked.add(place)
            learned += [] if judges else [place]
    return arm


@pytest.mark.parametrize(("name", "kind"), CELLS)
def test_what_makes_collecting_quick(report: Any, name: str, kind: str) -> None:
    encoder = encoder_of(name)
    arms: dict[str, list[Arm]] = {way: [] for way in WAYS}
    pools, purity = [], []
    tried = 0
    for seed in DRAWS:
        pool = drawn(name, kind, seed, encoder.encode)
        if pool is None:
            continue
        tried += 1
        vectors = np.asarray(encoder.encode(pool.texts), dtype=np.float32)
        near = like(vectors, pool)
        if near is None:
            continue
        pools.append(pool)
        purity.append(float(pool.mode[near].mean()))
        for way, how in WAYS.items():
            arms[way].append(labeled(vectors, pool, near, how, seed))
    topics = [pool.mode[pool.test] for pool in pools]
    report.add(f"ways to collect, {name}, {kind}", draws=tried, found=len(pools), purity=np.round(purity, 2).tolist())
    for way, of in arms.items():
        both = list(zip(of, topics, strict=True))
        errors = {n: float(np.mean([arm.error(n, topic) for arm, topic in both])) for n in (0, *COMPARED)}
        report.add(
            f"ways to collect, {name}, {kind}, {way}",
            **{f"error_{n}": round(error, 3) for n, error in errors.items()},
            rest=round(float(np.mean([arm.error(max(COMPARED), ~topic) for arm, topic in both])), 3),
            halved=[arm.halved(topic) for arm, topic in both],
        )
    if kind == "rule":
        errors_of = {
            way: [arm.error(max(COMPARED), topic) for arm, topic in zip(of, topics, strict=True)]
            for way, of in arms.items()
        }
        assert np.mean(errors_of["as it is"]) < np.mean(errors_of["alone"])
