"""A model's report as one HTML file to send: its pictures and its card, with nothing to load."""

from collections.abc import Sequence
from html import escape
from typing import Any

from sqlalchemy import Connection

from labeler.guidelines.text import render
from labeler.kit.config import Settings
from labeler.learning import problems
from labeler.learning.evaluation.metrics import Metric, metrics_of
from labeler.projects.access import Project
from labeler.registry.card import BASELINES, write_card
from labeler.registry.curve import curve_points
from labeler.registry.pictures import lines, matrix, whiskers
from labeler.registry.sections import sections_of
from labeler.registry.service import get_model
from labeler.wire.registry import ModelOut

MOST_LABELS = 30
"""A matrix of more labels can't be read."""
FEWEST = 30
"""A model that was judged by fewer items is no point of a curve that has no intervals."""
STYLE = """
:root {
  color-scheme: light dark;
  --ink: #1c2233; --soft: #5b6478; --line: #d9deea; --paper: #fff; --mark: #4f46d8;
}
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8ebf4; --soft: #a3acc2; --line: #343c50; --paper: #11141d; --mark: #9a97ff; }
}
body {
  font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 820px; margin: 40px auto; padding: 0 20px;
}
h1 { font-size: 1.7rem }
h2 { font-size: 1.2rem; margin-top: 2.2rem }
h3 { font-size: 1rem }
table { border-collapse: collapse; font-size: .88rem; display: block; overflow-x: auto }
th, td { border: 1px solid var(--line); padding: .35rem .6rem; min-width: 4.5rem }
th, td { text-align: left; vertical-align: top }
td:nth-child(2):not(:last-child), td:nth-child(3):not(:last-child) { min-width: 9rem }
.matrix :is(td, th) { min-width: 0 !important }
code { font-size: .88em; overflow-wrap: anywhere }
li { overflow-wrap: anywhere }
svg { width: 100%; height: auto; margin: .4rem 0 }
svg text { fill: var(--soft); font: 12px system-ui, sans-serif }
svg .grid { stroke: var(--line) }
svg line.first, svg polyline.first { stroke: var(--mark); stroke-width: 3; fill: none }
svg circle.first { fill: var(--mark) }
svg line.other, svg polyline.other { stroke: var(--soft); stroke-width: 2; fill: none }
svg polyline.other { stroke-dasharray: 6 4 }
svg circle.other { fill: var(--soft) }
.soft { color: var(--soft); font-size: .88rem }
.matrix td { text-align: right; background: color-mix(in srgb, var(--mark) calc(var(--share) * 55%), transparent) }
"""


def report_page(tx: Connection, settings: Settings, project: Project, number: int) -> str:
    """HTML with pictures first. Raises `NotFound`."""
    model = get_model(tx, settings, project, number)
    card = write_card(project, model, sections_of(tx, settings, project, model))
    head, body = render(card.split("---\n", 2)[2]).split("</h1>", 1)
    found = "".join(
        f"<h2>{escape(title)}</h2>{picture}" for title, picture in _pictures(tx, project, model) if picture is not None
    )
    title = escape(f"{project.name}, model {number}")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head><body>{head}</h1>{found}{body}</body></html>"
    )


def _pictures(tx: Connection, project: Project, model: ModelOut) -> Sequence[tuple[str, str | None]]:
    report = model.report
    if report is None:
        return []
    metric = next((one for one in metrics_of(project.task.problem) if one.name == report["primary"]), None)
    if metric is None:
        return []
    views, percent = report.get("views") or {}, metric.unit == "share"
    return [
        (metric.title, _levels(model, metric, percent)),
        ("Score on the holdout by labels", _curve(tx, project, model)),
        ("How much it can be left alone", _sureness(views.get("sureness"))),
        ("What is taken for what", _confusion(views.get("confusion"))),
    ]


def _levels(model: ModelOut, metric: Metric, percent: bool) -> str | None:
    named = [(f"model {model.number}", model.metrics or {})]
    named += [(BASELINES.get(name, name), found) for name, found in (model.baselines or {}).items()]
    rows = [
        (name, one["value"], one.get("low"), one.get("high"))
        for name, found in named
        if (one := found.get(metric.name)) and one.get("value") is not None
    ]
    return whiskers(rows, percent) if rows else None


def _curve(tx: Connection, project: Project, model: ModelOut) -> str | None:
    points = curve_points(tx, project, problems.find(project.task.problem), model.number)
    best = {one.labels: one.score for one in points if one.holdout >= FEWEST}
    if len(best) < 2:
        return None
    return lines([("models so far", sorted(best.items()))], False, True, "labels that it learned from")


def _sureness(view: dict[str, Any] | None) -> str | None:
    if not view or not view["items"]:
        return None
    known = [n for n in range(1, 100) if view["covered"][n - 1]]
    right = [(n / 100, view["right"][n - 1] / view["covered"][n - 1]) for n in known]
    covered = [(n / 100, view["covered"][n - 1] / view["items"]) for n in known]
    return lines([("right", right), ("share of the items", covered)], True, True, "sure at least")


def _confusion(view: dict[str, Any] | None) -> str | None:
    if not view or not view["labels"] or len(view["labels"]) > MOST_LABELS or not view["matrix"]:
        return None
    return matrix(view["labels"], view["matrix"])
