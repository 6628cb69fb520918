"""Where a model stands: the best first, whatever best is, and nothing that is not known."""

import pytest
from labeler_ui import levels
from labeler_ui.metrics import Metric

from labeler.wire.insight import HumanLevel
from labeler.wire.projects import Published
from labeler.wire.registry import ModelOut

ACCURACY, MAE = Metric("accuracy", "Accuracy", unit="share"), Metric("mae", "Mean absolute error", better="lower")


def figure(value: float | None) -> dict[str, float | None]:
    return {
        "value": value,
        "low": None if value is None else value - 0.05,
        "high": None if value is None else value + 0.05,
    }


def model(name: str, own: float | None, **baselines: float | None) -> ModelOut:
    return ModelOut.model_construct(
        number=7,
        metrics={name: figure(own)},
        baselines={one: {name: figure(value)} for one, value in baselines.items()},
        holdout_size=40,
    )


@pytest.mark.parametrize(("metric", "best_first"), [(ACCURACY, [0.95, 0.9, 0.8, 0.5]), (MAE, [0.5, 0.8, 0.9, 0.95])])
def test_the_best_comes_first(metric: Metric, best_first: list[float]) -> None:
    human = HumanLevel(items=12, labels=30, metrics={metric.name: figure(0.95)})
    found = levels.levels(model(metric.name, 0.9, majority=0.5, sklearn=0.8), metric, human, None)
    assert [row["value"] for row in found] == best_first
    assert {row["name"]: row["kind"] for row in found}["model 7"] == levels.OURS


def test_what_is_not_known_is_left_out_and_what_is_told_has_no_interval() -> None:
    told = Published(metric="accuracy", value=0.97, source="A paper, 2024")
    found = levels.levels(model("accuracy", 0.9, majority=None, one_rule=0.7), ACCURACY, None, told)
    assert [(row["name"], row["low"] is None) for row in found] == [
        ("A paper, 2024", True),
        ("model 7", False),
        ("a rule of one word or column", False),
    ]


def test_a_model_of_before_without_baselines_stands_alone() -> None:
    bare = ModelOut.model_construct(number=7, metrics=None, baselines=None, holdout_size=0)
    assert levels.levels(bare, ACCURACY, None, None) == []
