"""Where a model's errors come from, in four parts, and what to do about the largest. Part of the page Models."""

from collections.abc import Sequence

import altair as alt
import pandas as pd
import streamlit as st
from labeler_ui import charts, feedback, layout, metrics, session
from labeler_ui.feedback import plain
from labeler_ui.words import listed, mark, number, percent, t, tn

from labeler.client import Project
from labeler.wire.error_parts import ErrorLevel, ErrorPart, ErrorParts
from labeler.wire.registry import ModelOut

ROW = 44  # px
TITLES = {
    "irreducible": mark("Irreducible error"),
    "bias": mark("Avoidable bias"),
    "variance": mark("Variance"),
    "overfitting": mark("Overfitting of the holdout"),
}
MEANT = {
    "irreducible": mark("Answers that judge it are sometimes wrong themselves: no model does better."),
    "bias": mark("What it gets wrong of the very items that it learned from, beyond that."),
    "variance": mark("What it does not carry over to items that it did not learn from."),
    "overfitting": mark("What looked better than it is, since the model was chosen by the labels that judge it."),
}
WHY = {
    "older_schema": mark("it learned another label schema than the newest one; the next model will say"),
    "no_holdout": mark("no holdout item is labeled yet"),
    "few_holdout": mark("too few holdout items are labeled"),
    "few_twice": mark("too few holdout items are labeled by two people; *Labelers per item* in Settings asks for them"),
    "not_measured": mark("its training kept no figure; the next model will say"),
    "pruned": mark("what it says of each item was cleared away; *Reproduce* makes it again"),
    "no_choice": mark("nothing was chosen by the holdout, so nothing can fit it"),
    "few_before": mark("it was chosen by too few holdout labels to be compared with"),
    "few_since": mark("too few holdout items were labeled since it was chosen"),
}


def draw(project: Project, model: ModelOut) -> None:
    """One sentence with the way to do something about it, a chart, and what is not known yet."""
    found = feedback.attempt(lambda: project.error_parts(model.number), t("Looking where its errors come from"))
    if found is None:
        return
    st.header(t("Where its errors come from"), anchor=False)
    with st.container(key="error-parts"):
        _lead(project, found)
        known = [one for one in found.parts if one.value is not None]
        if known:
            _chart(known)
            st.caption(plain(_basis(project, found)))
            with st.popover(t("What the parts are"), type="tertiary"):
                st.markdown("\n".join(f"- **{t(TITLES[name])}**: {t(MEANT[name])}" for name in TITLES))
        missing = [one for one in found.parts if one.value is None]
        if missing:
            st.markdown("  \n".join(f":material/help: **{t(TITLES[one.name])}**: {_why(one)}" for one in missing))


def is_sure(found: ErrorParts) -> bool:
    """Whether one of the parts that are known is the largest, whatever the true figures are within their intervals."""
    first = next((one for one in found.parts if one.name in found.largest[:1]), None)
    return len(found.largest) == 1 and first is not None and (first.low or 0.0) > 0


def verdict(found: ErrorParts) -> str:
    """Which part is the largest, as far as that can be told."""
    parts: dict[str, ErrorPart] = {one.name: one for one in found.parts}
    if all(one.value is None for one in found.parts):
        return t("This can't be told yet.")
    if not found.largest:
        return t("None of the parts that are known is above 0.")
    first = parts[found.largest[0]]
    named = {"part": t(TITLES[first.name]), "value": percent(first.value, 1), "between": _between(first)}
    if not is_sure(found):
        others = listed([t(TITLES[name]) for name in found.largest[1:]])
        words = t("{part} seems to be the largest part: {value} ({between}).", **named)
        return (
            words
            + " "
            + (t("It can't be told yet from: {others}.", others=others) if others else t("It may be chance."))
        )
    known = sum(one.value is not None for one in found.parts)
    if known == 1:
        return t("{part} is {value} ({between}); the other parts are not known yet.", **named)
    if known < len(found.parts):
        return t("{part} is the largest of the parts that are known: {value} ({between}).", **named)
    return t("{part} is the largest part: {value} ({between}).", **named)


def advice(found: ErrorParts) -> str:
    """What to do about the part that seems the largest."""
    name = found.largest[0] if found.largest else ""
    if name == "irreducible":
        return t("Say in the guideline what is meant where people differ, and look through the likely label errors.")
    if name == "bias":
        return t("More labels alone won't help: try another model, an encoder, or fields that say more of an item.")
    if name == "overfitting":
        return t("Trust the newer holdout labels, and ask for more of them before you choose again.")
    if name != "variance":
        return ""
    if found.labels is None:
        return t("More labels make it smaller; how many it takes can't be told yet.")
    if found.labels.high is None:
        return tn(
            "About {n} more label halves it, {low} at least; at most can't be told.",
            "About {n} more labels halve it, {low} at least; at most can't be told.",
            found.labels.labels,
            low=number(found.labels.low),
        )
    return tn(
        "About {n} more label halves it ({low} to {high}).",
        "About {n} more labels halve it ({low} to {high}).",
        found.labels.labels,
        low=number(found.labels.low),
        high=number(found.labels.high),
    )


