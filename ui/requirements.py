"""What a project requires of models: how one stands to it, and the form. Part of the page Models."""

from collections.abc import Sequence
from typing import Any

import streamlit as st
from labeler_ui import feedback, metrics, session, test_cases
from labeler_ui.components.keeper import key, saved
from labeler_ui.feedback import plain
from labeler_ui.pressed import pressed
from labeler_ui.words import mark, number, percent, t, tn

from labeler.client import Project
from labeler.wire.registry import ModelOut
from labeler.wire.requirements import AGE, COSTS, OF_LABELS, WHEN_SURE, Condition, ConditionOut

STATES = {
    "holds": ("check_circle", "green"),
    "open": ("help", "orange"),
    "fails": ("cancel", "red"),
    "unknown": ("help", "orange"),
}
OF_ONE = {"precision": mark("Precision"), "recall": mark("Recall")}
OF_SURE = dict(zip(WHEN_SURE, (mark("Share of items it is sure of"), mark("Right when it is sure")), strict=True))
OF_COST = dict(zip(COSTS, (mark("Time of a prediction (p95, ms)"), mark("Memory (MB)")), strict=True))
UNITS = {AGE: mark("days"), COSTS[0]: mark("milliseconds"), COSTS[1]: mark("megabytes")}
LEAST, MOST = "min", "max"
MOST_BOUND = 1e9
SURE = (50, 60, 70, 80, 90, 95, 99)
"""Confidences that the form offers, in percent."""


def draw(project: Project, model: ModelOut) -> None:
    """How this model stands to each condition; to managers also the way to change them."""
    conditions = model.requirements
    manages = session.manages(project.slug)
    if not conditions and not manages:
        return
    st.header(t("What is required"), anchor=False)
    nothing = t(
        ":gray[Nothing: every model can go live. Say what a model must hold, and one that does not is kept back.]"
    )
    if any(one.must_pass and not one.removed for one in model.test_cases):
        nothing = t(":gray[Nothing but the test cases below.]")
    st.markdown("  \n".join(line(project, one) for one in conditions) or nothing)
    if manages:
        with st.expander(t("Change what is required"), icon=":material/rule:"):
            _form(project)


def unmet(model: ModelOut) -> Sequence[ConditionOut]:
    """What keeps a model from going live."""
    return [one for one in model.requirements if one.state != "holds"]


def draw_overridden(project: Project, model: ModelOut, where: Any) -> None:
    """What a live model was not known to hold when it went live all the same, and how it stands to that now."""
    cases = model.overridden_test_cases
    if not model.overridden and not cases:
        return
    holding = {_about(one) for one in model.requirements if one.state == "holds"}
    passing = {one.test_case_id for one in model.test_cases if one.state == "passes"}
    still = any(_about(one) not in holding for one in model.overridden)
    still = still or any(one.test_case_id not in passing for one in cases)
    words = t("It went live all the same, though it was not known to hold what was required:")
    if not still:
        words += " " + t("it holds all of that now.")
    told = [line(project, one) for one in model.overridden] + [test_cases.line(one) for one in cases]
    lines = "\n".join(f"- {one}" for one in told)
    where.warning(f"{words}\n\n{lines}", icon=":material/rule:")


def _about(one: Condition | ConditionOut) -> tuple[Any, ...]:
    """What a condition asks, whatever a model comes to."""
    return one.metric, one.label, one.at, one.slice, one.min, one.max


def line(project: Project, one: ConditionOut) -> str:
    """A condition and how a model stands to it, as Markdown."""
    icon, color = STATES[one.state]
    metric = _metric(project, one.metric)
    wanted = _wanted(project, one)
    words = f":{color}[:material/{icon}:] **{plain(_name(project, one))}**, {wanted}: "
    if one.gone:
        return words + t("its label, metric or slice is not there any more: change the condition.")
    if one.value is None and one.metric in COSTS:
        return words + t("not measured yet: of the live and the newest model it is, in the background.")
    if one.value is None:
        return words + t("not measured yet.")
    value = metric.number(one.value)
    between = metric.interval({"low": one.low, "high": one.high})
    words += f"{plain(value)} ({plain(between)})" if between else plain(value)
    if one.more is not None:
        words += " :gray[" + t("It can't be told yet:") + " "
        words += tn("about {n} more holdout label tells.", "about {n} more holdout labels tell.", one.more) + "]"
    elif one.state == "open":
        words += " :gray[" + t("It can't be told yet, and the figure is too near to the bound for a guess.") + "]"
    return words


def _metric(project: Project, name: str) -> metrics.Metric:
    if name in OF_ONE:
        return metrics.Metric(name, t(OF_ONE[name]), unit="share")
    if name in OF_SURE:
        return metrics.Metric(name, t(OF_SURE[name]), unit="share")
    if name in OF_COST:
        return metrics.Metric(name, t(OF_COST[name]), better="lower")
    if name == AGE:
        return metrics.Metric(name, t("Age in days"), better="lower")
    return metrics.named(project.info.task_type, name)


