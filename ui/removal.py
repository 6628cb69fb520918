"""Taking items back: said before, and asked."""

from typing import Any

import streamlit as st
from labeler_ui import danger, feedback
from labeler_ui.feedback import plain
from labeler_ui.words import t, tn

from labeler.client import Project
from labeler.wire.removal import RemovalOut


def ask(project: Project, **which: Any) -> None:
    """which: as `Items.remove` takes it."""
    is_import = "import_id" in which
    st.dialog(t("Take the import back?") if is_import else t("Remove the items?"))(_ask)(project, which, is_import)


def _ask(project: Project, which: dict[str, Any], is_import: bool) -> None:
    told = feedback.attempt(lambda: project.items.remove(**which, dry_run=True), t("Looking what it comes to"))
    if told is None:
        return
    if not told.changes:
        st.markdown(t(":gray[There is nothing to take back.]"))
        return
    st.markdown(comes_to(told))
    if told.by_people:
        _of_people(told.by_people)
        if is_import and not _meant(told.by_people):
            return
    word, icon = (t("Take it back"), ":material/undo:") if is_import else (t("Remove"), ":material/delete:")
    if danger.button(word, icon=icon, key="remove-yes", final=True):
        with feedback.told(t("Removing")):
            project.items.remove(**which)
            feedback.say_later(
                t("The import is being taken back. The job is on the page Jobs.")
                if is_import
                else t("They are being removed. The job is on the page Jobs.")
            )
            st.rerun()


def _of_people(labels: int) -> None:
    """How many labels of people go: work that nothing brings back."""
    st.warning(
        tn(
            "{n} label that a person gave here goes with it.",
            "{n} labels that people gave here go with it.",
            labels,
        ),
        icon=":material/group:",
    )


def _meant(labels: int) -> bool:
    """Whether somebody has typed how many labels of people go."""
    typed = st.text_input(t("Type this number, {n}, to continue", n=labels), key="remove-typed")
    return typed.strip().replace(",", "").replace(".", "") == str(labels)


def comes_to(told: RemovalOut) -> str:
    """What becomes of items and labels; nothing is told of what there is none of."""
    parts = [
        tn("{n} item leaves the queue and the pool.", "{n} items leave the queue and the pool.", told.items),
        tn(
            "{n} label is in force no more; it stays on record.",
            "{n} labels are in force no more; they stay on record.",
            told.labels,
        ),
        tn(
            "{n} change of texts or metadata is undone; a text comes back with its labels. What later imports changed "
            "once more stays.",
            "{n} changes of texts or metadata are undone; texts come back with their labels. What later imports "
            "changed once more stays.",
            told.restored,
        ),
        tn("{n} prediction is suggested no more.", "{n} predictions are suggested no more.", told.predictions),
        t(
            "The labels that it added to the project stay, until they are retired: {names}.",
            names=plain(", ".join(told.labels_added)),
        ),
        tn(
            "The dataset version there is keeps what it holds; later ones will not have it.",
            "The {n} dataset versions there are keep what they hold; later ones will not have it.",
            told.versions,
        ),
    ]
    there = (told.items, told.labels, told.restored, told.predictions, told.labels_added, told.versions)
    return " ".join(part for part, some in zip(parts, there, strict=True) if some)
