"""Wrong predictions that lie close together are found, those that are scattered are not, and what is told of two models
is decided by intervals."""

import numpy as np
import pytest
from planted_modes import Planted, planted

from labeler.learning import problems
from labeler.learning.failure_modes import (
    Center,
    change_of,
    difference,
    find_modes,
    is_held_back,
    is_judging,
    out_of_fold,
    telling_fields,
    unit,
)
from labeler.learning.features.text import TextPipeline


def test_a_planted_failure_mode_is_among_the_first_three_in_four_of_five_pools() -> None:
    found = [place_of(planted(seed, 600)) for seed in range(5)]
    assert sum(place is not None and place < 3 for place in found) >= 4, found


def place_of(pool: Planted) -> int | None:
    """Where among the failure modes the planted one comes: most of its wrong predictions are of that topic."""
    modes = find_modes(pool.rows, pool.wrong)
    shares = [float((pool.topic[mode.wrong] == pool.bad).mean()) for mode in modes]
    return next((place for place, share in enumerate(shares) if share > 0.5), None)


def test_the_same_is_found_again_and_scattered_mistakes_are_none() -> None:
    pool = planted(1, 600)
    first, second = (find_modes(pool.rows, pool.wrong) for _ in range(2))
    assert [one.wrong.tolist() for one in first] == [one.wrong.tolist() for one in second]
    even = [len(find_modes(one.rows, one.wrong)) for one in (planted(seed, 600, flipped=0.06) for seed in range(5))]
    assert sum(even) <= 3, "what is wrong everywhere alike is hardly ever taken for a failure mode"
    assert find_modes(pool.rows, pool.wrong[:4]) == []


def test_a_region_holds_what_is_like_its_center_and_is_the_same_for_dense_rows() -> None:
    pool = planted(2, 600)
    (mode, *_) = find_modes(pool.rows, pool.wrong)
    inside = mode.center.cosines(pool.rows) >= mode.center.bar
    assert (pool.topic[inside] == pool.bad).mean() > 0.9
    assert inside.sum() > len(mode.wrong), "it also holds items that are answered well"
    again = Center(mode.center.columns, mode.center.weights, mode.center.bar)
    assert np.allclose(again.cosines(pool.rows), again.cosines(pool.rows.toarray()), atol=1e-5)
    empty = unit(pool.rows[:2].multiply(0))
    assert find_modes(empty, np.array([0, 1])) == [] and again.cosines(empty).tolist() == [0, 0]


def test_five_mistakes_that_say_the_same_are_enough_and_equal_rows_do_no_harm() -> None:
    texts = [f"order number {n} arrived broken" for n in range(6)] + [f"thanks {n} for lunch" for n in range(60)]
    rows = rows_of(texts)
    (mode, *_) = find_modes(rows, np.arange(6))
    assert set(mode.wrong.tolist()) == set(range(6))
    same = rows_of(["all the same"] * 30)
    assert find_modes(same, np.arange(10)) == [], "where everything is alike, nothing is worse than the rest"


def rows_of(texts: list[str]) -> object:
    pipeline = TextPipeline()
    block = pipeline.extract([{"text": text} for text in texts])
    pipeline.fit([block])
    return unit(pipeline.transform(block))


def test_what_was_trained_on_is_judged_by_models_that_did_not_see_it() -> None:
    texts = [["win a prize", "see you at lunch"][n % 2] + f" {n}" for n in range(40)]
    values = [["spam", "ham"][n % 2] for n in range(40)]
    values[6] = "ham"
    pipeline = TextPipeline()
    block = pipeline.extract([{"text": text} for text in texts])
    pipeline.fit([block])
    rows, asked = pipeline.transform(block), []
    folds = list(out_of_fold(problems.find("classification"), pipeline, rows, values, 0, lambda: asked.append(1)))
    assert sorted(place for fold in folds for place in fold.positions.tolist()) == list(range(40))
    assert len(asked) == len(folds) == 4
    (said,) = [
        fold.classes[int(fold.proba[place].argmax())]
        for fold in folds
        for place, position in enumerate(fold.positions.tolist())
        if position == 6
    ]
    assert said == "spam", "its own answer taught nothing"


@pytest.mark.parametrize(
    ("before", "now", "change"),
    [
        ([1] * 20 + [0] * 10, [0] * 30, "shrank"),
        ([0] * 30, [1] * 20 + [0] * 10, "grew"),
        ([1] * 3 + [0] * 27, [0] * 30, "unknown"),
        ([1] * 9, [0] * 9, "unknown"),
        ([], [], "unknown"),
    ],
)
def test_whether_one_shrank_is_decided_by_the_interval_on_the_same_items(
    before: list[int], now: list[int], change: str
) -> None:
    was, is_now = ({place: bool(one) for place, one in enumerate(wrong)} for wrong in (before, now))
    gain = difference(was, is_now)
    assert change_of(gain, 10) == change
    if before:
        assert gain.low <= gain.value <= gain.high
    assert difference({1: True}, {2: True}).value is None, "they have no item in common"


def test_half_of_the_holdout_judges_whatever_the_ids_are() -> None:
    for step in (1, 2, 3, 16):
        judging = is_judging(np.arange(1, 4_000 * step, step))
        assert 0.45 < judging.mean() < 0.55
    assert is_judging(np.array([7, 8, 9])).tolist() == is_judging(np.array([7, 8, 9])).tolist()


def test_fields_tell_table_rows_apart() -> None:
    rows = [{"city": "Rome", "age": 20 + n % 10} for n in range(20)] + [{"city": "Oslo", "age": 60} for _ in range(20)]
    (words,) = telling_fields(rows, [list(range(20, 40))])
    assert "city: Oslo" in words and any(word.startswith("age ≥") for word in words)
    assert telling_fields([{"a": None}, {"a": {"b": 1}}], [[0, 1]]) == [[]]


def test_a_third_is_held_back_whatever_was_collected_before() -> None:
    ids = np.arange(1, 30_001)
    back = is_held_back(ids)
    assert 0.32 <= back.mean() <= 0.345
    assert 0.3 <= back[is_judging(ids)].mean() <= 0.36, "whichever half of the holdout it would be in"
    assert np.array_equal(back[1_000:2_000], is_held_back(ids[1_000:2_000]))
