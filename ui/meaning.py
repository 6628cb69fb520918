"""Searching by meaning: the fields on the page Items, and what is nearest to the bar, so that one can look."""

from collections.abc import Mapping
from typing import Any, Literal

import streamlit as st
from labeler_ui import contents, feedback, layout, table
from labeler_ui.words import number, t, tc, tn

from labeler.client import Project
from labeler.wire.meaning import MOST_KEYS, USUAL_LEAST, LikeItem

BOUND: Literal["query-params"] = "query-params"
BEGINNING: Mapping[str, Any] = {"like": "", "likes": "", "least": USUAL_LEAST}
LONGEST = 160  # signs of an item
LOWEST, STEP = 0.05, 0.01


def chosen() -> dict[str, Any]:
    """The fields, and what they ask for."""
    columns = st.columns([3, 2, 2], vertical_alignment="bottom")
    text = columns[0].text_input(
        t("Means about the same as"),
        placeholder=t("a sentence"),
        key="like",
        bind=BOUND,
        help=t("Found by what is meant, also where it is said in other words. Needs a sentence encoder."),
    )
    keys = columns[1].text_input(t("Or as one of these items"), placeholder=t("key; key"), key="likes", bind=BOUND)
    least = columns[2].slider(
        t("At least so similar"),
        LOWEST,
        1.0,
        USUAL_LEAST,
        STEP,
        key="least",
        bind=BOUND,
        help=t("1: the same. The items nearest to the bar are listed below: move it until they fit."),
    )
    named = [part.strip() for part in keys.split(";") if part.strip()]
    if text.strip() and named:
        st.warning(t("Items are searched by the sentence: clear it to search by items."), icon=":material/edit_note:")
    if len(named) > MOST_KEYS:
        st.warning(t("The first {most} of these items are looked at.", most=number(MOST_KEYS)))
    if text.strip():
        return {"like": {"text": text.strip(), "least": least}}
    return {"like": {"keys": named[:MOST_KEYS], "least": least}} if named else {}


def bar(project: Project, like: Mapping[str, Any]) -> None:
    """How many items are like it, and those nearest to the bar on both sides."""
    found = feedback.attempt(lambda: project.items.like(like), t("Looking at the bar"))
    if found is None:
        return
    words = tn(
        "{n} item means about the same, of {read} whose text was read.",
        "{n} items mean about the same, of {read} whose text was read.",
        found.items,
        read=layout.number(found.read),
    )
    if found.read < found.of:
        missing = found.of - found.read
        words += " " + tn(
            "{n} item is not read yet, and is looked at by itself once it is.",
            "{n} items are not read yet, and are looked at by themselves once they are.",
            missing,
        )
    st.caption(words)
    rows = [_row(one, t("in")) for one in reversed(found.last_in)] + [_row(one, t("out")) for one in found.first_out]
    if not rows:
        return
    with st.expander(t("Nearest to the bar")):
        table.show(rows)


def _row(one: LikeItem, where: str) -> dict[str, Any]:
    return {
        t("Similarity"): number(one.similarity, 2),
        t("In or out"): where,
        t("Item"): contents.line(one.content, LONGEST),
        tc("item", "Key"): one.key,
    }
