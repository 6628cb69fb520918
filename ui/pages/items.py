"""All items of the project, found by text, label or state, and the whole story of one."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import pandas as pd
import streamlit as st
from labeler_ui import feedback, layout, removal, session, tasks
from labeler_ui.feedback import plain

from labeler.client import Project
from labeler.wire.insight import HistoryEntry, ItemOut
from labeler.wire.projects import ProjectOut
from labeler.wire.training import ScoreIn

Filters = dict[str, Any]  # as GET /items has them
STATES: Mapping[str, Filters] = {"All": {}, "Not labeled": {"unlabeled": True}, "Flagged as hard": {"flagged": True}}
PAGE = 50
ASKED = 200  # items of a search that are asked first, at most


def render() -> None:
    """Filters, a page of items, and the chosen item."""
    project = layout.project()
    layout.heading("Items", "Search, filter, and open one to see everything that happened to it.")
    if not project.info.counts.items:
        with feedback.empty("No items yet", "Import a file to fill the pool."):
            if session.manages(project.slug):
                layout.open_page("setup", "Import items", "upload_file", primary=True, step="import")
        return
    wanted = _filters(project.info)
    trail = _trail(wanted)
    page = feedback.must(lambda: project.items.page(trail[-1], limit=PAGE, **wanted), "Reading the items")
    if not page.items:
        feedback.empty("No item matches", "No item matches all filters. Remove one of them.", ":material/search_off:")
        return
    if session.manages(project.slug) and any(wanted.values()):
        with st.container(horizontal=True):
            if wanted["q"]:
                _ask_first(project, wanted["q"])
            if st.button("Remove these …", icon=":material/delete:", help="All items that this search finds."):
                removal.ask(project, search={name: value for name, value in wanted.items() if value})
    opened = st.query_params.get("item") or _chosen(len(trail)) is not None
    height = min(35 * len(page.items) + 38, 235 if opened else 420)
    chosen = _table(project.info, page.items, len(trail), height)
    _pager(page.next_cursor, trail)
    key = chosen or st.query_params.get("item")
    if key:
        st.query_params["item"] = key
        _detail(project, key)


def _filters(project: ProjectOut) -> Filters:
    columns = st.columns([3, 2, 2, 2], vertical_alignment="bottom")
    words = columns[0].text_input("Search", placeholder="words in the text", icon=":material/search:", key="items-q")
    answer = tasks.of(project).filters(columns[1], tasks.schema_of(project), key=f"items-answer-{project.slug}")
    state = columns[2].selectbox("State", list(STATES), key="items-state")
    split = columns[3].selectbox(
        "Part",
        ["train", "holdout"],
        index=None,
        placeholder="any",
        key="items-split",
        help="Holdout: drawn at random, labeled, never trained on.",
    )
    return {"q": words or None, "split": split, **answer, **STATES[state]}


def _ask_first(project: Project, words: str) -> None:
    """Rare labels begin with a search: items with these words go to the head of the queue."""
    asked = st.button(
        "Ask these first",
        icon=":material/vertical_align_top:",
        help=f"Up to {ASKED} unlabeled items with these words come first, until a new model orders the queue. "
        "Holdout items stay where they are: they are a random sample.",
    )
    if not asked:
        return
    matching = project.items.find(q=words, unlabeled=True, split="train", limit=ASKED)
    found = feedback.attempt(lambda: list(islice(matching, ASKED)), "Searching")
    if found is None:
        return
    scores = [ScoreIn(key=item.key, score=1 - n / (2 * ASKED)) for n, item in enumerate(found)]
    if not scores:
        st.info("All items with these words are labeled or in the holdout.")
        return
    answer = feedback.attempt(lambda: project.rank(scores), "Ordering the queue")
    if answer is not None:
        ranked = answer.ranked
        st.success(f"{layout.number(ranked)} item{'s' * (ranked != 1)} will be asked first.")


def _trail(wanted: Filters) -> list[str | None]:
    """The cursors walked so far; a change of filters starts again."""
    kept: tuple[Any, list[str | None]] | None = st.session_state.get("_items")
    if kept is None or kept[0] != (session.slug(), wanted):
        kept = ((session.slug(), wanted), [None])
        st.session_state["_items"] = kept
    return kept[1]


def _chosen(page: int) -> int | None:
    """The row that is ticked in the table, which is drawn after this is asked."""
    rows = (st.session_state.get(f"items-table-{page}") or {}).get("selection", {}).get("rows", [])
    return rows[0] if rows else None


def _table(project: ProjectOut, items: Sequence[ItemOut], page: int, height: int) -> str | None:
    rows = [
        {
            "Item": layout.content_text(item.content, 220),
            "Labels": tasks.labels_text(project, item.labels),
            "Answer": _answer(project, item),
            "Model": _predicted(project, item),
            "Hard": item.flags_open or None,
            "Part": item.split,
            "Key": item.key,
        }
        for item in items
    ]
    if not any(row["Answer"] for row in rows):
        rows = [{name: value for name, value in row.items() if name != "Answer"} for row in rows]
    event = st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        height=height,
        placeholder="",
        key=f"items-table-{page}",
        column_config={
            "Item": st.column_config.TextColumn(width=370),
            "Labels": st.column_config.TextColumn(width=125),
            "Hard": st.column_config.NumberColumn(width="small"),
        },
    )
    chosen = event["selection"]["rows"]
    return items[chosen[0]].key if chosen and chosen[0] < len(items) else None


def _answer(project: ProjectOut, item: ItemOut) -> str | None:
    """The one answer in force, where several labels were given."""
    return tasks.value_text(project, item.answer.value) if item.answer and len(item.labels) > 1 else None


def _predicted(project: ProjectOut, item: ItemOut) -> str | None:
    return tasks.value_text(project, item.prediction["value"]) if item.prediction else None


def _pager(next_cursor: str | None, trail: list[str | None]) -> None:
    if len(trail) == 1 and not next_cursor:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Back", icon=":material/chevron_left:", disabled=len(trail) == 1):
            trail.pop()
            st.rerun()
        if st.button("Next", icon=":material/chevron_right:", disabled=not next_cursor):
            trail.append(next_cursor)
            st.rerun()
        st.markdown(f":gray[Page {len(trail)}]")


def _detail(project: Project, key: str) -> None:
    item = feedback.attempt(lambda: project.items.get(key), "Opening the item")
    if item is None:
        return
    st.subheader("Item", anchor=False)
    left, right = st.columns([3, 2], gap="large")
    with left, st.container(border=True):
        layout.show_content(item.content)
        st.caption(f"Key {plain(item.key)}, {item.split}")
        if item.metadata:
            layout.show_content({"fields": item.metadata})
        if item.prediction:
            words = tasks.of(project.info).prediction_text(item.prediction, tasks.schema_of(project.info))
            st.markdown(f"Model {item.prediction['model']} says {words}.")
    with right:
        st.markdown("**History**")
        events = feedback.attempt(lambda: project.items.history(key), "Reading the history") or []
        for event in events:
            _event(project.info, event)
        if not events:
            st.markdown(":gray[Nobody has labeled it yet.]")
    if st.toggle("Show comparable items", key=f"similar-{key}"):
        near = feedback.attempt(lambda: project.items.similar(key, 8), "Comparable items")
        for one in near or []:
            labels = tasks.labels_text(project.info, one.labels)
            words = plain(layout.content_text(one.content, 200))
            st.markdown(f"{words}  \n:gray[{plain(labels or 'not labeled')}]")


def _event(project: ProjectOut, event: HistoryEntry) -> None:
    reason = plain(event.reason or "")
    words = {
        "label": f"labeled **{plain(tasks.value_text(project, event.value))}**",
        "undo": "took the label back",
        "flag": f"marked it as hard: {reason}",
        "skip": f"skipped it: {reason}",
    }.get(event.kind, plain(event.kind))
    note = f"  \n{plain(event.note)}" if event.note else ""
    st.markdown(f"{plain(event.labeler.name)} {words}{note}  \n:gray[{layout.when(event.at)}]")
