"""Several hard items decided at once, with one answer, one note, or both."""

from collections.abc import Sequence

import streamlit as st
from labeler_ui import feedback, layout, tasks
from labeler_ui.components.keeper import saved
from labeler_ui.words import t

from labeler.client import Project
from labeler.wire.labels import FlagOut

NOTE = "together-note"


def _key(flag: FlagOut) -> str:
    return f"together-{flag.id}"


def choose(flag: FlagOut) -> None:
    """A box that takes a flag into what is decided together."""
    st.checkbox(t("Decide together with others"), key=_key(flag))


def choose_all(reason: str, flags: Sequence[FlagOut]) -> None:
    """A button that chooses every flag of a reason, or none when all are chosen."""
    chosen = all(st.session_state.get(_key(flag)) for flag in flags)

    def switch() -> None:
        for flag in flags:
            st.session_state[_key(flag)] = not chosen

    words = t("Choose none of these") if chosen else t("Choose all of these")
    st.button(words, icon=":material/checklist:", type="tertiary", key=f"choose-{reason}", on_click=switch)


def decide(project: Project, flags: Sequence[FlagOut]) -> None:
    """The form for what is chosen, once there are two."""
    chosen = [flag for flag in flags if st.session_state.get(_key(flag))]
    if len(chosen) < 2:
        return
    with st.container(border=True, key="together"), st.form("together", border=False):
        st.markdown(
            t("**Hard items chosen: {chosen}.** They all get the same decision.", chosen=layout.number(len(chosen)))
        )
        columns = st.columns([2, 4], vertical_alignment="bottom")
        schema = tasks.schema_of(project.info)
        value = tasks.of(project.info).value_input(columns[0], t("Answer"), schema, key="together-value")
        note = (
            columns[1]
            .text_input(t("Your answer to all who asked"), placeholder=t("what was decided, and why"), key=NOTE)
            .strip()
        )
        done = st.form_submit_button(t("Resolve the chosen ones"), type="primary")
    if not done:
        return
    if value is None and not note:
        st.warning(t("Say what was decided: an answer, or a note."), icon=":material/edit_note:")
        return
    with feedback.told(t("Resolving")):
        for flag in chosen:
            project.flags.resolve(flag.id, note, value)
        saved(f"hard {project.slug}")
        feedback.say_later(t("Resolved: {chosen}.", chosen=layout.number(len(chosen))))
        st.rerun()
