"""Failure modes on the page Models: where wrong predictions lie close together, how every model does there, and
collecting items for one."""

from collections.abc import Sequence

import streamlit as st
from labeler_ui import charts, contents, danger, failure_words, feedback, layout, session, tasks
from labeler_ui.components.keeper import keep, key, saved
from labeler_ui.feedback import plain
from labeler_ui.words import mark, number, t, tn

from labeler.client import Job, Project
from labeler.wire.failure_modes import (
    MOST_COLLECTED,
    Collecting,
    FailureExample,
    FailureMode,
    FailureRate,
)
from labeler.wire.registry import ModelOut

AT_FIRST = 4  # examples
LONGEST = 600  # characters of an item that are shown; the page Items has all
USUAL = 100  # items to collect
MOST_TOLD = 6  # models that are told of in words: the first, and the newest


def draw(project: Project, model: ModelOut) -> None:
    """What is kept and what was found, one of them in detail; to managers also the ways to go on."""
    st.header(t("Failure modes"), anchor=False)
    manages = session.manages(project.slug)
    _follow(project)
    found = feedback.attempt(project.failure_modes.all, t("Reading the failure modes"))
    if found is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(failure_words.told(found.looked), width="stretch")
        if manages and model.artifacts:
            _look(project, model)
    listed = [*found.kept, *found.found]
    if listed:
        _picture(listed)
        _one(project, listed, manages)


def _look(project: Project, model: ModelOut) -> None:
    words = t("Look for failure modes of model {number}", number=model.number)
    if st.button(words, icon=":material/bubble_chart:", key="failure-look"):
        job = feedback.attempt(lambda: project.failure_modes.find(model.number), t("Looking for failure modes"))
        if job is not None:
            st.session_state[_job(project)] = job
            st.rerun()


def _job(project: Project) -> str:
    return f"_failure_modes_{project.slug}"


def _follow(project: Project) -> None:
    job: Job | None = st.session_state.get(_job(project))
    if job is not None:
        layout.follow(job)
        if job.state == "done":
            del st.session_state[_job(project)]


def _picture(listed: Sequence[FailureMode]) -> None:
    """The error rate of the newest model on each, with its interval."""
    rows = [(failure_words.named(one), rate.error) for one in listed if (rate := _newest(one)) is not None]
    known = [(name, figure) for name, figure in rows if figure.value is not None]
    if known:
        title = t("Error rate on each failure mode, with its 95% interval, by the newest model that was measured")
        st.markdown(f":gray[{title}]")
        charts.shares(known, title)
    st.caption(
        t(
            "Error rates are of holdout items that were not looked at to find them, and of collected ones that are not "
            "trained on. What other labeled items say is shown beside them, and is no error rate."
        )
    )
    if unknown := [
        failure_words.named(one) for one in listed if (rate := _newest(one)) is None or rate.error.value is None
    ]:
        st.caption(t("Can't tell yet: {names}.", names=", ".join(map(plain, unknown))))


def _newest(one: FailureMode) -> FailureRate | None:
    return one.rates[-1] if one.rates else None


def _one(project: Project, listed: Sequence[FailureMode], manages: bool) -> None:
    by_id = {one.id: one for one in listed}
    titles = {
        one.id: t("{name} (kept)", name=failure_words.named(one)) if one.name else failure_words.named(one)
        for one in listed
    }
    chosen = st.selectbox(
        t("Failure mode"),
        list(by_id),
        format_func=titles.__getitem__,
        key=f"failure-mode-{project.slug}-{listed[0].id}-{len(listed)}",
        width=420,
    )
    one = by_id[chosen]
    _facts(one)
    if one.collecting is not None:
        _progress(one.collecting)
    if manages:
        _actions(project, one)
    detail = feedback.attempt(lambda: project.failure_modes.get(one.id), t("Reading the examples"))
    examples = detail.examples if detail is not None else []
    for example in examples[:AT_FIRST]:
        _example(project, example)
    if more := examples[AT_FIRST:]:
        with st.expander(tn("{n} more example", "{n} more examples", len(more))):
            for example in more:
                _example(project, example)


def _facts(one: FailureMode) -> None:
    items = tn("**{n} item** of the pool is like it", "**{n} items** of the pool are like it", one.items)
    lines = [t("{items}, {unlabeled} without a label.", items=items, unlabeled=number(one.unlabeled))]
    if one.words:
        words = ", ".join(plain(word) for word in one.words)
        lines.append(t("What tells it from the rest: {words}", words=words))
    told = one.rates if len(one.rates) <= MOST_TOLD else [one.rates[0], *one.rates[1 - MOST_TOLD :]]
    lines.extend(failure_words.rated(rate, one) for rate in told)
    st.markdown("  \n".join(lines))
    rated = [(t("Model {n}", n=rate.model), rate.error) for rate in one.rates if rate.error.value is not None]
    if len(rated) > 1:
        charts.shares(rated, t("Error rate of each model on {name}", name=failure_words.named(one)))


