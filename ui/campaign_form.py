"""The form that begins a campaign: which items, who is asked, how many labels and hours that is."""

from collections.abc import Callable
from typing import Any

import streamlit as st
from labeler_ui import campaign_report, feedback, tasks
from labeler_ui.feedback import plain
from labeler_ui.words import mark, number, t, tn

from labeler.client import ApiError, Project
from labeler.wire.campaigns import CampaignPlan, Selection
from labeler.wire.projects import MemberOut

KINDS = {
    "guideline": mark("labeled under an older guideline"),
    "label": mark("with a label"),
    "labeler": mark("of one labeler"),
    "disagreeing": mark("on which people disagree"),
    "flagged": mark("with an open flag"),
    "model": mark("of which the model says something else"),
    "comparable": mark("like a certain item"),
    "all": mark("all that are answered"),
}
TO = {
    "same": mark("who labeled them"),
    "others": mark("somebody else"),
    "people": mark("certain people"),
}
ROLES = ("labeler", "manager")


def draw(project: Project) -> None:
    """Choices, what they come to, and the button."""
    slug = project.slug
    labelers = [
        one for one in feedback.must(lambda: list(project.members), t("Reading the members")) if one.role in ROLES
    ]
    left, right = st.columns(2, gap="large")
    with left:
        select = _select(project, labelers)
    with right:
        to = _to(slug, labelers)
        blind = st.checkbox(
            t("Without showing the old answer"),
            value=True,
            key=f"campaign-blind-{slug}",
            help=t("People tend to repeat an answer that they see. Show it only where a glance is enough."),
        )
    if select is None or not to:
        st.markdown(t(":gray[Choose what is asked, and who.]"))
        return
    planned = _planned(project, select, to)
    if planned is None:
        return
    _told(planned)
    name = st.text_input(
        t("Name"), placeholder=t("why they are asked again, in a few words"), key=f"campaign-name-{slug}", max_chars=200
    )
    if st.button(t("Ask again"), type="primary", icon=":material/replay:", disabled=not planned.labels):
        if not name.strip():
            st.warning(t("Give it a name: lists and reports show it."), icon=":material/edit_note:")
            return
        begin(project, name.strip(), select, to, blind)


def begin(project: Project, name: str, select: dict[str, Any], to: Any, blind: bool = True) -> None:
    """Start it and show it."""
    with feedback.told(t("Beginning the campaign")):
        project.campaigns.start(name, to=to, blind=blind, **select)
        feedback.say_later(t("The campaign begins."))
        st.rerun()


def _select(project: Project, labelers: list[MemberOut]) -> dict[str, Any] | None:
    slug = project.slug
    newest = project.info.guideline_version or 0
    kinds = [kind for kind in KINDS if (kind != "guideline" or newest > 1) and (kind != "label" or _names(project))]
    kind = st.selectbox(t("Items"), kinds, format_func=lambda one: t(KINDS[one]), key=f"campaign-kind-{slug}")
    return CHOICES[kind](project, labelers)


def _names(project: Project) -> list[str]:
    return [one["name"] for one in tasks.schema_of(project.info).get("labels") or []]


def _by_guideline(project: Project, _: list[MemberOut]) -> dict[str, Any]:
    newest = project.info.guideline_version or 1
    before = st.selectbox(
        t("Older than"),
        list(range(newest, 1, -1)),
        format_func=lambda v: t("Version {v}", v=v),
        key=f"campaign-before-{project.slug}",
    )
    labels = _labels(project, t("Only with these labels"), t("any"))
    return {"guideline_before": before} | ({"label": labels} if labels else {})


def _by_label(project: Project, _: list[MemberOut]) -> dict[str, Any] | None:
    labels = _labels(project, t("Labels"), t("Choose labels"))
    return {"label": labels} if labels else None


def _labels(project: Project, title: str, none: str) -> list[str]:
    """none: what the field says where none is chosen."""
    names = _names(project)
    return st.multiselect(title, names, key=f"campaign-labels-{project.slug}", placeholder=none) if names else []


def _by_labeler(project: Project, labelers: list[MemberOut]) -> dict[str, Any] | None:
    names = {one.user_id: one.name for one in labelers}
    chosen = st.selectbox(
        t("Labeler"),
        list(names),
        index=None,
        format_func=names.__getitem__,
        placeholder=t("Choose somebody"),
        key=f"campaign-labeler-{project.slug}",
    )
    return None if chosen is None else {"labeler": chosen}


def _by_comparable(project: Project, _: list[MemberOut]) -> dict[str, Any] | None:
    key = st.text_input(t("Key of the item"), key=f"campaign-key-{project.slug}")
    nearest = st.number_input(t("How many"), 1, 1_000, 100, key=f"campaign-nearest-{project.slug}")
    return {"comparable_to": key, "nearest": int(nearest)} if key.strip() else None


CHOICES: dict[str, Callable[[Project, list[MemberOut]], dict[str, Any] | None]] = {
    "guideline": _by_guideline,
    "label": _by_label,
    "labeler": _by_labeler,
    "disagreeing": lambda *_: {"disagreeing": True},
    "flagged": lambda *_: {"flagged": True},
    "model": lambda *_: {"model_disagrees": True},
    "comparable": _by_comparable,
    "all": lambda *_: {"all": True},
}


def _to(slug: str, labelers: list[MemberOut]) -> Any:
    chosen = st.segmented_control(
        t("Asked of"),
        list(TO),
        default="same",
        format_func=lambda one: t(TO[one]),
        required=True,
        key=f"campaign-to-{slug}",
        help=t(
            "Who labeled an item: the new label takes the old one's place. Somebody else: both count. Certain people: "
            "one of them answers each item."
        ),
    )
    if chosen != "people":
        return chosen
    names = {one.user_id: one.name for one in labelers}
    return st.multiselect(t("People"), list(names), format_func=names.__getitem__, key=f"campaign-people-{slug}")


def _planned(project: Project, select: dict[str, Any], to: Any) -> CampaignPlan | None:
    try:
        return project.campaigns.plan(to=to, **select)
    except ApiError as error:
        feedback.show_error(error)
        return None


def _told(planned: CampaignPlan) -> None:
    """How much it is, whose answers, and of whom it is asked."""
    told = tn("**{n} label** is asked for", "**{n} labels** are asked for", planned.labels)
    if planned.hours is not None:
        told = t("{told}, {work}", told=told, work=campaign_report.work(planned.hours, planned.hours_between))
    st.markdown(f"{told}.")
    if planned.of:
        shown = [
            t("{name} ({count})", name=plain(share.labeler.name), count=number(share.labels))
            for share in planned.of[:10]
        ]
        st.markdown(":gray[" + t("Answers of {people}.", people=", ".join(shown)) + "]")
    if planned.unasked:
        st.markdown(
            ":gray["
            + tn(
                "{n} item is left out: all who could be asked have labeled it.",
                "{n} items are left out: all who could be asked have labeled them.",
                planned.unasked,
            )
            + "]"
        )


def prefilled(select: Selection) -> dict[str, Any]:
    """A selection as `begin` takes it."""
    return select.model_dump(exclude_none=True, exclude_defaults=True)
