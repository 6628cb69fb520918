"""Review: answers that people do not agree on, the least certain first; decided by key, or asked again."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st
from labeler_ui import comments, comparable, contents, feedback, layout, session, table, tasks, theme
from labeler_ui.feedback import plain, unlinked
from labeler_ui.words import mark, percent, t, tn

from labeler.client import Project
from labeler.wire.insight import ItemOut
from labeler.wire.reviews import ReviewOut, ReviewQueue

MOST_KEYS = 9
MOST_SHOWN = 100
MOST_COMPARED = 6
MOST_READ = 160  # signs of an item in the table
TOLD = 60  # signs of an item in a message
SIGHT_SECONDS = 0.4  # that an item must have been there before it is decided: from when its buttons are sent
ACTIONS = {
    "keep": mark("kept"),
    "fix": mark("decided"),
    "return": mark("returned"),
    "reassign": mark("given to somebody else"),
}
STATES = {
    "decided": mark("decided"),
    "waiting": mark("waiting for an answer"),
    "answered": mark("answered"),
    "undone": mark("undone"),
}

TIE = 0.5
"""A majority of this share is none."""


def render() -> None:
    """One answer at a time, then what was done."""
    project = layout.project()
    layout.heading(
        t("Review"), t("Where people do not agree: decide once, or ask again. The least certain comes first.")
    )
    _take_pressed(project)
    queue = feedback.must(lambda: project.reviews.queue(limit=200), t("Reading the disagreements"))
    passed: list[str] = st.session_state.setdefault(f"_passed-{project.slug}", [])
    left = [row for row in queue.items if row.item_key not in passed]
    _counts(queue, len(queue.items) - len(left))
    if not left and passed and queue.items:
        words = tn("{n} is left, which you put off.", "{n} are left, which you put off.", queue.open)
        st.info(t("You have seen all of them.") + " " + words, icon=":material/done_all:")
        with st.container(horizontal=True):
            if st.button(t("Show those that are left"), icon=":material/restart_alt:"):
                passed.clear()
                st.session_state.pop(f"_on-screen-{project.slug}", None)
                st.rerun()
            _undo_last(project)
    elif not left:
        _nothing(project)
        _undo_last(project)
    else:
        key = _on_screen(project, [row.item_key for row in left])
        item = feedback.attempt(lambda: project.items.get(key), t("Opening the item"))
        if item is not None:
            _one(project, item, passed)
    if queue.decided or queue.waiting:
        _done(project)


def _on_screen(project: Project, keys: list[str]) -> str:
    """Which is shown: the one that the address names, or that was, while it waits, though another has come before it
    meanwhile; else the first."""
    kept = f"_on-screen-{project.slug}"
    asked = st.query_params.get("item")
    if asked is not None:
        del st.query_params["item"]
        if asked in keys:
            st.session_state[kept] = asked
    if st.session_state.get(kept) not in keys:
        st.session_state[kept] = keys[0]
    return str(st.session_state[kept])


def _come_up(slug: str, key: str) -> None:
    """Its buttons are there from now on, unless they were already."""
    seen = f"_come-up-{slug}"
    if st.session_state.get(seen, ("", 0.0))[0] != key:
        st.session_state[seen] = (key, time.monotonic())


def _counts(queue: ReviewQueue, later: int) -> None:
    """later: of those to decide, how many were put off on this page."""
    words = []
    if queue.open:
        put_off = t(" ({later} put off by you)", later=layout.number(later)) if later else ""
        words.append(tn("{n} to decide", "{n} to decide", queue.open) + put_off)
    if queue.waiting:
        words.append(tn("{n} waits for an answer", "{n} wait for an answer", queue.waiting))
    if queue.decided:
        words.append(tn("{n} decided", "{n} decided", queue.decided))
    if words:
        st.markdown(f":gray[{', '.join(words)}]")


def _nothing(project: Project) -> None:
    words = t("When people say different things of an item, it is here until somebody decides.")
    with feedback.empty(t("Nothing to decide"), words, ":material/handshake:"):
        layout.open_page("agreement", t("Agreement"), "handshake")


def _one(project: Project, item: ItemOut, passed: list[str]) -> None:
    decides = session.manages(project.slug)
    with st.container(border=True, key="review-item"):
        left, right = st.columns([3, 2], gap="medium")
        with left:
            contents.show(item.content, f"review-{item.key}")
            st.caption(t("Key {key}, {split}", key=plain(item.key), split=t(item.split)))
        with right:
            _said(project, item)
        if decides:
            _decide(project, item)
        with st.container(horizontal=True):
            if st.button(
                t("Later"),
                icon=":material/skip_next:",
                key=f"later-{item.key}",
                shortcut="n",
                help=t("It comes again next time."),
            ):
                passed.append(item.key)
                st.rerun()
            if decides:
                _undo_last(project)
    if decides:
        _ask(project, item)
    near, talk = st.columns([3, 2], gap="large")
    with talk:
        comments.thread(project, item.key)
    with near:  # takes a while on a large project: what is decided with is there by then
        _comparable(project, item)


def _undo_last(project: Project) -> None:
    """Back, decision by decision, as far as they were made in this session; all others are undone in the list."""
    done: list[int] = st.session_state.get(f"_reviewed-{project.slug}", [])
    if done and st.button(t("Undo the last decision"), icon=":material/undo:", shortcut="u"):
        _undo(project, done[-1])


def _said(project: Project, item: ItemOut) -> None:
    """Who said what, and what it comes to."""
    info = project.info
    for label in item.labels:
        value = plain(tasks.value_text(info, label.value))
        st.markdown(f"{plain(label.labeler.name)}: **{value}**")
    answer = item.answer
    if answer is not None:
        told = {"value": plain(tasks.value_text(info, answer.value)), "chance": percent(answer.confidence)}
        if answer.method == "majority" and answer.confidence <= TIE:
            st.markdown(t("Undecided so far: it would be **{value}** ({chance})", **told))
        else:
            st.markdown(t("Answer so far: **{value}** ({chance})", **told))
    if item.prediction:
        said = plain(tasks.value_text(info, item.prediction["value"]))
        st.markdown(t(":gray[Model {number}: {answer}]", number=item.prediction["model"], answer=said))


def _decide(project: Project, item: ItemOut) -> None:
    """Few labels are buttons with keys; other answers are typed."""
    info, schema = project.info, tasks.schema_of(project.info)
    values = tasks.of(info).single_values(schema)
    note_key = f"review-note-{item.key}"
    note = st.text_input(t("Why, for the history"), key=note_key)
    if 0 < len(values) <= MOST_KEYS:
        _come_up(project.slug, item.key)
        colors = theme.colors_of(schema.get("labels") or [])
        with st.container(horizontal=True, key="decide"):
            theme.mark_buttons("decide", [colors.get(value) for value in values])
            for place, value in enumerate(values, start=1):
                words = plain(tasks.value_text(info, value))
                given = (project.slug, item, value, note_key)
                st.button(words, key=f"fix-{item.key}-{place}", shortcut=str(place), on_click=_press, args=given)
        return
    columns = st.columns([3, 1], vertical_alignment="bottom")
    value = tasks.of(info).value_input(
        columns[0],
        t("The answer is"),
        schema,
        key=f"review-value-{item.key}",
        given=None if item.answer is None else item.answer.value,
    )
    if columns[1].button(t("Decide"), type="primary", width="stretch", disabled=value is None, key=f"fix-{item.key}"):
        _record(item, partial(project.reviews.fix, item.key, value, note))


def _press(slug: str, item: ItemOut, value: Any, note_key: str) -> None:
    """A decision by key is about the item that was seen, also where another comes first by the time it is drawn.

    One press decides one item. The buttons of the item before are still there while the next one is drawn, and hear the
    key, too: what was decided is not on the screen any more. Nobody has read what has only just come up. Of two keys at
    once it is not known which was first: neither counts.
    """
    pressed = st.session_state.setdefault(f"_pressed-review-{slug}", [])
    if any(one.key == item.key and other != value for one, other, _ in pressed):
        pressed.clear()
        st.session_state[f"_on-screen-{slug}"] = item.key
        st.session_state["_not-counted"] = t("Two keys at once: press one.")
        return
    if st.session_state.get(f"_on-screen-{slug}") != item.key:
        return
    key, since = st.session_state.get(f"_come-up-{slug}", ("", 0.0))
    if key == item.key and time.monotonic() - since < SIGHT_SECONDS:
        st.session_state["_not-counted"] = t("This one has just come up: look at it, then press again.")
        return
    del st.session_state[f"_on-screen-{slug}"]
    pressed.append((item, value, str(st.session_state.get(note_key) or "")))


def _take_pressed(project: Project) -> None:
    for item, value, note in st.session_state.pop(f"_pressed-review-{project.slug}", []):
        with feedback.told(t("Saving the decision")):
            _told(item, project.reviews.fix(item.key, value, note))
    if why := st.session_state.pop("_not-counted", None):
        st.toast(why, icon=":material/visibility:")
    feedback.say_now()


def _ask(project: Project, item: ItemOut) -> None:
    """Back to who said it, or to somebody else; they do not see what was said."""
    with (
        st.expander(t("Ask again instead"), icon=":material/undo:"),
        st.form(f"ask-{item.key}", border=False),
    ):
        people = {label.labeler.id: label.labeler.name for label in item.labels if label.labeler.kind == "person"}
        words = st.text_input(t("What they should look at"))
        whom = st.selectbox(t("Who"), list(people), format_func=people.__getitem__)
        with st.container(horizontal=True):
            back = st.form_submit_button(t("Return the label"), disabled=whom is None)
            other = st.form_submit_button(t("Ask somebody else"))
    if back:
        _record(item, partial(project.reviews.return_to, item.key, int(whom or 0), words))
    if other:
        _record(item, partial(project.reviews.reassign, item.key, note=words))


def _record(item: ItemOut, call: Callable[[], ReviewOut]) -> None:
    with feedback.told(t("Saving the decision")):
        _told(item, call())
        st.rerun()


def _told(item: ItemOut, done: ReviewOut) -> None:
    st.session_state.setdefault(f"_reviewed-{session.slug()}", []).append(done.id)
    line = contents.line(item.content, TOLD)
    feedback.say_later(t("{what}: {item}", what=t(ACTIONS[done.action]).capitalize(), item=unlinked(line)))


def _comparable(project: Project, item: ItemOut) -> None:
    """How items like this one were answered."""
    st.header(t("Comparable items"), anchor=False)
    comparable.answered(project, item.key, MOST_COMPARED)


def _done(project: Project) -> None:
    with st.expander(t("What was decided"), icon=":material/history:"):
        rows = layout.newest(project.reviews, MOST_SHOWN, t("reviews"))
        if not rows:
            st.markdown(t(":gray[Nothing yet.]"))
            return
        shown: list[dict[str, Any]] = [
            {
                t("Item"): contents.line(row.content, MOST_READ),
                t("What"): t(ACTIONS[row.action]),
                t("Answer"): None if row.value is None else tasks.value_text(project.info, row.value),
                t("Who was asked"): row.to.name if row.to else None,
                t("By"): row.by.name,
                t("When"): layout.when(row.created_at),
                t("State"): t(STATES[row.state]),
                t("Note"): row.note,
                t("Key"): row.item_key,
            }
            for row in rows
        ]
        if not contents.have_names(row.item_key for row in rows):
            shown = [{name: value for name, value in row.items() if name != t("Key")} for row in shown]
        if not session.manages(project.slug):
            table.show(shown)
            return
        event = table.show(shown, on_select="rerun", selection_mode="single-row", key="reviews-table")
        chosen = [rows[place] for place in event["selection"]["rows"] if place < len(rows)]
        can = bool(chosen) and chosen[0].state != "undone"
        if st.button(t("Undo"), icon=":material/undo:", disabled=not can, key="undo-review"):
            _undo(project, chosen[0].id)


def _undo(project: Project, review_id: int) -> None:
    with feedback.told(t("Undoing")):
        project.reviews.undo(review_id)
        done: list[int] = st.session_state.get(f"_reviewed-{project.slug}", [])
        if review_id in done:
            done.remove(review_id)
        feedback.say_later(t("Undone: the labels decide again, and nobody is asked any more."))
        st.rerun()