def _progress(one: Collecting) -> None:
    words = t("{collected} of {wanted} collected", collected=number(one.collected), wanted=number(one.wanted))
    state = {"running": t("labelers get them among the others"), "done": t("done"), "stopped": t("stopped")}[one.state]
    st.progress(min(1.0, one.collected / max(1, one.wanted)), text=f"{words}: {state}")
    told = ""
    if one.held_back:
        told = tn(
            "{n} of them is not trained on: the next models are judged by it.",
            "{n} of them are not trained on: the next models are judged by them.",
            one.held_back,
        )
    gone = tn("{n} was removed meanwhile.", "{n} were removed meanwhile.", one.gone) if one.gone else ""
    if told or gone:
        st.caption(f"{told} {gone}".strip())


def _actions(project: Project, one: FailureMode) -> None:
    with st.container(horizontal=True):
        words = t("Rename …") if one.name else t("Keep it …")
        if st.button(words, icon=":material/bookmark:", key="failure-keep"):
            _keep(project, one)
        running = one.collecting is not None and one.collecting.state == "running"
        if one.name and not running and one.unlabeled and st.button(t("Collect for it …"), icon=":material/queue:"):
            _collect(project, one)
        if running and st.button(t("Stop collecting"), icon=":material/stop_circle:", key="failure-stop"):
            with feedback.told(t("Stopping")):
                project.failure_modes.stop(one.id)
                feedback.say_later(t("No more of them are asked for. What was labeled stays."))
                st.rerun()
        if one.name and danger.button(t("Let it go …"), key="failure-mode", icon=":material/delete:"):
            _remove(project, one)


@layout.dialog(mark("Keep the failure mode"))
def _keep(project: Project, one: FailureMode) -> None:
    scope = f"failure mode {project.slug} {one.id}"
    name_key = key(scope, "failure-mode-name")
    name = st.text_input(t("Name"), max_chars=100, key=name_key)
    keep(scope, {name_key: one.name or ""})
    st.caption(t("Which items belong to it does not change any more. Every later model is measured on them."))
    if not st.button(t("Save"), type="primary", key="failure-mode-save"):
        return
    if not name.strip():
        st.warning(t("Give it a name first."), icon=":material/edit_note:")
        return
    with feedback.told(t("Saving")):
        project.failure_modes.keep(one.id, name.strip())
        saved(scope)
        feedback.say_later(t("Saved."))
        st.rerun()


@layout.dialog(mark("Collect items for the failure mode"))
def _collect(project: Project, one: FailureMode) -> None:
    most = min(MOST_COLLECTED, one.unlabeled)
    n = st.number_input(t("How many"), 1, most, min(USUAL, most), key=f"failure-collect-{one.id}")
    st.caption(
        t(
            "The items that are most like it come first. Labelers get them among the others, about three of ten, from "
            "the next batch on. A third is drawn at random and not trained on: the next model is judged by it."
        )
    )
    if st.button(t("Collect them"), type="primary", key="failure-collect"):
        with feedback.told(t("Changing the queue")):
            begun = project.failure_modes.collect(one.id, int(n)).collecting
            wanted = begun.wanted if begun is not None else int(n)
            feedback.say_later(tn("{n} item is in the queue.", "{n} items are in the queue.", wanted))
            st.rerun()


@layout.dialog(mark("Let the failure mode go"))
def _remove(project: Project, one: FailureMode) -> None:
    layout.confirm(
        t("No model is measured on “{name}” any more. Labels that were collected stay.", name=plain(one.name)),
        t("Let it go"),
        lambda: project.failure_modes.remove(one.id),
        t("Removed."),
    )


def _example(project: Project, one: FailureExample) -> None:
    info = project.info
    with st.container(border=True, key=f"failure-{one.key}"):
        left, right = st.columns([3, 2], gap="large")
        with left:
            if "text" in one.content:
                st.text(contents.line(one.content, LONGEST))
            else:
                contents.show(one.content, f"failure-{one.key}")
            way = {"item": one.key}
            layout.open_page("items", t("Open the item"), "open_in_new", key=f"failure-open-{one.key}", params=way)
        with right:
            answer = f"**{plain(tasks.value_text(info, one.answer))}**"
            st.markdown(t("People: {answer}", answer=answer))
            said = tasks.of(info).prediction_text(one.prediction, tasks.schema_of(info))
            st.markdown(t("Model: {prediction}", prediction=said))
            st.caption(t(failure_words.KNOWN_BY[one.known_by]))
