"""What a chart shows can be downloaded, and opens in a spreadsheet without running anything."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pandas as pd
import pytest
from labeler_ui import charts, metrics

from labeler.wire.datasets import LabelBalance
from labeler.wire.insight import CurvePoint

NEWS = ["Business", "Sci/Tech", "Sports", "World"]
DRAWN: dict[str, Callable[[], None]] = {
    "confusion": lambda: charts.confusion(NEWS, [[1] * 4] * 4),
    "balance": lambda: charts.label_balance(dict.fromkeys(NEWS, 1), [{"name": name} for name in NEWS]),
    "ratings": lambda: charts.rating_counts({"1": 2}, [(str(n), f"{n} as bad as can be") for n in range(1, 8)]),
    "errors": lambda: charts.errors([{"off": n / 2, "items": 1} for n in range(-9, 10)]),
    "versions": lambda: charts.two_versions([LabelBalance(label=name, a=1, b=2) for name in NEWS], "v1", "v2"),
}


@pytest.fixture
def spec(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], dict[str, Any]]:
    """What a chart is to the browser."""
    shown: list[Any] = []
    monkeypatch.setattr(charts, "show", lambda chart, alternative, data: shown.append(chart))

    def specified(draw: Callable[[], None]) -> dict[str, Any]:
        draw()
        found: dict[str, Any] = shown.pop().to_dict()
        return found

    return specified


def axes(spec: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The type and the axis of each place that marks have."""
    for layer in spec.get("layer", [spec]):
        for name in {"x", "y"} & set(layer["encoding"]):
            if layer["encoding"][name].get("axis", {}) is not None:
                yield layer["encoding"][name]["type"], layer["encoding"][name].get("axis", {})


def test_data_is_what_is_shown_and_no_cell_is_a_formula() -> None:
    frame = pd.DataFrame({"label": ["=1+1", "spam", "-x"], "count": [1, -2, 3], "share": [0.5, 0.25, 0.25]})
    lines = charts.csv(frame).decode("utf-8-sig").splitlines()
    assert lines == ["label,count,share", "'=1+1,1,0.5", "spam,-2,0.25", "'-x,3,0.25"]


@pytest.mark.parametrize("name", DRAWN)
def test_every_label_is_named_however_narrow_the_chart(name, spec) -> None:
    named = [axis for kind, axis in axes(spec(DRAWN[name])) if kind == "nominal"]
    assert named and all(axis["labelOverlap"] is False for axis in named)


def test_names_lean_where_they_would_not_fit_side_by_side(spec) -> None:
    leans = [axis["labelAngle"]["expr"] for _, axis in axes(spec(DRAWN["confusion"])) if "labelAngle" in axis]
    assert set(leans) == {"width < 80 ? -90 : width < 288 ? -45 : 0"}


def test_the_curve_ends_at_the_labels_there_can_be(spec) -> None:
    points = [
        CurvePoint.model_validate(
            {
                "model": n,
                "labels": 30 * n,
                "trained_on": 25 * n,
                "holdout_size": 5 * n,
                "created_at": "2026-11-20T10:00:00Z",
                "metrics": {"accuracy": {"value": 0.8, "low": 0.7, "high": 0.9}},
                "baseline": {},
            }
        )
        for n in (1, 2)
    ]
    ahead = [{"labels": n, "value": 0.8, "low": 0.7, "high": 0.9} for n in (50, 100, 160)]
    accuracy = metrics.Metric("accuracy", "Accuracy", unit="share")
    for forecast, most, end in ((ahead, 160, 105), (ahead, 100, 100), ((), 160, 53), ((), 50, 50), ((), 20, 50)):
        found = spec(partial(charts.learning_curve, points, accuracy, forecast, most))
        assert found["layer"][1]["encoding"]["x"]["scale"] == {"domain": [0, end], "nice": False}


def test_shares_are_written_as_the_language_does() -> None:
    assert [charts._locale(tag).to_dict()["number"]["percent"] for tag in ("en", "de")] == ["%", "\N{NO-BREAK SPACE}%"]
    assert [charts._signed(off) for off in (-1.5, 0, 12)] == ["\N{MINUS SIGN}1.5", "0", "+12"]
