"""The labels that were given: on the page Progress."""

from collections.abc import Mapping

import streamlit as st
from labeler_ui import charts, feedback, layout, session, table, tasks
from labeler_ui.words import mark, percent, t, tn

from labeler.client import Project
from labeler.wire.insight import LabelerWork

KINDS = {
    "person": mark("person"),
    "import": mark("imported labels"),
    "simulated": mark("simulated"),
    "heuristic": mark("heuristic"),
    "model": mark("model"),
    "llm": mark("language model"),
}


def draw(project: Project) -> None:
    """By name, by day and by labeler, and how frequent each label is in the whole pool."""
    progress = feedback.attempt(lambda: project.progress(layout.utc_offset()))
    if progress is None:
        return
    labels, task = progress.labels, tasks.of(project.info)
    left_side, right_side = st.columns(2, gap="large")
    with left_side:
        st.header(t(task.COUNTS), anchor=False)
        if any(labels.by_label.values()):
            task.draw_counts(labels.by_label, tasks.schema_of(project.info))
        else:
            st.markdown(t(":gray[No labels yet.]"))
    with right_side:
        st.header(t("Labels per day"), anchor=False)
        if labels.per_day:
            charts.per_day(labels.per_day)
        elif labels.total:
            st.markdown(t(":gray[People gave none in the last 30 days; imported and simulated ones are not counted.]"))
        else:
            st.markdown(t(":gray[No labels yet.]"))
    if session.role_in(project.slug) != "labeler":
        _prevalence(project)
    _labelers(labels.by_labeler)


def in_words(by_kind: Mapping[str, int]) -> list[str]:
    """What somebody gave, and apart from it what came in their name."""
    own = sum(n for kind, n in by_kind.items() if kind not in ("import", "bulk", "simulated"))
    brought = by_kind.get("import", 0), by_kind.get("bulk", 0), by_kind.get("simulated", 0)
    told = [tn("{n} label", "{n} labels", own)] if own or not any(brought) else []
    imported, bulk, simulated = brought
    if imported:
        told.append(tn("{n} imported label", "{n} imported labels", imported))
    if bulk:
        told.append(tn("{n} label given to many items at once", "{n} labels given to many items at once", bulk))
    if simulated:
        told.append(tn("{n} simulated label", "{n} simulated labels", simulated))
    return told


def _prevalence(project: Project) -> None:
    """What is labeled was chosen, and says nothing of it."""
    found = feedback.attempt(project.prevalence)
    if found is None or not found.labels:
        return
    st.header(t("How frequent they are in the whole pool"), anchor=False)
    st.caption(t("Told from the random holdout and what the model says of the rest of it, not from what was chosen."))
    shown = [
        {
            t("Label"): row.label,
            t("Share"): row.share.value,
            t("95% interval"): t("{low} to {high}", low=percent(row.share.low), high=percent(row.share.high)),
            t("Items, about"): round(found.items * (row.share.value or 0)),
        }
        for row in found.labels
    ]
    table.show(shown, {t("Share"): lambda share: percent(share, 1)})


def _labelers(people: list[LabelerWork]) -> None:
    """How fast and how right each is stands on a page of its own, in one place."""
    if not people:
        return
    st.header(t("Labelers"), anchor=False)
    table.show(
        [
            {t("Labeler"): one.name, t("Kind"): t(KINDS.get(one.kind, one.kind)), t("Labels"): one.labels}
            for one in people
        ]
    )
    layout.open_page("labelers", t("How fast, and how often right"), "group")
