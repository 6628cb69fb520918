"""Hard items that are alike: the largest clusters first, and one decision for what is in one."""

from typing import Any

import streamlit as st
from labeler_ui import contents, feedback, layout, session, table, take_back, tasks
from labeler_ui.components.keeper import keep, key, saved
from labeler_ui.feedback import plain
from labeler_ui.words import mark, number, percent, t, tn

from labeler.client import Job, Project
from labeler.wire.hard_items import CHECK_SHARE, LEAST_CHECK, HardCluster, HardDecision, HardItem

SHOWN = 20  # items of a cluster at first
DECISIONS = 20
MOST_CHECK = 500
STATES = {
    "unchecked": mark("not checked"),
    "checking": mark("being checked"),
    "checked": mark("checked"),
    "undone": mark("taken back"),
}


def is_alone() -> bool:
    """Ask how hard items are looked at; whether one by one."""
    ways = {"one": t("One by one"), "clusters": t("Clusters")}
    way = st.segmented_control(
        t("How they are looked at"),
        list(ways),
        default="one",
        format_func=ways.__getitem__,
        required=True,
        label_visibility="collapsed",
        key="hard-way",
    )
    return way == "one"


def draw(project: Project) -> None:
    """What is alike, one cluster of it, and what was decided so far."""
    manages = session.manages(project.slug)
    _follow()
    found = feedback.must(project.hard_items.clusters, t("Reading the clusters"))
    if found.looked is None:
        words = t(
            "Hard items that are alike are put together, so that one decision answers all of them. It is done by "
            "itself once ten wait."
        )
        with feedback.empty(t("Nobody has looked for clusters yet"), words, ":material/bubble_chart:"):
            _again(project, manages)
    else:
        told = tn(
            "**{n} hard item was compared**, {when}.",
            "**{n} hard items were compared**, {when}.",
            found.looked.items,
            when=layout.when(found.looked.at),
        )
        parts = [told, t("By meaning.") if found.looked.by == "sentences" else t("By words and fields.")]
        if found.alone:
            parts.append(tn("{n} is like no other.", "{n} are like no other.", found.alone))
        if found.newer:
            parts.append(tn("{n} flag is newer.", "{n} flags are newer.", found.newer))
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(" ".join(parts), width="stretch")
            _again(project, manages)
        if found.clusters:
            _clusters(project, found.clusters, manages)
        else:
            st.markdown(t(":gray[No two open hard items are alike: decide them one by one.]"))
    _decisions(project, manages)


def _again(project: Project, manages: bool) -> None:
    if manages and st.button(t("Group them now"), icon=":material/bubble_chart:", key="group-now"):
        job = feedback.attempt(project.hard_items.find, t("Grouping the hard items"))
        if job is not None:
            st.session_state["_hard_items_job"] = job
            st.rerun()


def _follow() -> None:
    job: Job | None = st.session_state.get("_hard_items_job")
    if job is not None:
        layout.follow(job)
        if job.state == "done":
            del st.session_state["_hard_items_job"]


def _clusters(project: Project, clusters: list[HardCluster], manages: bool) -> None:
    by_id = {one.id: one for one in clusters}
    chosen = st.selectbox(
        t("Cluster, the largest first"),
        list(by_id),
        format_func=lambda one: _name(by_id[one]),
        key=f"hard-cluster-{clusters[0].id}",
    )
    one = by_id[chosen]
    reasons = ", ".join(f"{plain(row.reason)} ({number(row.flags)})" for row in one.reasons[:5])
    st.markdown(t("Reasons: {reasons}", reasons=reasons))
    said = ", ".join(
        f"**{plain(tasks.value_text(project.info, row.value))}** ({number(row.labels)})" for row in one.labels[:5]
    )
    st.markdown(t("Others said: {values}", values=said) if said else t(":gray[Nobody has labeled one of them.]"))
    detail = feedback.attempt(lambda: project.hard_items.cluster(chosen), t("Reading the cluster"))
    if detail is None:
        return
    kept = [item.key for item in detail.hard_items if not manages or st.session_state.get(_tick(item), True)]
    if manages:
        _decide(project, chosen, detail.hard_items, kept)
    shown = detail.hard_items
    if len(shown) > SHOWN and not st.checkbox(t("Show all {n} items", n=number(len(shown))), key=f"hard-all-{chosen}"):
        shown = shown[:SHOWN]
    for item in shown:
        _item(project, item, manages)


def _name(one: HardCluster) -> str:
    items = tn("{n} item", "{n} items", one.items)
    return f"{items}: {', '.join(one.words)}" if one.words else items


def _tick(item: HardItem) -> str:
    return f"hard-in-{item.key}"


def _item(project: Project, item: HardItem, manages: bool) -> None:
    with st.container(border=True):
        left, right = st.columns([3, 2], gap="large")
        with left:
            contents.show(item.content, f"cluster-{item.key}")
            if manages:
                st.checkbox(t("In the decision"), value=True, key=_tick(item))
            if item.holdout:
                st.caption(t("In the holdout: it gets no label with others. Decide it one by one."))
        with right:
            for flag in item.flags:
                note = t("“{words}”", words=plain(flag.note)) if flag.note else ""
                st.markdown(f":gray[{plain(flag.labeler.name)}:] {plain(flag.reason)} {note}".rstrip())
            for label in item.labels:
                st.markdown(f"{plain(label.labeler.name)}: **{plain(tasks.value_text(project.info, label.value))}**")


