"""A label that becomes several: which, what tells them apart, and how many old answers look like each."""

from collections.abc import Sequence
from typing import Any

import streamlit as st
from labeler_ui import feedback, session
from labeler_ui.feedback import plain
from labeler_ui.words import mark, number, t, tn

from labeler.client import ApiError, Project
from labeler.wire.schema import LooksOut

SEVERAL = "\0several"
"""No label has this name."""
TO = {"same": mark("who labeled them"), "others": mark("somebody else")}


def becomes(name: str, new: Sequence[str], guess: str | None, key: str, empty: str) -> str | list[str] | None:
    """Ask what a label becomes: another one, several, or (nothing chosen) none."""
    session.follow_guess(key, guess, [None, *new, SEVERAL])
    chosen: str | None = st.selectbox(
        name,
        [*new, SEVERAL] if len(new) > 1 else new,
        index=None,
        format_func=lambda one: t("several labels, which it is split into …") if one == SEVERAL else one,
        placeholder=empty,
        key=key,
        width=420,
    )
    if chosen != SEVERAL:
        return chosen
    title = t("{name} is split into", name=plain(name))
    return st.multiselect(title, new, placeholder=t("two or more"), key=f"{key}-several", width=420)


def ask(project: Project, splits: dict[str, list[str]]) -> dict[str, Any]:
    """What is known of the new labels, and who is asked: parts of the change. Says what old answers look like."""
    slug = project.slug
    hints: dict[str, dict[str, list[str]]] = {}
    st.markdown(
        t(
            "Their old answers stay, and their items are asked again. Say what tells the new labels apart: items that "
            "are like it come first. Nobody who labels is told."
        )
    )
    for old, new in splits.items():
        mine = {name: found for name in new if (found := _hint(name, f"{slug}-{old}-{name}"))}
        if mine:
            _looks(project, old, mine)
        hints |= mine
    to = st.segmented_control(
        t("Asked of"),
        list(TO),
        default="same",
        format_func=lambda one: t(TO[one]),
        required=True,
        key=f"split-to-{slug}",
    )
    return {"split_hints": hints, "split_to": to}


def _hint(name: str, key: str) -> dict[str, list[str]] | None:
    left, right = st.columns(2)
    words = left.text_input(
        t("Words for {label}", label=plain(name)), placeholder=t("with commas between them"), key=f"split-words-{key}"
    )
    examples = right.text_input(
        t("Keys of examples of {label}", label=plain(name)),
        placeholder=t("with commas between them"),
        key=f"split-items-{key}",
    )
    found = {"words": _listed(words), "items": _listed(examples)}
    return found if any(found.values()) else None


def _listed(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def _looks(project: Project, old: str, hints: dict[str, dict[str, list[str]]]) -> None:
    try:
        found: LooksOut = project.looks_like(old, hints)
    except ApiError as error:
        feedback.show_error(error)
        return
    like = [t("{count} like **{label}**", count=number(one.answers), label=plain(one.label)) for one in found.like]
    if found.unlike:
        like.append(t("{count} like none", count=number(found.unlike)))
    told = tn("{n} answer with **{old}**: ", "{n} answers with **{old}**: ", found.looked_at, old=plain(old))
    st.markdown(told + ", ".join(like))
