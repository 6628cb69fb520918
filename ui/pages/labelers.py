"""Labelers: who labels, how often each is right and how sure that is, how fast, and what to look at."""

from typing import Any

import streamlit as st
from labeler_ui import anchoring, assignments, feedback, gold, layout, report, session, standings, table, terms
from labeler_ui.feedback import plain
from labeler_ui.labels_given import KINDS as ONE
from labeler_ui.learning_settings import COUNTING, OTHERS
from labeler_ui.words import mark, number, percent, t, tn

from labeler.client import Project
from labeler.wire.quality import Figure, LabelerRow, LabelersOut, OverlapSaved

KINDS = {**COUNTING, "llm": mark("language models")}
ADVICE = {
    "often_wrong": mark("Right less often than the others: look at the errors below together."),
    "too_fast": mark("Many labels came faster than anybody reads: look at some of them."),
    "one_answer": mark("The same answer many times in a row, as nobody else has given it: look at some of them."),
    "worse_lately": mark("Says the same as the others less often than before: tired, or a rule changed?"),
    "better_lately": mark("Says the same as the others more often than before."),
    "reliable": mark("Right more often than the others."),
    "not_known": mark("Not known yet: too few items that others labeled, too, or that are gold."),
}
SHORT = {
    "often_wrong": mark("often wrong"),
    "too_fast": mark("very fast"),
    "one_answer": mark("one answer again and again"),
    "worse_lately": mark("worse lately"),
    "better_lately": mark("better lately"),
    "reliable": mark("reliable"),
    "not_known": mark("not known yet"),
}
MOST_NAMED = 5
FEWEST = 5  # labels that were checked, below which a share says nothing beside its interval
URGENT = ("often_wrong", "too_fast", "one_answer", "worse_lately")


def render() -> None:
    """One sentence first, then everybody, then what single people mix up, then gold items."""
    project = layout.project()
    layout.heading(t("Labelers"), t("How often each is right, as far as that is known, how fast, and what to look at."))
    found = feedback.must(project.labelers, t("Reading the labelers"))
    active = [row for row in found.items if row.labels]
    if not active:
        words = t(
            "Everybody who labels is listed here, with how often they are right once several label the same items."
        )
        with feedback.empty(t("Nobody has labeled yet"), words, ":material/group:"):
            layout.open_page("label", t("Start labeling"), "bolt", primary=True)
        assignments.section(project, session.manages(project.slug))
        with st.expander(t("Training, pauses and gold items")):
            _sections(project)
        return
    _first(project, found, active)
    _figures(found, active)
    _table(found.items)
    _errors(active)
    assignments.section(project, session.manages(project.slug))
    _sections(project)


def _sections(project: Project) -> None:
    standings.section(project)
    anchoring.section(project)
    if session.manages(project.slug):
        gold.section(project)


def _first(project: Project, found: LabelersOut, active: list[LabelerRow]) -> None:
    look = [row for row in active if any(code in URGENT for code in row.advice)]
    known = [row for row in active if row.accuracy.value is not None]
    with st.container(border=True):
        if look:
            names = ", ".join(plain(row.name) for row in look[:3])
            more = tn("{names} and {n} other", "{names} and {n} others", len(look) - 3, names=names)
            st.markdown("## " + t("Look at the labels of {names}.", names=more if len(look) > 3 else names))
            for row in look[:MOST_NAMED]:
                why = " ".join(t(ADVICE[code]) for code in row.advice if code in URGENT)
                st.markdown(t("- **{name}**: {why}", name=plain(row.name), why=why))
            st.markdown(t(":gray[No figure is a verdict: each has its interval.]"))
        elif not known:
            st.markdown("## " + t("How often people are right can't be told yet."))
            words = t("Let two people label some of the items, or say of some items what is right (gold, below).")
            st.markdown(f":gray[{words}]")
        else:
            st.markdown("## " + t("Nobody stands out."))
            words = t("No interval is clearly below the others, and nobody is conspicuously fast.")
            st.markdown(f":gray[{words}]")
        with st.container(horizontal=True):
            if not known and project.info.settings.overlap < 2 and session.manages(project.slug):
                layout.open_page("settings", t("Ask two people per item"), "tune")
            layout.open_page("agreement", t("Agreement"), "handshake")


def _figures(found: LabelersOut, active: list[LabelerRow]) -> None:
    saved = feedback.must(layout.project().overlap_saved, t("Reading what was saved"))
    shown_more = (found.cost is not None) + (saved.share.value is not None)
    boxes = st.columns(3 + shown_more)
    labels = tn("{n} label", "{n} labels", sum(row.labels for row in active))
    report.number_box(boxes[0], t("Labelers with labels"), layout.number(len(active)), labels)
    judged = sum(row.items for row in active)
    known = found.accuracy is not None and judged >= FEWEST
    shown = percent(found.accuracy) if found.accuracy is not None and known else layout.DASH
    meaning = t("How often a label is right: by what several people's answers come to, and by gold items.")
    if found.method in METHODS:
        meaning += " " + t("Method: {method}.", method=METHODS[found.method])
    below = ""
    if found.between is not None and known:
        below = t("{low} to {high}", low=percent(found.between[0]), high=percent(found.between[1]))
    report.number_box(boxes[1], t("Right on average"), shown, below, meaning)
    decided = tn("{n} on a decided item", "{n} on decided items", sum(row.gold for row in active))
    meaning = t("On items that others labeled, too, or whose answer somebody decided (gold items, or in Review).")
    report.number_box(boxes[2], t("Labels that can be checked"), layout.number(judged), decided, meaning)
    if saved.share.value is not None:
        _saved(boxes[3], saved)
    if found.cost is not None:
        mean = tn("for {n} label", "for {n} labels", sum(row.labels for row in active if row.cost is not None))
        words = t("In your money, by the terms on the page People: of those of whom a cost was said.")
        report.number_box(boxes[-1], t("Cost"), number(found.cost, 2), mean, words)


