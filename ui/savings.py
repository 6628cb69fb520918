"""What the order of the queue has saved, on Progress: labels drawn at random beside as many of the queue as teach the
same."""

import altair as alt
import pandas as pd
import streamlit as st
from labeler_ui import charts, feedback, layout, metrics, report, session
from labeler_ui.metrics import Metric
from labeler_ui.words import mark, number, t, tn

from labeler.client import Job, Project
from labeler.wire.quality import Figure
from labeler.wire.savings import Savings

MANY = 100  # from which on a figure of hours or money says nothing more in tenths
VERDICTS = {
    "saves": mark("The order of the queue saves labels."),
    "costs": mark("The order of the queue costs labels here: a random order would do better."),
    "cant_tell": mark("Whether the order of the queue saves labels can't be told yet."),
}


def draw(project: Project) -> None:
    """The comparison in one sentence, what it is worth, and the curve behind it."""
    found = feedback.attempt(project.savings.get, t("Reading what was saved"))
    if found is None or found.why == "no_model":
        return
    st.header(t("What the order of the queue saves"), anchor=False)
    name = f"_savings_{project.slug}"
    job: Job | None = st.session_state.get(name)
    if job is not None:
        layout.follow(job)
        if job.state == "done":
            del st.session_state[name]
    if found.drawn is None:
        st.markdown(f":gray[{_why(found)}]")
        if counted := _counted(found):
            st.caption(counted)
    else:
        _draw(project, found)
    if session.manages(project.slug) and job is None and found.why not in ("no_metric",):
        words = t("Count it now") if found.at is None else t("Count it again")
        if st.button(words, icon=":material/savings:", key="savings-count"):
            asked = feedback.attempt(project.savings.count, words)
            if asked is not None:
                st.session_state[name] = asked
                st.rerun()


def _draw(project: Project, found: Savings) -> None:
    assert found.drawn is not None
    st.markdown(f"**{t(VERDICTS[str(found.verdict)])}** {told(found)}")
    metric = metrics.named(project.info.task_type, str(found.metric))
    _boxes(found)
    _chart(found, metric)
    words = t(
        "Models learned from a random half of the labeled holdout, and from the first labels of the queue's order; the "
        "other half of the holdout judged both. Line: the queue's order. Dashed: the random labels."
    )
    st.caption(f"{words} {_counted(found)}")


def _counted(found: Savings) -> str:
    """When, and whether labels that came later may tell more."""
    if found.at is None:
        return ""
    words = t("Counted {when} with model {number}.", when=layout.when(found.at), number=found.model)
    return words + " " + t("A newer model is there.") if found.is_older else words


def told(found: Savings) -> str:
    """For example: What 60 labels drawn at random teach, the queue's order teaches with 38 (between 25 and 57)."""
    drawn, needed = found.drawn or 0, found.needed
    if needed.value is None:
        return tn(
            "What {n} label drawn at random teaches, the queue's order does not with its first {followed}.",
            "What {n} labels drawn at random teach, the queue's order does not with its first {followed}.",
            drawn,
            followed=number(found.followed),
        )
    if needed.high is None:
        return tn(
            "What {n} label drawn at random teaches, the queue's order teaches with {needed} (at least {low}).",
            "What {n} labels drawn at random teach, the queue's order teaches with {needed} (at least {low}).",
            drawn,
            needed=number(needed.value),
            low=number(needed.low),
        )
    return tn(
        "What {n} label drawn at random teaches, the queue's order teaches with {needed} (between {low} and {high}).",
        "What {n} labels drawn at random teach, the queue's order teaches with {needed} (between {low} and {high}).",
        drawn,
        needed=number(needed.value),
        low=number(needed.low),
        high=number(needed.high),
    )


