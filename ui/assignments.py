"""Items that are assigned to certain people: asked for on the page Items, shown with their progress on Labelers."""

from typing import Any

import streamlit as st
from labeler_ui import danger, feedback, layout, table
from labeler_ui.feedback import plain
from labeler_ui.words import mark, percent, t, tn

from labeler.client import Project
from labeler.wire.assignments import IDLE_DAYS, AssignmentOut, AssignmentPlan

STATES = {
    "starting": mark("begins"),
    "running": mark("running"),
    "ended": mark("ended"),
    "cancelled": mark("ended"),
}
WATCH_SECONDS = 5.0
SHOWN = 50


def ask(project: Project, **which: Any) -> None:
    """which: as `Assignments.start` takes it; nothing: all items that need a label."""
    st.dialog(t("Assign items"))(_ask)(project, which)


def _ask(project: Project, which: dict[str, Any]) -> None:
    members = feedback.attempt(lambda: list(project.members), t("Reading the members")) or []
    people = {one.user_id: one.name for one in members if one.role != "reader" and one.kind == "person"}
    if not people:
        st.markdown(t(":gray[Nobody labels in this project yet: add a labeler on the page People.]"))
        return
    planned = feedback.attempt(lambda: project.assignments.plan(list(people), **which), t("Looking what it comes to"))
    if planned is None:
        return
    st.markdown(tn("**{n} item** can be assigned.", "**{n} items** can be assigned.", planned.items))
    _left_out(planned)
    if not planned.items:
        return
    with st.form("assign", border=False):
        to = st.multiselect(t("Assign to"), list(people), format_func=lambda one: plain(people[one]), key="assign-to")
        left, right = st.columns(2)
        number = left.number_input(
            t("How many"),
            1,
            planned.items,
            planned.items,
            key="assign-n",
            help=t("Fewer than all of them are drawn at random."),
        )
        name = right.text_input(t("Name"), max_chars=200, placeholder=t("Assignment"), key="assign-name")
        only = st.checkbox(
            t("Only for them"),
            key="assign-only",
            help=t(
                "Nobody else gets these items, until each has the labels that it needs, or all of them have labeled "
                "it, or the assignment ends. Else others get them, too, when it is their turn."
            ),
        )
        done = st.form_submit_button(t("Assign"), type="primary", icon=":material/assignment_ind:")
    if done and not to:
        st.warning(t("Choose who gets them."), icon=":material/edit_note:")
    elif done:
        part = {} if number == planned.items else {"n": int(number)}
        with feedback.told(t("Assigning")):
            project.assignments.start(to, name=name.strip() or t("Assignment"), only=only, **which, **part)
            feedback.say_later(t("Assigned. They come first in a moment; the page Labelers shows how far it is."))
            st.rerun()


def _left_out(planned: AssignmentPlan) -> None:
    said = [
        tn("{n} needs no label", "{n} need no label", planned.answered) if planned.answered else "",
        tn("{n} is assigned already", "{n} are assigned already", planned.assigned) if planned.assigned else "",
        tn(
            "{n} is in the holdout, of which models need a random sample",
            "{n} are in the holdout, of which models need a random sample",
            planned.holdout,
        )
        if planned.holdout
        else "",
    ]
    if any(said):
        st.caption(t("Left out: {reasons}.", reasons="; ".join(one for one in said if one)))


def section(project: Project, manages: bool) -> None:
    """Those that there are; for managers also the way to a new one."""
    found = feedback.attempt(lambda: project.assignments.latest(SHOWN), t("Reading the assignments"))
    if not found and not manages:
        return
    st.header(t("Assigned items"), anchor=False)
    if manages:
        words = t("Some get certain items first, or alone. Single items and searches are assigned on the page Items.")
        st.caption(words)
        if st.button(t("Assign open items …"), icon=":material/assignment_ind:", key="assign-open"):
            ask(project)
    if not found:
        return
    if any(one.state == "starting" for one in found):
        layout.live(WATCH_SECONDS, "assignments", lambda: _draw(project, project.assignments.latest(SHOWN), manages))
    else:
        _draw(project, found, manages)


def _draw(project: Project, found: list[AssignmentOut], manages: bool) -> None:
    for one in found:
        if one.waits is not None:
            st.warning(_waits(one), icon=":material/hourglass_disabled:")
    rows = [
        {
            t("Name"): one.name,
            t("For"): ", ".join(person.name for person in one.people),
            t("Only for them"): t("yes") if one.only else None,
            t("State"): t(STATES[one.state]),
            t("Items"): one.items,
            t("Done"): one.done,
            t("Open"): one.open,
            t("Share done"): one.done / one.items if one.items else None,
            t("By"): ", ".join(f"{work.labeler.name} {layout.number(work.done)}" for work in one.by_labeler),
            t("Last answer"): None if one.last_answer_at is None else layout.when(one.last_answer_at),
        }
        for one in found
    ]
    table.show(rows, {t("Share done"): percent}, height=min(35 * len(rows) + 38, 285))
    there = {one.id: one for one in found if one.state in ("starting", "running")}
    if manages and there:
        _end(project, there)


def _waits(one: AssignmentOut) -> str:
    words = {
        "nobody": tn(
            "{name}: {n} item is open, and nobody to whom it is assigned can label here now.",
            "{name}: {n} items are open, and nobody to whom they are assigned can label here now.",
            one.open,
            name=plain(one.name),
        ),
        "idle": tn(
            "{name}: {n} item is open, and nobody to whom it is assigned has labeled here for {days} days.",
            "{name}: {n} items are open, and nobody to whom they are assigned has labeled here for {days} days.",
            one.open,
            name=plain(one.name),
            days=layout.number(IDLE_DAYS),
        ),
    }[one.waits or "idle"]
    if not one.only:
        return words
    way_out = t("End it, and everybody gets them.")
    return f"{words} {way_out}"


def _end(project: Project, there: dict[int, AssignmentOut]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            t("Running"),
            list(there),
            format_func=lambda number: f"{there[number].name} ({number})",
            key="assignment-chosen",
            width=420,
        )
        if danger.button(t("End it …"), icon=":material/stop_circle:", key="assignment-end"):
            one = there[chosen]
            what = tn(
                "{n} item is still open: everybody gets it then. Labels that were given stay.",
                "{n} items are still open: everybody gets them then. Labels that were given stay.",
                one.open,
            )
            layout.confirm(what, t("End it"), lambda: project.assignments.end(chosen), t("Ended."))
