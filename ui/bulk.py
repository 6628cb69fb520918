"""Labeling all that a search finds at once, and what came of the checks: on the page Items."""

from typing import Any

import streamlit as st
from labeler_ui import feedback, layout, table, take_back, tasks
from labeler_ui.words import mark, number, percent, t, tn

from labeler.client import Project
from labeler.wire.bulk_labels import CHECK, MOST_CHECK, BulkOut

FEWEST = 36  # items: below, what must be checked to be sure of 90 % is all of them
WATCH_SECONDS = 5.0
STATES = {
    "starting": (mark("begins"), "gray"),
    "checking": (mark("being checked"), "blue"),
    "counting": (mark("being counted"), "blue"),
    "counted": (mark("counts"), "green"),
    "refused": (mark("does not count"), "orange"),
    "taking_back": (mark("being taken back"), "gray"),
    "taken_back": (mark("taken back"), "gray"),
}


def ask(project: Project, **which: Any) -> None:
    """which: as `BulkLabels.start` takes it."""
    st.dialog(t("Label these items at once?"))(_ask)(project, which)


def _ask(project: Project, which: dict[str, Any]) -> None:
    info = project.info
    planned = feedback.attempt(lambda: project.bulk_labels.plan(None, **which), t("Looking what it comes to"))
    if planned is None:
        return
    if planned.items >= FEWEST:
        st.markdown(tn("**{n} item** would be labeled.", "**{n} items** would be labeled.", planned.items))
    else:
        st.markdown(
            tn(
                "**{n} item** could be labeled: too few for a check of a sample, which takes {fewest}. Tick them "
                "in the list, and label them by hand.",
                "**{n} items** could be labeled: too few for a check of a sample, which takes {fewest}. Tick them "
                "in the list, and label them by hand.",
                planned.items,
                fewest=number(FEWEST),
            )
        )
    if planned.left_out:
        st.caption(
            tn(
                "{n} is left out: it is answered, in the holdout, or labeled by another bulk.",
                "{n} are left out: they are answered, in the holdout, or labeled by another bulk.",
                planned.left_out,
            )
        )
    if planned.items < FEWEST:
        return
    with st.form("bulk", border=False):
        value = tasks.of(info).value_input(st.container(), t("Answer"), tasks.schema_of(info), key="bulk-value")
        left, right = st.columns(2)
        most = min(MOST_CHECK, planned.items - 1)
        check = left.number_input(t("Checked by people first"), 1, most, min(CHECK, most), key="bulk-check")
        bar = right.number_input(t("At least so many right (%)"), 50, 99, 90, key="bulk-bar")
        st.caption(
            t(
                "None of the labels counts at first. A random sample comes to the head of the queue, and nobody is "
                "shown this answer. When the share with the same answer is surely higher than the bar, all of them "
                "count; else none does."
            )
        )
        done = st.form_submit_button(t("Label them, and check"), type="primary", icon=":material/done_all:")
    if done and value is None:
        st.warning(t("Choose the answer first."), icon=":material/edit_note:")
    elif done:
        with feedback.told(t("Labeling")):
            project.bulk_labels.start(value, check=int(check), bar=bar / 100, **which)
            feedback.say_later(t("They are being labeled. The sample is asked as soon as that is done."))
            st.rerun()


def listed(project: Project, manages: bool) -> None:
    """Those that there are; nothing where there is none."""
    found = feedback.attempt(lambda: list(project.bulk_labels), t("Reading the bulk labels"))
    if not found:
        return
    st.header(t("Labeled at once"), anchor=False)
    if any(one.state in ("starting", "checking", "counting", "taking_back") for one in found):
        layout.live(WATCH_SECONDS, "bulks", lambda: _draw(project, list(project.bulk_labels), manages))
    else:
        _draw(project, found, manages)


def _draw(project: Project, found: list[BulkOut], manages: bool) -> None:
    rows = [
        {
            t("Answer"): tasks.value_text(project.info, one.value),
            t("Which"): _which(one),
            t("Items"): one.items,
            t("State"): t(STATES[one.state][0]),
            t("Checked"): t("{done} of {total}", done=number(one.checked), total=number(min(one.check, one.items))),
            t("Right"): one.share.value,
            t("95% interval"): _interval(one),
            t("Bar"): one.bar,
            t("Counted"): one.counted or None,
            t("Since"): layout.when(one.created_at),
        }
        for one in found
    ]
    table.show(rows, {t("Right"): percent, t("Bar"): percent}, height=min(35 * len(rows) + 38, 215))
    there = {one.id: one for one in found if one.state not in ("taking_back", "taken_back")}
    if manages:
        done = t("It is being taken back. The page Jobs shows how far it is.")
        take_back.choose("bulk", there, lambda one: _name(project, one), _taken_back, project.bulk_labels.undo, done)


def _taken_back(one: BulkOut) -> str:
    return tn(
        "{n} label is in force no more, whether it counts or not. It stays on record.",
        "{n} labels are in force no more, whether they count or not. They stay on record.",
        one.items,
    )


def _name(project: Project, one: BulkOut) -> str:
    words, value = t(STATES[one.state][0]), tasks.value_text(project.info, one.value)
    return t("{value}, {which}, {state}", value=value, which=_which(one), state=words)


def _which(one: BulkOut) -> str:
    if "like" in one.asked:
        return t("like {key}", key=one.asked["like"])
    if "keys" in one.asked:
        return tn("{n} item by its key", "{n} items by their keys", len(one.asked["keys"]))
    where = one.asked.get("where") or {}
    return ", ".join(_written(name, given) for name, given in where.items())


def _written(name: str, given: Any) -> str:
    """One of the filters of a search."""
    if isinstance(given, dict):
        return ", ".join(f"{field}={value}" for field, value in given.items())
    return name if given is True else f"{name}: {given}"


def _interval(one: BulkOut) -> str | None:
    if one.share.low is None or one.share.high is None:
        return None
    return t("{low} to {high}", low=percent(one.share.low), high=percent(one.share.high))
