"""Agreement: against figures published by others, and with what can go wrong."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from labeler.learning.evaluation.agreement import DISTANCES, cohen_kappas, krippendorff_alpha

# Krippendorff 2011, section C: four observers, twelve units, values missing. Nominal .743, interval .849.
OBSERVERS = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)


def given(observers=OBSERVERS):
    rows = [
        (unit, who, value - 1)
        for who, said in enumerate(observers)
        for unit, value in enumerate(said)
        if value is not None
    ]
    return tuple(np.array(column) for column in zip(*rows, strict=True))


@pytest.mark.parametrize(("level", "alpha"), [("nominal", 0.743), ("interval", 0.849)])
def test_alpha_is_the_published_one(level: str, alpha: float) -> None:
    items, _, codes = given()
    found = krippendorff_alpha(items, codes, DISTANCES[level](range(1, 6)))
    assert found.alpha.value == pytest.approx(alpha, abs=0.0005)
    assert found.alpha.low < found.alpha.value < found.alpha.high <= 1
    assert (found.alpha.n, found.labels) == (11, 40)  # the last unit has one value, which pairs with nothing


def test_kappa_is_scikit_learns_with_weights_and_without() -> None:
    rng = np.random.default_rng(3)
    a = rng.integers(0, 4, 300)
    b = np.where(rng.random(300) < 0.6, a, rng.integers(0, 4, 300))
    items, labelers = np.tile(np.arange(300), 2), np.repeat([7, 2], 300)
    for level, weights in (("nominal", None), ("interval", "quadratic")):
        (pair,) = cohen_kappas(items, labelers, np.concatenate([a, b]), DISTANCES[level](range(4)))
        assert (pair.first, pair.second, pair.kappa.n) == (2, 7, 300)
        assert pair.kappa.value == pytest.approx(cohen_kappa_score(a, b, weights=weights))
        assert pair.kappa.low < pair.kappa.value < pair.kappa.high
        assert pair.alike == pytest.approx(float(np.mean(a == b)))


def test_intervals_cover_what_they_should() -> None:
    rng, hits = np.random.default_rng(5), 0
    for seed in range(200):
        truth = rng.integers(0, 3, 150)
        codes = np.concatenate([np.where(rng.random(150) < 0.7, truth, rng.integers(0, 3, 150)) for _ in range(2)])
        found = krippendorff_alpha(np.tile(np.arange(150), 2), codes, DISTANCES["nominal"](range(3)), seed)
        hits += found.alpha.low <= 0.49 <= found.alpha.high  # .7 squared, of evenly frequent labels
    assert 0.90 <= hits / 200 <= 0.99


def test_the_reason_is_told_where_there_is_no_figure() -> None:
    apart = DISTANCES["nominal"](range(2))
    once = krippendorff_alpha(np.arange(5), np.zeros(5, dtype=int), apart)
    assert (once.alpha.value, once.why) == (None, "no_overlap")
    none = krippendorff_alpha(np.zeros(0, dtype=int), np.zeros(0, dtype=int), apart)
    assert (none.alpha.value, none.why) == (None, "no_overlap")
    same = krippendorff_alpha(np.tile(np.arange(5), 2), np.zeros(10, dtype=int), apart)
    assert (same.alpha.value, same.alpha.n, same.why) == (None, 5, "one_value")


def test_perfect_and_opposite_people() -> None:
    items, codes = np.tile(np.arange(50), 2), np.tile(np.arange(50) % 2, 2)
    apart = DISTANCES["nominal"](range(2))
    perfect = krippendorff_alpha(items, codes, apart)
    assert perfect.alpha.value == perfect.alpha.low == perfect.alpha.high == 1.0
    opposite = krippendorff_alpha(items, np.concatenate([codes[:50], 1 - codes[:50]]), apart)
    assert opposite.alpha.value < -0.9


def test_who_shares_little_is_no_pair() -> None:
    items, labelers = np.array([1, 1, 2, 2, 3, 3, 4]), np.array([0, 1, 0, 1, 0, 1, 0])
    codes = np.array([0, 0, 1, 1, 0, 1, 0])
    apart = DISTANCES["nominal"](range(2))
    assert cohen_kappas(items, labelers, codes, apart) == []
    (pair,) = cohen_kappas(items, labelers, codes, apart, least=3)
    assert pair.kappa.n == 3


def test_sets_that_have_much_in_common_are_near() -> None:
    apart = DISTANCES["sets"]([["a", "b"], ["a"], ["b", "c"], ["d"], []])
    assert np.allclose(np.diag(apart), 0) and np.allclose(apart, apart.T)
    assert apart[0, 1] == pytest.approx(1 - 2 / 3 * 1 / 2)  # a part of it
    assert apart[0, 2] == pytest.approx(1 - 1 / 3 * 1 / 3)  # something in common
    assert apart[0, 3] == apart[0, 4] == 1


def test_a_hundred_thousand_answers_at_random_agree_no_more_than_chance() -> None:
    """Of answers at random: nothing beyond chance, and the interval is as narrow as so many items make it."""
    rng = np.random.default_rng(1)
    codes = rng.integers(0, 6, 99_999)
    found = krippendorff_alpha(np.repeat(np.arange(33_333), 3), codes, DISTANCES["nominal"](range(6)))
    assert abs(found.alpha.value) < 0.02 and found.alpha.high - found.alpha.low < 0.02
