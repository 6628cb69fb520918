"""Hard items: what labelers could not decide, by reason, with what others said, until each is resolved."""

from itertools import islice

import streamlit as st
from labeler_ui import contents, feedback, hard_clusters, layout, session, tasks, test_case_form, together
from labeler_ui.components.keeper import keep, saved
from labeler_ui.feedback import plain
from labeler_ui.words import mark, t

from labeler.client import Project
from labeler.wire.labels import FlagOut

MOST = 500  # flags that are listed
MOST_MEANWHILE = 50  # of the newest decisions, to find those of others
RULES = {
    "none": mark("nothing"),
    "example": mark("your answer as a rule, with this item"),
    "rule": mark("your answer as a rule"),
}
"""What becomes of a decision in the guideline."""


def render() -> None:
    """Open flags by reason; each can be resolved with a note, a label, or both."""
    project = layout.project()
    layout.heading(
        t("Hard items"),
        t("Decide each once, and put the decision into the guideline so that nobody has to ask again."),
    )
    with st.container(horizontal=True):
        alone = hard_clusters.is_alone()
        state = _state() if alone else "open"
    if not alone:
        hard_clusters.draw(project)
        return
    flags = feedback.must(lambda: layout.newest(project.flags.find(state), MOST, t("flags")), t("Reading the flags"))
    if state == "open":
        _decided_meanwhile(project, flags)
    if not flags:
        if state == "open":
            feedback.empty(
                t("No hard items"),
                t("When labelers press **H** on an item that they can't decide, it shows up here."),
                ":material/sentiment_satisfied:",
            )
        else:
            feedback.empty(t("Nothing resolved yet"), t("Resolved hard items stay here, with the decision."))
        return
    reasons: dict[str, list[FlagOut]] = {}
    for flag in flags:
        reasons.setdefault(flag.reason or t("no reason"), []).append(flag)
    ordered = sorted(reasons, key=lambda reason: -len(reasons[reason]))
    chosen = st.pills(
        t("Reason"),
        ordered,
        format_func=lambda r: f"{r} ({len(reasons[r])})",
        selection_mode="multi",
        default=[],
        label_visibility="collapsed",
    )
    if state == "open" and session.manages(project.slug):
        notes = [*(f"note-{flag.id}" for flag in flags), together.NOTE]
        keep(f"hard {project.slug}", dict.fromkeys(notes, ""))
    shown = {reason: reasons[reason] for reason in chosen or ordered}
    decides = state == "open" and session.manages(project.slug)
    if decides:
        together.decide(project, [flag for alike in shown.values() for flag in alike])
    several = sum(map(len, shown.values())) > 1
    for reason, alike in shown.items():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.header(plain(reason), anchor=False)
            if decides and len(alike) > 1:
                together.choose_all(reason, alike)
        for flag in alike:
            _flag(project, flag, several)


def _state() -> str:
    """Whether the open ones are shown, or the resolved ones."""
    ways = {"open": t("Open"), "resolved": t("Resolved")}
    return str(
        st.segmented_control(
            t("Show"),
            list(ways),
            default="open",
            format_func=ways.__getitem__,
            required=True,
            label_visibility="collapsed",
        )
    )


def _decided_meanwhile(project: Project, flags: list[FlagOut]) -> None:
    """Say what somebody else resolved since the last look, and what one had typed about it: no form is left for it."""
    key = f"_hard-{project.slug}"
    gone = st.session_state.get(key, set()) - {flag.id for flag in flags}
    st.session_state[key] = {flag.id for flag in flags}
    if not gone:
        return
    me = session.user()
    for flag in islice(project.flags.find("resolved"), MOST_MEANWHILE):
        done = flag.resolution
        if flag.id not in gone or done is None or (me is not None and done.by == me.name):
            continue
        words = t("{name} has resolved a hard item meanwhile.", name=plain(done.by))
        if done.note:
            words += " " + t("They said: “{words}”.", words=plain(done.note))
        if typed := str(st.session_state.get(f"note-{flag.id}") or "").strip():
            words += " " + t("What you had typed is not saved: “{words}”.", words=plain(typed))
        st.warning(words, icon=":material/group:")