def _name(project: Project, one: Condition | ConditionOut) -> str:
    title = _metric(project, one.metric).title
    if one.slice is not None:
        return t("{metric} on the slice {slice}", metric=title, slice=one.slice)
    if one.at is not None:
        return t("{metric}, from a confidence of {at} on", metric=title, at=percent(one.at))
    return title if one.label is None else t("{metric} of {label}", metric=title, label=one.label)


def _wanted(project: Project, one: Condition | ConditionOut) -> str:
    metric = _metric(project, one.metric)
    if one.min is not None:
        return t("at least {value}", value=plain(metric.number(one.min)))
    return t("at most {value}", value=plain(metric.number(one.max or 0.0)))


def _form(project: Project) -> None:
    """Those there are, each with a way to take it off; one more; and the metric that leads."""
    present = project.info.settings.requirements
    for place, one in enumerate(present.conditions):
        with st.container(horizontal=True, vertical_alignment="center", key=f"wants-condition-{place}"):
            st.markdown(f"{plain(_name(project, one))}, {_wanted(project, one)}", width="stretch")
            # By what it says: another manager may have taken off one before it.
            if st.button(t("Take it off"), key=f"drop-condition-{_about(one)}", icon=":material/close:"):
                kept = [other for other in present.conditions if other != one]
                _save(project, kept, present.optimize, t("Taken off."))
    _add(project, list(present.conditions))
    known = metrics.of(project.info.task_type)
    names: list[str | None] = [None, *known]
    chosen = st.selectbox(
        t("The metric that pages lead with"),
        names,
        names.index(present.optimize) if present.optimize in names else 0,
        format_func=lambda name: t("the usual one") if name is None else known[name].title,
        width=340,
    )
    if chosen != present.optimize:
        _save(project, list(present.conditions), chosen, t("Saved."))


def _add(project: Project, present: list[Condition]) -> None:
    known, scope = metrics.of(project.info.task_type), f"requirement {project.slug}"
    labels = [str(one["name"]) for one in project.info.labels]
    names = [*known, *(OF_LABELS if labels else ()), *WHEN_SURE, AGE, *COSTS]
    parts = [one.name for one in feedback.attempt(lambda: list(project.slices)) or []]
    chosen = st.session_state.get(key(scope, "metric")) or names[0]
    is_of_part = chosen in (*OF_ONE, *WHEN_SURE) or (chosen in known and parts)  # a field of its own says which
    columns = st.columns([6, 5, 4, 4, 3] if is_of_part else [6, 4, 4, 3], vertical_alignment="bottom")
    name = columns[0].selectbox(
        t("Metric"), names, format_func=lambda one: _metric(project, one).title, key=key(scope, "metric")
    )
    metric = _metric(project, name)
    in_percent = metric.unit == "share"
    label = None
    if name in OF_ONE:
        label = columns[1].selectbox(t("Label"), labels, key=key(scope, "label"))
    at = None
    if name in WHEN_SURE:
        at = columns[1].selectbox(
            t("From a confidence of"), SURE, SURE.index(90), format_func=lambda one: f"{one}%", key=key(scope, "at")
        )
    part = None
    if name in known and parts:
        part = columns[1].selectbox(
            t("On"), parts, index=None, placeholder=t("the whole holdout"), key=key(scope, "slice")
        )
    bounds = {LEAST: t("at least"), MOST: t("at most")}
    usual = list(bounds).index(LEAST if metric.better == "higher" else MOST)
    bound = columns[-3].selectbox(
        t("It must be"), list(bounds), usual, format_func=bounds.__getitem__, key=key(scope, f"bound-{metric.better}")
    )
    value = columns[-2].number_input(
        t("in percent") if in_percent else t(UNITS.get(name, mark("Value"))),
        min_value=0.0 if in_percent or name in (AGE, *COSTS) else -MOST_BOUND,
        max_value=100.0 if in_percent else MOST_BOUND,
        value=None,
        placeholder=number(90) if in_percent else None,
        format="%g",
        key=key(scope, f"value-{metric.unit}"),  # another metric leaves what was typed
    )
    with columns[-1]:
        asked = pressed(t("Add"), key="add-condition", width="stretch")
    if asked and value is None:
        st.warning(t("Say what it must be."), icon=":material/edit_note:")
    elif asked:
        amount = float(value or 0.0) / (100 if in_percent else 1)
        given: dict[str, Any] = {
            "metric": name,
            "label": label,
            "slice": part,
            "at": at and at / 100,
            str(bound): round(amount, 6),
        }
        _save(project, [*present, Condition(**given)], project.info.settings.requirements.optimize, t("Added."), scope)


def _save(project: Project, conditions: list[Condition], optimize: str | None, words: str, scope: str = "") -> None:
    with feedback.told(t("Saving")):
        body = {"optimize": optimize, "conditions": [one.model_dump() for one in conditions]}
        project.change(requirements=body)
        if scope:
            saved(scope)
        feedback.say_later(words)
        st.rerun()
