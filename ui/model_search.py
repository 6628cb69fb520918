"""The search for a model, on the Models page: starting one, following it, and what the last one found."""

from functools import partial

import streamlit as st
from labeler_ui import feedback, layout, model_words, session, table
from labeler_ui.feedback import plain
from labeler_ui.words import number, percent, t, tn

from labeler.client import Job, Project
from labeler.wire.jobs import JobOut
from labeler.wire.training import SearchOut


def show_search(project: Project) -> None:
    """A closed box while nothing happens; open while a search waits or runs, and to say how it ended."""
    state = feedback.attempt(project.searches, t("Reading the search"))
    if state is None:
        return
    last, job = state.last, _job(project, state.job)
    running = job is not None and job.state in ("queued", "running")
    with st.expander(_title(last), expanded=job is not None, icon=":material/manage_search:"):
        st.markdown(
            t(
                ":gray[Tries other models and settings on the labels so far, without the holdout. One replaces the "
                "default only when it is clearly better. It starts by itself at 200 labels and whenever there "
                "are twice as many, and lets every other job go first.]"
            )
        )
        if session.manages(project.slug) and not running and st.button(t("Search now"), icon=":material/search:"):
            made = feedback.attempt(project.search, t("Starting the search"))
            if made:
                st.session_state[_key(project)] = made
                st.rerun()
        if job is not None:
            layout.follow(job)
        if last is not None:
            _found(last)


def _key(project: Project) -> str:
    return f"_search_{project.slug}"


def _job(project: Project, open_job: JobOut | None) -> Job | None:
    """The search to follow: the one that waits or runs, or the one that was started here."""
    kept: Job | None = st.session_state.get(_key(project))
    if open_job is not None and (kept is None or kept.id != open_job.id):
        kept = st.session_state[_key(project)] = Job(project.client, open_job)
    return kept


def _title(last: SearchOut | None) -> str:
    if last is None:
        return t("Search for a better model")
    name = plain(model_words.searched(last.model))
    if last.is_default:
        return t("Search for a better model: {model} kept", model=name)
    return t("Search for a better model: {model} chosen", model=name)


def _found(last: SearchOut) -> None:
    st.markdown(
        tn(
            "**{reason}** On {n} label of dataset version {dataset}, {created_at}.",
            "**{reason}** On {n} labels of dataset version {dataset}, {created_at}.",
            last.labels,
            reason=layout.sentence(model_words.named(last.reason)),
            dataset=plain(last.dataset),
            created_at=layout.when(last.created_at),
        )
    )
    rows = [
        {
            t("Model"): model_words.searched(one.model),
            t("Settings"): ", ".join(f"{name} {value}" for name, value in one.params.items()) or t("defaults"),
            t("Log loss"): f"{number(one.log_loss, 3)} ± {number(one.log_loss_error, 3)}",
            t("Accuracy"): f"{percent(one.accuracy, 1)} ± {percent(one.accuracy_error, 1)}",
            t("Seconds per fit"): one.seconds,
        }
        for one in last.trials
        if one.final
    ]
    table.show(rows, {t("Seconds per fit"): partial(number, digits=2)})
    tried = len(last.trials) - len(rows)
    others = tn(
        "{n} more was tried on part of the labels and was not among the best.",
        "{n} more were tried on part of the labels and were not among the best.",
        tried,
    )
    chosen = t("A strategy chose these labels: the figures compare models; the holdout says how good a model is.")
    st.markdown(f":gray[{others if tried else ''} {chosen}]")
