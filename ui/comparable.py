"""Items that are like one, with how they were answered."""

import streamlit as st
from labeler_ui import contents, feedback, tasks
from labeler_ui.feedback import plain, unlinked
from labeler_ui.words import t

from labeler.client import Project

SHOWN = 200  # signs of each


def answered(project: Project, key: str, most: int) -> None:
    """Those that have an answer, nearest first, to decide by."""
    near = feedback.when_ready(lambda: project.own.comparable(key, most), t("Comparable items"))
    if near is not None and not near:
        st.markdown(t(":gray[Nothing like this one is labeled yet.]"))
    for one in near or []:
        words = plain(tasks.value_text(project.info, one.value))
        st.markdown(f"**{words}**  \n{unlinked(contents.line(one.content, SHOWN))}")


def draw(project: Project, key: str, most: int) -> None:
    """Those nearest to an item, nearest first, or what it still needs to find them."""
    near = feedback.when_ready(lambda: project.items.similar(key, most), t("Comparable items"))
    if near is not None and not near:
        st.markdown(t(":gray[There is no other item like this one.]"))
    for one in near or []:
        words = tasks.value_text(project.info, one.answer.value) if one.answer else t("not labeled")
        st.markdown(f"{unlinked(contents.line(one.content, SHOWN))}  \n:gray[{plain(words)}]")
