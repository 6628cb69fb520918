"""All items of the project, found by text, label or state, and the whole story of one."""

import math
from collections.abc import Sequence
from itertools import islice

import streamlit as st
from labeler_ui import (
    assignments,
    bulk,
    comments,
    comparable,
    contents,
    danger,
    feedback,
    gold,
    item_filters,
    item_history,
    layout,
    meaning,
    pager,
    removal,
    session,
    slices,
    table,
    tasks,
    test_case_form,
)
from labeler_ui.components.reveal import reveal
from labeler_ui.feedback import plain
from labeler_ui.words import percent, t, tc, tn

from labeler.client import Project
from labeler.wire.insight import ItemOut, ItemPage
from labeler.wire.projects import ProjectOut
from labeler.wire.training import ScoreIn

PAGE = 50
MOST_COUNTED = 100_000
MOST_COMPARED = 8
ASKED = 200  # items of a search that are asked first, at most
OPENED, CLOSED = "_item_opened", "_items_closed"  # the key in the address; how often Back closed one


def render() -> None:
    """Filters, a page of items, and the chosen item."""
    project = layout.project()
    layout.heading(t("Items"), t("Search, filter, and open one to see everything that happened to it."))
    if not project.info.counts.items:
        with feedback.empty(t("No items yet"), t("Import a file to fill the pool.")):
            if session.manages(project.slug):
                layout.open_page("imports", t("Import items"), "upload_file", primary=True)
        return
    wanted = item_filters.draw(project)
    trail = pager.trail("items", wanted)
    page = feedback.must(
        lambda: project.items.page(trail[-1], limit=PAGE, count=True, **wanted), t("Reading the items")
    )
    if wanted.get("like"):
        meaning.bar(project, wanted["like"])
    if not page.items:
        item_filters.nothing(project, wanted)
        return
    searched = item_filters.chosen(wanted)
    st.markdown(f"**{_how_many(page, len(trail))}**")
    with st.container(horizontal=True, vertical_alignment="center"):
        if searched:
            item_filters.clear(st, project)
        if session.manages(project.slug):
            if wanted["q"]:
                _ask_first(project, wanted["q"])
            if item_filters.savable(wanted):
                slices.offer(project, searched)
            if item_filters.removable(wanted) and st.button(
                t("Label these …"),
                icon=":material/done_all:",
                help=t("All that this search finds. People check a sample before the labels count."),
            ):
                bulk.ask(project, where=searched)
            if item_filters.removable(wanted) and st.button(
                t("Assign these …"),
                icon=":material/assignment_ind:",
                help=t("All that this search finds come first to certain people, or to them alone."),
            ):
                assignments.ask(project, where=searched)
            if item_filters.removable(wanted) and danger.button(
                t("Remove these …"), key="these", icon=":material/delete:", help=t("All that this search finds.")
            ):
                removal.ask(project, search=searched)
    name = _name_of_table(project, len(trail))
    opened = st.query_params.get("item") or _is_clicked(name)
    height = min(35 * len(page.items) + 38, 235 if opened and not _is_ticked(name) else 420)
    st.caption(t("Click an item to open it. Tick several to label or remove them together."))
    ticked, clicked = _table(project.info, page.items, name, height)
    known = page.total is not None and page.total < MOST_COUNTED
    pager.draw(page.next_cursor, trail, pages=math.ceil((page.total or 0) / PAGE) if known else None)
    if ticked:
        _together(project, [item for item in page.items if item.key in set(ticked)])
        return
    key = clicked or st.query_params.get("item")
    if key:
        st.query_params["item"] = key
        st.session_state[OPENED] = key
        with st.container():
            reveal(f"item-{project.slug}-{key}")
            _detail(project, key)
    else:
        bulk.listed(project, session.manages(project.slug))


def _how_many(page: ItemPage, number: int) -> str:
    """The items that were found, in words."""
    total = page.total
    if total is None:
        return t("Page {number}", number=number)
    if total >= MOST_COUNTED:
        return t("At least {total} items", total=layout.number(total))
    return tn("{n} item", "{n} items", total)


