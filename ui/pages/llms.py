"""Language models: those that label here, how often each is right, what it costs, and whether its labels count."""

from typing import Any

import streamlit as st
from labeler_ui import (
    danger,
    feedback,
    layout,
    llm_form,
    llm_prompt,
    llm_words,
    llm_work,
    report,
    session,
    table,
    tasks,
    way_down,
)
from labeler_ui.feedback import plain
from labeler_ui.words import number, percent, t, tn

from labeler.client import Project
from labeler.wire.llm import LlmMeasured, LlmOut


def render() -> None:
    """The language models there are, and the form for a new one."""
    project = layout.project()
    layout.heading(
        t("Language models"),
        t("They label like anybody, and count for nothing until people have shown how often they are right."),
    )
    page = feedback.must(project.llms.all, t("Reading the language models"))
    if not page.allowed:
        words = t(
            "A language model can label beside people, and counts only once people have shown how often it is right. "
            "Items would be sent to another service: who runs this one says where they may go. Until then nothing is "
            "sent."
        )
        if session.is_admin():
            words += " " + t("You do so with `LABELER_LLM_ALLOWED_HOSTS=api.example.org` when the service starts.")
        feedback.empty(t("Language models are off"), words, ":material/smart_toy:")
    elif not page.items:
        feedback.empty(
            t("No language models yet"),
            t(
                "One is asked with the guideline, the labels and answered items as examples. A random share of its "
                "labels goes to people, too, who don't see them. So you know how often it is right before it counts."
            ),
            ":material/smart_toy:",
        )
    words = t("They are asked with the guideline that people read: what it says of each label is what they go by.")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":gray[{words}]", width="stretch")
        layout.open_page("guidelines", t("Open the guideline"), "menu_book", key="llm-guideline")
    if page.allowed:
        way_down.button(t("Add a language model"), "llm", len(page.items))
    for one in page.items:
        _card(project, one)
    if page.allowed:
        with st.container():
            llm_form.add(project, page)
            way_down.here("llm")


def _card(project: Project, one: LlmOut) -> None:
    with st.container(border=True, key=f"llm-{one.id}"):
        st.markdown(f"**{plain(one.name)}** {llm_words.badge(one)}  \n:gray[{' · '.join(llm_words.facts(one))}]")
        if one.paused:
            st.warning(llm_words.why_paused(one), icon=":material/pause_circle:")
        if one.job_id is not None:
            _follow(one.job_id)
        _figures(one)
        _gate(project, one)
        with st.container(horizontal=True):
            _buttons(project, one)
        llm_work.last_trial(project, one)


def _follow(job_id: int) -> None:
    job = feedback.attempt(lambda: session.client().job(job_id), t("Looking at the job"))
    if job is not None:
        layout.follow(job)


def _figures(one: LlmOut) -> None:
    known, boxes = one.measured, st.columns(4)
    below = t("{between} of {n}", n=number(known.judged), between=llm_words.between(known.accuracy))
    meaning = t("Measured on a random share of its labels that people answered, too, without seeing them.")
    value = percent(known.accuracy.value, 1)
    report.number_box(boxes[0], t("Right"), value, below if known.judged else t("not measured yet"), meaning)
    share = t("drawn: {share}", share=percent(one.blind_share))
    report.number_box(boxes[1], t("People are asked"), number(known.waiting), share)
    spent = tn("for {n} question", "for {n} questions", one.asked)
    report.number_box(
        boxes[2], t("Cost"), llm_words.cost(one.cost), spent if one.cost is not None else t("price not given")
    )
    seconds = layout.DASH if one.seconds_per_label is None else f"{number(one.seconds_per_label, 1)} s"
    report.number_box(boxes[3], t("Time"), seconds, t("for one question"))


def _gate(project: Project, one: LlmOut) -> None:
    known = one.measured
    icon = "verified" if known.passes else "hourglass_empty"
    st.markdown(f":material/{icon}: {llm_words.gate(known)}  \n:material/swap_horiz: {llm_words.replacement(known)}")
    if known.drift is not None:
        fell = percent(-known.drift)
        st.markdown(t(":material/trending_down: It agreed with people on {share} fewer of its last items.", share=fell))
    if known.judged and known.by_label:
        with st.expander(t("By label")):
            _by_label(known)


def _by_label(known: LlmMeasured) -> None:
    def cell(figure: Any) -> str:
        if figure.value is None:
            return layout.DASH
        return f"{percent(figure.value)} ({number(100 * figure.low)}–{number(100 * figure.high)})"

    table.show(
        [
            {
                t("Label"): row.label,
                t("People say so"): row.people,
                t("It finds"): cell(row.found),
                t("It says so"): row.said,
                t("Right where it says so"): cell(row.right),
            }
            for row in known.by_label
        ]
    )
    st.caption(t("In parentheses: the 95% interval."))


def _buttons(project: Project, one: LlmOut) -> None:
    busy = one.job_id is not None or one.paused
    if st.button(t("Try …"), key=f"try-{one.id}", icon=":material/science:", disabled=busy):
        llm_work.ask_trial(project, one)
    if st.button(t("Run …"), key=f"run-{one.id}", icon=":material/play_arrow:", disabled=busy):
        llm_work.ask_run(project, one)
    if st.button(t("Prompt …"), key=f"prompt-{one.id}"):
        llm_prompt.edit(project, one)
    if one.paused:
        if st.button(t("Let it go on"), key=f"go-{one.id}", type="primary"):
            _change(project, one, t("It may be asked again."), paused=False)
    elif st.button(t("Pause"), key=f"pause-{one.id}"):
        _change(project, one, t("It is paused."), paused=True)
    _uses(project, one)
    if st.button(t("Change …"), key=f"change-{one.id}"):
        llm_form.change(project, one)
    if danger.button(t("Delete …"), key=f"delete-{one.id}"):
        layout.confirm(
            t("{name} labels no more, and its key is deleted. Its labels stay as they are.", name=plain(one.name)),
            t("Delete"),
            lambda: project.llms.delete(one.id),
            t("Deleted."),
        )


def _uses(project: Project, one: LlmOut) -> None:
    if one.use == "count":
        if st.button(t("Let it count no more"), key=f"measure-{one.id}"):
            _change(project, one, t("Its labels count no more. They are kept."), use="measure")
        return
    why = None if one.measured.passes else llm_words.gate(one.measured)
    kind: Any = "primary" if one.measured.passes else "secondary"
    if st.button(t("Let it count"), key=f"count-{one.id}", disabled=why is not None, help=why, type=kind):
        _change(project, one, t("Its labels count. The share that people are asked for never does."), use="count")
    if one.use == "weigh":
        if st.button(t("Weigh it no more"), key=f"measure-{one.id}"):
            _change(project, one, t("It is weighed no more. Its labels are kept."), use="measure")
    elif tasks.of(project.info).SINGLE and st.button(
        t("Weigh it in answers"), key=f"weigh-{one.id}", disabled=why is not None, help=why
    ):
        words = t("With rules that count it answers what nobody has labeled. Nobody is asked less for it.")
        _change(project, one, words, use="weigh")
    if one.use == "suggest":
        if st.button(t("Show no suggestions"), key=f"hide-{one.id}"):
            _change(project, one, t("It is shown no more."), use="measure")
    elif st.button(t("Show as suggestions"), key=f"suggest-{one.id}"):
        _change(project, one, t("Labelers see what it says, but for the share that measures it."), use="suggest")


def _change(project: Project, one: LlmOut, said: str, **changes: Any) -> None:
    with feedback.told(t("Saving")):
        project.llms.change(one.id, **changes)
        feedback.say_later(said)
        st.rerun()