def _decide(project: Project, cluster: int, items: list[HardItem], kept: list[str]) -> None:
    scope = f"hard cluster {project.slug} {cluster}"
    note_key, rule_key = key(scope, f"cluster-note-{cluster}"), key(scope, f"cluster-rule-{cluster}")
    keep(scope, {note_key: "", rule_key: ""})
    usual = min(len(kept), max(LEAST_CHECK, -(-len(kept) * round(100 * CHECK_SHARE) // 100)))
    with st.container(border=True, key="cluster-decision"), st.form(f"cluster-{cluster}", border=False):
        chosen = tn("{kept} of {n} item", "{kept} of {n} items", len(items), kept=number(len(kept)))
        st.markdown(t("**One decision for {chosen}**", chosen=chosen))
        columns = st.columns([2, 4], vertical_alignment="bottom")
        schema = tasks.schema_of(project.info)
        value = tasks.of(project.info).value_input(columns[0], t("Answer"), schema, key=f"cluster-value-{cluster}")
        note = columns[1].text_input(
            t("Your answer to all who asked"), placeholder=t("what was decided, and why"), key=note_key
        )
        columns = st.columns([4, 2], vertical_alignment="bottom")
        rule = columns[0].text_input(
            t("Rule for the draft of the guideline"), placeholder=t("left out when empty"), key=rule_key
        )
        check = columns[1].number_input(
            t("Asked of others, blind"), 0, MOST_CHECK, usual, key=f"cluster-check-{cluster}-{len(kept)}"
        )
        st.caption(
            t(
                "The labels are yours and count at once, marked as being checked. Others get a random sample, without "
                "knowing your answer; what they say is shown below, and all of it can be taken back."
            )
        )
        done = st.form_submit_button(t("Decide them together"), type="primary", icon=":material/done_all:")
    if not done:
        return
    if not kept:
        st.warning(t("Tick at least one item."), icon=":material/edit_note:")
    elif value is None and not note.strip():
        st.warning(t("Say what was decided: an answer, or a note."), icon=":material/edit_note:")
    else:
        given: dict[str, Any] = {} if value is None else {"check": int(check)}
        if rule.strip():
            given |= {"rule": rule.strip(), "example": kept[0]}
        with feedback.told(t("Deciding")):
            decided = project.hard_items.decide(kept, value, note.strip(), **given)
            saved(scope)
            feedback.say_later(_said(decided))
            st.rerun()


def _said(decided: HardDecision) -> str:
    words = tn("{n} item decided.", "{n} items decided.", decided.items)
    if decided.check:
        words += " " + tn("Others are asked for {n} of them.", "Others are asked for {n} of them.", decided.check)
    if decided.left_out:
        words += " " + tn(
            "{n} was left out: in the holdout, or decided meanwhile.",
            "{n} were left out: in the holdout, or decided meanwhile.",
            decided.left_out,
        )
    return words


def _decisions(project: Project, manages: bool) -> None:
    found = feedback.attempt(
        lambda: layout.newest(project.hard_items.decisions(), DECISIONS, t("decisions")), t("Reading the decisions")
    )
    if not found:
        return
    st.header(t("Decided together"), anchor=False)
    rows = [
        {
            t("Answer"): layout.DASH if one.value is None else tasks.value_text(project.info, one.value),
            t("Your words"): one.note or None,
            t("Items"): one.items,
            t("State"): t(STATES[one.state]),
            t("Check"): confirmed(one),
            t("Who"): one.by.name,
            t("When"): layout.when(one.created_at),
        }
        for one in found
    ]
    table.show(rows, {}, height=min(35 * len(rows) + 38, 285))
    if any(one.checked > one.confirmed for one in found if one.state != "undone"):
        st.caption(t("Where others said something else, both answers are on the page Review."))
    there = {one.id: one for one in found if one.state != "undone"}
    if manages:
        undo, done = project.hard_items.undo, t("Taken back.")
        take_back.choose("hard", there, lambda one: _title(project, one), _taken_back, undo, done)


def _taken_back(one: HardDecision) -> str:
    return tn(
        "{n} item is hard again, and the label that it got is in force no more. It stays on record.",
        "{n} items are hard again, and the labels that they got are in force no more. They stay on record.",
        one.items,
    )


def _title(project: Project, one: HardDecision) -> str:
    words = one.note if one.value is None else tasks.value_text(project.info, one.value)
    items = tn("{n} item", "{n} items", one.items)
    return f"{words}, {items}, {layout.when(one.created_at)}"


def confirmed(one: HardDecision) -> str | None:
    """ "confirmed 4 of 5, 38 to 96%"; None where nothing is checked."""
    if not one.check:
        return None
    if one.share.low is None or one.share.high is None:
        return t("asked for {n}, no answer yet", n=number(one.check))
    return t(
        "confirmed {same} of {checked}, {low} to {high}",
        same=number(one.confirmed),
        checked=number(one.checked),
        low=percent(one.share.low),
        high=percent(one.share.high),
    )
