"""What the task types whose answers are made of labels share on the pages."""

from typing import Any

from labeler_ui.feedback import plain
from labeler_ui.tasks.base import Schema
from labeler_ui.words import percent, t
from streamlit.delta_generator import DeltaGenerator

SHOWN = 6


def start(name: str, found: dict[str, Any]) -> Schema:
    """A schema of the labels that were found in a file, or of none."""
    labels = [{"name": one} if isinstance(one, str) else one for one in found.get("labels") or []]
    return {"type": name, "labels": labels}


def edit(name: str, schema: Schema, key: str) -> Schema:
    """The list of labels; the schema as edited."""
    from labeler_ui.components.labels import edit_labels

    return {"type": name, "labels": edit_labels(schema["labels"], key)}


def problem(schema: Schema) -> str | None:
    """One label is enough: it may be found or not."""
    found = names(schema)
    if len(set(found)) < len(found):
        twice = next(name for name in found if found.count(name) > 1)
        return t('different names ("{twice}" is there twice; to merge two labels, remove the row of one)', twice=twice)
    return None if found else t("at least one label")


def names(schema: Schema) -> list[str]:
    """The labels' names, in their order."""
    return [label["name"] for label in schema["labels"] if label["name"]]


def summary(schema: Schema) -> str:
    """The first labels, and how many more there are."""
    all_names = names(schema)
    more = t(" and {count} more", count=len(all_names) - SHOWN) if len(all_names) > SHOWN else ""
    return ", ".join(all_names[:SHOWN]) + more


def filters(where: DeltaGenerator, schema: Schema, key: str) -> dict[str, Any]:
    """Items whose answer contains a label."""
    label = where.selectbox(t("Label"), names(schema), index=None, placeholder=t("any"), key=key, bind="query-params")
    return {"label": label}


def draw_counts(counts: dict[str, int], schema: Schema) -> None:
    """A bar for each label."""
    from labeler_ui import charts

    charts.label_balance(counts, schema["labels"])


def sure(share: float | None) -> str:
    """How sure a model is, after what it says; "100%" is not for what is merely close to it."""
    return "" if share is None else t(", {share} sure", share=percent(int(100 * share) / 100))


def bold(text: str) -> str:
    """Text from data, in bold."""
    return f"**{plain(text)}**"
