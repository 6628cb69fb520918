"""What a task type gives to the pages. A module of this folder is one: functions, no class needed."""

import json
from typing import Any, Protocol

import streamlit as st
from labeler_ui import table
from labeler_ui.feedback import plain
from labeler_ui.words import mark, t
from streamlit.delta_generator import DeltaGenerator

Schema = dict[str, Any]  # {"type", "labels": [...]} or {"type", "scale": {...}}, as the API has it


class TaskPages(Protocol):
    """One task type. `schema` is the project's; `key` makes the widgets of a form distinct."""

    @property
    def NAME(self) -> str:
        """Of the task type, as in the API."""

    @property
    def COUNTS(self) -> str:
        """The heading above `draw_counts`."""

    @property
    def SEARCHES(self) -> bool:
        """Whether a better model can be searched for."""

    @property
    def SINGLE(self) -> bool:
        """Whether an answer is one label: rules and language models can be weighed with people's."""

    def start(self, found: dict[str, Any]) -> Schema:
        """The schema that a new project starts from. found: labels, scale, as the file suggests them."""

    def edit_schema(self, schema: Schema, key: str) -> Schema:
        """Draw the editor; the schema as edited."""

    def problem(self, schema: Schema) -> str | None:
        """What is missing or wrong in a schema, in words that follow "Still needed:"."""

    def caution(self, schema: Schema) -> str | None:
        """What somebody should know of a schema that can be used all the same."""

    def names(self, schema: Schema) -> list[str]:
        """What answers are made of, as text: labels, or the numbers of a scale."""

    def summary(self, schema: Schema) -> str:
        """The schema in a line."""

    def sections(self, schema: Schema) -> list[str]:
        """Headings of a guideline to start from."""

    def value_text(self, value: Any, schema: Schema) -> str:
        """A value in words."""

    def value_input(self, where: DeltaGenerator, title: str, schema: Schema, key: str, given: Any = None) -> Any:
        """Draw an input for one value, beginning with what is given; None while nothing is chosen."""

    def single_values(self, schema: Schema) -> list[Any]:
        """All answers there are, where each can have a button of its own; else none."""

    def prediction_text(self, prediction: dict[str, Any], schema: Schema) -> str:
        """What a model says about an item, and how sure it is, as Markdown."""

    def filters(self, where: DeltaGenerator, schema: Schema, key: str) -> dict[str, Any]:
        """Draw what filters the items by their answers; the parameters of GET /items."""

    def draw_counts(self, counts: dict[str, int], schema: Schema) -> None:
        """A picture of how often each answer was given."""


class Unknown:
    """A task type without pages of its own: everything can be read, and values are written as JSON."""

    COUNTS = mark("Answers")
    SEARCHES = False
    SINGLE = False

    def __init__(self, name: str) -> None:
        self.NAME = name

    def start(self, found: dict[str, Any]) -> Schema:
        return {"type": self.NAME, **found}

    def edit_schema(self, schema: Schema, key: str) -> Schema:
        st.json(schema)
        return schema

    def problem(self, schema: Schema) -> str | None:
        return None

    def caution(self, schema: Schema) -> str | None:
        return None

    def names(self, schema: Schema) -> list[str]:
        return []

    def summary(self, schema: Schema) -> str:
        return self.NAME

    def sections(self, schema: Schema) -> list[str]:
        return []

    def value_text(self, value: Any, schema: Schema) -> str:
        return json.dumps(value, ensure_ascii=False)

    def value_input(self, where: DeltaGenerator, title: str, schema: Schema, key: str, given: Any = None) -> Any:
        before = "" if given is None else json.dumps(given, ensure_ascii=False)
        text = where.text_input(title, before, placeholder=t("a value as JSON"), key=key)
        try:
            return json.loads(text) if text else None
        except ValueError:
            where.caption(t("This is not JSON."))
            return None

    def single_values(self, schema: Schema) -> list[Any]:
        return []

    def prediction_text(self, prediction: dict[str, Any], schema: Schema) -> str:
        return f"**{plain(self.value_text(prediction['value'], schema))}**"

    def filters(self, where: DeltaGenerator, schema: Schema, key: str) -> dict[str, Any]:
        return {}

    def draw_counts(self, counts: dict[str, int], schema: Schema) -> None:
        table.show([{t("Answer"): name, t("Times"): count} for name, count in counts.items()])
