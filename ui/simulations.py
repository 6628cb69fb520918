"""Query strategies simulated on the project's labels, on Progress: which would have needed the fewest."""

from typing import Any

import altair as alt
import pandas as pd
import streamlit as st
from labeler_ui import charts, feedback, layout, metrics, session
from labeler_ui.feedback import plain
from labeler_ui.metrics import Metric
from labeler_ui.pressed import pressed
from labeler_ui.words import number, said, t, tn

from labeler.client import Job, Project
from labeler.wire.quality import Figure
from labeler.wire.simulations import SimulatedStrategy, Simulation, Simulations

RANDOM = "random"
MOST = 4  # beside the random order
COLORS = (charts.BAND, "#c2630a", "#0f857a", "#b03a77")
DASHES = ([1, 0], [8, 3], [2, 3], [8, 3, 2, 3])


def draw(project: Project) -> None:
    """The last simulation in a sentence and a chart; who manages the project starts the next."""
    found = feedback.attempt(project.simulations.get, t("Reading the simulations"))
    if found is None or found.why == "no_model" or (found.why is not None and not found.simulations):
        return
    manages, job_name = session.manages(project.slug), f"_simulation_{project.slug}"
    if not found.simulations and not manages:
        return
    st.header(t("Strategies, simulated on the labels so far"), anchor=False)
    job: Job | None = st.session_state.get(job_name)
    if job is not None:
        layout.follow(job)
        if job.state == "done":
            del st.session_state[job_name]
    if found.simulations:
        _draw(project, found.simulations[0])
    else:
        words = t("Which strategy would have needed the fewest labels? A simulation on the labels so far tells.")
        st.markdown(f":gray[{words}]")
    if manages and found.why is None and (job is None or job.state in ("done", "failed", "cancelled")):
        _ask(project, found, job_name)


def _ask(project: Project, found: Simulations, job_name: str) -> None:
    summaries = {one.name: one.summary for one in found.choices if one.name != RANDOM}
    columns = st.columns([4, 1, 1], vertical_alignment="bottom")
    names = columns[0].multiselect(
        t("Strategies beside a random order"),
        list(summaries),
        default=[found.own] if found.own in summaries else [],
        max_selections=MOST,
        format_func=_named,
        key=f"simulate-strategies-{project.slug}",
        help="\n".join(f"- **{_named(name)}**: {plain(said(summary))}" for name, summary in summaries.items()),
    )
    seeds = columns[1].number_input(
        t("Repetitions"),
        2,
        10,
        3,
        key=f"simulate-seeds-{project.slug}",
        help=t("With other first labels and other test items each time. More of them make intervals narrower."),
    )
    with columns[2]:
        go = pressed(t("Simulate"), icon=":material/play_arrow:", key="simulate", width="stretch")
    if go:
        asked = feedback.attempt(lambda: project.simulations.run([*names, RANDOM], int(seeds)), t("Simulate"))
        if asked is not None:
            st.session_state[job_name] = asked
            st.rerun()


def _draw(project: Project, found: Simulation) -> None:
    metric = metrics.named(project.info.task_type, found.metric)
    st.markdown(f"**{told(found)}**")
    _chart(found, metric)
    words = tn(
        "A random third of {n} label judged, drawn again each time, holdout items among them.",
        "A random third of {n} labels judged, drawn again each time, holdout items among them.",
        found.used,
    )
    words += " " + t(
        "Dashed: with all labels of the rest ({pool}). Bands: 95% intervals over items and {seeds} repetitions.",
        pool=number(found.pool),
        seeds=number(found.seeds),
    )
    words += " " + t(
        "Simulated {when} with the kind of model {number}.", when=layout.when(found.at), number=found.model
    )
    st.caption(words)
    st.caption(biased(found))


