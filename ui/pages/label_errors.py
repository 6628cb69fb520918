"""Answers that are likely wrong: found in the background, looked at beside what the model says, sent back blind."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st
from labeler_ui import contents, feedback, layout, session, table, tasks
from labeler_ui.campaign_report import between, name_of
from labeler_ui.feedback import plain, unlinked
from labeler_ui.words import listed, mark, number, percent, said, t, tn

from labeler.client import Job, Project
from labeler.wire.jobs import ENDED
from labeler.wire.label_errors import LabelErrorOut, LabelErrorPage, Looked, RechecksOut

MOST = 200
SENT_AT_FIRST = 20
LONGEST = 600
FEW = 200  # answers that a look rests on
KINDS = {
    "wrong": mark("a model expects another answer"),
    "duplicate": mark("contradicts a near-duplicate"),
    "outlier": mark("unlike all others"),
}
EXPLAINED = {
    "wrong": mark("A model that never saw this answer expects another one."),
    "duplicate": mark("Nearly the same item was answered otherwise."),
    "outlier": mark("This item is unlike all other answered ones: perhaps it does not belong here."),
}
STATES = {
    "starting": mark("begins"),
    "running": mark("running"),
    "ended": mark("ended"),
    "cancelled": mark("canceled"),
}


def render() -> None:
    """One sentence, the worst first with one of them below, and what came of earlier checks."""
    project = layout.project()
    layout.heading(
        t("Label errors"),
        t("Answers that a model finds implausible, that contradict each other, or whose items are unlike the others."),
    )
    _follow()
    kind = st.session_state.get(f"errors-kind-{project.slug}")
    page = feedback.must(lambda: project.label_errors.page(kind=kind, limit=MOST), t("Reading the label errors"))
    if page.looked is None:
        if not _runs():
            _empty(project)
        return
    _sentence(page.looked, None if kind or page.next_cursor else len(page.items))
    _rechecks_sentence(page.rechecks)
    if session.manages(project.slug) and not _runs():
        _again(project)
    if not page.items and kind is None:
        st.markdown(
            t(":material/check_circle: Nothing is left to look at. Answers are checked again as more are given.")
        )
    else:
        _found(project, page)
    _earlier(page.rechecks)


def _empty(project: Project) -> None:
    words = t(
        "Every answer is held against a model that never saw it: by itself after a training once 100 items are "
        "answered, or when you ask for it. What looks wrong is listed here, and can be asked again without showing the "
        "answer."
    )
    with feedback.empty(t("Nobody has looked for label errors yet"), words, ":material/troubleshoot:"):
        if session.manages(project.slug):
            _again(project)


def _again(project: Project) -> None:
    if st.button(t("Look now"), icon=":material/troubleshoot:", key="look-now"):
        job = feedback.attempt(project.label_errors.find, t("Looking for label errors"))
        if job is not None:
            st.session_state["_label_errors_job"] = job
            st.rerun()


def _follow() -> None:
    job: Job | None = st.session_state.get("_label_errors_job")
    if job is None:
        return
    layout.follow(job)
    if job.state in ENDED:
        del st.session_state["_label_errors_job"]


def _runs() -> bool:
    """Whether a look that was asked for here is not over: its progress stands above."""
    return "_label_errors_job" in st.session_state


def _sentence(looked: Looked, left: int | None) -> None:
    """left: how many of them wait to be looked at, where that is known."""
    parts = [
        (
            tn("{n} is not what a model expects", "{n} are not what a model expects", looked.wrong),
            looked.wrong,
        ),
        (tn("{n} contradicts a near-duplicate", "{n} contradict near-duplicates", looked.duplicate), looked.duplicate),
        (
            tn("{n} is of an item unlike all others", "{n} are of items unlike all others", looked.outlier),
            looked.outlier,
        ),
    ]
    found = listed([words for words, some in parts if some]) or t("nothing looks wrong")
    told = tn("Of {n} answer {found}.", "Of {n} answers {found}.", looked.answers, found=found)
    when = t("Last checked {when}.", when=layout.when(looked.at))
    some = looked.wrong + looked.duplicate + looked.outlier
    if some and left is not None and left < some:
        told += " " + tn("{n} is left to look at.", "{n} are left to look at.", left)
    st.markdown(f"**{told}** :gray[{when}]")
    if looked.answers < FEW and looked.wrong:
        st.caption(t("A model that has seen so few answers often expects the wrong one: take the list as a hint."))
    if looked.why:
        st.caption(t("No answer could be judged by a model. {why}", why=plain(said(looked.why))))
    if looked.left_out:
        st.caption(tn("{n} older answer was not looked at.", "{n} older answers were not looked at.", looked.left_out))


def _rechecks_sentence(found: RechecksOut) -> None:
    total = found.total
    asked = sum(one.sent - one.result.answered for one in found.items if one.state in ("starting", "running"))
    if asked > 0:
        st.markdown(tn("{n} answer is being asked again.", "{n} answers are being asked again.", asked))
    if not total.answered or total.share.value is None:
        return
    st.markdown(
        tn(
            "{n} answer was checked, wrong: {changed} ({share}, {between}).",
            "{n} answers were checked, wrong: {changed} ({share}, {between}).",
            total.answered,
            changed=number(total.changed),
            share=percent(total.share.value),
            between=between(total),
        )
    )


def _found(project: Project, page: LabelErrorPage) -> None:
    st.selectbox(
        t("Which"),
        [None, *KINDS],
        format_func=lambda kind: t("All") if kind is None else t(KINDS[kind]),
        key=f"errors-kind-{project.slug}",
        width=300,
    )
    chosen = _table(project, page.items)
    if page.next_cursor:
        st.caption(t("The worst {most} are shown. The API gives all.", most=number(MOST)))
    if page.items:
        _one(project, chosen[0] if chosen else page.items[0])
    if session.manages(project.slug):
        _send(project, page.items, chosen)


def _table(project: Project, items: Sequence[LabelErrorOut]) -> list[LabelErrorOut]:
    info = project.info
    rows: list[dict[str, Any]] = [
        {
            t("Item"): contents.line(one.content, 200),
            t("Answer"): tasks.value_text(info, one.value),
            t("Model"): tasks.value_text(info, one.said["value"]) if one.said else None,
            t("Why"): t(KINDS[one.kind]),
            t("Against it"): one.score,
            t("Sent back"): t("yes") if one.campaign is not None else None,
        }
        for one in items
    ]
    if not rows:
        st.markdown(t(":gray[None of this kind.]"))
        return []
    empty = [name for name in (t("Model"), t("Sent back")) if not any(row[name] for row in rows)]
    same = [t("Why")] if len({row[t("Why")] for row in rows}) == 1 else []
    for name in (*empty, *same):  # where nothing was said, nothing is shown; what is said of all stands above
        for row in rows:
            del row[name]
    event = table.show(
        rows,
        {t("Against it"): percent},
        on_select="rerun",
        selection_mode="multi-row",
        height=min(35 * len(rows) + 38, 320),
        key=f"errors-table-{st.session_state.get(f'errors-kind-{project.slug}')}",
        column_config={
            t("Item"): st.column_config.TextColumn(width=380),
            t("Against it"): st.column_config.NumberColumn(help=t("How much speaks against the answer.")),
        },
    )
    return [items[row] for row in event["selection"]["rows"] if row < len(items)]


def _one(project: Project, one: LabelErrorOut) -> None:
    info = project.info
    with st.container(border=True, key="label-error"):
        st.text(contents.line(one.content, LONGEST))
        st.markdown(t("Answer: **{value}**", value=plain(tasks.value_text(info, one.value))))
        if one.said is not None:
            expected = (
                tasks.of(info).prediction_text(one.said, tasks.schema_of(info))
                if one.said.get("proba")
                else plain(tasks.value_text(info, one.said["value"]))
            )
            st.markdown(t("Model: {prediction}", prediction=expected))
        st.caption(t(EXPLAINED[one.kind]))
        if one.near:
            st.markdown(t("**Items like it**"))
        for near in one.near:
            value = plain(tasks.value_text(info, near.value))
            st.markdown(f"{unlinked(contents.line(near.content, 160))}  \n:gray[{value}, {percent(near.cosine)}]")
        layout.open_page("items", t("Open the item"), "open_in_new", key=f"open-{one.key}", params={"item": one.key})


def _send(project: Project, items: Sequence[LabelErrorOut], chosen: Sequence[LabelErrorOut]) -> None:
    """Those that are ticked, or the first ones that were not sent yet."""
    waiting = {one.key for one in items if one.campaign is None}
    kind = st.session_state.get(f"errors-kind-{project.slug}")
    if not waiting and not chosen:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="bottom"):
        if chosen:
            st.markdown(tn("**{n} item is chosen**", "**{n} items are chosen**", len(chosen)), width="stretch")
            which: dict[str, Any] = {"keys": list(dict.fromkeys(one.key for one in chosen))}
        else:
            most = st.number_input(
                t("How many of the worst"),
                1,
                len(waiting),
                min(SENT_AT_FIRST, len(waiting)),
                key=f"errors-first-{len(waiting)}",
                help=tn("{n} was not sent back yet.", "{n} were not sent back yet.", len(waiting)),
            )
            which = {"first": int(most), "kind": kind}
        if st.button(t("Send back blind …"), type="primary", icon=":material/replay:", key="send-back"):
            _ask(project, which)


def _ask(project: Project, which: dict[str, Any]) -> None:
    """which: the items, as `recheck` has them."""
    n = len(which["keys"]) if "keys" in which else int(which["first"])
    words = tn(
        "{n} item comes before everything else and is answered once more, by others than before where there are any. "
        "Nobody is shown the answer that is there.",
        "{n} items come before everything else and are answered once more, by others than before where there are any. "
        "Nobody is shown the answers that are there.",
        n,
    )
    call = partial(project.label_errors.recheck, **which)
    layout.confirm(
        words + " " + t("It can be ended on the page Campaigns."),
        tn("Send {n} back", "Send {n} back", n),
        call,
        t("They are asked again before everything else; nobody is shown the answer."),
        is_final=False,
    )


def _earlier(found: RechecksOut) -> None:
    if not found.items:
        return
    st.header(t("What came of those that were sent back"), anchor=False)
    rows = [
        {
            t("Name"): name_of(one),
            t("When"): layout.when(one.created_at),
            t("State"): t(STATES[one.state]),
            t("Sent back"): one.sent,
            t("Answered"): one.result.answered,
            t("Changed"): one.result.changed,
            t("Share"): one.result.share.value,
            t("95% interval"): between(one.result) or None,
        }
        for one in found.items
    ]
    table.show(rows, {t("Share"): percent})
    if len(found.by_kind) > 1:
        told = [
            t(
                "{kind}: {changed} of {answered}",
                kind=t(KINDS[row.kind]),
                changed=number(row.result.changed),
                answered=number(row.result.answered),
            )
            for row in found.by_kind
        ]
        st.caption(t("By what they were suspected of: {shares}.", shares=", ".join(told)))
    layout.open_page("campaigns", t("Open the campaigns"), "replay", key="errors-campaigns")
