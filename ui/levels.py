"""Where a model stands: beside what it has to beat, what people come to, and what somebody else reached."""

from typing import Any

import altair as alt
import pandas as pd
import streamlit as st
from labeler_ui import charts, feedback, metrics, session
from labeler_ui.components.keeper import key, saved
from labeler_ui.feedback import plain
from labeler_ui.pressed import pressed
from labeler_ui.words import mark, number, t, tn

from labeler.client import Project
from labeler.wire.insight import HumanLevel
from labeler.wire.projects import Published
from labeler.wire.registry import ModelOut

BASELINES = {
    "majority": mark("the most common answer"),
    "one_rule": mark("a rule of one word or column"),
    "sklearn": mark("plain scikit-learn"),
}
ROW = 44  # px
OURS, OTHERS, TOLD = "model", "others", "told"
SHAPES = {OURS: "circle", OTHERS: "square", TOLD: "diamond"}


def draw(project: Project, model: ModelOut, metric: metrics.Metric) -> None:
    """A chart of one metric: each with its interval, the best at the top; and how much stands behind it."""
    human = feedback.attempt(project.human_level)
    published = project.info.settings.published
    if published is not None and published.metric != metric.name:
        published = None
    rows = levels(model, metric, human, published)
    if len(rows) > 1:
        st.header(t("Where it stands"), anchor=False)
        _chart(rows, metric)
        st.caption(plain(" ".join(_told(model, metric, human, published))))
    if session.manages(project.slug):
        _form(project, metric)


def levels(
    model: ModelOut, metric: metrics.Metric, human: HumanLevel | None, published: Published | None
) -> list[dict[str, Any]]:
    """What is known, the best first: name, value, low, high, kind. One that is told has no interval."""
    own = t("model {model}", model=model.number)
    named = [(own, (model.metrics or {}).get(metric.name), OURS)]
    named += [
        (t(BASELINES[name]), (model.baselines or {}).get(name, {}).get(metric.name), OTHERS) for name in BASELINES
    ]
    if human is not None:
        named.append((t("people"), human.metrics.get(metric.name), OTHERS))
    if published is not None:
        named.append((published.source, {"value": published.value}, TOLD))
    rows = [
        {"name": name, "value": one["value"], "low": one.get("low"), "high": one.get("high"), "kind": kind}
        for name, one, kind in named
        if metrics.known(one) and one is not None
    ]
    return sorted(rows, key=lambda row: row["value"], reverse=metric.better == "higher")


def _chart(rows: list[dict[str, Any]], metric: metrics.Metric) -> None:
    frame = pd.DataFrame(rows)
    order = list(frame["name"])
    base = alt.Chart(frame).encode(alt.Y("name:N", sort=order, title=None, axis=charts.names_axis(labelLimit=260)))
    across = alt.Scale(zero=False, nice=True, padding=12)
    between = base.mark_rule(strokeWidth=3, color=charts.GRAY).encode(
        alt.X("low:Q", scale=across, title=metric.title, axis=alt.Axis(format=metric.axis, tickCount=6)),
        alt.X2("high:Q"),
    )
    points = base.mark_point(filled=True, size=110, opacity=1).encode(
        alt.X("value:Q", scale=across, title=metric.title),
        alt.Shape("kind:N", scale=alt.Scale(domain=list(SHAPES), range=list(SHAPES.values())), legend=None),
        alt.Color(
            "kind:N",
            scale=alt.Scale(domain=list(SHAPES), range=[charts.BAND, charts.GRAY, charts.GRAY]),
            legend=None,
        ),
        tooltip=[
            alt.Tooltip("name:N", title=t("what")),
            alt.Tooltip("value:Q", title=metric.title, format=metric.precise),
            alt.Tooltip("low:Q", title=t("at least"), format=metric.precise),
            alt.Tooltip("high:Q", title=t("at most"), format=metric.precise),
        ],
    )
    words = base.mark_text(dy=-12, color=charts.GRAY).encode(
        alt.X("value:Q", scale=across), alt.Text("value:Q", format=metric.precise)
    )
    said = ", ".join(f"{row['name']} {metric.number(row['value'])}" for row in rows)
    about = t("{title}, the best first: {levels}", title=metric.title, levels=said)
    charts.show((between + points + words).properties(height=ROW * len(rows) + 70), about, frame.drop(columns="kind"))


def _told(model: ModelOut, metric: metrics.Metric, human: HumanLevel | None, published: Published | None) -> list[str]:
    """On what each rests."""
    told = [
        tn(
            "The model and what it has to beat, on the same {n} labeled holdout item, with 95% intervals.",
            "The model and what it has to beat, on the same {n} labeled holdout items, with 95% intervals.",
            model.holdout_size,
        )
    ]
    if human is not None and metrics.known(human.metrics.get(metric.name)):
        told.append(
            tn(
                "People: one label held against what the others say of {n} item.",
                "People: one label held against what the others say of {n} items.",
                human.items,
            )
        )
    if published is not None:
        told.append(t("What others reached, on their own data: {source}.", source=published.source))
    return told


def _form(project: Project, metric: metrics.Metric) -> None:
    """What others reached, as they tell it; kept with its source."""
    present, scope = project.info.settings.published, f"published {project.slug}"
    with st.expander(t("Compare with a published figure"), icon=":material/menu_book:"):
        st.markdown(
            t(":gray[What others reached on data like this. It is shown beside the model; nothing depends on it.]")
        )
        share = metric.unit == "share"
        columns = st.columns([2, 5, 1, 1], vertical_alignment="bottom")
        shown = present if present is not None and present.metric == metric.name else None
        value = columns[0].number_input(
            t("{title} in percent", title=metric.title) if share else metric.title,
            value=None if shown is None else shown.value * (100 if share else 1),
            min_value=0.0 if share else None,
            max_value=100.0 if share else None,
            placeholder=number(90) if share else None,
            format="%g",
            key=key(scope, f"value-{metric.name}"),
        )
        source = columns[1].text_input(
            t("Who said so, and where"),
            value="" if shown is None else shown.source,
            placeholder=t("for example a paper, with its year"),
            max_chars=300,
            key=key(scope, f"source-{metric.name}"),
        )
        with columns[2]:
            save = pressed(t("Save"), key="save-published", width="stretch")
        gone = present is not None and columns[3].button(t("Take it off"), key="drop-published", width="stretch")
        if save and (value is None or not source.strip()):
            st.warning(t("Say what they reached, and who said so."), icon=":material/edit_note:")
        elif save:
            amount = round(float(value or 0.0) / (100 if share else 1), 6)
            _save(project, {"metric": metric.name, "value": amount, "source": source.strip()}, t("Saved."), scope)
        elif gone:
            _save(project, None, t("Taken off."), scope)


def _save(project: Project, published: dict[str, Any] | None, words: str, scope: str) -> None:
    with feedback.told(t("Saving")):
        project.change(settings={"published": published})
        saved(scope)
        feedback.say_later(words)
        st.rerun()