def told(found: Simulation) -> str:
    """For example: To 95% of the score with all labels, “margin” needs 60 labels (50 to 80), 70 fewer than a random
    order (20 to 110)."""
    by_name = {one.name: one for one in found.strategies}
    best = by_name.get(found.best or "")
    if best is None or best.fewer is None:
        random = by_name[RANDOM]
        return tn(
            "Whether a strategy needs fewer labels can't be told. A random order needs {n} label ({between}) for 95% "
            "of the score with all labels.",
            "Whether a strategy needs fewer labels can't be told. A random order needs {n} labels ({between}) for 95% "
            "of the score with all labels.",
            round(random.needed.value or 0),
            between=_between(random.needed),
        )
    return tn(
        "For 95% of the score with all labels, “{strategy}” needs {n} label ({between}): {fewer} fewer than a random "
        "order ({range}).",
        "For 95% of the score with all labels, “{strategy}” needs {n} labels ({between}): {fewer} fewer than a random "
        "order ({range}).",
        round(best.needed.value or 0),
        strategy=_named(best.name),
        between=_between(best.needed),
        fewer=number(best.fewer.value),
        range=_between(best.fewer),
    )


def biased(found: Simulation) -> str:
    """What a simulation on these labels does not say."""
    counts = tn(
        "Of {n} label, {drawn} came by chance (items drawn at random), {chosen} by the order of the queue.",
        "Of {n} labels, {drawn} came by chance (items drawn at random), {chosen} by the order of the queue.",
        found.used,
        drawn=number(found.drawn_at_random),
        chosen=number(found.chosen_by_queue),
    )
    if found.drawn_at_random == found.used:
        return counts
    return f"{counts} " + t(
        "Labels that were not drawn at random are no sample of the pool: on all items, strategies may differ more, or "
        "less."
    )


def _named(name: str) -> str:
    return t("random order") if name == RANDOM else plain(name.replace("_", " "))


def _between(figure: Figure) -> str:
    return t("{low} to {high}", low=number(figure.low), high=number(figure.high))


def _chart(found: Simulation, metric: Metric) -> None:
    frame = pd.DataFrame([row for one in found.strategies for row in _rows(one)])
    names = [_label(one) for one in found.strategies]
    last = len(names) - 1
    colors, dashes = [*COLORS[:last], charts.GRAY], [*DASHES[:last], [5, 2, 1, 2]]
    legend = alt.Legend(title=None, orient="top", labelLimit=0)
    color: Any = alt.Color("strategy:N", scale=alt.Scale(domain=names, range=colors), legend=legend, sort=names)
    dash: Any = alt.StrokeDash("strategy:N", scale=alt.Scale(domain=names, range=dashes), legend=legend, sort=names)
    axis = alt.Axis(format=",d", tickCount=8, grid=False)
    x = alt.X("labels:Q", title=t("labels learned from"), axis=axis, scale=alt.Scale(type="log", nice=False))
    y = alt.Y("value:Q", title=None, axis=alt.Axis(format=metric.axis), scale=alt.Scale(zero=False, nice=True))
    tips = [
        alt.Tooltip("strategy:N", title=t("strategy")),
        alt.Tooltip("labels:Q", format=",d", title=t("labels")),
        alt.Tooltip("value:Q", format=metric.precise, title=metric.title),
        alt.Tooltip("low:Q", format=metric.precise, title=t("at least")),
        alt.Tooltip("high:Q", format=metric.precise, title=t("at most")),
    ]
    base = alt.Chart(frame)
    chart = alt.layer(
        base.mark_area(opacity=0.12).encode(x, alt.Y("low:Q"), alt.Y2("high:Q"), color),
        base.mark_line(strokeWidth=2.5).encode(x, y, color, dash),
        base.mark_point(filled=True, size=50, opacity=1).encode(x, y, color, tooltip=tips),
        alt.Chart(pd.DataFrame([{"value": found.full.value}]))
        .mark_rule(color=charts.GRAY, strokeDash=[5, 4])
        .encode(alt.Y("value:Q")),
    ).properties(height=300)
    charts.show(chart, t("{title} by labels: simulated strategies", title=metric.title), frame)


def _label(one: SimulatedStrategy) -> str:
    return _named(one.name).replace("\\", "")


def _rows(one: SimulatedStrategy) -> list[dict[str, Any]]:
    return [{"strategy": _label(one), "labels": point.labels, **point.score.model_dump()} for point in one.curve]
