"""What a new project asks: the task type, its labels or scale, and the card as labelers will see it."""

from typing import Any

import streamlit as st
from labeler_ui import feedback, session, tasks, theme
from labeler_ui.components.card import card_preview
from labeler_ui.contents import Content
from labeler_ui.tasks.base import Schema
from labeler_ui.words import mark, said, t

from labeler.client import Project

# While there are no labels yet.
EXAMPLE = (mark("first label"), mark("second label"), mark("third label"))


def ask(found: Schema, shown_item: Content | None, mark: str) -> tuple[Schema, str | None]:
    """Draw the form. found: the task that the file suggests, {type, labels?, scale?}, or nothing.

    Returns the schema, and what is still missing in it.
    """
    offered = feedback.must(session.client().task_types, t("Reading the task types"))
    known = [one for one in offered if one.name in tasks.registered()]
    names = [one.name for one in known]
    task_type = st.radio(
        t("An answer is"),
        names,
        index=names.index(found["type"]) if found.get("type") in names else 0,
        format_func={one.name: said(one.title) for one in known}.__getitem__,
        captions=[said(one.summary) for one in known],
        horizontal=True,
        key=f"task-type-{mark}",
    )
    task = tasks.named(task_type)
    schema = task.edit_schema(task.start(found), key=f"schema-{task_type}-{mark}")
    missing = task.problem(schema)
    st.markdown(t("**How labelers will see it**"))
    shown = schema if missing is None else task.start({"labels": _named(schema) or _example()})
    card_preview(shown, shown_item or sample(), key=f"card-preview-{task_type}-{mark}")
    return schema, missing


def sample() -> Content:
    """An item, where there is none yet."""
    return {"text": t("The text of an item appears here.")}


def first_item(project: Project) -> Content:
    """An item of the project to show a question with; a stand-in while it has none."""
    kept = f"_sample-{project.slug}"
    if kept not in st.session_state:
        page = feedback.attempt(lambda: project.items.page(limit=1))
        if page is None or not page.items:
            return sample()
        st.session_state[kept] = page.items[0].content
    return dict(st.session_state[kept])


def _named(schema: Schema) -> list[dict[str, Any]]:
    """Its labels that have a name, each name once: one that is there twice does not take the others away."""
    return list({one["name"]: one for one in reversed(schema.get("labels", [])) if one["name"]}.values())[::-1]


def _example() -> list[dict[str, str]]:
    return [{"name": t(name), "color": theme.label_color(place)} for place, name in enumerate(EXAMPLE)]


def parts(schema: Schema) -> dict[str, Any]:
    """A schema as the bodies of requests have it: its own fields, without the task type."""
    own = {name: value for name, value in schema.items() if name != "type"}
    return own if set(own) <= {"labels", "scale"} else {"schema": own}
