"""Drift in words: which way a number moved, and none where its middle may be the same."""

import pytest
from labeler_ui import drift_words

from labeler.wire.drift import DriftCheck, DriftSignal


def numbers(name: str, then: tuple[float, float, float], now: tuple[float, float, float]) -> DriftSignal:
    def figure(one: tuple[float, float, float]) -> dict[str, float]:
        return dict(zip(("value", "low", "high"), one, strict=True))

    return DriftSignal.model_validate(
        {
            "name": name,
            "measure": "ks",
            "effect": figure((0.5, 0.4, 0.6)),
            "p": 0.001,
            "moved": True,
            "then": {"median": figure(then)},
            "now": {"median": figure(now)},
            "examples": [],
        }
    )


@pytest.mark.parametrize(
    ("then", "now", "said"),
    [
        ((62, 56, 70), (90, 85, 95), "they are longer"),
        ((62, 56, 70), (30, 28, 33), "they are shorter"),
        ((62, 56, 70), (62, 62, 62), "their lengths are spread differently"),
    ],
)
def test_lengths_are_called_longer_only_where_their_middle_is(
    then: tuple[float, float, float], now: tuple[float, float, float], said: str
) -> None:
    assert drift_words.moved(numbers("length", then, now)).startswith(said)
    field = {"they are longer": "price is higher", "they are shorter": "price is lower"}
    told = drift_words.moved(numbers("field:price", then, now))
    assert told.startswith(field.get(said, "price is spread differently"))


def test_a_meaning_that_moved_and_one_that_was_not_compared_are_told() -> None:
    figure = {"value": 0.3, "low": 0.2, "high": 0.4}
    one = {"name": "meaning", "measure": "auc", "effect": figure, "p": 0.001, "moved": True}
    signal = DriftSignal.model_validate({**one, "then": {}, "now": {}, "examples": []})
    assert drift_words.moved(signal) == "what they mean, whatever words they have"
    assert drift_words.name_of(signal) == "What is meant (sentence vectors)"
    checked = {"at": "2026-11-29T00:00:00Z", "model": 1, "before": 60, "new": 60, "left_out": 0, "bar": 0.05}
    checked |= {"alarm": False, "signals": [], "not_predicted": None, "labels": [], "no_labels": None}
    assert drift_words.missing(DriftCheck.model_validate(checked)) == []
    for why, said in (("no_texts", "texts alone"), ("words_alone", "words and letters"), ("no_encoder", "no sentence")):
        (words,) = drift_words.missing(DriftCheck.model_validate(checked | {"no_meaning": why}))
        assert said in words
