"""Strategies simulated on labels: what is known to be better is told, and where nothing is known, that."""

import numpy as np
import pytest

from labeler.learning import loop, problems
from labeler.learning.encoded_pool import EncodedPool
from labeler.learning.evaluation.judge import metric_for
from labeler.learning.features.arrays import ArrayFeatures
from labeler.learning.labeled_pool import LabeledPool
from labeler.learning.simulable import FEWEST, RANDOM, resolved
from labeler.learning.simulation import FIRST, SIZES, Simulation, simulate, sizes

PROBLEM = problems.find("classification")
METRIC = metric_for("classification", "")
ALONE = loop.ModelSpec("logistic_regression", {})


def pool_of(X: np.ndarray) -> LabeledPool:
    """Features alone."""
    pipeline = ArrayFeatures()
    block = pipeline.extract(X)
    pipeline.fit([block])
    return LabeledPool(pipeline, pipeline.transform(block), None)


def plane(n: int, seed: int) -> tuple[LabeledPool, list[str]]:
    """Two labels on two sides of a plane: items near it teach where it is."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, 16))
    return pool_of(X), ["in" if row @ np.arange(1, 17) > 0 else "out" for row in X]


def noise(n: int, seed: int) -> tuple[LabeledPool, list[str]]:
    """Labels that no feature tells."""
    rng = np.random.default_rng(seed)
    return pool_of(rng.standard_normal((n, 4))), rng.choice(["in", "out"], n).tolist()


def simulated(made: tuple[LabeledPool, list[str]], names: list[str], **more: object) -> Simulation:
    assert METRIC is not None
    found = simulate(made[0], PROBLEM, made[1], names, METRIC, spec=ALONE, **more)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_a_strategy_that_is_better_needs_surely_fewer_labels() -> None:
    told: list[tuple[int, int]] = []
    found = simulated(plane(900, 0), ["margin", RANDOM], seeds=6, tell=lambda done, of: told.append((done, of)))
    margin, random = found.strategies
    assert margin.fewer is not None and margin.ahead is not None
    assert margin.fewer.low > 0 and margin.ahead.low > 0
    assert margin.needed.value < random.needed.value
    assert margin.fewer.value == pytest.approx(random.needed.value - margin.needed.value)
    assert (random.fewer, random.ahead) == (None, None)
    assert (found.pool, found.tested) == (600, 300)
    assert found.mark == pytest.approx(0.95 * found.full.value)
    assert told == [(one, told[-1][1]) for one in range(1, told[-1][1] + 1)], "each model is told"


def test_strategies_begin_and_end_with_the_same_labels() -> None:
    found = simulated(plane(120, 1), ["margin", "entropy", RANDOM])
    for place in (0, -1):
        assert len({one.curve[place][1].value for one in found.strategies}) == 1
    assert found.strategies[0].curve[-1][1].value == found.full.value
    for one in found.strategies:
        assert [labels for labels, _ in one.curve] == sizes(80)
        assert all(score.low <= score.value <= score.high for _, score in one.curve)
        assert FIRST <= one.needed.low <= one.needed.value <= one.needed.high <= 80


def test_where_nothing_can_be_told_nothing_is() -> None:
    for seed in range(5):
        found = simulated(noise(240, seed), ["margin", RANDOM], seed=seed)
        fewer = found.strategies[0].fewer
        assert fewer is not None and fewer.low <= 0 <= fewer.high


def test_the_same_seed_says_the_same() -> None:
    first, second = (simulated(plane(90, 2), ["margin", RANDOM], seed=7) for _ in range(2))
    assert first == second
    assert simulated(plane(90, 2), ["margin", RANDOM], seed=8) != first


def test_labels_of_one_kind_teach_nothing() -> None:
    pool, _ = noise(FEWEST, 0)
    assert simulate(pool, PROBLEM, ["in"] * FEWEST, [RANDOM], METRIC, spec=ALONE) is None  # type: ignore[arg-type]


def test_a_part_of_a_pool_has_a_map_of_its_own() -> None:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((300, 6)) + 3
    (whole,) = EncodedPool.of(X, "auto", 0)
    places = np.arange(0, 300, 2)
    part = LabeledPool.of(whole, places)
    assert len(part) == 150 and part.unlabeled is not None and len(part.unlabeled.graph) == 150
    assert part.unlabeled.affinity.shape == (150, 150)
    assert np.array_equal(part.unlabeled.graph.vectors, whole.graph.vectors[places])
    values = ["in" if row[0] > 3 else "out" for row in X[places]]
    found = simulate(part, PROBLEM, values, ["graph_margin", RANDOM], METRIC, seeds=2)  # type: ignore[arg-type]
    assert found is not None and found.full.value > 0.6, "the default model learns from the part's map"


def test_sizes_rise_by_a_like_factor_to_all_labels() -> None:
    assert sizes(1334)[0] == FIRST and sizes(1334)[-1] == 1334 and len(sizes(1334)) == SIZES
    assert sizes(40) == sorted(set(sizes(40)))


@pytest.mark.parametrize("problem", ["classification", "multilabel", "ordinal"])
def test_strategies_are_named_once_the_random_order_last(problem: str) -> None:
    here = problems.find(problem)
    own = here.default_strategy
    assert resolved(here, ["auto", own, RANDOM]) == [own, RANDOM]
    assert resolved(here, [RANDOM]) == [RANDOM]
    with pytest.raises(ValueError, match=r'"oracle" is no strategy.*auto.*random'):
        resolved(here, ["oracle"])


def test_strategies_that_say_nothing_here_are_refused_with_why() -> None:
    with pytest.raises(ValueError, match="searches for one label"):
        resolved(PROBLEM, ["most_likely_positive"])
    with pytest.raises(ValueError, match="a simulation counts labels"):
        resolved(PROBLEM, ["cost_aware"])
    with pytest.raises(ValueError, match=r"At most 5 strategies.*these are 6"):
        resolved(PROBLEM, ["margin", "entropy", "badge", "coreset", "cal"])
