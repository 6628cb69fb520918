"""Readiness: the four checklists for production, what the service sees of each line, and what people confirm."""

from datetime import timedelta

import streamlit as st
from labeler_ui import danger, feedback, layout, report, session
from labeler_ui.feedback import plain
from labeler_ui.words import day, mark, number, said, t

from labeler.client import Project
from labeler.wire.readiness import LISTS, Readiness, ReadinessLine

TITLES = {
    "data": mark("Data"),
    "model": mark("Model"),
    "infrastructure": mark("Infrastructure"),
    "monitoring": mark("Monitoring"),
}
STATES = {"holds": ("check_circle", "green"), "open": ("help", "orange"), "fails": ("cancel", "red")}
GO = {
    "models": mark("Models"),
    "items": mark("Items"),
    "people": mark("People"),
    "progress": mark("Progress"),
    "settings": mark("Settings"),
    "guidelines": mark("Guideline"),
    "imports": mark("Import"),
    "jobs": mark("Jobs"),
}
MANAGERS = {"people", "settings", "imports", "jobs"}
USUAL_DAYS = 180
"""After so many days a line is looked at again, unless somebody says otherwise."""


def render() -> None:
    """The score and what it means, then the lists."""
    project = layout.project()
    layout.heading(
        t("Readiness"),
        t("Whether the model can be relied on: its data, how it was made, how it is run, and what is watched."),
    )
    found = feedback.must(project.readiness.get, t("Reading the checklists"))
    _lead(project, found)
    boxes = st.columns(len(LISTS))
    for box, name in zip(boxes, LISTS, strict=True):
        held = sum(line.state == "holds" for line in found.lines if line.list == name)
        report.number_box(
            box,
            t(TITLES[name]),
            number(found.points[name], 1),
            t("{held} of {total} lines hold", held=held, total=sum(line.list == name for line in found.lines)),
        )
    for name in LISTS:
        st.header(t(TITLES[name]), anchor=False)
        with st.container(border=True, gap="small"):
            for line in found.lines:
                if line.list == name:
                    _line(project, line)


def _lead(project: Project, found: Readiness) -> None:
    with st.container(border=True):
        words, way = st.columns([3, 1], gap="medium", vertical_alignment="center")
        words.markdown("## " + t("{score} of {most} points", score=number(found.score, 1), most=7))
        if found.model is None:
            about = t("There is no model yet.")
        elif found.live:
            about = t("Model {number}, which is live.", number=found.model)
        else:
            about = t("Model {number}, the newest: none is live.", number=found.model)
        least = t("The list with the fewest points counts.")
        words.markdown(f":gray[{about} {said(found.meaning)} {least}]")
        with way:
            st.download_button(
                t("Download the report"),
                project.readiness.report,
                file_name=f"{project.slug}-readiness.md",
                mime="text/markdown",
                icon=":material/download:",
                on_click="ignore",
            )
            with st.popover(t("How it is counted"), type="tertiary"):
                st.markdown(
                    t(
                        "After the ML Test Score (Breck et al. 2017): four lists of seven lines. What the service sees "
                        "by itself, or a program looks at again and again, counts one point; what somebody looked at "
                        "counts half a point until the day when it has to be looked at again. The list with the "
                        "fewest points is the score. Of a line without evidence it is told what goes wrong where it "
                        "does not hold: the service can't see it, somebody has to confirm it."
                    )
                )


def _line(project: Project, line: ReadinessLine) -> None:
    icon, color = STATES[line.state]
    told = [f":{color}[:material/{icon}:] **{said(line.title)}**"]
    if line.evidence:
        told.append(plain(said(line.evidence)))
    elif line.confirmed is None:
        told.append(f":gray[{said(line.why)}]")
    if line.confirmed is not None:
        told.append(_vouched(line))
    words, way = st.columns([7, 3], vertical_alignment="center")
    words.markdown("  \n".join(told))
    with way.container(horizontal=True, horizontal_alignment="right"):
        manages = session.manages(project.slug)
        if manages and line.state != "fails" and not (line.state == "holds" and line.confirmed is None):
            do = t("Confirm …") if line.confirmed is None else t("Change …")
            if st.button(do, key=f"confirm-{line.name}", help=plain(said(line.title))):
                _confirm(project, line)
        if line.page is not None and line.state != "holds" and (manages or line.page not in MANAGERS):
            params = {"view": line.view} if line.view else {}
            layout.open_page(line.page, t(GO[line.page]), "arrow_forward", key=f"go-{line.name}", params=params)


def _vouched(line: ReadinessLine) -> str:
    """Who confirmed a line, why, and until when."""
    one = line.confirmed
    assert one is not None
    who, on = plain(one.by or t("somebody who has left")), day(one.review_on)
    words = t("{name} confirms: {reason}", name=who, reason=plain(one.reason))
    if one.due:
        return f"{words} :orange[" + t("It was to be looked at again on {date}, and counts no more.", date=on) + "]"
    return f"{words} :gray[" + t("To be looked at again on {date}.", date=on) + "]"


@layout.dialog(mark("Confirm"))
def _confirm(project: Project, line: ReadinessLine) -> None:
    """Somebody says how a line was looked at, and when that has to be done again."""
    known, today = line.confirmed, layout.today()
    st.markdown(f"**{said(line.title)}**")
    st.markdown(f":gray[{said(line.why)}]")
    reason = st.text_area(
        t("How it was looked at, and where that is written down"),
        known.reason if known else "",
        max_chars=2000,
        key=f"reason-{line.name}",
    )
    usual = today + timedelta(days=USUAL_DAYS)
    until = st.date_input(
        t("To be looked at again on"),
        known.review_on if known and not known.due else usual,
        min_value=today + timedelta(days=1),
        max_value=today + timedelta(days=2 * 365),
        format="YYYY-MM-DD",
        key=f"until-{line.name}",
    )
    automated = st.toggle(
        t("A program looks at it again and again"),
        known.automated if known else False,
        key=f"automated-{line.name}",
        help=t("Then it counts one point instead of half a one."),
    )
    with st.container(horizontal=True):
        if st.button(t("Save"), type="primary", disabled=not reason.strip(), key="readiness-save"):
            with feedback.told():
                project.readiness.confirm(line.name, reason.strip(), until, automated=automated)
                feedback.say_later(t("Confirmed."))
                st.rerun()
        if known and danger.button(t("Withdraw"), key="readiness-withdraw"):
            with feedback.told():
                project.readiness.withdraw(line.name)
                feedback.say_later(t("Withdrawn: nobody vouches for it any more."))
                st.rerun()