def _together(project: Project, items: Sequence[ItemOut]) -> None:
    """What can be done with several items at once."""
    if not session.manages(project.slug):
        return
    keys = [item.key for item in items]
    info = project.info
    with st.container(border=True), st.form("together", border=False):
        st.markdown(tn("**{n} item is chosen**", "**{n} items are chosen**", len(keys)))
        columns = st.columns([2, 1, 1, 1], vertical_alignment="bottom")
        value = tasks.of(info).value_input(columns[0], t("Answer"), tasks.schema_of(info), key="together-value")
        label = columns[1].form_submit_button(t("Label them"), type="primary", width="stretch")
        given = columns[2].form_submit_button(t("Assign them …"), width="stretch")
        with columns[3]:
            gone = danger.form_button(t("Remove them …"), key="together")
    test_case_form.offer_many(project, items)
    if given:
        assignments.ask(project, keys=keys)
    if gone:
        removal.ask(project, keys=keys)
    if label and value is None:
        st.warning(t("Choose the answer first."), icon=":material/edit_note:")
    elif label:
        with feedback.told(t("Labeling")):
            project.label_many(dict.fromkeys(keys, value))
            feedback.say_later(tn("{n} item labeled, by you.", "{n} items labeled, by you.", len(keys)))
            st.rerun()


def _correct(project: Project, item: ItemOut) -> None:
    """Label the item from here; one's own earlier label is superseded and stays in the history."""
    info, me = project.info, session.user()
    mine = next((one.value for one in item.labels if me and one.labeler.id == me.id and one.kind == "person"), None)
    with st.form(f"correct-{item.key}", border=False):
        columns = st.columns([3, 1], vertical_alignment="bottom")
        value = tasks.of(info).value_input(
            columns[0], t("Your answer"), tasks.schema_of(info), key=f"correct-value-{item.key}", given=mine
        )
        done = columns[1].form_submit_button(t("Save"), width="stretch")
    if done and value is None:
        st.warning(t("Choose the answer first."), icon=":material/edit_note:")
    elif done:
        with feedback.told(t("Labeling")):
            project.label(item.key, value)
            feedback.say_later(t("Saved as your label."))
            st.rerun()


def _ask_first(project: Project, words: str) -> None:
    """Rare labels begin with a search: items with these words go to the head of the queue."""
    asked = st.button(
        t("Ask these first"),
        icon=":material/vertical_align_top:",
        help=t(
            "Up to {asked} unlabeled items with these words come first, until a new model orders the queue. "
            "Holdout items stay where they are: they are a random sample.",
            asked=ASKED,
        ),
    )
    if not asked:
        return
    matching = project.items.find(q=words, unlabeled=True, split="train", limit=ASKED)
    found = feedback.attempt(lambda: list(islice(matching, ASKED)), t("Searching"))
    if found is None:
        return
    scores = [ScoreIn(key=item.key, score=1 - n / (2 * ASKED)) for n, item in enumerate(found)]
    if not scores:
        st.info(t("All items with these words are labeled or in the holdout."))
        return
    answer = feedback.attempt(lambda: project.rank(scores), t("Ordering the queue"))
    if answer is not None:
        ranked = answer.ranked
        st.success(tn("{n} item will be asked first.", "{n} items will be asked first.", ranked))


def _name_of_table(project: Project, page: int) -> str:
    """The table's key. Who goes back in the browser closes the item: the address no longer has it, and the table has
    to forget the click that opened it."""
    if st.session_state.get(OPENED) and "item" not in st.query_params:
        del st.session_state[OPENED]
        st.session_state[CLOSED] = st.session_state.get(CLOSED, 0) + 1
    return f"items-table-{project.slug}-{page}-{st.session_state.get(CLOSED, 0)}"


def _is_ticked(name: str) -> bool:
    """Whether some are ticked in the table, which is drawn after this is asked."""
    return bool((st.session_state.get(name) or {}).get("selection", {}).get("rows"))


