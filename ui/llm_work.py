"""Trials and runs of a language model: asked for, and what came of the newest trial."""

from typing import Any

import streamlit as st
from labeler_ui import feedback, layout, llm_words, session, table, tasks
from labeler_ui.words import mark, number, percent, t, tn

from labeler.client import Project
from labeler.wire.llm import LlmOut, LlmTrial, LlmTrialRow


@layout.dialog(mark("Try it"))
def ask_trial(project: Project, one: LlmOut) -> None:
    st.markdown(t("It is asked about some items, answered ones where there are any. No label is made."))
    n = st.number_input(t("Items"), 1, 50, 20, key=f"trial-n-{one.id}")
    if st.button(t("Start the trial"), type="primary", key=f"trial-start-{one.id}"):
        with feedback.told(t("Starting the trial")):
            project.llms.trial(one.id, n)
            st.rerun()


@layout.dialog(mark("Let it label"))
def ask_run(project: Project, one: LlmOut) -> None:
    st.markdown(
        t("It labels open items in random order, in the background. Items that models are judged by stay with people.")
    )
    most = st.number_input(t("Items, at most"), 1, 1_000_000, 100, key=f"run-most-{one.id}")
    money: float | None = None
    if one.cost_per_1k_tokens is None:
        st.caption(t("Its price is not known: give it under Change to set a limit of money."))
    else:
        money = st.number_input(
            t("Money, at most"), 0.01, 1_000_000.0, None, placeholder=t("no limit"), key=f"run-money-{one.id}"
        )
    if st.button(t("Start"), type="primary", key=f"run-start-{one.id}"):
        with feedback.told(t("Starting the run")):
            project.llms.run(one.id, most, money)
            st.rerun()


def last_trial(project: Project, one: LlmOut) -> None:
    """The newest trial's figures and items; nothing before the first one is over."""
    if one.trial_id is None or one.trial_id == one.job_id:
        return
    number_of = one.trial_id
    job = feedback.attempt(lambda: session.client().job(number_of), t("Looking at the job"))
    if job is None or job.state != "done":
        return
    found = job.result_as(LlmTrial)
    with st.expander(_title(found)):
        if found.stopped:
            st.markdown(llm_words.stopped(found.stopped))
        if found.refusals:
            st.markdown(t("No answers: {kinds}", kinds=llm_words.refusals(found.refusals)))
        _rows(project, one, found)


def _title(found: LlmTrial) -> str:
    asked = tn("Last trial: {n} item", "Last trial: {n} items", found.asked)
    parts = [asked]
    if found.judged:
        between = llm_words.between(found.agreement)
        parts.append(
            t("agrees with people on {share} ({between})", share=percent(found.agreement.value), between=between)
        )
    parts.append(t("{seconds} s each", seconds=number(found.seconds, 1)))
    if found.cost is not None:
        parts.append(t("cost {cost}", cost=llm_words.cost(found.cost)))
    return ", ".join(parts)


def _rows(project: Project, one: LlmOut, found: LlmTrial) -> None:
    signs = {True: t("yes"), False: t("no"), None: ""}
    shown: list[dict[str, Any]] = [
        {
            t("Item"): row.text,
            t("People"): _value(project, row.people),
            t("It said"): _said(project, row),
            t("Agrees"): signs[row.agrees],
            t("Seconds"): row.seconds,
        }
        for row in found.rows
    ]
    st.caption(t("Choose a row to see what was asked and what came back."))
    event = table.show(
        shown,
        {t("Seconds"): lambda value: number(value, 1)},
        on_select="rerun",
        selection_mode="single-row",
        key=f"trial-rows-{one.id}-{one.trial_id}",
    )
    for place in event["selection"]["rows"]:
        if place < len(found.rows):
            st.code(found.rows[place].prompt, language=None, wrap_lines=True)
            st.code(found.rows[place].reply, language=None, wrap_lines=True)


def _value(project: Project, value: Any) -> str:
    return "" if value is None else tasks.value_text(project.info, value)


def _said(project: Project, row: LlmTrialRow) -> str:
    if row.refusal is not None:
        return f"({t(llm_words.REFUSALS.get(row.refusal, row.refusal))})"
    return _value(project, row.value)