def _saved(box: Any, saved: OverlapSaved) -> None:
    """What it saved to ask further people only where an answer was not certain."""
    less = t("{low} to {high}", low=percent(saved.share.low), high=percent(saved.share.high))
    fixed = t(
        "Against {fixed} labels for each item, which would have come to the same certainty. 95% interval below.",
        fixed=t("more than {n}", n=20) if saved.at_least else number(saved.fixed or 0, 1),
    )
    report.number_box(box, t("Labels saved"), percent(saved.share.value), less, fixed)


METHODS = {"dawid_skene": "Dawid-Skene", "one_coin": "Dawid-Skene", "majority": "Dawid-Skene"}


def _table(rows: list[LabelerRow]) -> None:
    shown: list[dict[str, Any]] = [
        {
            t("Name"): row.name if row.active or row.kind == "import" else t("{name} (left)", name=row.name),
            t("Kind"): _kinds(row),
            t("Labels"): row.labels,
            t("Right"): row.accuracy.value if row.items >= FEWEST else None,
            t("95% interval"): _between(row.accuracy),
            t("Checked on"): row.items or None,
            t("Seconds"): row.seconds_per_label,
            t("Terms"): None if row.terms is None else terms.in_words(row.terms),
            t("Cost"): row.cost,
            t("Advice"): ", ".join(t(SHORT[code]) for code in row.advice),
        }
        for row in rows
    ]
    for name in (t("Terms"), t("Cost")):  # where nothing was said, nothing is shown
        if not any(row[name] for row in shown):
            for row in shown:
                del row[name]
    helps = {
        t("Right"): t(
            "The chance that a label of theirs is right. Where few were checked, only the interval is shown."
        ),
        t("Checked on"): t("Items that others labeled, too, or that are gold."),
        t("Seconds"): t("Half of their labels take less than this. The pace on Progress is a mean, of the last 100."),
    }
    config = {name: st.column_config.NumberColumn(help=words) for name, words in helps.items()}
    config |= {t("Advice"): st.column_config.TextColumn(width="large")}
    st.caption(t("Click somebody to see their labels."))
    event = table.show(
        shown,
        {t("Right"): percent, t("Seconds"): lambda one: number(one, 1), t("Cost"): lambda one: number(one, 2)},
        column_config=config,
        on_select="rerun",
        selection_mode="single-cell",
        key="labelers-table",
    )
    for place, _ in event["selection"]["cells"][:1]:
        if place < len(rows):
            words = t("Labels of {name}", name=plain(rows[place].name))
            layout.open_page("items", words, "search", params={"labeler": str(rows[place].id)})


def _kinds(row: LabelerRow) -> str:
    """What their labels count as; how many of each, where it is several."""
    names = {**KINDS, **OTHERS}
    kinds = row.by_kind or {row.kind: 0}
    if len(kinds) == 1:
        return t({**names, **ONE}.get(row.kind, row.kind))
    return ", ".join(f"{t(names.get(kind, kind))} {number(n)}" for kind, n in kinds.items())


def _errors(rows: list[LabelerRow]) -> None:
    """What single people take for what; of ratings, who rates higher than others."""
    errors = [row for row in rows if row.mixed_up and row.items >= FEWEST]
    biased = [row for row in rows if row.bias is not None and abs(row.bias) >= 0.05]
    if errors:
        st.header(t("What they mix up"), anchor=False)
        st.caption(t("As far as the answers are certain. Times are expected ones: an uncertain answer counts in part."))
        shown: list[dict[str, Any]] = [
            {
                t("Name"): row.name,
                t("Answer"): str(one.answer),
                t("They said"): str(one.said),
                t("Times"): one.times,
            }
            for row in errors
            for one in row.mixed_up
        ]
        shown.sort(key=lambda row: -row[t("Times")])
        table.show(shown[:100], {t("Times"): lambda n: number(n, 1)})
    if biased:
        st.header(t("Who rates higher or lower"), anchor=False)
        rated = [{t("Name"): row.name, t("Above the others"): row.bias} for row in biased]
        table.show(rated, {t("Above the others"): lambda n: number(n, 2)})


def _between(figure: Figure) -> str | None:
    if figure.low is None or figure.high is None:
        return None
    return t("{low} to {high}", low=percent(figure.low), high=percent(figure.high))