def _is_clicked(name: str) -> bool:
    return bool((st.session_state.get(name) or {}).get("selection", {}).get("cells"))


def _table(project: ProjectOut, items: Sequence[ItemOut], name: str, height: int) -> tuple[list[str], str | None]:
    """Draw the items; returns the keys of those that are ticked, and of the one that was clicked."""
    rows = [
        {
            t("Item"): contents.line(item.content, 220),
            t("Labels"): tasks.labels_text(project, item.labels),
            t("Answer"): _answer(project, item),
            t("Model"): _predicted(project, item),
            t("Confidence"): _confidence(item),
            t("Hard"): item.flags_open or None,
            t("Part"): t(item.split),
            tc("item", "Key"): item.key,
        }
        for item in items
    ]
    empty = [
        name for name in (t("Answer"), t("Model"), t("Confidence"), t("Hard")) if all(row[name] is None for row in rows)
    ]
    rows = [{name: value for name, value in row.items() if name not in empty} for row in rows]
    answers = (t("Labels"), t("Answer"), t("Model"))
    if not contents.have_names(item.key for item in items):  # the open item has it
        rows = [{name: value for name, value in row.items() if name != tc("item", "Key")} for row in rows]
    event = table.show(
        rows,
        {t("Confidence"): lambda sure: percent(sure / 100)},
        on_select="rerun",
        selection_mode=["multi-row", "single-cell"],
        height=height,
        key=name,
        column_config={
            **{title: st.column_config.TextColumn(width=180) for title in answers},
            t("Confidence"): st.column_config.NumberColumn(
                width=95, help=t("How sure the newest model is of what it says.")
            ),
            t("Hard"): st.column_config.NumberColumn(width=60, help=t("Hard flags that wait for a decision.")),
        },
    )
    ticked = [items[row].key for row in event["selection"]["rows"] if row < len(items)]
    clicked = [items[row].key for row, _ in event["selection"]["cells"] if row < len(items)]
    return ticked, clicked[0] if clicked else None


def _answer(project: ProjectOut, item: ItemOut) -> str | None:
    """The one answer in force, where several labels were given."""
    return tasks.value_text(project, item.answer.value) if item.answer and len(item.labels) > 1 else None


def _predicted(project: ProjectOut, item: ItemOut) -> str | None:
    return tasks.value_text(project, item.prediction["value"]) if item.prediction else None


def _confidence(item: ItemOut) -> float | None:
    """In percent; "100%" is not for what is merely close to it."""
    sure = (item.prediction or {}).get("confidence")
    return None if sure is None else int(100 * sure)


def _detail(project: Project, key: str) -> None:
    item = feedback.attempt(lambda: project.items.get(key), t("Opening the item"))
    if item is None:
        return
    st.header(t("Item"), anchor=False)
    left, right = st.columns([3, 2], gap="large")
    with left, st.container(border=True):
        contents.show(item.content, item.key)
        st.caption(t("Key {key}, {split}", key=plain(item.key), split=t(item.split)))
        if item.metadata:
            contents.show({"fields": item.metadata}, f"{item.key}-metadata")
        if item.prediction:
            words = tasks.of(project.info).prediction_text(item.prediction, tasks.schema_of(project.info))
            st.markdown(t("Model {number} says {words}.", number=item.prediction["model"], words=words))
    with right:
        item_history.draw(project, item)
        if session.manages(project.slug):
            _correct(project, item)
            if len({tasks.value_text(project.info, one.value) for one in item.labels}) > 1:
                words, to_review = t("Not all say the same: decide what is right."), {"item": item.key}
                st.caption(words)
                layout.open_page("review", t("Decide in Review"), "gavel", key="to-review", params=to_review)
            gold.set_here(project, item)
            test_case_form.set_here(project, item)
    comments.thread(project, key)
    if st.toggle(t("Show comparable items"), key=f"similar-{key}"):
        comparable.draw(project, key, MOST_COMPARED)
