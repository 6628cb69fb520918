"""A model's report: its metrics with intervals and baselines, and its views, each drawn by its name."""

from collections.abc import Callable, Collection
from typing import Any

import streamlit as st
from labeler_ui import charts, layout, levels, metrics, sureness, table
from labeler_ui.words import mark, number, percent, t

from labeler.client import Project
from labeler.wire.registry import ModelOut

PER_ROW = 4
PER_LABEL = {"precision": mark("Precision"), "recall": mark("Recall"), "f1": "F1"}


def draw(project: Project, model: ModelOut) -> None:
    """Everything that the holdout says about a model; nothing while it has no labels."""
    report, task_type = model.report, project.info.task_type
    if report is None:
        return
    described = [metrics.named(task_type, name) for name in _ordered(report, metrics.of(task_type))]
    for start in range(0, len(described), PER_ROW):
        for box, metric in zip(st.columns(PER_ROW), described[start : start + PER_ROW], strict=False):
            figure(box, metric, report["metrics"][metric.name])
    levels.draw(project, model, metrics.named(task_type, report["primary"]))
    views = [(name, view) for name, view in (report.get("views") or {}).items() if name in VIEWS and _filled(view)]
    for start in range(0, len(views), 2):
        for box, (name, view) in zip(st.columns(2, gap="large"), views[start : start + 2], strict=False):
            with box:
                VIEWS[name](view)


def _filled(view: Any) -> bool:
    """Whether there is something to draw: a matrix of too many labels is empty."""
    return all(view.values()) if isinstance(view, dict) else bool(view)


def figure(box: Any, metric: metrics.Metric, estimate: Any, of: str = "", more: str = "") -> None:
    """One metric in a box, its interval below. of: what was measured, before the interval."""
    shown = estimate if isinstance(estimate, dict) else {"value": estimate}
    below = metric.interval(shown) or (t("higher is better") if metric.better == "higher" else t("lower is better"))
    described = " ".join(filter(None, (metric.description, more)))
    value = metric.text(shown)
    if metric.unit == "share" and metrics.is_rough(shown):  # a figure that is not earned yet is not shown large
        low, high = shown["low"], shown["high"]
        value, below = f"{round(100 * low)}–{percent(high)}", t("{value} so far", value=value)
        described = " ".join((described, t("Few items were judged: it lies in this range.")))
    number_box(box, metric.title, value, f"{of}: {below}" if of else below, described)


def number_box(where: Any, title: str, figure: str, below: str, more: str = "") -> None:
    """One figure in a box, what belongs to it below. more: its help."""
    look: dict[str, Any] = {"delta_color": "off", "delta_arrow": "off", "border": True, "height": "stretch"}
    where.metric(title, figure, below, help=more or None, **look)


def _ordered(report: dict[str, Any], described: Collection[str]) -> list[str]:
    """The metric that decides comes first. One that the service does not describe says nothing to a reader."""
    names = [name for name in report["metrics"] if name in described or name == report["primary"]]
    return sorted(names, key=lambda name: name != report["primary"])


def _known(row: dict[str, Any], name: str) -> bool:
    """Whether any item tells: precision wants items that were given the label, recall some that have it."""
    given, has = row.get("predicted", 1), row.get("support", 1)
    return bool({"precision": given, "recall": has}.get(name, given or has))


def _confusion(view: dict[str, Any]) -> None:
    st.header(t("Confusion matrix"), anchor=False)
    charts.confusion(view["labels"], view["matrix"])


def _per_label(rows: list[dict[str, Any]]) -> None:
    st.header(t("By label"), anchor=False)

    def cell(row: dict[str, Any], name: str) -> str:
        value, between = row.get(name), row.get(f"{name}_interval")
        words = f" ({number(100 * between[0])}–{number(100 * between[1])})" if between else ""
        return layout.DASH if value is None or not _known(row, name) else f"{percent(value, 1)}{words}"

    shown = [
        {
            t("Label"): row["label"],
            **{t(title): cell(row, name) for name, title in PER_LABEL.items()},
            t("Items"): row["support"],
        }
        for row in rows
    ]
    table.show(shown)
    st.caption(t("In parentheses: the 95% interval."))


def _errors(view: Any) -> None:
    st.header(t("How far off it is"), anchor=False)
    charts.errors(view)


VIEWS: dict[str, Callable[[Any], None]] = {
    "confusion": _confusion,
    "per_label": _per_label,
    "errors": _errors,
    "sureness": sureness.draw,
}