def _flag(project: Project, flag: FlagOut, several: bool) -> None:
    info = project.info
    with st.container(border=True, key=f"flag-{flag.id}"):
        left, right = st.columns([3, 2], gap="large")
        with left:
            contents.show(flag.content, f"flag-{flag.id}")
            version = (
                t(", guideline version {guideline_version}", guideline_version=flag.guideline_version)
                if flag.guideline_version
                else ""
            )
            st.caption(f"{plain(flag.labeler.name)}, {layout.when(flag.created_at)}{version}")
            if flag.note:
                st.markdown(t("“{words}”", words=plain(flag.note)))
        with right:
            for label in flag.labels:
                st.markdown(f"{plain(label.labeler.name)}: **{plain(tasks.value_text(info, label.value))}**")
            if not flag.labels:
                st.markdown(t(":gray[Not labeled yet.]"))
            said = flag.prediction
            if said:
                st.markdown(
                    t(
                        ":gray[Model {number}: {answer}]",
                        number=said["model"],
                        answer=plain(tasks.value_text(info, said["value"])),
                    )
                )
            done = flag.resolution
            if done is not None:
                told = t("**Resolved** by {name}, {when}", name=plain(done.by), when=layout.when(done.at))
                note = "  \n" + t("“{words}”", words=plain(done.note)) if done.note else ""
                st.success(told + note, icon=":material/task_alt:")
                if session.manages(info.slug) and st.button(
                    t("Open again"), key=f"reopen-{flag.id}", icon=":material/undo:"
                ):
                    _reopen(project, flag)
        decides = flag.resolution is None and session.manages(info.slug)
        if decides:
            if several:
                together.choose(flag)
            _resolve(project, flag)
        with st.container(horizontal=True):
            to_item = {"item": flag.item_key}
            layout.open_page("items", t("Open the item"), "open_in_new", key=f"item-of-{flag.id}", params=to_item)
            if decides:
                test_case_form.offer(project, flag.item_key, flag.labels[0].value if flag.labels else None)


def _reopen(project: Project, flag: FlagOut) -> None:
    with feedback.told(t("Opening again")):
        project.flags.reopen(flag.id)
        feedback.say_later(t("It is open again. Labels that came with the decision stay."))
        st.rerun()


def _resolve(project: Project, flag: FlagOut) -> None:
    schema = tasks.schema_of(project.info)
    note_key, rule_key = f"note-{flag.id}", f"rule-{flag.id}"
    with st.form(f"resolve-{flag.id}", border=False):
        columns = st.columns([4, 7, 5, 2], vertical_alignment="bottom")
        value = tasks.of(project.info).value_input(columns[0], t("Answer"), schema, key=f"value-{flag.id}")
        note = columns[1].text_input(
            t("Your answer to {name}", name=plain(flag.labeler.name)),
            placeholder=t("what was decided, and why"),
            key=note_key,
        )
        rule = columns[2].selectbox(
            t("Add to the draft of the guideline"),
            list(RULES),
            format_func=lambda one: t(RULES[one]),
            key=rule_key,
        )
        done = columns[3].form_submit_button(t("Resolve"), type="primary", width="stretch")
    if not done:
        return
    if value is None and not note.strip():
        st.warning(t("Say what was decided: an answer, or a note."), icon=":material/edit_note:")
        return
    as_rule = rule != "none"
    if as_rule and not note.strip():
        st.warning(t("A rule needs words: write it as your answer."), icon=":material/edit_note:")
        return
    with feedback.told(t("Resolving")):
        project.flags.resolve(flag.id, note.strip(), value, note.strip() if as_rule else "", example=rule == "example")
        saved(f"hard {project.slug}")
        feedback.say_later(t("Resolved. The rule is in the draft of the guideline.") if as_rule else t("Resolved."))
        st.rerun()
