"""Agreement: against figures published by others, and with what can go wrong."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from labeler.learning.evaluation.agreement import DISTANCES, cohen_kappas, first_labels, krippendorff_alpha
from labeler.learning.numeric.types import Array

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


def test_a_weight_is_as_good_as_so_many_items() -> None:
    items, codes = np.repeat(np.arange(40), 2), np.tile([0, 0, 1, 1, 0, 1, 2, 2], 10)
    apart = DISTANCES["nominal"](range(3))
    heavy = items < 10
    again = np.concatenate([items, items[heavy] + 100, items[heavy] + 200])
    three_times = krippendorff_alpha(again, np.concatenate([codes, codes[heavy], codes[heavy]]), apart).alpha.value
    weighted = krippendorff_alpha(items, codes, apart, weights=np.where(heavy, 3.0, 1.0))
    assert weighted.alpha.value == pytest.approx(three_times, abs=0.005) and weighted.alpha.n == 40
    plain = krippendorff_alpha(items, codes, apart)
    assert plain == krippendorff_alpha(items, codes, apart, weights=np.full(len(items), 7.0))
    assert abs(plain.alpha.value - three_times) > 0.02


def test_the_first_labels_of_each_item() -> None:
    assert first_labels(np.array([3, 3, 3, 5, 9, 9]), 2).tolist() == [True, True, False, True, True, True]
    assert first_labels(np.zeros(0, dtype=np.int64), 2).tolist() == []


def _labeled(rng: np.random.Generator, share: Array, unsure: Array, n: int) -> tuple[Array, Array, Array]:
    """Items, codes, and the probability of being drawn: a share gets two labels; others get a second one where a model
    doubts; and everybody who disagrees brings a third and a fourth. unsure: how far people differ on each item."""
    means = np.where(rng.random(n) < 0.5, unsure, 1 - unsure)
    given = (rng.random((n, 4)) < means[:, None]).astype(np.int64)
    drawn = rng.random(n) < share
    doubted = rng.random(n) < 2 * unsure * 0.6
    number = np.where(drawn | doubted, 2, 1)
    number = np.where((number == 2) & (given[:, 0] != given[:, 1]), 4, number)
    inside = np.arange(4) < number[:, None]
    return np.repeat(np.arange(n), number), given[inside], np.where(drawn, share, 0.0)


@pytest.mark.parametrize("by_strata", [False, True])
def test_of_items_chosen_because_people_disagree_the_weighted_figure_is_right_and_the_plain_one_too_low(
    by_strata: bool,
) -> None:
    """Interval by interval, of 150 projects; people differ more in a rare language, of which more is drawn."""
    rng = np.random.default_rng(7)
    n, apart = 3_000, DISTANCES["nominal"](range(2))
    rare = rng.random(n) < 0.1
    unsure = np.where(rng.random(n) < np.where(rare, 0.6, 0.2), rng.uniform(0.2, 0.5, n), 0.03)
    share = np.where(rare, 0.8, 0.1) if by_strata else np.full(n, 0.15)
    truth = 1 - np.mean(2 * unsure * (1 - unsure)) / 0.5
    found: dict[str, list[tuple[float, bool]]] = {"plain": [], "drawn": [], "weighted": []}
    for seed in range(150):
        items, codes, chance = _labeled(np.random.default_rng([seed, by_strata]), share, unsure, n)
        mine = (chance[items] > 0) & first_labels(items, 2)
        weights = 1 / chance[items[mine]]
        made = {
            "plain": krippendorff_alpha(items, codes, apart),
            "drawn": krippendorff_alpha(items[mine], codes[mine], apart),
            "weighted": krippendorff_alpha(items[mine], codes[mine], apart, weights=weights),
        }
        for name, one in made.items():
            assert one.alpha.value is not None and one.alpha.low is not None and one.alpha.high is not None
            found[name].append((one.alpha.value, one.alpha.low <= truth <= one.alpha.high))
    mean = {name: float(np.mean([value for value, _ in some])) for name, some in found.items()}
    covered = {name: float(np.mean([inside for _, inside in some])) for name, some in found.items()}
    assert abs(mean["weighted"] - truth) < 0.01 and covered["weighted"] >= 0.9, (truth, mean, covered)
    assert mean["plain"] < truth - 0.1 and covered["plain"] < 0.05, (truth, mean, covered)
    if by_strata:
        assert mean["drawn"] < truth - 0.03 and covered["drawn"] < 0.8, (truth, mean, covered)
