"""What columns are worth: planted ones are told apart, intervals hold, and hints are no false alarms."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.contents import Content, cells_of, without_columns
from labeler.learning import problems
from labeler.learning.column_use.alone import alone, is_nearly_perfect
from labeler.learning.column_use.cells import Cells, columns_of
from labeler.learning.column_use.importance import FEWEST_REPEATS, MOST_REPEATS, importance, repeats_for
from labeler.learning.column_use.redundancy import groups, redundant
from labeler.learning.column_use.signs import follows_labeling, is_after_arrival, is_id
from labeler.learning.evaluation.intervals import Estimate
from labeler.learning.evaluation.judge import Judge, gap, metric_for, samples
from labeler.learning.evaluation.metrics import registry
from labeler.learning.numeric.types import Array

HOUR, DAY = 3_600.0, 86_400.0
START = 1_750_000_000.0  # June 2025, in seconds since 1970


def rows_of(**columns: Sequence[Any]) -> list[Content]:
    names = list(columns)
    return [{"fields": dict(zip(names, row, strict=True))} for row in zip(*columns.values(), strict=True)]


def number(contents: Sequence[Content], name: str) -> Array:
    return np.array([float(cells_of(one).get(name) or 0.0) for one in contents])


def yes_or_no(score: Array) -> Array:
    sure = 1 / (1 + np.exp(-score))
    return np.stack([1 - sure, sure], axis=1)


def judge(values: Sequence[Any], metric: str = "accuracy", problem: str = "classification") -> Judge:
    classes, schema = {"classification": (["no", "yes"], {}), "multilabel": (["no", "yes"], {})}.get(
        problem, (["1", "2", "3", "4", "5"], {"scale": {"min": 1, "max": 5, "step": 1}})
    )
    found = metric_for(problem, metric)
    assert found is not None
    return Judge(problems.find(problem), values, classes, {}, found, schema)


def weigh(
    predict: Callable[[Sequence[Content]], Array],
    contents: Sequence[Content],
    values: Sequence[Any],
    name: str,
    **how: Any,
) -> Estimate:
    rng = np.random.default_rng(7)
    weights = samples(len(contents), rng, 200)
    return importance(predict, judge(values, **how), contents, name, predict(contents), weights, 5, rng)


def some(n: int, seed: int = 0) -> tuple[list[Content], list[str]]:
    rng = np.random.default_rng(seed)
    useful, useless = rng.normal(size=n), rng.normal(size=n)
    truth = ["yes" if one + rng.normal() > 0 else "no" for one in useful]
    return rows_of(useful=useful.tolist(), useless=useless.tolist(), same=["x"] * n), truth


def model(contents: Sequence[Content]) -> Array:
    return yes_or_no(3 * number(contents, "useful") + 0.05 * number(contents, "useless"))


def test_a_useful_column_is_told_from_one_that_says_nothing() -> None:
    contents, truth = some(200)
    useful, useless = (weigh(model, contents, truth, name) for name in ("useful", "useless"))
    assert useful.low is not None and useful.low > 0.1 and useful.n == 200
    assert useless.low is not None and useless.high is not None and useless.low < 0 < useless.high
    unseen = weigh(model, contents, truth, "another")
    assert unseen.value == 0 and unseen.low is not None and unseen.low < 0, "no column of that name is useless, too"


def test_cells_that_are_missing_are_shuffled_like_others() -> None:
    contents, truth = some(120)
    full = [one if place % 2 else without_columns(one, ["useful"]) for place, one in enumerate(contents)]
    asked: list[Content] = []

    def predict(some: Sequence[Content]) -> Array:
        asked.extend(some)
        return model(some)

    found = weigh(predict, full, truth, "useful")
    assert found.value is not None and found.value > 0
    had = sum("useful" in cells_of(one) for one in asked[120:]) / len(asked[120:])
    assert 0.2 < had < 0.8


@given(
    st.integers(2, 60), st.one_of(st.none(), st.text(), st.integers(), st.floats(), st.booleans()), st.integers(0, 99)
)
def test_a_column_that_is_the_same_everywhere_is_worth_exactly_nothing(n: int, cell: Any, seed: int) -> None:
    contents, truth = some(n, seed)
    contents = [{"fields": {**cells_of(one), "constant": cell}} for one in contents]
    found = weigh(model, contents, truth, "constant")
    assert found.value == 0 and found.low is not None and found.high is not None
    assert found.low == -found.high < 0, "that no item shows a difference does not prove that there is none"


@pytest.mark.parametrize("better", [1.0, -1.0])
def test_a_metric_of_which_less_is_better_is_turned(better: float) -> None:
    contents, _ = some(80)
    truth = [int(np.clip(round(3 + value), 1, 5)) for value in number(contents, "useful")]

    def predict(some: Sequence[Content]) -> Array:
        levels = np.clip(np.round(3 + better * number(some, "useful")), 1, 5).astype(int)
        return np.eye(5)[levels - 1]

    found = weigh(predict, contents, truth, "useful", metric="mae", problem="ordinal")
    assert found.value is not None and found.value * better > 0.3


@pytest.mark.parametrize("name", sorted(f"{one.problem}.{one.name}" for one in registry if one.weighted is not None))
def test_what_counts_once_gives_the_metric_itself(name: str) -> None:
    problem, metric = name.split(".")
    rng = np.random.default_rng(1)
    n, k = 40, 5 if problem == "ordinal" else 2
    proba = rng.dirichlet(np.ones(k), size=n)
    values: list[Any] = [["no", "yes"][one] for one in rng.integers(0, 2, n)]
    if problem == "ordinal":
        values = rng.integers(1, 6, n).tolist()
    if problem == "multilabel":
        values = [[value] if place % 3 else ["no", "yes"] for place, value in enumerate(values)]
    by = judge(values, metric, problem)
    assert by.metric.name == metric
    report = by.problem.evaluate(values, proba, by.classes, {}, 0)
    once, twice = by(proba, np.vstack([np.ones(n), np.full(n, 2.0)]))
    assert by.sign * once == pytest.approx(report.metrics[metric].value)
    assert twice == pytest.approx(once), "items that all count twice say the same"
    half = np.r_[np.ones(n // 2), np.zeros(n // 2)][None]
    first = by.problem.evaluate(values[: n // 2], proba[: n // 2], by.classes, {}, 0)
    assert by.sign * by(proba, half)[0] == pytest.approx(first.metrics[metric].value)


def test_a_wish_that_is_not_known_for_samples_gives_the_primary_metric() -> None:
    for wanted in ("calibration_error", "", "of a plug-in that is gone"):
        found = metric_for("classification", wanted)
        assert found is not None and found.name == "accuracy"
    chosen = metric_for("classification", "macro_f1")
    assert chosen is not None and chosen.name == "macro_f1"
    assert metric_for("no problem", "accuracy") is None


@pytest.mark.parametrize("n", [40, 150])
def test_the_interval_holds_the_importance_in_all_items(n: int) -> None:
    """100 samples of a population in which it is known; the chance of fewer than 88 hits at 95 % is below 0.1 %."""
    rng = np.random.default_rng(n)
    everybody, truth = some(20_000, 3)
    once = np.ones((1, 20_000))
    by = judge(truth)
    whole = by(model(everybody), once)[0]
    moved = rng.permutation(20_000)
    shuffled = [
        {"fields": {**cells_of(one), "useful": cells_of(everybody[donor])["useful"]}}
        for one, donor in zip(everybody, moved.tolist(), strict=True)
    ]
    known = {"useful": whole - by(model(shuffled), once)[0], "useless": 0.0}
    hits = dict.fromkeys(known, 0)
    for _ in range(100):
        drawn = rng.choice(20_000, n, replace=False).tolist()
        contents, values = [everybody[place] for place in drawn], [truth[place] for place in drawn]
        for name, value in known.items():
            found = weigh(model, contents, values, name)
            assert found.low is not None and found.high is not None
            hits[name] += found.low <= value <= found.high
    assert min(hits.values()) >= 88, hits


def test_two_models_are_compared_on_the_same_items() -> None:
    rng = np.random.default_rng(0)
    truth = ["yes"] * 100 + ["no"] * 100
    good = yes_or_no(np.r_[np.full(100, 2.0), np.full(100, -2.0)])
    worse = good.copy()
    worse[:20] = worse[:20, ::-1]
    weights = samples(200, rng)
    one, other = (judge(truth)(rows, weights) for rows in (good, worse))
    found = gap(other, one[None], 200, 1.0, rng)
    assert found.value == pytest.approx(-0.1) and found.high is not None and found.high < -0.05
    same = gap(one, one[None], 200, 1.0, rng)
    assert same.value == 0 and same.high is not None and 0 < same.high < 0.02


def test_many_columns_are_shuffled_less_often() -> None:
    assert repeats_for(60, 8) == MOST_REPEATS
    assert repeats_for(1_000, 200) == FEWEST_REPEATS
    assert repeats_for(0, 0) == MOST_REPEATS


def column(**columns: Sequence[Any]) -> Cells:
    (found,) = columns_of(rows_of(**columns))
    return found


def test_columns_that_say_the_same_are_found_and_others_are_not() -> None:
    rng = np.random.default_rng(0)
    n = 300
    price, mood = rng.lognormal(3, 1, n), rng.integers(0, 4, n)
    town = rng.integers(0, 12, n)
    contents = rows_of(
        price=np.round(price, 2).tolist(),
        cents=np.round(100 * price).tolist(),
        left=(-np.round(price, 1)).tolist(),
        mood=[["bad", "so so", "fine", "great"][one] for one in mood],
        stars=[["*", "**", "***", "****"][one] for one in mood],
        mood_again=[["bad", "so so", "fine", "great"][one] for one in mood],
        town=[f"town {one}" for one in town],
        county=[f"county {one // 3}" for one in town],
        alone=rng.normal(size=n).tolist(),
        id=[f"k{place}" for place in range(n)],
        same=["x"] * n,
        dated=[f"20{place % 20:02d}-01-01" for place in range(n)],
        partly=[value if place % 2 else None for place, value in enumerate(price.tolist())],
    )
    found = {(one.one, one.other): one for one in redundant(columns_of(contents))}
    assert found["price", "cents"].how == "rank" and found["price", "cents"].value > 0.999
    assert found["price", "left"].value < -0.99
    assert found["mood", "mood_again"].how == "equal" and found["mood", "stars"].how == "information"
    assert found["town", "county"].how == "determines" and ("county", "town") not in found
    named = {name for pair in found for name in pair}
    assert not named & {"alone", "id", "same", "dated"}
    assert groups(list(found.values())) == [["price", "cents", "left", "partly"], ["mood", "stars", "mood_again"]]


def test_columns_that_nothing_binds_are_seldom_taken_for_the_same() -> None:
    rng = np.random.default_rng(1)
    n = 60
    contents = rows_of(
        **{f"n{one}": rng.normal(size=n).tolist() for one in range(15)},
        **{f"c{one}": [f"v{value}" for value in rng.integers(0, 2 + one, n)] for one in range(15)},
        **{f"rare{one}": [f"v{value}" for value in rng.integers(0, 50, n)] for one in range(5)},
    )
    assert redundant(columns_of(contents)) == []


def judged_alone(name: str, contents: Sequence[Content], truth: Sequence[Any]) -> bool:
    return is_nearly_perfect(*alone(problems.find("classification"), contents, truth, name, {}, 0))


def test_a_column_that_tells_the_label_alone_is_named_and_a_strong_one_is_not() -> None:
    rng = np.random.default_rng(0)
    n = 200
    truth = ["yes" if one else "no" for one in rng.random(n) < 0.3]
    contents = rows_of(
        leak=[{"yes": "sent back", "no": "kept"}[value] for value in truth],
        strong=[(value == "yes") + 0.6 * rng.normal() for value in truth],
        words=[f"it was {'returned by post' if value == 'yes' else 'kept all along'} so far" for value in truth],
        nothing=rng.normal(size=n).tolist(),
        empty=[None] * n,
    )
    leaks = [name for name in ("leak", "strong", "words", "nothing", "empty") if judged_alone(name, contents, truth)]
    assert leaks == ["leak", "words"]
    few = alone(problems.find("classification"), contents[:29], truth[:29], "leak", {}, 0)
    assert few[0].value is None and not is_nearly_perfect(*few), "29 labels say too little"
    rare = ["yes"] + ["no"] * (n - 1)
    assert not judged_alone("nothing", contents, rare), "the most common answer is no merit of a column"


def test_an_id_is_what_never_repeats_and_counts_or_is_a_code() -> None:
    rng = np.random.default_rng(0)
    n = 100
    ids = {
        "code": [f"A-{place:04d}" for place in range(n)],
        "counted": list(range(1_000, 1_000 + n)),
        "shuffled": rng.permutation(n).tolist(),
        "rising": np.cumsum(rng.integers(1, 900, n)).tolist(),
    }
    others = {
        "price": np.round(rng.uniform(0, 1_000, n), 2).tolist(),
        "income": rng.choice(10**7, n, replace=False).tolist(),
        "name": [f"Some One {place}" for place in range(n)],
        "text": [f"a sentence about number {place} and more" for place in range(n)],
        "date": [f"{2000 + place // 12}-{1 + place % 12:02d}-01" for place in range(n)],
        "seconds": [int(START) + 977 * place for place in range(n)],
        "repeats": [f"A-{place // 2}" for place in range(n)],
    }
    for name, values in ids.items():
        found = is_id(column(**{name: values}))
        assert found is not None and (found.value, found.n) == (1, n) and found.low > 0.95, name
    for name, values in others.items():
        assert is_id(column(**{name: values})) is None, name
    assert is_id(column(few=list(range(20)))) is None


def test_a_date_of_labeling_is_told_from_one_of_arrival() -> None:
    rng = np.random.default_rng(0)
    n = 120
    arrived = START + np.sort(rng.uniform(0, 90 * DAY, n))
    labeled = START + 100 * DAY + rng.permutation(n) * HOUR
    stamp = column(stamp=(labeled + rng.uniform(-60, 60, n)).round().astype(int).tolist())
    found = follows_labeling(stamp, labeled, arrived)
    assert found is not None and found.low > 0.8 and found.n == n
    assert is_after_arrival(stamp, arrived) is not None
    came = column(came=(arrived - DAY).round().astype(int).tolist())
    assert follows_labeling(came, labeled, arrived) is None and is_after_arrival(came, arrived) is None
    in_turn = arrived + DAY
    assert follows_labeling(came, in_turn, arrived) is None, "items that are labeled as they come"
    at_once = np.full(n, labeled[0])
    assert follows_labeling(stamp, at_once, arrived) is None, "an import"
    price = column(price=rng.uniform(0, 10, n).tolist())
    assert follows_labeling(price, labeled, arrived) is None and is_after_arrival(price, arrived) is None
    unlabeled = np.where(np.arange(n) < 100, np.nan, labeled)
    assert follows_labeling(stamp, unlabeled, arrived) is None, "too few"
