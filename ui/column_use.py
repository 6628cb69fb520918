"""Columns of a table on the page Models: what each is worth to the model, which say the same, which should be looked at
twice, and leaving one out."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st
from labeler_ui import charts, column_actions, column_words, feedback, metrics, session, table
from labeler_ui.feedback import plain
from labeler_ui.metrics import Metric
from labeler_ui.words import listed, mark, number, t, tn

from labeler.client import Project
from labeler.wire.column_use import ColumnUse, ColumnWorth
from labeler.wire.registry import ModelOut

DRAWN = 20  # columns of a chart
ROW = 34  # px
ROOM = 880  # px of a table in an expander as wide as the page
BY_CHANCE = 20  # columns from which on one interval in twenty is worth a word
EMPTY = {
    "no_items": (mark("No items yet"), mark("Import rows of a table: their columns are weighed here.")),
    "no_columns": (
        mark("There are no columns to weigh"),
        mark(
            "Models of this project learn from each item as a whole. Metadata are shown beside it; no model reads them."
        ),
    ),
}


def draw(project: Project, model: ModelOut) -> None:
    """What is known of the model's columns; to managers also the ways to know more, and to leave one out."""
    st.header(t("What each column is worth"), anchor=False)
    column_actions.follow(project)
    found = feedback.attempt(lambda: project.columns.use(model.number), t("Reading the columns"))
    if found is None:
        return
    if found.why in EMPTY:
        title, words = EMPTY[found.why]
        with feedback.empty(t(title), t(words), ":material/view_column:"):
            pass
        return
    manages = session.manages(project.slug)
    with st.container(key="column-use"):
        _lead(project, model, found, manages)
        if found.looked is not None:
            metric = metrics.named(project.info.task_type, found.looked.metric)
            _known(found, metric)
        column_actions.draw(project, model, found, manages)


