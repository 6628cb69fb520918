"""On what terms somebody labels: what they are, cost and can, and how much they do at most."""

import streamlit as st
from labeler_ui import feedback, layout
from labeler_ui.feedback import plain
from labeler_ui.words import mark, number, t

from labeler.client import Project
from labeler.wire.projects import MemberOut
from labeler.wire.terms import TermsOut

WORKS_AS = {
    "employee": mark("employee"),
    "crowd": mark("crowd"),
    "contractor": mark("contractor"),
    "managed_team": mark("managed team"),
}
COSTS = {
    "none": mark("not said"),
    "label": mark("for each label"),
    "hour": mark("for each hour of labeling"),
}


@layout.dialog(mark("Cost, skills and limits"))
def edit(project: Project, member: MemberOut) -> None:
    """Everything may stay empty."""
    said = feedback.must(lambda: project.terms(member.user_id), t("Reading the terms"))
    st.markdown(f"**{plain(member.name)}** :gray[{plain(member.email)}]")
    with st.form("terms", border=False, enter_to_submit=False):
        works_as = st.selectbox(
            t("Works as"),
            list(WORKS_AS),
            index=None if said.works_as is None else list(WORKS_AS).index(said.works_as),
            format_func=lambda one: t(WORKS_AS[one]),
            placeholder=t("not said"),
        )
        left, right = st.columns(2)
        paid = left.selectbox(
            t("Paid"), list(COSTS), index=list(COSTS).index(_paid(said)), format_func=lambda one: t(COSTS[one])
        )
        cost = right.number_input(
            t("How much"),
            0.0,
            1e6,
            said.cost_per_label if said.cost_per_label is not None else said.cost_per_hour,
            placeholder=t("in your money"),
            help=t("Hours are those of labeling, while the page is seen. Shown to managers only, on Labelers."),
        )
        per_day = left.number_input(
            t("Most items a day"),
            1,
            10_000_000,
            said.per_day,
            placeholder=t("any number"),
            help=t("By your time zone."),
        )
        in_all = right.number_input(
            t("Most items in this project"), 1, 10_000_000, said.in_all, placeholder=t("any number")
        )
        only_assigned = st.checkbox(
            t("Only items that are assigned to them"),
            said.only_assigned,
            help=t(
                "They get nothing else, but for what a campaign asks of them. "
                "Items are assigned on the pages Items and Labelers."
            ),
        )
        skills = st.multiselect(
            t("Skills or languages"),
            said.skills,
            default=said.skills,
            accept_new_options=True,
            placeholder=t("any item; else type and press Enter"),
            help=_skills_help(project),
        )
        if st.form_submit_button(t("Save"), type="primary"):
            with feedback.told(t("Saving")):
                project.set_terms(
                    member.user_id,
                    works_as=works_as,
                    cost_per_label=cost if paid == "label" else None,
                    cost_per_hour=cost if paid == "hour" else None,
                    per_day=per_day,
                    in_all=in_all,
                    skills=skills,
                    only_assigned=only_assigned,
                    utc_offset=layout.utc_offset(),
                )
                feedback.say_later(t("Saved."))
                st.rerun()


def _paid(said: TermsOut) -> str:
    if said.cost_per_label is not None:
        return "label"
    return "none" if said.cost_per_hour is None else "hour"


def _skills_help(project: Project) -> str:
    field = project.info.settings.skill_field
    if field is None:
        return t("Say first, in the settings, which metadata field names what an item asks for.")
    return t(
        "Items whose field {field} says one of these come to this person, and items that ask for nothing.",
        field=plain(field),
    )


def in_words(said: TermsOut) -> str:
    """In one line, for tables."""
    found = [] if said.works_as is None else [t(WORKS_AS[said.works_as])]
    if said.cost_per_label is not None:
        found.append(t("{cost} a label", cost=number(said.cost_per_label, 2)))
    if said.cost_per_hour is not None:
        found.append(t("{cost} an hour", cost=number(said.cost_per_hour, 2)))
    if said.per_day is not None:
        found.append(t("{n} a day", n=layout.number(said.per_day)))
    if said.in_all is not None:
        found.append(t("{n} in all", n=layout.number(said.in_all)))
    if said.only_assigned:
        found.append(t("assigned items only"))
    return ", ".join([*found, *said.skills])
