"""What happened to an item, and what it comes to: part of the page Items."""

import streamlit as st
from labeler_ui import feedback, layout, tasks
from labeler_ui.feedback import plain
from labeler_ui.words import percent, t

from labeler.client import Project
from labeler.wire.insight import HistoryEntry, ItemOut
from labeler.wire.projects import ProjectOut

GOLD = "gold"  # the method of an answer that somebody decided


def draw(project: Project, item: ItemOut) -> None:
    """Everything that was said of it, oldest first; then the answer, where several labels make one."""
    st.markdown(t("**History**"))
    events = feedback.attempt(lambda: project.items.history(item.key), t("Reading the history")) or []
    for event in events:
        _event(project.info, event)
    if not events:
        st.markdown(t(":gray[Nobody has labeled it yet.]"))
    _sure(project.info, item)


def _sure(project: ProjectOut, item: ItemOut) -> None:
    """What several labels come to, how sure that is, and what else it may be."""
    answer = item.answer
    if answer is None or len(item.labels) < 2:
        return
    value = plain(tasks.value_text(project, answer.value))
    if answer.method == GOLD:
        st.markdown(t("Answer: **{value}**, as it was decided", value=value))
        return
    if answer.posterior is None:
        st.markdown(t("Answer: **{value}** ({share} say so)", value=value, share=percent(answer.agreement)))
        return
    st.markdown(t("Answer: **{value}**, {chance} likely to be right", value=value, chance=percent(answer.confidence)))
    if answer.contested:
        st.markdown(t(":orange-badge[contested] Most labels say something else; who said this is right more often."))


def _label_words(event: HistoryEntry, answer: str) -> str:
    """Who brings what others said has not said it."""
    if event.counts_as == "import":
        return t("brought **{answer}** from a file or a program", answer=answer)
    if event.counts_as == "bulk":
        return t("labeled **{answer}**, with many items at once", answer=answer)
    if event.counts_as == "simulated":
        return t("labeled **{answer}**, simulated", answer=answer)
    return t("labeled **{answer}**", answer=answer)


def _event(project: ProjectOut, event: HistoryEntry) -> None:
    reason = plain(event.reason or "")
    words = {
        "label": _label_words(event, plain(tasks.value_text(project, event.value))),
        "undo": t("took the label back"),
        "flag": t("marked it as hard: {reason}", reason=reason),
        "skip": t("skipped it: {reason}", reason=reason),
        "decision": t("decided **{answer}**", answer=plain(tasks.value_text(project, event.value))),
    }.get(event.kind, plain(event.kind))
    note = f"  \n{plain(event.note)}" if event.note else ""
    st.markdown(f"{plain(event.labeler.name)} {words}{note}  \n:gray[{layout.when(event.at)}]")