def _lead(project: Project, model: ModelOut, found: ColumnUse, manages: bool) -> None:
    words = (
        column_words.lead(found)
        if found.looked is not None
        else t(
            "Nobody has looked at the columns of this model yet. Each is shuffled among the holdout items: what the "
            "model then loses is what the column is worth to it."
        )
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{words}**" if found.looked is not None else f":gray[{words}]", width="stretch")
        if manages and model.artifacts:
            again = found.looked is not None
            label = t("Look again") if again else t("Look at the columns")
            kind = "secondary" if again else "primary"
            if st.button(label, icon=":material/view_column:", key="column-look", type=kind):  # type: ignore[arg-type]
                column_actions.start(project, lambda: project.columns.look(model.number), t("Looking at the columns"))
    if found.left_out:
        st.caption(t("Left out of new models: {columns}.", columns=listed([plain(one) for one in found.left_out])))
    if manages and not model.artifacts:
        st.caption(t("The files of this model were cleared away. *Reproduce* makes them again."))


def _known(found: ColumnUse, metric: Metric) -> None:
    weighed = [one for one in found.columns if one.importance.value is not None]
    if weighed:
        # A line between button and chart: the chart's own menu opens above it.
        st.markdown(t(":gray[What the model loses without knowing a column, with the 95% interval]"))
        _chart(weighed, metric)
        st.caption(plain(_basis(found, metric)))
    signs = [column_words.sign(one.name, sign) for one in found.columns for sign in one.signs]
    if signs:
        with st.container(border=True, key="column-signs"):
            st.markdown(t(":material/visibility: **Look twice at these**"))
            st.markdown("\n".join(f"- {words}" for words in signs))
    bound = [f"- {listed([f'**{plain(name)}**' for name in group])}" for group in found.groups]
    bound += [
        f"- **{plain(one.name)}**: {column_words.same(other)}"
        for one in found.columns
        for other in one.same
        if other.how == "determines"
    ]
    if bound:
        with st.container(border=True, key="column-same"):
            st.markdown(t(":material/link: **These say the same**"))
            st.markdown("\n".join(bound))
            st.caption(
                t(
                    "One stands in for the other when it is shuffled, so each seems to be worth less than it is. To "
                    "know what one is worth, measure the model without it."
                )
            )
    if len(weighed) > 1:
        _table(found, weighed, metric)


def _chart(weighed: Sequence[ColumnWorth], metric: Metric) -> None:
    drawn = weighed[:DRAWN]
    factor = 100.0 if metric.unit == "share" else 1.0
    frame = pd.DataFrame(
        [
            {
                "column": one.name,
                "worth": factor * (one.importance.value or 0.0),
                "low": factor * (one.importance.low or 0.0),
                "high": factor * (one.importance.high or 0.0),
            }
            for one in drawn
        ]
    )
    title = column_words.unit(metric)
    form = ".1f" if metric.unit == "share" else ".2f"
    tips = [
        alt.Tooltip("column:N", title=t("column")),
        alt.Tooltip("worth:Q", title=title, format=form),
        alt.Tooltip("low:Q", title=t("at least"), format=form),
        alt.Tooltip("high:Q", title=t("at most"), format=form),
    ]
    room = 110 if session.on_a_phone() else 240
    y = alt.Y(
        "column:N", sort=list(frame["column"]), title=None, axis=charts.names_axis(labelLimit=room, labelFlush=False)
    )
    x = alt.X("low:Q", title=t("worth to the model, {unit}", unit=title), axis=alt.Axis(tickCount=5))
    base = alt.Chart(frame).encode(y)
    zero = alt.Chart(pd.DataFrame([{"zero": 0.0}])).mark_rule(color=charts.GRAY, strokeDash=[4, 4]).encode(x="zero:Q")
    sure = (alt.datum.low > 0) | (alt.datum.high < 0)
    between = base.mark_rule(strokeWidth=3, color=charts.GRAY).encode(x, alt.X2("high:Q"), tooltip=tips)
    points = base.mark_point(size=90, opacity=1, color=charts.BAND, strokeWidth=2).encode(
        alt.X("worth:Q"), fill=alt.condition(sure, alt.value(charts.BAND), alt.value("transparent")), tooltip=tips
    )
    said = ", ".join(
        f"{one.name} {column_words.points(metric, one.importance.value, signed=True)} "
        f"({column_words.between(metric, one.importance)})"
        for one in drawn
    )
    about = t("What columns are worth, in {unit}: {columns}", unit=title, columns=said)
    charts.show((zero + between + points).properties(height=max(90, ROW * len(drawn) + 56)), about, frame)


def _basis(found: ColumnUse, metric: Metric) -> str:
    """What the figures are told from."""
    looked = found.looked
    assert looked is not None
    told = [
        t(
            "How much worse {metric} gets when a column's cells are shuffled among holdout items, with its 95% "
            "interval.",
            metric=metric.in_text,
        ),
        t("Filled: surely not 0."),
        tn(
            "{n} labeled holdout item, each column shuffled {repeats} times.",
            "{n} labeled holdout items, each column shuffled {repeats} times.",
            looked.judged,
            repeats=number(looked.repeats),
        ),
    ]
    if len(found.columns) > DRAWN:
        told.append(tn("The {n} most useful one is drawn.", "The {n} most useful ones are drawn.", DRAWN))
    if len(found.columns) >= BY_CHANCE:
        told.append(t("Of so many intervals about one in twenty misses its column's worth by chance."))
    if rest := looked.not_looked_at:
        names = listed([*rest[:5], *([t("{n} more", n=number(len(rest) - 5))] if len(rest) > 5 else [])])
        told.append(
            tn(
                "{looked} of {n} column was looked at, without: {names}.",
                "{looked} of {n} columns were looked at, without: {names}.",
                looked.columns,
                looked=number(looked.columns - len(rest)),
                names=names,
            )
        )
    return " ".join(told)


def _table(found: ColumnUse, weighed: Sequence[ColumnWorth], metric: Metric) -> None:
    trials = {one.column: one.difference for one in found.trials}
    is_priced = any(one.cost is not None for one in weighed)
    worth, per_cost = t("Worth"), t("Per cost")
    rows = []
    for one in weighed:
        row: dict[str, Any] = {
            t("Column"): one.name,
            worth: one.importance.value,
            t("95% interval"): column_words.between(metric, one.importance),
            t("Verdict"): t(column_words.VERDICTS[one.verdict]) if one.verdict else "",
        }
        if trials:
            row[t("Without it")] = column_words.told(metric, trials.get(one.name))
        if is_priced:
            row |= {
                t("Cost"): one.cost,
                per_cost: one.gain_per_cost.value,
                t("its interval"): column_words.between(metric, one.gain_per_cost),
            }
        rows.append({**row, t("Kind"): t(column_words.KINDS.get(one.kind, one.kind))})

    def written(value: Any) -> str:
        return column_words.points(metric, value, signed=True)

    how = {worth: written, per_cost: written, t("Cost"): lambda value: number(value, 2)}
    with st.expander(tn("{n} column as a table", "All {n} columns as a table", len(rows))):
        table.show(rows, how, height=min(35 * len(rows) + 38, 420), room=ROOM)
