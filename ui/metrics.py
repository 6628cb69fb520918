"""The figures that models are judged by, as the service describes them: title, unit, which way is better."""

from dataclasses import dataclass
from typing import Any

import streamlit as st
from labeler_ui import feedback, layout, session
from labeler_ui.words import language, number, percent, said, t

Estimate = dict[str, Any]  # {"value", "low", "high", "n"}
ROUGH = 0.25
"""How wide the interval of a share is, from which on its value alone says too much."""


@dataclass(frozen=True)
class Metric:
    """One metric of a task type, and how its figures are written."""

    name: str
    title: str
    description: str = ""
    better: str = "higher"
    unit: str = "scale"

    @property
    def axis(self) -> str:
        """The number format of a chart's axis."""
        return ".0%" if self.unit == "share" else ".2~f"

    @property
    def in_text(self) -> str:
        """The title inside a sentence: English writes it small there."""
        return self.title.lower() if language() == "en" else self.title

    @property
    def precise(self) -> str:
        """The number format of a chart's tooltip."""
        return {"share": ".1%", "nats": ".3f"}.get(self.unit, ".2f")

    def number(self, value: float) -> str:
        """A value of this metric: "95.7%", "0.41"."""
        return percent(value, 1) if self.unit == "share" else number(value, 3 if self.unit == "nats" else 2)

    def text(self, estimate: Estimate | None) -> str:
        """An estimate's value, or a dash."""
        return layout.DASH if not known(estimate) else self.number(estimate["value"])  # type: ignore[index]

    def interval(self, estimate: Estimate | None) -> str:
        """An estimate's confidence interval: "91% to 98%"; empty where there is none."""
        if (
            not estimate
            or estimate.get("low") is None
            or estimate.get("high") is None
            or estimate["low"] == estimate["high"]
        ):
            return ""
        write = percent if self.unit == "share" else self.number
        return t("{low} to {high}", low=write(estimate["low"]), high=write(estimate["high"]))


def known(estimate: Estimate | None) -> bool:
    """Whether there is a value."""
    return bool(estimate) and estimate.get("value") is not None  # type: ignore[union-attr]


def is_rough(estimate: Estimate | None) -> bool:
    """Whether a share rests on too few items to be shown by its value alone: some 20 or fewer."""
    low, high = ((estimate or {}).get(end) for end in ("low", "high"))
    return low is not None and high is not None and high - low > ROUGH


def of(task_type: str) -> dict[str, Metric]:
    """The metrics of a task type by name, in the service's order; asked once per browser session."""
    kept: dict[str, dict[str, Metric]] = st.session_state.setdefault("_metrics", {})
    if task_type not in kept:
        offered = feedback.must(lambda: session.client().metrics(task_type), t("Reading the metrics"))
        kept[task_type] = {
            one.name: Metric(one.name, said(one.title), said(one.description), one.better, one.unit) for one in offered
        }
    return kept[task_type]


def named(task_type: str, name: str) -> Metric:
    """A metric by name; one that the service does not describe is shown as a plain number."""
    return of(task_type).get(name) or Metric(name, name.replace("_", " ").capitalize())
