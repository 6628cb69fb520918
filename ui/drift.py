"""Drift on the page Models: whether items that come are unlike those that the model learned from, and what to do."""

from datetime import UTC, datetime, time, timedelta

import streamlit as st
from labeler_ui import contents, drift_words, feedback, layout, session, table
from labeler_ui.feedback import plain
from labeler_ui.words import day, mark, number, t, tn

from labeler.client import Job, Project
from labeler.wire.drift import MOST_SAMPLED, Drift, DriftCheck, DriftExample

USUAL = 100  # items of a sample
SHOWN = 4  # examples
LONGEST = 300  # characters of one
IGNORED = 28  # days, usually


def draw(project: Project) -> None:
    """One sentence, what was compared, examples; to managers also the ways to go on."""
    st.header(t("Drift of new items"), anchor=False)
    job: Job | None = st.session_state.get(_job(project))
    if job is not None:
        layout.follow(job)
        if job.state == "done":
            del st.session_state[_job(project)]
    found = feedback.attempt(project.drift.get, t("Reading what moved"))
    if found is None:
        return
    st.markdown(drift_words.told(found))
    if found.checked is not None and (shifted := drift_words.shifted(found.checked)):
        st.markdown(f":gray[{shifted}]")
    if found.checking and found.checked is not None:
        st.caption(t("Newer items are being compared, behind other work."))
    if found.ignored_until is not None:
        words = t("Ignored until {date}", date=day(found.ignored_until))
        st.caption(f"{words} · {found.ignored_by}" if found.ignored_by else words)
    if found.sampled:
        words = tn("{n} new item waits to be labeled.", "{n} new items wait to be labeled.", found.sampled)
        st.caption(words)
    if session.manages(project.slug):
        _actions(project, found)
    if found.checked is not None:
        _compared(found.checked)
        _examples(found.checked)


def _job(project: Project) -> str:
    return f"_drift_{project.slug}"


def _actions(project: Project, found: Drift) -> None:
    with st.container(horizontal=True):
        if found.state == "ready" and st.button(t("Compare now"), icon=":material/compare_arrows:", key="drift-check"):
            job = feedback.attempt(project.drift.check, t("Comparing"))
            if job is not None:
                st.session_state[_job(project)] = job
                st.rerun()
        if found.new and st.button(t("Label a sample of the new items …"), icon=":material/queue:", key="drift-sample"):
            _sample(project, found)
        if found.open and st.button(t("Train now"), icon=":material/play_arrow:", key="drift-train"):
            with feedback.told(t("Training")):
                project.train()
                st.toast(t("Training has been requested."), icon=":material/check:")
        if found.ignored_until is not None:
            if st.button(t("Ignore it no longer"), icon=":material/notifications:", key="drift-unignore"):
                with feedback.told():
                    project.drift.ignore_until(None)
                    st.rerun()
        elif found.open and st.button(t("Ignore until …"), icon=":material/notifications_off:", key="drift-ignore"):
            _ignore(project)
        if st.button(t("From where on …"), icon=":material/tune:", key="drift-tell", type="tertiary"):
            _bar(project, found)


@layout.dialog(mark("From where on it is told"))
def _bar(project: Project, found: Drift) -> None:
    bar = st.slider(t("How far apart"), 0.0, 1.0, found.bar, 0.01, key="drift-bar")
    st.caption(
        t(
            "From the next check on. A change that is further than chance is told where it is at least this far apart, "
            "from 0, the same, to 1."
        )
    )
    if st.button(t("Save"), type="primary", key="drift-bar-save"):
        with feedback.told(t("Saving")):
            project.drift.set_bar(bar)
            feedback.say_later(t("Saved."))
            st.rerun()


@layout.dialog(mark("Label a sample of the new items"))
def _sample(project: Project, found: Drift) -> None:
    most = max(1, min(MOST_SAMPLED, found.new))
    n = st.number_input(t("How many"), 1, most, min(USUAL, most), key="drift-many")
    st.caption(
        t(
            "They are drawn at random from what came since the model learned. Labelers get them among the others, "
            "about three of ten, from the next batch on."
        )
    )
    if st.button(t("Ask for them"), type="primary", key="drift-ask"):
        with feedback.told(t("Changing the queue")):
            now = project.drift.sample(int(n)).sampled
            feedback.say_later(tn("{n} item is in the queue.", "{n} items are in the queue.", now))
            st.rerun()


@layout.dialog(mark("Ignore what moved"))
def _ignore(project: Project) -> None:
    tomorrow = layout.today() + timedelta(days=1)
    until = st.date_input(
        t("Until"), layout.today() + timedelta(days=IGNORED), min_value=tomorrow, format="YYYY-MM-DD", key="drift-until"
    )
    st.caption(t("Checks go on. Until then nobody is told of them on Progress."))
    if st.button(t("Ignore"), type="primary", key="drift-ignored"):
        with feedback.told():
            project.drift.ignore_until(datetime.combine(until, time(), UTC))
            feedback.say_later(t("Ignored until {date}", date=day(until)))
            st.rerun()


def _compared(checked: DriftCheck) -> None:
    rows = []
    for one in checked.signals:
        kind, then, now = drift_words.typical(one)
        rows.append(
            {
                t("What was compared"): drift_words.name_of(one) + (f": {kind}" if kind else ""),
                t("Then"): then,
                t("Now"): now,
                t("How far apart"): drift_words.effect(one),
                t("Chance if nothing moved"): drift_words.chance(one.p),
                t("Moved"): t("yes") if one.moved else t("no"),
            }
        )
    table.show(rows)
    told = [
        t(
            "Compared {when}, beside model {model}. How far apart: from 0, the same, to 1, with its 95% interval; it "
            "moved from {bar} on, if the chance is at most 0.05. That chance is corrected for all that was compared.",
            when=layout.when(checked.at),
            model=checked.model,
            bar=number(checked.bar, 2),
        ),
        *drift_words.missing(checked),
    ]
    st.caption(" ".join(told))
    if checked.labels:
        with st.expander(t("Estimated share of each label")):
            table.show(
                [
                    {
                        t("Label"): one.label,
                        t("Then"): drift_words.share(one.then),
                        t("Now"): drift_words.share(one.now),
                    }
                    for one in checked.labels
                ]
            )
            st.caption(t("With 95% intervals. It is right where only the shares of the labels moved."))


def _examples(checked: DriftCheck) -> None:
    """The most unlike items, of each thing that moved in turn."""
    moved = [one for one in checked.signals if one.moved]
    found: dict[str, DriftExample] = {}
    of: dict[str, list[str]] = {}
    for place in range(max((len(one.examples) for one in moved), default=0)):
        for signal in moved:
            if place < len(signal.examples):
                example = signal.examples[place]
                found.setdefault(example.key, example)
                of.setdefault(example.key, []).append(drift_words.name_of(signal))
    for one in list(found.values())[:SHOWN]:
        with st.container(border=True, key=f"drift-{one.key}"):
            st.caption(t("An example of: {what}", what=plain(", ".join(dict.fromkeys(of[one.key])))))
            if "text" in one.content:
                st.text(contents.line(one.content, LONGEST))
            else:
                contents.show(one.content, f"drift-{one.key}")
            way = {"item": one.key}
            layout.open_page("items", t("Open the item"), "open_in_new", key=f"drift-open-{one.key}", params=way)
