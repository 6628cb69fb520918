"""Gold items: what is known, how more of it comes to be, and the way back."""

from typing import Any

import streamlit as st
from labeler_ui import feedback, layout, table, tasks
from labeler_ui.words import percent, t, tc, tn

from labeler.client import Project
from labeler.wire.insight import ItemOut

MOST_SHOWN = 200
SURE = (0.9, 0.95, 0.98, 0.99, 0.995)


def section(project: Project) -> None:
    """Part of the page Labelers, for those who lead the project."""
    rows = feedback.must(project.gold, t("Reading the gold items"))
    st.header(t("Gold items"), anchor=False)
    st.caption(
        t(
            "Items whose answer is known. Labelers get them among the others and can't tell them apart; what they say "
            "shows how often they are right. Set them on an item's page, or let certain answers become gold."
        )
    )
    if rows:
        share = percent(project.info.settings.gold_rate)
        st.markdown(
            tn(
                "{n} gold item. Of what a labeler gets, {share} are gold.",
                "{n} gold items. Of what a labeler gets, {share} are gold.",
                len(rows),
                share=share,
            )
        )
    _promotion(project)
    if rows:
        _list(project, rows)


def _promotion(project: Project) -> None:
    with st.form("gold-promotion", border=False, width=680):
        left, middle, right = st.columns([2, 1, 1], vertical_alignment="bottom")
        sure = left.select_slider(
            t("Make gold what three or more people agree on, at least this certain"),
            SURE,
            value=0.99,
            format_func=lambda p: percent(p, 1),
        )
        most = middle.number_input(t("At most"), 1, 1000, 50)
        if right.form_submit_button(t("Make them gold"), icon=":material/verified:"):
            with feedback.told(t("Making gold")):
                done = project.promote_to_gold(confidence=sure, most=most)
                if done.set:
                    feedback.say_later(tn("{n} item is gold now.", "{n} items are gold now.", done.set))
                    st.rerun()
                st.info(t("No answer is that certain: three people must have given it, and no method may differ."))


def _list(project: Project, rows: list[Any]) -> None:
    with st.expander(t("Which they are")):
        shown = [
            {
                tc("item", "Key"): row.item_key,
                t("Answer"): "" if row.value is None else tasks.value_text(project.info, row.value),
                t("How"): t("a certain answer") if row.promoted else t("by hand"),
                t("Since"): layout.when(row.created_at),
                t("Note"): row.note,
            }
            for row in rows[:MOST_SHOWN]
        ]
        event = table.show(shown, on_select="rerun", selection_mode="multi-row", key="gold-rows")
        keys = [rows[place].item_key for place in event["selection"]["rows"] if place < len(rows)]
        words = tn("{n} item is no longer gold", "{n} items are no longer gold", len(keys))
        if st.button(t("Gold no longer"), icon=":material/undo:", disabled=not keys):
            with feedback.told(t("Removing gold")):
                project.remove_gold(keys)
                feedback.say_later(words)
                st.rerun()


def set_here(project: Project, item: ItemOut) -> None:
    """On an item's page: its answer is known to be right."""
    if item.answer is None or item.answer.method == "gold":
        if item.answer is not None:
            st.markdown(t(":gray[A gold item: what is known of it is its answer.]"))
        return
    words = t("Those in training are told it after their answer.")
    note = st.text_input(t("Why the answer is so"), key=f"gold-note-{item.key}", max_chars=5000, help=words)
    if st.button(t("This answer is right: make it gold"), icon=":material/verified:", key=f"gold-{item.key}"):
        with feedback.told(t("Making gold")):
            project.set_gold({item.key: item.answer.value}, {item.key: note.strip()})
            feedback.say_later(t("The item is gold now: labelers are held against it."))
            st.rerun()
