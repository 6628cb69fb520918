"""Agreement: how far people say the same of the same items, by label and by pair, and what follows from it."""

from math import ceil
from typing import Any

import streamlit as st
from labeler_ui import feedback, layout, report, session, table
from labeler_ui.feedback import plain
from labeler_ui.words import mark, number, percent, t, tn

from labeler.client import Project
from labeler.wire.quality import AgreementOut, Figure, LabelAgreement, PairAgreement, ValueAgreement

RELIABLE, TENTATIVE = 0.8, 0.667
"""Krippendorff's bounds: from here on answers are relied on; from here on conclusions are tentative."""
NEAR = 0.01
"""So near to a bound how many more items tell can't be guessed."""
CLOSE = 0.1
"""How closely the figure is wanted where it lies near a bound."""
FEWEST = 10
"""Items with several labels, below which a figure and its interval say next to nothing."""
ROUND = 100
"""From so many on two digits are said."""


WEIGHTINGS = {
    "drawn": mark(
        "Weighted for how items were chosen: only the items that were drawn at random to be labeled by several, and "
        "their first labels."
    ),
    "weighted": mark(
        "Weighted for how items were chosen: only the items that were drawn at random to be labeled by several, and "
        "their first labels; each counts more, the less likely it was to be drawn."
    ),
    "unknown": mark(
        "Not weighted for how items were chosen: which ones several people label was not drawn at random here. Where "
        "further people were asked because an answer was in doubt, people agree more than these figures say."
    ),
}


def render() -> None:
    """One sentence, the figure behind it, then each label and every two people."""
    project = layout.project()
    layout.heading(t("Agreement"), t("How far people say the same of the same items, beyond what chance would do."))
    found = feedback.must(project.agreement, t("Measuring the agreement"))
    if found.why == "no_overlap":
        _empty(project)
        return
    with st.container(border=True):
        title, text = _verdict(found)
        st.markdown(f"## {title}")
        st.markdown(f":gray[{text}]")
        with st.container(horizontal=True):
            layout.open_page("items", t("Where people disagree"), "compare_arrows", params={"state": "People disagree"})
            if session.manages(project.slug):
                layout.open_page("guidelines", t("Guideline"), "menu_book")
    _figures(found)
    if found.items < FEWEST:
        return
    if found.over_time:
        _over_time(found)
    if found.by_label:
        _labels(found.by_label)
    if found.field and found.by_value:
        _values(found.field, found.by_value)
    if found.pairs:
        _pairs(found.pairs)


def _empty(project: Project) -> None:
    several = project.info.settings.overlap > 1
    words = t(
        "Agreement is measured on items that two people or more have labeled. Let two label each item for a while: "
        "what they disagree about is what the guideline does not say yet."
    )
    waits = t("Several people are asked about an item, as the settings say: the second answers have still to come.")
    with feedback.empty(t("No item has two labels yet"), waits if several else words, ":material/group:"):
        if session.manages(project.slug) and several:
            layout.open_page("people", t("People"), "group")
        elif session.manages(project.slug):
            layout.open_page("settings", t("Ask two people per item"), "tune", primary=True)


def _verdict(found: AgreementOut) -> tuple[str, str]:
    """What the figure means, as far as its interval allows, in the words of an annotation lead."""
    low, high = found.alpha.low, found.alpha.high
    if found.items < FEWEST:
        return t("Too few items to tell how far people agree."), tn(
            "Only {n} item has labels of several people; from {fewest} on something can be said.",
            "Only {n} items have labels of several people; from {fewest} on something can be said.",
            found.items,
            fewest=number(FEWEST),
        )
    if low is None or high is None:
        return t("Everybody gave the same answer every time."), t(
            "Agreement beyond chance can't be measured until somebody answers otherwise."
        )
    if low >= RELIABLE:
        return t("People agree: their answers can be relied on."), t("A few labels may still be worth a look, below.")
    if low >= TENTATIVE:
        return t("People mostly agree."), t("The labels that are read differently are the first ones below.")
    if high < TENTATIVE:
        return t("People read the guideline differently."), t(
            "Look at the first labels below and at the items where people disagree, decide, and write it down."
        )
    return t("Too few items to tell how far people agree."), " ".join(
        (
            t(
                "The interval reaches from disagreement to agreement. "
                "It narrows with each item that several people label."
            ),
            _missing(found),
        )
    )


def more_items(found: AgreementOut) -> int | None:
    """How many more items several people have to label until the interval lies on one side of what is tentative, if
    they go on as until now; None where the figure is too near to it for a guess. An interval narrows with the root."""
    value, low, high = found.alpha.value, found.alpha.low, found.alpha.high
    if value is None or low is None or high is None or abs(value - TENTATIVE) < NEAR:
        return None
    width = value - low if value > TENTATIVE else high - value
    wanted = round(found.items * (width / (value - TENTATIVE)) ** 2, 6)
    return max(1, ceil(wanted) - found.items)


