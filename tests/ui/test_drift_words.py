"""Drift in words: which way a number moved, and none where its middle may be the same."""

import pytest
from labeler_ui import drift_words

from labeler.wire.drift import DriftSignal


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
