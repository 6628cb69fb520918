"""How often a planted failure mode is found, how far its rate is off where it was found, and what a look costs: the
long form of tests/learning/test_failure_modes.py. Figures: docs/decisions/0041-failure-modes.md"""

import time

import numpy as np
import pytest
from planted_modes import planted

from labeler.learning.failure_modes import MOST_WRONG, find_modes

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]
SEEDS = 25


@pytest.mark.parametrize(("n", "least"), [(250, 0.5), (600, 0.9), (3_000, 0.95)])
def test_a_planted_failure_mode_is_among_the_first_three(n: int, least: float) -> None:
    """Half of the items is looked at, the other half judges."""
    hits, here, there, others = [], [], [], []
    for seed in range(SEEDS):
        pool = planted(seed, 2 * n)
        looked_at, judging = np.arange(n), np.arange(n, 2 * n)
        is_wrong = np.zeros(2 * n, dtype=bool)
        is_wrong[pool.wrong] = True
        modes = find_modes(pool.rows[looked_at], np.flatnonzero(is_wrong[looked_at]), seed)
        shares = [float((pool.topic[mode.wrong] == pool.bad).mean()) for mode in modes]
        place = next((place for place, share in enumerate(shares) if share > 0.5), None)
        hits.append(place is not None and place < 3)
        others.append(len(modes) - (place is not None))
        if place is None:
            continue
        inside = modes[place].center.cosines(pool.rows) >= modes[place].center.bar
        here.append(is_wrong[looked_at][inside[looked_at]].mean())
        there.append(is_wrong[judging][inside[judging]].mean())
    print(
        f"\n{n} items: found {np.mean(hits):.2f}, others {np.mean(others):.2f}, "
        f"rate where found {np.mean(here):.3f}, on other items {np.mean(there):.3f}"
    )
    assert np.mean(hits) >= least


def test_where_mistakes_are_scattered_nothing_is_found_that_holds_elsewhere() -> None:
    found, here, there = 0, [], []
    for seed in range(SEEDS):
        pool = planted(seed, 1_200, flipped=0.06)
        is_wrong = np.zeros(1_200, dtype=bool)
        is_wrong[pool.wrong] = True
        for mode in find_modes(pool.rows[:600], np.flatnonzero(is_wrong[:600]), seed):
            inside = mode.center.cosines(pool.rows) >= mode.center.bar
            found += 1
            here.append(is_wrong[:600][inside[:600]].mean())
            there.append(is_wrong[600:][inside[600:]].mean())
    print(
        f"\nscattered: {found / SEEDS:.2f} a pool, rate where found {np.mean(here):.3f}, on others {np.mean(there):.3f}"
    )
    assert found / SEEDS < 1


def test_the_most_that_is_looked_at_takes_seconds() -> None:
    pool = planted(0, 20_000, noise=0.2)
    started = time.process_time()
    modes = find_modes(pool.rows, pool.wrong)
    took = time.process_time() - started
    print(
        f"\n{len(pool.wrong):,} wrong predictions of 20,000, {MOST_WRONG:,} clustered: {took:.1f} s, {len(modes)} found"
    )
    assert modes and took < 120
