"""How many items a model is sure of, and how often it is right on those: a view of a model's report."""

from typing import Any

import altair as alt
import pandas as pd
import streamlit as st
from labeler_ui import charts
from labeler_ui.words import percent, t, tn

WANTED = 90  # percent: what the sentence tells of
LATEST = 80  # percent, from which on it is drawn at the latest: what the sentence tells of is seen


def draw(view: dict[str, Any]) -> None:
    """Both shares by confidence, and one of them in words."""
    st.header(t("How much it can be left alone"), anchor=False)
    items, covered, right = view["items"], view["covered"], view["right"]
    sure, of_items, of_right = t("share of items it is sure of"), t("share of items"), t("right among them")
    rows = [
        {"confidence": level / 100, of_items: covered[level - 1] / items, of_right: _share(right, covered, level)}
        for level in range(min(LATEST, max((n for n in range(1, 100) if covered[n - 1] == items), default=1)), 100)
    ]
    frame = pd.DataFrame(rows)
    long = frame.melt("confidence", var_name="what", value_name="share").dropna()
    pick = alt.Scale(domain=[of_items, of_right], range=[charts.GRAY, charts.BAND])
    dashes = alt.Scale(domain=[of_items, of_right], range=[[6, 4], [1, 0]])
    chart = (
        alt.Chart(long, height=300)
        .mark_line(interpolate="step-before", strokeWidth=2)
        .encode(
            x=alt.X(
                "confidence:Q", title=t("sure at least"), axis=alt.Axis(format=".0%", grid=False, tickMinStep=0.05)
            ),
            y=alt.Y("share:Q", title=None, axis=alt.Axis(format=".0%"), scale=alt.Scale(domain=[0, 1])),
            color=alt.Color("what:N", scale=pick, legend=alt.Legend(title=None, orient="top")),
            strokeDash=alt.StrokeDash("what:N", scale=dashes, legend=None),
            tooltip=[
                alt.Tooltip("what:N", title=" "),
                alt.Tooltip("confidence:Q", title=t("sure at least"), format=".0%"),
                alt.Tooltip("share:Q", title=t("share"), format=".1%"),
            ],
        )
    )
    charts.show(chart, f"{sure}: {told(view)}", frame)
    st.caption(told(view))


def told(view: dict[str, Any]) -> str:
    """For example: It is at least 90% sure of 31 of 46 holdout items, and right on 30 of them (98%)."""
    covered, right = view["covered"][WANTED - 1], view["right"][WANTED - 1]
    if not covered:
        return t(
            "It is at least {sure} sure of no holdout item: nothing can be left to it alone at that.",
            sure=percent(WANTED / 100),
        )
    return tn(
        "It is at least {sure} sure of {covered} of {n} holdout item, and right on {right} of those ({share}).",
        "It is at least {sure} sure of {covered} of {n} holdout items, and right on {right} of those ({share}).",
        view["items"],
        sure=percent(WANTED / 100),
        covered=covered,
        right=right,
        share=percent(right / covered),
    )


def _share(right: list[int], covered: list[int], level: int) -> float | None:
    return right[level - 1] / covered[level - 1] if covered[level - 1] else None