def _why(found: Savings) -> str:
    if found.why == "few_holdout":
        return tn(
            "It is counted from labeled holdout items: {n} more is needed.",
            "It is counted from labeled holdout items: {n} more are needed.",
            found.more or 1,
        )
    if found.why == "few_labels":
        return tn(
            "The queue chose few of the labels so far: {n} more is needed.",
            "The queue chose few of the labels so far: {n} more are needed.",
            found.more or 1,
        )
    if found.why == "no_metric":
        return t("It is not known for this kind of question.")
    if found.why == "nothing_learned":
        return t("Half of the labeled holdout teaches a model nothing yet.")
    return t(
        "It has not been counted yet. It is counted by itself once a week, where 40 holdout items are labeled; it "
        "takes about 24 trainings."
    )


def _boxes(found: Savings) -> None:
    assert found.saved is not None and found.so_far is not None
    boxes = st.columns(3)
    report.number_box(
        boxes[0],
        t("Saved of {n} random labels", n=number(found.drawn)),
        layout.number(found.saved.labels.value),
        _between(found.saved.labels, 0),
        t("Measured, nothing is extrapolated. Below 0: the queue's order needed more. With 95% interval."),
    )
    report.number_box(
        boxes[1],
        t("So far, at this rate"),
        layout.number(found.so_far.labels.value),
        _between(found.so_far.labels, 0),
        t(
            "If all labels that the queue chose ({n}) saved at the same rate: an assumption. The interval is that of "
            "the rate alone.",
            n=number(found.ordered),
        ),
    )
    worth = found.so_far.hours
    title, money = t("Hours, at this rate"), found.so_far.money
    figure, below = _amount(worth.value), _between(worth)
    if money.value is not None:
        below = t("{amount} in your money", amount=_amount(money.value))
    if worth.value is None and found.so_far.labels.value is not None:
        below = t("known after a few labels")
    report.number_box(boxes[2], title, figure, below, t("By the pace of the last labels, and the costs on People."))


def _amount(value: float | None, digits: int = 1) -> str:
    if value is None:
        return layout.DASH
    return number(value, 0 if abs(value) >= MANY else digits)


def _between(figure: Figure, digits: int = 1) -> str:
    """Of what is saved the lower end may be open: the queue's order may never have come there."""
    if figure.high is None:
        return layout.DASH
    if figure.low is None:
        return t("at most {high}", high=_amount(figure.high, digits))
    return t("{low} to {high}", low=_amount(figure.low, digits), high=_amount(figure.high, digits))


def _chart(found: Savings, metric: Metric) -> None:
    if not found.curve:
        return
    frame = pd.DataFrame([{"labels": one.labels, "value": one.score} for one in found.curve])
    x = alt.X(
        "labels:Q", title=t("labels learned from"), axis=alt.Axis(format=",d", tickMinStep=1, tickCount=8, grid=False)
    )
    y = alt.Y("value:Q", title=None, axis=alt.Axis(format=metric.axis), scale=alt.Scale(zero=False, nice=True))
    tips = [
        alt.Tooltip("labels:Q", format=",d", title=t("labels")),
        alt.Tooltip("value:Q", format=metric.precise, title=metric.title),
    ]
    random = pd.DataFrame([{"labels": found.drawn, "value": found.score}])
    chart = alt.layer(
        alt.Chart(frame).mark_line(color=charts.BAND, strokeWidth=2.5).encode(x, y),
        alt.Chart(frame).mark_point(color=charts.BAND, filled=True, size=60, opacity=1).encode(x, y, tooltip=tips),
        alt.Chart(random).mark_rule(color=charts.GRAY, strokeDash=[5, 4]).encode(y),
        alt.Chart(random)
        .mark_point(color=charts.GRAY, filled=True, shape="diamond", size=140, opacity=1)
        .encode(x, y, tooltip=tips),
    ).properties(height=260)
    data = pd.concat([frame.assign(order="queue"), random.assign(order="random")])
    charts.show(chart, t("{title} by labels: the queue's order beside random labels", title=metric.title), data)
