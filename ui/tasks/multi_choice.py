"""Any subset of the labels, also none of them."""

from typing import Any

from labeler_ui import labels
from labeler_ui.feedback import plain
from labeler_ui.tasks.base import Schema
from labeler_ui.words import mark, percent, t
from streamlit.delta_generator import DeltaGenerator

NAME = "multi_choice"
COUNTS = mark("Items by label")
SEARCHES = False
SINGLE = False
NONE = mark("none of the labels")

problem = labels.problem
names = labels.names
summary = labels.summary
sections = labels.names
filters = labels.filters
draw_counts = labels.draw_counts


def start(found: dict[str, Any]) -> Schema:
    return labels.start(NAME, found)


def edit_schema(schema: Schema, key: str) -> Schema:
    return labels.edit(NAME, schema, key)


def caution(schema: Schema) -> str | None:
    return None


def value_text(value: Any, schema: Schema) -> str:
    return ", ".join(value) or t(NONE)


def value_input(where: DeltaGenerator, title: str, schema: Schema, key: str, given: Any = None) -> Any:
    """None of the labels is an answer too, so it is an option of its own."""
    none = t(NONE)
    options = [*names(schema), none]
    before = None if given is None else [name for name in given if name in options] or [none]
    chosen = where.multiselect(title, options, before, placeholder=t("choose labels"), key=key)
    return [name for name in chosen if name != none] if chosen else None


def single_values(schema: Schema) -> list[Any]:
    return []


def prediction_text(prediction: dict[str, Any], schema: Schema) -> str:
    value, proba = prediction["value"], prediction.get("proba") or {}
    if not value:
        likeliest = max(proba, key=proba.__getitem__, default=None)
        if likeliest is None:
            return f"**{t(NONE)}**"
        words = t("; most likely {label} ({share})", label=plain(likeliest), share=percent(proba[likeliest]))
        return f"**{t(NONE)}**{words}"
    return ", ".join(f"{labels.bold(one)}{_share(proba.get(one))}" for one in value)


def _share(share: float | None) -> str:
    return "" if share is None else f" ({percent(share)})"
