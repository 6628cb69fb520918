"""The guideline: read it, write the next version, compare any two, publish."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import streamlit as st
from labeler_ui import campaign_form, feedback, guideline_impact, layout, session, tasks
from labeler_ui.components.keeper import keep, saved
from labeler_ui.components.reveal import reveal
from labeler_ui.feedback import plain
from labeler_ui.pressed import pressed
from labeler_ui.words import mark, t

from labeler.client import ApiError, Project
from labeler.wire.guidelines import DiffRow, GuidelineOut

PUBLISHED = "_guideline_published"
SOMEONE = mark("someone")  # whose account is not known
MOST = 300  # versions that are listed, the newest
MOST_COMPARED = 250_000  # lines times lines: the comparison is at hand in a moment, whatever the lines are
START = (
    "# {name}\n\nWhat is asked, in one sentence.\n\n{answers}"
    "## When unsure\n\nMark the item as hard (`H`) and say why.\n"
)
SECTION = "## {answer}\n\nDefinition.\n\n- *Example:* \n- *Not this:* \n\n"
TO_FILL_IN = {"What is asked, in one sentence.", "Definition.", "- *Example:*", "- *Not this:*"}


def start_text(name: str, answers: list[str]) -> str:
    """A guideline to fill in: one section per possible answer, with definition, example and counter-example."""
    return START.format(name=name, answers="".join(SECTION.format(answer=answer) for answer in answers))


def render() -> None:
    """Tabs for reading, writing and comparing; labelers only read."""
    project = layout.project()
    layout.heading(t("Guideline"), t("The instructions that every label follows. Published versions never change."))
    versions = feedback.must(lambda: layout.newest(project.guidelines, MOST, t("versions")), t("Reading the guideline"))
    published = [one for one in versions if one.state == "published"]
    draft = next((one for one in versions if one.state == "draft"), None)
    if not session.manages(project.slug):
        _read(project, published)
        return
    if st.session_state.pop(PUBLISHED, False):
        st.session_state["guideline-tabs"] = t("Read")  # what everybody reads from now on
    read, write, compare = layout.tabs(
        [t("Read"), t("Write"), t("Versions")], "guideline-tabs", t("Read") if published else t("Write")
    )
    with read:
        _read(project, published)
    with write:
        _write(project, published, draft)
    with compare:
        _versions(project, versions)


def _read(project: Project, published: Sequence[GuidelineOut]) -> None:
    if not published:
        feedback.empty(
            t("No guideline yet"),
            t("People can label without one, but they agree more often with one."),
            ":material/menu_book:",
        )
        return
    numbers = {one.version: one for one in published}
    number = published[0].version
    if len(published) > 1:
        key = f"read-{project.slug}"
        session.follow_guess(key, number, numbers)
        number = st.selectbox(
            t("Version"), list(numbers), format_func=lambda v: t("Version {v}", v=v), width=220, key=key
        )
    current = numbers[number]
    note = f": {plain(current.note)}" if current.note else ""
    st.caption(
        t(
            "Version {number}{note}. Published {published_at} by {who}.",
            number=number,
            note=note,
            published_at=layout.when(current.published_at),
            who=plain(current.author or t(SOMEONE)),
        )
    )
    with st.container(border=True):
        st.html(f'<div class="lb-guideline">{current.html}</div>')
    if number == published[0].version and session.manages(project.slug):
        guideline_impact.unread(project, number)
    if number == published[0].version and current.acknowledged:
        st.markdown(t(":green[:material/check: You have read this version.]"))
    elif number == published[0].version and st.button(t("I have read it"), type="primary"):
        with feedback.told():
            project.guidelines.acknowledge(number)
            st.rerun()


def unfilled(text: str) -> list[str]:
    """The headings of a guideline under which there are still the words of the text to start from."""
    section, found = t("the beginning"), []
    for line in text.splitlines():
        if line.startswith("#"):
            section = line.lstrip("# ").strip()
        elif line.strip() in TO_FILL_IN:
            found.append(section)
    return list(dict.fromkeys(found))


@dataclass
class Desk:
    """What is being written in this browser session. mark: the draft (version, saved at) or text that it began with."""

    begin: str
    mark: tuple[int, datetime | None]
    refused: int = 0  # times in a row that what is not filled in was to be published


def _write(project: Project, published: Sequence[GuidelineOut], draft: GuidelineOut | None) -> None:
    info, text_key, note_key = project.info, f"guideline-{project.slug}", f"guideline-note-{project.slug}"
    scope = f"guideline {project.slug}"
    latest = draft or (published[0] if published else None)
    begin = latest.text if latest else start_text(info.name, tasks.of(info).sections(tasks.schema_of(info)))
    mark = (latest.version, latest.created_at) if latest else (0, None)
    desk: Desk = st.session_state.setdefault(f"_desk-{project.slug}", Desk(begin, mark))
    st.session_state.setdefault(text_key, desk.begin)
    st.session_state.setdefault(note_key, draft.note if draft else "")
    if mark != desk.mark:
        _others_saved(desk, begin, mark, latest, text_key, scope)
    keep(scope, {text_key: begin, note_key: draft.note if draft else ""})
    left, right = st.columns(2, gap="medium")
    text = left.text_area(
        t("Markdown"),
        st.session_state[text_key],
        height=520,
        key=text_key,
        on_change=_save_quietly,
        args=(project, desk, text_key, note_key, scope),
        help=t("The preview follows, and the draft is saved, when you leave the field or press Ctrl+Enter."),
    )
    with right:
        st.markdown(t("Preview"))
        with st.container(border=True, height=520, key="guideline-preview"):
            st.markdown(_calm(text))
    st.text_input(
        t("What is new in this version?"),
        st.session_state[note_key],
        key=note_key,
        placeholder=t("one line that labelers will see"),
    )
    if draft is not None:
        st.caption(
            t(
                "Draft of version {version}, saved {created_at}.",
                version=draft.version,
                created_at=layout.when(draft.created_at),
            )
        )
    told = st.empty()
    with st.container(horizontal=True):
        if pressed(t("Save draft"), icon=":material/save:") and _save(project, desk, text_key, note_key, scope):
            feedback.say_later(t("Draft saved."))
            st.rerun()
        if pressed(t("Publish …"), icon=":material/publish:", type="primary", disabled=not text.strip()):
            desk.refused = desk.refused + 1 if unfilled(text) else 0
            if not desk.refused and (saved_one := _save(project, desk, text_key, note_key, scope)) is not None:
                _publish(project, saved_one, published[0] if published else None)
    if desk.refused and (missing := unfilled(text)):  # until it is filled in
        where = ", ".join(plain(one) for one in missing)
        words = t(
            "Not yet: the text to start from is still there under {where}. Say what is meant, or remove the line.",
            where=where,
        )
        with told.container():
            st.warning(words, icon=":material/edit_note:")
            reveal(f"unfilled-{project.slug}-{desk.refused}")


def _others_saved(desk: Desk, begin: str, mark: Any, latest: GuidelineOut | None, text_key: str, scope: str) -> None:
    """Somebody else saved or published meanwhile: taken over where nothing was written here, else told."""
    if st.session_state[text_key] in (desk.begin, begin):
        st.session_state[text_key] = begin
        desk.begin, desk.mark = begin, mark
        return
    who = plain((latest.author if latest else None) or t(SOMEONE))
    with st.container(border=True):
        st.markdown(t("**{who} has saved another text since you began.** Yours is below and not saved.", who=who))
        with st.expander(t("What differs: theirs, yours")):
            layout.diff_table(compared(begin, st.session_state[text_key]), t("Theirs"), t("Yours"), only_changes=True)
        with st.container(horizontal=True):
            if st.button(t("Take theirs")):
                st.session_state[text_key] = begin
                desk.begin, desk.mark = begin, mark
                saved(scope)  # what was typed is given up: a reload must not bring it back
                st.rerun()
            if st.button(t("Go on with mine"), help=t("The next time you save, yours replaces theirs.")):
                desk.begin, desk.mark = begin, mark
                st.rerun()


def _save_quietly(project: Project, desk: Desk, text_key: str, note_key: str, scope: str) -> None:
    """When the field is left: what stands in the way shows when the page is drawn, right after this."""
    _save(project, desk, text_key, note_key, scope, quietly=True)


def _save(
    project: Project, desk: Desk, text_key: str, note_key: str, scope: str, quietly: bool = False
) -> GuidelineOut | None:
    """Save the draft; None after showing why not."""
    text, note = st.session_state[text_key], st.session_state.get(note_key, "")
    is_draft = desk.mark[1] is not None and any(
        one.version == desk.mark[0] and one.state == "draft" for one in project.guidelines
    )
    try:
        made = project.guidelines.save_draft(text, note, replaces=desk.mark[1] if is_draft else None)
    except ApiError as error:
        if not quietly:
            feedback.show_error(error, t("Saving"))
        return None
    desk.begin, desk.mark = made.text, (made.version, made.created_at)
    saved(scope)
    return made


def compared(a: str, b: str) -> list[DiffRow]:
    """Two texts line by line, for the eye. What is between the first change and the last is compared in bounded time:
    where it is very long, one side is shown after the other."""
    left, right = a.splitlines(), b.splitlines()
    head = _alike(left, right)
    tail = _alike(left[head:][::-1], right[head:][::-1])
    old, new = left[head : len(left) - tail], right[head : len(right) - tail]
    rows = [_line("same", line, line) for line in left[:head]]
    if len(old) * len(new) > MOST_COMPARED:
        changes = [("replace", 0, len(old), 0, len(new))]
    else:
        changes = [*difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()]
    for what, i, j, k, m in changes:
        if what == "equal":
            rows += [_line("same", line, line) for line in old[i:j]]
        else:
            rows += [_line("removed", line, None) for line in old[i:j]]
            rows += [_line("added", None, line) for line in new[k:m]]
    return rows + [_line("same", line, line) for line in left[len(left) - tail :]]


def _alike(left: list[str], right: list[str]) -> int:
    """How many lines are the same from the beginning on."""
    pairs = zip(left, right, strict=False)
    return next((n for n, (one, other) in enumerate(pairs) if one != other), min(len(left), len(right)))


def _line(kind: Literal["same", "added", "removed"], left: str | None, right: str | None) -> DiffRow:
    return DiffRow(kind=kind, left=left, right=right, left_line=None, right_line=None)


def _calm(text: str) -> str:
    """Images in a guideline are not fetched for the preview: the page loads nothing from outside."""
    return text.replace("![", "\\!\\[")


@layout.dialog(mark("Publish the guideline?"), width="medium")
def _publish(project: Project, draft: GuidelineOut, before: GuidelineOut | None) -> None:
    st.markdown(
        t(
            "It becomes the version that every new label follows, and can't be changed afterwards. "
            "**Every labeler must read and acknowledge it before they get further items.** What is in their "
            "browsers already still counts, under the version before, and its labels say so."
        )
    )
    if before is not None:
        st.markdown(t("What changes:"))
        layout.rendered_changes(feedback.must(lambda: project.guidelines.diff(before.version, draft.version)).rows)
    found = feedback.must(lambda: project.guidelines.impact(draft.version), t("Looking at what it touches"))
    guideline_impact.draw(found)
    with st.container(horizontal=True):
        alone = st.button(t("Publish"), type="primary", key="publish-yes")
        campaign = found.select is not None and st.button(
            t("Publish and ask again"), key="publish-campaign", icon=":material/replay:"
        )
    if not alone and not campaign:
        return
    with feedback.told(t("Publishing")):
        made = project.guidelines.publish(draft.text, draft.note, replaces=draft.created_at)
        st.session_state.pop(f"_desk-{project.slug}", None)
        for key in (f"guideline-{project.slug}", f"guideline-note-{project.slug}"):
            st.session_state.pop(key, None)
        feedback.say_later(t("Version {version} is published.", version=made.version))
        st.session_state[PUBLISHED] = True
        if campaign and found.select is not None:
            name = draft.note or t("Guideline {version}", version=made.version)
            campaign_form.begin(project, name[:200], campaign_form.prefilled(found.select), "same")
        st.rerun()


def _versions(project: Project, versions: Sequence[GuidelineOut]) -> None:
    if len(versions) < 2:
        st.markdown(t(":gray[Two versions can be compared here, once there are two.]"))
    for one in versions:
        state = ":orange-badge[draft]" if one.state == "draft" else ":green-badge[published]"
        time = layout.when(one.published_at or one.created_at)
        who = plain(one.author or t(SOMEONE))
        st.markdown(
            t(
                "**Version {version}** {state} {note}  \n:gray[{who}, {time}]",
                version=one.version,
                state=state,
                note=plain(one.note),
                who=who,
                time=time,
            )
        )
    if len(versions) < 2:
        return
    names = {one.version: t("Version {v}", v=one.version) for one in versions}
    a, b, beside = layout.two_versions(f"diff-{project.slug}", names)
    only = beside.toggle(t("Only what changed"), value=True)
    if a == b:
        st.markdown(t(":gray[Choose two different versions.]"))
        return
    diff = feedback.must(lambda: project.guidelines.diff(a, b), t("Comparing"))
    layout.diff_table(diff.rows, t("Version {a}", a=a), t("Version {b}", b=b), only)
