"""Drift is found where it is planted, by the signal that it is in, and hardly ever where there is none."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from labeler.learning.drift.check import Moved, check, holm
from labeler.learning.drift.label_shift import estimated_shares
from labeler.learning.drift.signals import OTHERS, kinds, numbers
from labeler.learning.drift.two_samples import contents
from labeler.learning.errors import InvalidFeatures

WORDS = [f"w{number}" for number in range(400)]
GERMAN = ["der", "die", "das", "und", "ist", "nicht", "mit", "auf", "für", "eine", "wird", "sich", "auch", "nach"]
ENGLISH = ["the", "is", "of", "and", "with", "was", "for", "this", "that", "not", "from", "have", "they", "you"]


def written(n: int, seed: int, held_by: Sequence[str] = ENGLISH, topic: slice = slice(0, 200)) -> list[dict[str, Any]]:
    rng = np.random.default_rng(seed)
    return [
        {"text": " ".join(rng.permutation([*rng.choice(WORDS[topic], 8), *rng.choice(held_by, 5)]))} for _ in range(n)
    ]


def moved(found: Sequence[Moved]) -> set[str]:
    return {one.signal.name for one in found if one.moved}


def test_nothing_moves_where_nothing_changed_and_each_figure_has_its_interval() -> None:
    found = check(written(300, 0), written(200, 1), (["a", "b"] * 150, ["a", "b"] * 100))
    assert not moved(found) and {one.signal.name for one in found} >= {"length", "unknown_words", "content"}
    for one in found:
        low, value, high = one.signal.effect.low, one.signal.effect.value, one.signal.effect.high
        assert low is not None and value is not None and high is not None and 0 <= low <= value <= high <= 1
        assert 0 < one.signal.p <= one.p <= 1


def test_a_fifth_of_another_topic_language_and_length_is_told_by_what_moved() -> None:
    then, now = written(400, 0), written(320, 1)
    topic = check(then, [*now, *written(80, 2, topic=slice(200, 400))])
    assert moved(topic) >= {"content", "unknown_words"} and "language" not in moved(topic)
    (content,) = (one for one in topic if one.signal.name == "content")
    assert set(content.signal.unlike) <= set(range(320, 400)), "the most unlike are those that were planted"
    language = check(then, [*now, *written(80, 2, held_by=GERMAN)])
    (german,) = (one for one in language if one.signal.name == "language")
    assert german.moved and set(german.signal.unlike) <= set(range(320, 400))
    told = german.signal.now["german"]
    assert told.value == pytest.approx(0.2, abs=0.02) and told.low is not None and told.low < 0.2 < (told.high or 0)
    long = [{"text": f"{one['text']} {two['text']}"} for one, two in zip(written(80, 2), written(80, 3), strict=True)]
    assert "length" in moved(check(then, [*now, *long]))


def test_the_predicted_labels_and_the_bar_decide() -> None:
    then, now = written(300, 0), written(300, 1)
    said = ["ham"] * 240 + ["spam"] * 60, ["ham"] * 180 + ["spam"] * 120
    assert moved(check(then, now, said)) == {"predicted"}
    assert moved(check(then, now, said, bar=0.5)) == set(), "an effect below the bar is no alarm"


def rows(n: int, seed: int, **other: Any) -> list[dict[str, Any]]:
    rng = np.random.default_rng(seed)
    return [
        {
            "fields": {
                "amount": float(rng.normal(other.get("mean", 0.0))),
                "country": str(rng.choice(other.get("countries", ["AT", "DE"]))),
                "note": None if rng.random() < other.get("empty", 0.1) else 1,
            }
        }
        for _ in range(n)
    ]


def test_of_a_table_each_field_is_compared() -> None:
    then = rows(300, 0)
    assert moved(check(then, rows(200, 1))) == set()
    assert "field:amount" in moved(check(then, rows(200, 1, mean=0.8)))
    assert "field:country" in moved(check(then, rows(200, 1, countries=["AT", "DE", "CH"])))
    assert "empty:note" in moved(check(then, rows(200, 1, empty=0.5)))
    other = [{"fields": {**row["fields"], "added": "x"}} for row in rows(200, 1)]
    assert "field:added" in moved(check(then, other)), "a field that only new items have"
    mixed = [{"fields": {**row["fields"], "amount": "many"}} for row in rows(200, 1)]
    assert "field:amount" in moved(check(then, mixed)), "numbers that became words"


def test_a_shift_of_meaning_is_told_by_vectors_where_words_stay_the_same() -> None:
    then, now = written(300, 0), written(200, 1)
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(500, 24))
    vectors[450:, 0] += 4
    rows = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    found = check(then, now, None, (rows[:300], rows[300:]))
    assert moved(found) == {"meaning"}
    (meaning,) = (one for one in found if one.signal.name == "meaning")
    assert set(meaning.signal.unlike) <= set(range(150, 200)) and meaning.signal.measure == "auc"
    same = rng.permutation(rows)
    assert moved(check(then, now, None, (same[:300], same[300:]))) == set()
    assert "meaning" not in {one.signal.name for one in check(then, now)}


def test_p_is_calibrated_where_nothing_moved() -> None:
    """Of 120 draws about one in twenty is below 0.05: at most 14 are, with a chance of 0.999."""
    low = {"ks": 0, "tv": 0, "auc": 0}
    for seed in range(120):
        rng = np.random.default_rng(seed)
        found = [
            numbers("n", rng.normal(size=120), rng.normal(size=60), rng),
            kinds("k", rng.choice(list("abcd"), 120, p=[0.5, 0.3, 0.15, 0.05]).tolist(),
                  rng.choice(list("abcd"), 60, p=[0.5, 0.3, 0.15, 0.05]).tolist(), rng),
            contents(rng.normal(size=(120, 12)), 80, rng),
        ]  # fmt: skip
        for one in found:
            assert one is not None
            low[one.measure] += one.p <= 0.05
    assert max(low.values()) <= 14 and low["auc"] >= 1, low


def test_rare_kinds_are_compared_together_and_one_kind_not_at_all() -> None:
    rng = np.random.default_rng(0)
    assert kinds("k", ["a"] * 50, ["a"] * 50, rng) is None
    many = kinds("k", ["a"] * 60 + [f"x{n}" for n in range(40)], ["a"] * 60 + [f"y{n}" for n in range(40)], rng)
    assert many is not None and set(many.now) == {"a", OTHERS} and many.p > 0.5


def test_holm_corrects_over_all_signals() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []


def test_the_share_of_a_label_is_estimated_through_what_the_model_confuses() -> None:
    rng = np.random.default_rng(0)

    def says(truth: Sequence[str]) -> list[str]:
        return [one if rng.random() < 0.8 else {"a": "b", "b": "a"}[one] for one in truth]

    holdout = ["a"] * 150 + ["b"] * 50
    new = ["a"] * 200 + ["b"] * 300
    then, now = estimated_shares(holdout, says(holdout), says(new), rng)["b"]
    assert then.value == 0.25 and now.low is not None and now.high is not None
    assert now.low < 0.6 < now.high and now.low > 0.35, "what the model says alone would be 0.56"
    assert estimated_shares(["a"] * 20, ["a"] * 20, ["a"], rng) == {}, "too few holdout items"
    assert estimated_shares(["a"] * 40 + ["b"] * 2, ["a"] * 42, ["a"], rng) == {}, "too few of a label"
    noise = ["a", "b"] * 50
    assert estimated_shares(noise, ["a"] * 100, ["a"], rng) == {}, "predictions tell nothing of the label"


def test_numbers_beyond_all_floats_are_compared_as_values() -> None:
    def some(n: int, largest: float) -> list[dict[str, Any]]:
        return [{"fields": {"n": [1, -(10**30), 0.5, largest][place % 4]}} for place in range(n)]

    found = check(some(80, 1e300), some(60, 10**400))
    figures = [figure for one in found for figure in (one.signal.effect, *one.signal.now.values())]
    assert found and all(np.isfinite([one.value, one.low, one.high]).all() for one in figures if one.value is not None)
    assert not moved(check(some(80, 1e300), some(60, 1e300)))


def test_nothing_to_compare_is_refused() -> None:
    with pytest.raises(InvalidFeatures):
        check([{"text": "a"}], [{"fields": {"a": 1}}])
