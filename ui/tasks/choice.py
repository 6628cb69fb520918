"""One of the labels."""

from typing import Any

from labeler_ui import labels
from labeler_ui.tasks.base import Schema
from labeler_ui.words import mark, t
from streamlit.delta_generator import DeltaGenerator

NAME = "choice"
COUNTS = mark("Items by label")
SEARCHES = True
SINGLE = True

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
    if len(names(schema)) != 1:
        return None
    return t("With one label every answer is the same, and no model learns from it: add another one, such as “other”.")


def value_text(value: Any, schema: Schema) -> str:
    return str(value)


def value_input(where: DeltaGenerator, title: str, schema: Schema, key: str, given: Any = None) -> Any:
    options = names(schema)
    index = options.index(given) if given in options else None
    return where.selectbox(title, options, index=index, placeholder=t("choose a label"), key=key)


def single_values(schema: Schema) -> list[Any]:
    return list(names(schema))


def prediction_text(prediction: dict[str, Any], schema: Schema) -> str:
    value = prediction["value"]
    return labels.bold(value) + labels.sure((prediction.get("proba") or {}).get(value))
