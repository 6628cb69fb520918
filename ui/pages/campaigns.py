"""Campaigns: answered items that are asked again, because what is asked has changed or the answers are doubtful."""

from itertools import islice

import streamlit as st
from labeler_ui import campaign_form, campaign_report, danger, feedback, layout, session
from labeler_ui.feedback import plain
from labeler_ui.words import mark, number, t, tn

from labeler.client import Project
from labeler.wire.campaigns import CampaignDetail, CampaignOut

MOST = 100
WATCH_SECONDS = 5.0
STATES = {
    "starting": (mark("begins"), "gray"),
    "running": (mark("running"), "blue"),
    "ended": (mark("ended"), "green"),
    "cancelled": (mark("canceled"), "orange"),
}


def render() -> None:
    """Those that run with their progress, a form for another one, and what earlier ones changed."""
    project = layout.project()
    layout.heading(
        t("Campaigns"),
        t("Ask answered items again: after the guideline or the labels changed, or where answers are in doubt."),
    )
    found = feedback.must(lambda: list(islice(project.campaigns, MOST)), t("Reading the campaigns"))
    manages = session.manages(project.slug)
    if not found:
        _empty(project, manages)
        return
    running = [one for one in found if one.state in ("starting", "running")]
    if running:
        layout.live(WATCH_SECONDS, "campaigns", lambda: _running(project, [one.id for one in running], manages))
    if manages:
        with st.expander(t("Ask items again"), icon=":material/replay:"):
            campaign_form.draw(project)
    ended = [one for one in found if one not in running]
    if ended:
        _ended(project, ended)


def _empty(project: Project, manages: bool) -> None:
    words = t(
        "When the guideline or the labels change, answers from before may be wrong now. A campaign asks their items "
        "again, before everything else and without showing the old answer, and tells afterwards what changed."
    )
    with feedback.empty(t("Nothing was asked again yet"), words, ":material/replay:"):
        if manages:
            layout.open_page("guidelines", t("Guideline"), "menu_book")
    if manages:
        st.header(t("Ask items again"), anchor=False)
        campaign_form.draw(project)


def _running(project: Project, ids: list[int], manages: bool) -> None:
    now = [feedback.must(lambda one=one: project.campaigns.get(one), t("Reading the campaigns")) for one in ids]  # type: ignore[misc]
    if any(one.state in ("ended", "cancelled") for one in now):
        st.rerun()  # its report takes its place
    for one in now:
        with st.container(border=True, key=f"campaign-{one.id}"):
            _head(one)
            if one.state == "starting":
                begun = one.started_at is not None
                words = t("It is asked already, while the rest of it is written down.")
                written = min(1.0, one.labels / one.items) if begun and one.items else 0.0
                st.progress(written, text=words if begun else t("What is asked is being written down."))
            else:
                _progress(one)
            if manages:
                _ways_out(project, one)


def _head(one: CampaignOut) -> None:
    words, color = STATES[one.state]
    st.markdown(f"### {plain(campaign_report.name_of(one))} :{color}-badge[{t(words)}]")
    st.markdown(f":gray[{campaign_report.about(one)}]")


def _progress(one: CampaignDetail) -> None:
    left = tn("{n} label left", "{n} labels left", one.left)
    if one.hours_left is not None:
        left = t("{left}, {work}", left=left, work=campaign_report.work(one.hours_left, one.hours_left_between))
    share = one.done / (one.done + one.left) if one.done + one.left else 1.0
    st.progress(
        share,
        text=t(
            "{done} of {total} answered, {left}", done=number(one.done), total=number(one.done + one.left), left=left
        ),
    )
    told = [
        t(
            "{name}: {done} done, {left} left",
            name=plain(row.labeler.name),
            done=number(row.done),
            left=number(row.left),
        )
        if row.left
        else t("{name}: {done} done", name=plain(row.labeler.name), done=number(row.done))
        for row in one.by_labeler
    ]
    if told:
        st.markdown("  \n".join(told))
    if one.report.likely:
        like = [t("{label}: {count}", label=plain(row.label), count=number(row.items)) for row in one.report.likely]
        st.caption(t("They look like {labels}. Labelers are not told.", labels=", ".join(like)))
    if one.gone:
        st.caption(
            tn(
                "{n} label is not asked for any more: its item was removed.",
                "{n} labels are not asked for any more: their items were removed.",
                one.gone,
            )
        )
    if one.unasked:
        st.caption(
            tn(
                "{n} item is left out: all who could be asked have labeled it.",
                "{n} items are left out: all who could be asked have labeled them.",
                one.unasked,
            )
        )


def _ways_out(project: Project, one: CampaignOut) -> None:
    with st.container(horizontal=True):
        if one.state == "running" and danger.button(
            t("End it now"), key=f"end-{one.id}", icon=":material/stop_circle:"
        ):
            layout.confirm(
                t("Nothing more of it is asked. Its report is about what was answered until now."),
                t("End it now"),
                lambda: project.campaigns.end(one.id),
                t("The campaign has ended."),
            )
        if one.state == "starting" and danger.button(t("Cancel it"), key=f"cancel-{one.id}"):
            layout.confirm(
                t("Nothing more of it is asked. Labels that were given stay."),
                t("Cancel it"),
                lambda: project.campaigns.cancel(one.id),
                t("The campaign is canceled."),
            )


def _ended(project: Project, ended: list[CampaignOut]) -> None:
    st.header(t("What changed"), anchor=False)
    called = campaign_report.name_of
    names = {one.id: t("{name}, {when}", name=called(one), when=layout.when(one.ended_at)) for one in ended}
    key = f"campaign-report-{project.slug}"
    session.follow_guess(key, ended[0].id, list(names))
    chosen = ended[0].id
    if len(ended) > 1:
        chosen = st.selectbox(t("Campaign"), list(names), format_func=names.__getitem__, key=key, width=420)
    one = feedback.must(lambda: project.campaigns.get(chosen), t("Reading the campaigns"))
    with st.container(border=True):
        _head(one)
        campaign_report.sentence(one)
    campaign_report.draw(project, one)
