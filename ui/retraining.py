"""Retraining on the page Models: when the live model is challenged, what became of it, and the test of the pipeline."""

from collections.abc import Callable

import streamlit as st
from labeler_ui import feedback, layout, metrics, session, table
from labeler_ui.feedback import plain
from labeler_ui.model_advice import points
from labeler_ui.retraining_words import CAUSES, OUTCOMES, TESTED, coming, rule
from labeler_ui.words import number, said, t, tn

from labeler.client import Job, Project
from labeler.wire.retraining import Challenge, PipelineTest, Retraining, RetrainingState


def draw(project: Project) -> None:
    """The rule in one sentence, what became of the last challenges, and whether the live model could be made again."""
    found = feedback.attempt(project.retraining, t("Reading the challenges"))
    if found is None:
        return
    st.header(t("When the live model is challenged"), anchor=False)
    _follow(project, "challenge")
    st.markdown(rule(found))
    if next_one := coming(found):
        st.caption(next_one)
    manages = session.manages(project.slug)
    if manages:
        if found.challenger is not None:
            _button(project, "challenge", t("Challenge it now"), ":material/swords:", project.challenge)
        with st.expander(t("Change the rule"), icon=":material/tune:"):
            _form(project, found.policy)
    if found.challenges:
        table.show([_row(one) for one in found.challenges], {t("Challenger"): table.name_of, t("Live"): table.name_of})
        st.caption(
            t(
                "On the holdout items that both models know: the share on which the challenger is closer to people's "
                "answer, less the share on which it is further from it, with its 95% interval."
            )
        )
        _unmet(found.challenges[0])
    st.header(t("Test of the pipeline"), anchor=False)
    _follow(project, "pipeline")
    st.markdown(_tested(found))
    if manages:
        _button(project, "pipeline", t("Test it now"), ":material/replay:", project.test_pipeline)
    if found.tests:
        table.show([_test(project, one) for one in found.tests], {t("Model"): table.name_of})
        _why_not(found.tests[0])
        _skew(found.tests[0])


def _row(one: Challenge) -> dict[str, object]:
    between = t("{low} to {high}", low=points(one.low), high=points(one.high)) if one.items else ""
    return {
        t("When"): layout.when(one.at),
        t("Challenger"): one.challenger,
        t("Live"): one.champion,
        t("What came of it"): t(OUTCOMES[one.outcome]),
        t("Difference"): points(one.difference) if one.items else layout.DASH,
        t("95% interval"): between,
        t("Items"): one.items,
        t("Because of"): t(CAUSES[one.cause]),
    }


def _unmet(last: Challenge) -> None:
    if last.outcome != "unmet":
        return
    words = t("Model {number} is better, and is not known to hold this:", number=last.challenger)
    lines = "\n".join(f"- {plain(said(one))}" for one in last.unmet)
    st.warning(f"{words}\n\n{lines}", icon=":material/rule:")


def _tested(found: RetrainingState) -> str:
    words = t(
        "The live model is trained again from the raw items of its dataset version, and each prediction is compared: "
        "you hear that it can't be made again before you need it."
    )
    at = found.policy.test_at
    if at is None:
        return f"{words} " + t("It is tested when somebody asks; under *Change the rule* you can have it each night.")
    return f"{words} " + t("It is tested each night, at {hour}:00 UTC.", hour=at)


def _test(project: Project, one: PipelineTest) -> dict[str, object]:
    metric = metrics.named(project.info.task_type, one.metric) if one.metric else None
    row: dict[str, object] = {
        t("When"): layout.when(one.at),
        t("Model"): one.model,
        t("Dataset"): one.dataset,
        t("What came of it"): t(TESTED[one.outcome]),
        t("Predictions"): one.compared,
        t("Seconds"): round(one.seconds),
    }
    if metric is not None:
        for title, value in ((t("{metric} then", metric=metric.title), one.then), (t("now"), one.now)):
            row[title] = layout.DASH if value is None else metric.number(value)
    return row


def _skew(last: PipelineTest) -> None:
    """Whether items are read in use as they were in training."""
    if last.served:
        st.caption(
            tn(
                "Asked as programs ask, it answers {differ} of {n} random item otherwise than in training.",
                "Asked as programs ask, it answers {differ} of {n} random items otherwise than in training.",
                last.served,
                differ=number(last.served_differ),
            )
        )


def _why_not(last: PipelineTest) -> None:
    """What may be behind a test that did not come to the same."""
    if last.outcome == "identical":
        return
    words = plain(said(last.error)) if last.error else ""
    if last.max_difference is not None:
        words += t("Probabilities differ by up to {most}.", most=number(last.max_difference, 5))
    if last.changed:
        words += " " + t("Packages that are another version now: {names}.", names=plain(", ".join(last.changed)))
    elif last.outcome == "differs":
        words += " " + t("The packages are the same: another processor, or other code?")
    st.warning(words.strip(), icon=":material/error:")


def _job(project: Project, what: str) -> str:
    return f"_retraining_{what}_{project.slug}"


def _follow(project: Project, what: str) -> None:
    job: Job | None = st.session_state.get(_job(project, what))
    if job is None:
        return
    layout.follow(job)
    if job.state == "done":
        del st.session_state[_job(project, what)]


def _button(project: Project, what: str, title: str, icon: str, start: Callable[[], Job]) -> None:
    if st.button(title, icon=icon, key=f"retraining-{what}"):
        job = feedback.attempt(start, title)
        if job is not None:
            st.session_state[_job(project, what)] = job
            st.rerun()


def _form(project: Project, policy: Retraining) -> None:
    """Five fields; what is off says so."""
    never = t("never")
    with st.form(f"retraining-{project.slug}", border=False):
        left, right = st.columns(2)
        labels = left.number_input(
            t("After so many new labels"),
            1,
            1_000_000,
            policy.after_labels,
            placeholder=never,
            help=t("Empty: labels alone are no reason."),
        )
        days = right.number_input(
            t("After so many days at the latest"),
            1,
            365,
            policy.after_days,
            placeholder=never,
            help=t("Empty: time alone is no reason."),
        )
        drift = st.checkbox(
            t("When new items have drifted: train, then challenge"),
            policy.on_drift,
            help=t("Drift is looked for once a week, when enough items came: see Drift."),
        )
        replaces = st.checkbox(
            t("Let a better model go live by itself"),
            policy.replace,
            help=t(
                "Only where the whole 95% interval of the difference says so, all that is required holds, and nobody "
                "is trying a model out. Roll back undoes it."
            ),
        )
        hours: list[int | None] = [None, *range(24)]
        at = st.selectbox(
            t("Test the pipeline each night"),
            hours,
            hours.index(policy.test_at),
            format_func=lambda hour: never if hour is None else t("at {hour}:00 UTC", hour=hour),
            help=t("It takes about as long as reading all items and training once, behind all other work."),
        )
        if st.form_submit_button(t("Save"), type="primary"):
            with feedback.told(t("Saving")):
                changed = Retraining(after_labels=labels, after_days=days, on_drift=drift, replace=replaces, test_at=at)
                project.change(settings={"retraining": changed.model_dump()})
                feedback.say_later(t("Saved."))
                st.rerun()