def _lead(project: Project, found: ErrorParts) -> None:
    st.markdown(f"**{plain(verdict(found))}** {plain(advice(found))}")
    name, manages = found.largest[0] if found.largest else "", session.manages(project.slug)
    labels = session.role_in(project.slug) != "reader"
    with st.container(horizontal=True):
        if name == "irreducible":
            layout.open_page("guidelines", t("Open the guideline"), "menu_book", key="error-guidelines")
            layout.open_page("label_errors", t("Look for label errors"), "troubleshoot", key="error-label_errors")
        if name == "bias" and manages:
            layout.open_page("settings", t("Choose another model"), "tune", key="error-settings")
        if name == "overfitting" and manages:
            layout.open_page("settings", t("Ask for more holdout labels"), "tune", key="error-settings")
        if name == "variance" and labels:
            layout.open_page("label", t("Label more"), "bolt", key="error-label")


def _chart(known: Sequence[ErrorPart]) -> None:
    frame = pd.DataFrame(
        [{"part": t(TITLES[one.name]), "value": one.value, "low": one.low, "high": one.high} for one in known]
    )
    tips = [
        alt.Tooltip("part:N", title=t("part")),
        alt.Tooltip("value:Q", title=t("share"), format=".1%"),
        alt.Tooltip("low:Q", title=t("at least"), format=".1%"),
        alt.Tooltip("high:Q", title=t("at most"), format=".1%"),
    ]
    y = alt.Y("part:N", sort=list(frame["part"]), title=None, axis=charts.names_axis(labelLimit=260))
    x = alt.X("low:Q", title=t("points of error"), axis=alt.Axis(format=".0%", tickCount=6), scale=alt.Scale(nice=True))
    base = alt.Chart(frame).encode(y)
    zero = alt.Chart(pd.DataFrame([{"zero": 0.0}])).mark_rule(color=charts.GRAY, strokeDash=[4, 4]).encode(x="zero:Q")
    between = base.mark_rule(strokeWidth=3, color=charts.GRAY).encode(x, alt.X2("high:Q"))
    points = base.mark_point(filled=True, size=110, opacity=1, color=charts.BAND).encode(
        alt.X("value:Q", title=t("points of error")), tooltip=tips
    )
    words = base.mark_text(dy=-12, color=charts.GRAY).encode(alt.X("value:Q"), alt.Text("value:Q", format=".1%"))
    said = ", ".join(f"{t(TITLES[one.name])} {percent(one.value, 1)} ({_between(one)})" for one in known)
    about = t("Parts of the error: {parts}", parts=said)
    charts.show((zero + between + points + words).properties(height=ROW * len(known) + 70), about, frame)


def _between(one: ErrorPart | ErrorLevel) -> str:
    return t("{low} to {high}", low=percent(one.low, 1), high=percent(one.high, 1))


def _basis(project: Project, found: ErrorParts) -> str:
    """What the figures are told from, each with its interval."""
    levels = {one.name: one for one in found.levels if one.value is not None}
    metric = metrics.named(project.info.task_type, found.metric)
    told = [t("Shares of what is missing to a perfect {metric}, with 95% intervals.", metric=metric.in_text)]
    if one := levels.get("training"):
        told.append(
            tn(
                "On {n} item that it learned from: {value} ({between}).",
                "On {n} items that it learned from: {value} ({between}).",
                one.n,
                value=percent(one.value, 1),
                between=_between(one),
            )
        )
    parts: dict[str, ErrorPart] = {one.name: one for one in found.parts}
    if parts["bias"].value == 0:
        told.append(t("On these it errs less than answers do: it may have learned wrong ones by heart."))
    if one := levels.get("validation"):
        told.append(
            tn(
                "On {n} holdout item: {value} ({between}).",
                "On {n} holdout items: {value} ({between}).",
                one.n,
                value=percent(one.value, 1),
                between=_between(one),
            )
        )
    if one := levels.get("fresh"):
        told.append(
            tn(
                "On {n} labeled since it was chosen: {value} ({between}).",
                "On {n} labeled since it was chosen: {value} ({between}).",
                one.n,
                value=percent(one.value, 1),
                between=_between(one),
            )
        )
    if parts["irreducible"].value is None and parts["variance"].value is not None:
        told.append(t("While the irreducible error is not known, a share of it counts as variance."))
    if "training" in levels:
        told.append(
            t(
                "What it learned from was picked, not drawn: where those items are harder than the rest, avoidable "
                "bias is less than it seems, and variance more."
            )
        )
    return " ".join(told)


def _why(one: ErrorPart) -> str:
    """Why a part has no figure, and how many labels it takes, as Markdown."""
    words = t("can't tell yet:") + " " + t(WHY[one.why or "not_measured"])
    if one.why == "no_choice":
        words = t(WHY[one.why])
    if one.more is None:
        return words + "."
    if one.why == "few_twice":
        more = tn(
            "{n} more holdout item with two labels tells", "{n} more holdout items with two labels tell", one.more
        )
    else:
        more = tn("{n} more holdout label tells", "{n} more holdout labels tell", one.more)
    return f"{words} ({more})."