def _missing(found: AgreementOut) -> str:
    more = more_items(found)
    if more is not None:
        return tn("About {n} more such item tells.", "About {n} more such items tell.", _rough(more))
    low, high = found.alpha.low or 0.0, found.alpha.high or 0.0
    wanted = found.items * ((high - low) / (2 * CLOSE)) ** 2
    return tn(
        "With about {n} more such item the figure is known to within {off}.",
        "With about {n} more such items the figure is known to within {off}.",
        _rough(max(1, ceil(wanted) - found.items)),
        off=number(CLOSE, 1),
    )


def _rough(more: int) -> int:
    return more if more < ROUND else round(more, 2 - len(str(more)))


def _figures(found: AgreementOut) -> None:
    boxes = st.columns(3)
    meaning = t(
        "1 is perfect agreement, 0 is what chance would do. From 0.8 on answers can be relied on, from 0.667 on "
        "with care. Behind it: the 95% interval."
    )
    between = layout.DASH if found.items < FEWEST else _between(found.alpha) or layout.DASH
    alpha = layout.DASH if found.items < FEWEST else _value(found.alpha)
    report.number_box(boxes[0], t("Krippendorff's alpha"), alpha, between, meaning)
    if found.weighting in WEIGHTINGS:
        st.caption(_weighting(found))
    labels = tn("{n} label", "{n} labels", found.labels)
    report.number_box(boxes[1], t("Items with several labels"), layout.number(found.items), labels)
    report.number_box(boxes[2], t("People"), layout.number(found.people), t("who labeled them"))


def _weighting(found: AgreementOut) -> str:
    """How the figures are freed of how items were chosen, and what they would be otherwise."""
    words = t(WEIGHTINGS[found.weighting])
    if found.plain is None or found.plain.value is None:
        return words
    all_items = tn(
        "Of the {n} item that several labeled it would be {alpha}.",
        "Of all {n} items that several labeled it would be {alpha}.",
        found.plain_items or 0,
        alpha=_written(found.plain.value),
    )
    return f"{words} {all_items}"


def _over_time(found: AgreementOut) -> None:
    st.header(t("Over time"), anchor=False)
    st.caption(t("Parts with as many items each, in the order in which they were first answered."))
    shown: list[dict[str, Any]] = [
        {
            t("From"): layout.clock(row.since),
            t("To"): layout.clock(row.until),
            t("Alpha"): row.alpha.value,
            t("95% interval"): _between(row.alpha),
            t("Items"): row.items,
        }
        for row in found.over_time
    ]
    table.show(shown, {t("Alpha"): _written})


def _labels(rows: list[LabelAgreement]) -> None:
    st.header(t("By label"), anchor=False)
    st.caption(t("Whether a label was given to an item or not. Those that people are least at one about come first."))
    ordered = sorted(rows, key=lambda row: 2.0 if row.alpha.value is None else row.alpha.value)
    shown: list[dict[str, Any]] = [
        {
            t("Label"): row.label,
            t("Alpha"): row.alpha.value,
            t("95% interval"): _between(row.alpha),
            t("Given"): row.given,
        }
        for row in ordered
    ]
    table.show(shown, {t("Alpha"): _written})


def _values(field: str, rows: list[ValueAgreement]) -> None:
    st.header(t("By {field}", field=plain(field)), anchor=False)
    st.caption(t("The values with twenty items or more that several people labeled."))
    shown: list[dict[str, Any]] = [
        {
            t("Value"): row.value,
            t("Alpha"): row.alpha.value,
            t("95% interval"): _between(row.alpha),
            t("Items"): row.items,
        }
        for row in rows
    ]
    table.show(shown, {t("Alpha"): _written})


def _pairs(rows: list[PairAgreement]) -> None:
    st.header(t("Every two people"), anchor=False)
    st.caption(t("On the items that both labeled, five at least. Kappa is 1 for the same answers, 0 for chance."))
    shown: list[dict[str, Any]] = [
        {
            t("People"): t("{one} and {other}", one=row.people[0].name, other=row.people[1].name),
            t("Kappa"): row.kappa.value,
            t("95% interval"): _between(row.kappa),
            t("Same answer"): row.alike,
            t("Items"): row.items,
        }
        for row in rows
    ]
    table.show(shown, {t("Kappa"): _written, t("Same answer"): percent})


def _written(value: float) -> str:
    return number(value, 2)


def _value(figure: Figure) -> str:
    return layout.DASH if figure.value is None else _written(figure.value)


def _between(figure: Figure) -> str | None:
    if figure.low is None or figure.high is None:
        return None
    return t("{low} to {high}", low=_written(figure.low), high=_written(figure.high))
