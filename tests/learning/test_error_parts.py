"""A model's error in four parts: by noise that is known, and by how often the intervals hold it."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.random import Generator

from labeler.learning import problems
from labeler.learning.error_parts import BIAS, IRREDUCIBLE, OVERFITTING, PARTS, VARIANCE, error_of, largest, parts_of
from labeler.learning.evaluation.intervals import Estimate, wilson
from labeler.learning.evaluation.noise import of_classes, of_label_sets, of_ratings
from labeler.learning.evaluation.two_shares import apart, difference

ONE = np.ones(1, dtype=np.int64)


def one_label(rng: Generator) -> bool:
    """Two people who are wrong equally often on all items, two to five labels."""
    classes, n, wrong = int(rng.integers(2, 6)), int(rng.integers(60, 500)), rng.uniform(0.02, 0.25)
    truth = rng.integers(0, classes, n)

    def say() -> list[str]:
        other = (truth + rng.integers(1, classes, n)) % classes
        return np.where(rng.random(n) < wrong, other, truth).astype(str).tolist()

    return holds(of_classes(say(), say(), classes, ONE), wrong)


def ratings(rng: Generator) -> bool:
    """Noise from a third of a step to three steps."""
    n, width = int(rng.integers(60, 500)), rng.uniform(0.3, 3)
    truth = rng.integers(8, 22, n)

    def say() -> list[float]:
        return np.round(truth + width * rng.standard_normal(n)).tolist()

    off = np.abs(np.round(width * rng.standard_normal(200_000))).mean() / 30
    return holds(of_ratings(say(), say(), 1, 30, ONE, 0), off)


def label_sets(rng: Generator) -> bool:
    """Labels of 5 to 60 % of the items, each with an error of its own."""
    n, labels = int(rng.integers(60, 500)), int(rng.integers(2, 6))
    share, wrong = rng.uniform(0.05, 0.6, labels), rng.uniform(0.01, 0.2, labels)
    truth = rng.random((n, labels)) < share

    def say() -> list[list[str]]:
        said = truth ^ (rng.random(truth.shape) < wrong)
        return [[str(place) for place in np.flatnonzero(row)] for row in said]

    hits = share * (1 - wrong)
    f1 = 2 * hits / (share + hits + (1 - share) * wrong)
    return holds(of_label_sets(say(), say(), ONE, 0), 1 - float(f1.mean()))


def holds(found: Estimate, truth: float) -> bool:
    assert found.low is not None and found.high is not None
    return found.low <= truth <= found.high


KINDS = pytest.mark.parametrize("kind", [one_label, ratings, label_sets])


@KINDS
def test_the_irreducible_part_is_in_its_interval_about_as_often_as_it_says(kind: Callable[[Generator], bool]) -> None:
    rng = np.random.default_rng(43)
    assert np.mean([kind(rng) for _ in range(100)]) >= 0.88


@pytest.mark.faults
@KINDS
def test_the_irreducible_part_is_in_its_interval_in_93_to_97_percent_of_500_runs(
    kind: Callable[[Generator], bool],
) -> None:
    rng = np.random.default_rng(0)
    assert 0.93 <= np.mean([kind(rng) for _ in range(500)]) <= 0.97


def test_two_labels_differ_more_often_than_each_is_wrong() -> None:
    first, second = ["a"] * 100, ["a"] * 82 + ["b"] * 18
    found = of_classes(first, second, 2, ONE)
    assert found.value == pytest.approx(0.1) and found.n == 100  # 2 * 0.1 * 0.9 = 0.18
    assert (found.low, found.high) == (
        pytest.approx((1 - (1 - 2 * wilson(18, 100)[0]) ** 0.5) / 2),
        pytest.approx((1 - (1 - 2 * wilson(18, 100)[1]) ** 0.5) / 2),
    )
    never = of_classes(["a"] * 50, ["b"] * 50, 2, ONE)
    assert never.value == pytest.approx(0.5), "no worse than a coin"


def test_an_answer_of_several_labels_is_wrong_less_often_and_a_known_one_never() -> None:
    first, second = ["a"] * 100, ["a"] * 82 + ["b"] * 18
    rests = {k: of_classes(first, second, 2, np.full(10, k)).value for k in (0, 1, 2, 3)}
    assert rests[0] == 0 and rests[1] == rests[2] == pytest.approx(0.1)
    assert rests[3] == pytest.approx(3 * 0.1**2 * 0.9 + 0.1**3)
    mixed = of_classes(first, second, 2, np.array([0, 1])).value
    assert mixed == pytest.approx(0.05)
    stars, others = [3.0] * 60 + [4.0] * 40, [3.0] * 50 + [4.0] * 50
    one, three = (of_ratings(stars, others, 1, 4, np.full(5, k), 0).value for k in (1, 3))
    assert three is not None and one is not None and 0 < three < one


def test_where_nobody_disagrees_the_part_may_still_be_there() -> None:
    same = ["a"] * 20 + ["b"] * 20
    sets, stars = [["a"]] * 20 + [[]] * 20, [1.0] * 40
    for found in (
        of_classes(same, same, 2, ONE),
        of_label_sets(sets, sets, ONE, 0),
        of_ratings(stars, stars, 1, 4, ONE, 0),
    ):
        assert found.value == pytest.approx(0) and found.high is not None and found.high > 0.001


def test_without_items_there_is_nothing() -> None:
    nothing = Estimate.nothing()
    assert of_classes([], [], 2, ONE) == of_ratings([], [], 1, 4, ONE, 0) == of_label_sets([], [], ONE, 0) == nothing
    assert of_label_sets([[]] * 9, [[]] * 9, ONE, 0) == nothing, "no label that anybody gave"


@pytest.mark.parametrize(
    ("name", "schema", "value", "other"),
    [
        ("classification", {"labels": ["a", "b"]}, "a", "b"),
        ("multilabel", {"labels": ["a", "b"]}, ["a"], ["a", "b"]),
        ("ordinal", {"scale": {"min": 1, "max": 5, "step": 1}}, 2, 3),
    ],
)
def test_every_problem_tells_it(name: str, schema: dict[str, object], value: object, other: object) -> None:
    first, second = [value] * 40 + [other] * 20, [value] * 36 + [other] * 24
    found = problems.find(name).irreducible(first, second, ONE, schema, 0)
    assert found.low is not None and found.value is not None and found.high is not None
    assert 0 <= found.low < found.value < found.high < 1


def test_the_parts_sum_up_to_the_error_on_fresh_labels() -> None:
    irreducible, training, validation, fresh = (share(hits, 200) for hits in (10, 20, 40, 50))
    found = parts_of(irreducible, training, validation, fresh)
    assert list(found) == list(PARTS)
    assert sum(one.value or 0 for one in found.values()) == pytest.approx(0.25)
    newcombe = difference(40, 200, 20, 200)
    assert (found[VARIANCE].low, found[VARIANCE].high) == (pytest.approx(newcombe.low), pytest.approx(newcombe.high))
    unknown = parts_of(Estimate.nothing(), training, validation, Estimate.nothing())
    assert [name for name, one in unknown.items() if one.value is not None] == [VARIANCE]


def test_what_a_model_knows_by_heart_is_no_variance() -> None:
    """All that is left is noise: its training error of 0 says nothing of what more labels would bring."""
    irreducible, training, validation = share(20, 200), share(0, 200), share(22, 200)
    found = parts_of(irreducible, training, validation, Estimate.nothing())
    assert (found[BIAS].value, found[BIAS].low) == (0, 0)
    assert found[VARIANCE].value == pytest.approx(0.01) and found[VARIANCE].low is not None
    assert found[VARIANCE].low < 0 < (found[VARIANCE].high or 0) < 0.1
    rng, held = np.random.default_rng(7), 0
    for _ in range(400):
        noise, fit, held_out = (share(int(rng.binomial(200, p)), 200) for p in (0.1, 0.1, 0.15))
        held += holds(parts_of(noise, fit, held_out, Estimate.nothing())[VARIANCE], 0.05)
    assert held / 400 >= 0.925, "where both ends are alike, the worst case"


def test_an_error_is_what_is_missing_to_a_perfect_score() -> None:
    assert error_of(Estimate(0.75, 0.5, 1.0, 9)) == Estimate(0.25, 0.0, 0.5, 9)
    assert error_of(Estimate(None, None, None, 9)).value is None
    assert error_of(Estimate(1.0, 1.0, 1.0, 50)) == Estimate(0.0, 0.0, wilson(0, 50)[1], 50), "none of 50 is not never"


def test_the_difference_of_any_two_figures_holds_as_often_as_it_says() -> None:
    """Mean errors of ratings, whose intervals are no shares'."""
    rng, held = np.random.default_rng(5), 0
    for _ in range(400):
        found = []
        for scale, n in ((1.0, 150), (0.6, 80)):
            off = scale * rng.exponential(0.1, n)
            reach = 1.96 * off.std(ddof=1) / n**0.5
            found.append(Estimate(float(off.mean()), float(off.mean() - reach), float(off.mean() + reach), n))
        held += holds(apart(*found), 0.04)
    assert 0.92 <= held / 400 <= 0.975


def test_the_largest_part_is_told_as_far_as_the_intervals_allow() -> None:
    clear = {IRREDUCIBLE: Estimate(0.02, 0.01, 0.04, 90), BIAS: Estimate(0.01, -0.02, 0.05, 90)}
    assert largest({**clear, VARIANCE: Estimate(0.2, 0.1, 0.3, 90)}) == [VARIANCE]
    assert largest({**clear, VARIANCE: Estimate(0.2, 0.03, 0.3, 90)}) == [VARIANCE, IRREDUCIBLE, BIAS]
    assert largest({**clear, OVERFITTING: Estimate.nothing()}) == [IRREDUCIBLE, BIAS]
    assert largest({BIAS: Estimate(-0.1, -0.2, -0.05, 90)}) == largest({}) == []


def share(hits: int, n: int) -> Estimate:
    return Estimate(hits / n, *wilson(hits, n), n)
