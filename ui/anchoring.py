"""How far people follow what is suggested to them. Part of the page Labelers."""

from typing import Any

import streamlit as st
from labeler_ui import feedback, layout, report, table
from labeler_ui.words import percent, t, tn

from labeler.client import Project
from labeler.wire.insight import Anchoring
from labeler.wire.quality import Figure


def section(project: Project) -> None:
    """Nothing where nothing is suggested, or always."""
    found = feedback.attempt(project.anchoring, t("Reading how far suggestions are followed"))
    if found is None or found.state == "off":
        return
    st.header(t("Suggestions: how far people follow them"), anchor=False)
    st.caption(
        t(
            "Of {share} of the items, drawn at random, people see no suggestion. How much more often they say what the "
            "model says where they see it is what showing it does.",
            share=percent(found.share or 0),
        )
    )
    st.markdown(f"**{_first(found)}**")
    if found.state == "too_few":
        return
    _figures(found)
    _labels(found)


def _first(found: Anchoring) -> str:
    if found.state == "too_few":
        return tn(
            "It can't be told yet: about {n} more label is needed.",
            "It can't be told yet: about {n} more labels are needed.",
            found.more or 1,
        )
    if found.state == "could_be_chance":
        if found.more is None:
            return t("No difference can be told: if there is one, it is small.")
        return tn(
            "It may be chance: if the difference is as it seems, about {n} more label will tell.",
            "It may be chance: if the difference is as it seems, about {n} more labels will tell.",
            found.more,
        )
    if (found.difference.value or 0) > 0:
        return t("People say what the model says more often because they see it.")
    return t("People say what the model says less often where they see it.")


def _figures(found: Anchoring) -> None:
    boxes = st.columns(4)
    _box(boxes[0], t("Suggestions taken"), found.shown.as_model, found.shown.labels)
    _box(boxes[1], t("The same without seeing them"), found.unshown.as_model, found.unshown.labels)
    points = t("{points} points", points=_points(found.difference.value))
    report.number_box(boxes[2], t("Because they are shown"), points, _between(found.difference))
    if found.right_difference.value is None:
        words = t("It takes gold items, or others who saw no suggestion.")
        report.number_box(boxes[3], t("Right more often"), layout.DASH, "", words)
    else:
        right = t("{points} points", points=_points(found.right_difference.value))
        rests = t(
            "Right with a suggestion: {shown}, without: {unshown}",
            shown=_share(found.shown.right),
            unshown=_share(found.unshown.right),
        )
        report.number_box(boxes[3], t("Right more often"), right, _between(found.right_difference), rests)


def _box(where: Any, title: str, figure: Figure, n: int) -> None:
    labels = tn("{n} label", "{n} labels", n)
    shown = percent(figure.value or 0)
    report.number_box(where, title, shown, f"{_between_shares(figure)}, {labels}")


def _labels(found: Anchoring) -> None:
    with st.expander(t("Which labels are given more or less often")):
        st.caption(t("The intervals of the differences hold for all labels at once."))
        rows = [
            {
                t("Label"): row.label,
                t("With a suggestion"): _share(row.shown),
                t("Without"): _share(row.unshown),
                t("Difference in points"): _points(row.difference.value),
                t("95% interval"): _between(row.difference),
            }
            for row in found.labels
        ]
        table.show(rows)


def _share(figure: Figure) -> str:
    return t("{share} ({interval})", share=percent(figure.value or 0), interval=_between_shares(figure))


def _between_shares(figure: Figure) -> str:
    return t("{low} to {high}", low=percent(figure.low or 0), high=percent(figure.high or 0))


def _between(figure: Figure) -> str:
    return t("{low} to {high}", low=_points(figure.low), high=_points(figure.high))


def _points(value: float | None) -> str:
    return layout.DASH if value is None else layout.number(round(100 * value))
