"""Slices: a search on the page Items is saved as one, and the page Models says how a model does on each."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import streamlit as st
from labeler_ui import danger, feedback, layout, metrics, session, table
from labeler_ui.components.keeper import keep, key, saved
from labeler_ui.feedback import plain
from labeler_ui.words import mark, number, percent, t, tn

from labeler.client import Project
from labeler.wire.quality import Figure
from labeler.wire.registry import ModelOut
from labeler.wire.slices import SliceOut, SliceScore

BOUND: Literal["query-params"] = "query-params"
WHY = {
    "not_run": mark("newer than what was measured"),
    "label_gone": mark("its label is none any more"),
    "no_holdout": mark("no holdout item has a label"),
    "empty": mark("no holdout item belongs to it"),
    "unlabeled": mark("none of its holdout items has a label"),
    "too_few": mark("fewer than 10 holdout labels"),
    "no_encoder": mark("there is no sentence encoder here that finds its items"),
}


def chosen(project: Project) -> dict[str, Any]:
    """The field for a slice, among the filters of the page Items, and what the chosen one asks for."""
    there = {one.name: one for one in feedback.attempt(lambda: list(project.slices)) or []}
    if not there:
        return {}
    name = st.selectbox(
        t("Slice"),
        list(there),
        index=None,
        placeholder=t("any"),
        key="slice",
        bind=BOUND,
        help=t("A saved search. Other filters narrow it; the same filter stands in place of that of the slice."),
    )
    return {} if name is None else _asked(there[name])


def _asked(one: SliceOut) -> dict[str, Any]:
    """A slice's search, as GET /items has it."""
    if one.label_gone:
        st.warning(t("The label of this slice is none any more: no item belongs to it."), icon=":material/label_off:")
    if one.no_encoder:
        st.warning(
            t("This slice is a search by meaning, and there is no sentence encoder here: no item belongs to it."),
            icon=":material/search_off:",
        )
    return one.query.model_dump(mode="json", exclude_defaults=True)


def offer(project: Project, searched: Mapping[str, Any]) -> None:
    """The button that saves a search."""
    if st.button(
        t("Save as slice …"),
        icon=":material/pie_chart:",
        help=t("A search with a name, which fills itself. Every model is measured on the holdout items in it."),
    ):
        _ask(project, dict(searched))


@layout.dialog(mark("Save the search as a slice"))
def _ask(project: Project, searched: dict[str, Any]) -> None:
    scope = f"slice {project.slug}"
    name_key = key(scope, "slice-name")
    name = st.text_input(t("Name"), max_chars=100, key=name_key)
    keep(scope, {name_key: ""})
    st.caption(t("Every item that this search finds belongs to it, also those that come later."))
    if not st.button(t("Save"), type="primary", key="slice-save"):
        return
    if not name.strip():
        st.warning(t("Give it a name first."), icon=":material/edit_note:")
        return
    with feedback.told(t("Saving")):
        made = project.slices.create(name.strip(), searched)
        saved(scope)
        items = tn("{n} item belongs to it.", "{n} items belong to it.", made.items)
        feedback.say_later(" ".join((t("Saved."), items)))
        st.rerun()


def draw(project: Project, model: ModelOut) -> None:
    """How this model does on each slice, the worst first, with the way to its items."""
    manages = session.manages(project.slug)
    scores = [one for one in model.slices if not one.removed]
    if not scores and not manages:
        return
    st.header(t("Slices"), anchor=False)
    if not scores:
        st.markdown(
            t(
                ":gray[None yet. On the page Items, search for items that matter by themselves, and save the search as "
                "a slice: every model is measured on its holdout items.]"
            )
        )
        return
    st.caption(
        t(
            "The worst first. Of twenty slices that are alike, one is out of its interval by chance. Metrics need 30 "
            "holdout labels, the share that is exactly right 10."
        )
    )
    primary = (model.report or {}).get("primary")
    metric = metrics.named(project.info.task_type, primary) if primary else None
    _table(scores, metric)
    if gone := [one.name for one in model.slices if one.removed]:
        st.caption(t("Removed since: {names}.", names=", ".join(map(plain, gone))))
    by_name = {one.name: one for one in scores}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(t("Slice"), list(by_name), key=f"slice-shown-{project.slug}", width=340)
        layout.open_page("items", t("Open its items"), "open_in_new", key="open-slice", params={"slice": name})
        if manages and danger.button(t("Remove this slice …"), key="slice", icon=":material/delete:"):
            _remove(project, by_name[name])


def _table(scores: Sequence[SliceScore], metric: metrics.Metric | None) -> None:
    rows = []
    for one in scores:
        row: dict[str, Any] = {
            t("Slice"): one.name,
            t("Holdout labels"): one.labels,
            t("Exactly right"): one.right.value,
            t("95% interval"): _interval(one.right),
        }
        figure = one.metrics.get(metric.name) if metric is not None else None
        if metric is not None:
            row[metric.title] = None if figure is None or figure.value is None else metric.number(figure.value)
            row[t("Its 95% interval")] = metric.interval(None if figure is None else figure.model_dump()) or None
        row[t("Can't tell yet")] = t(WHY[one.why]) if one.why else _too_few(one)
        rows.append(row)
    empty = [name for name in rows[0] if all(row[name] is None for row in rows)]
    rows = [{name: value for name, value in row.items() if name not in empty} for row in rows]
    table.show(rows, {t("Exactly right"): percent}, height=min(35 * len(rows) + 38, 283), key="slice-rows")


def _too_few(one: SliceScore) -> str | None:
    return None if one.metrics else t("fewer than {n} holdout labels for the metric", n=number(30))


def _interval(one: Figure) -> str | None:
    if one.low is None or one.high is None:
        return None
    return t("{low} to {high}", low=percent(one.low), high=percent(one.high))


@layout.dialog(mark("Remove the slice"))
def _remove(project: Project, one: SliceScore) -> None:
    layout.confirm(
        t("No model is measured on “{name}” any more. Its items stay as they are.", name=plain(one.name)),
        t("Remove it"),
        lambda: project.slices.remove(one.slice_id),
        t("Removed."),
    )
