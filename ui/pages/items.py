"""All items of the project, found by text, label or state, and the whole story of one."""

from typing import Any

import pandas as pd
import streamlit as st
from labeler_ui import feedback, layout, session, tasks
from labeler_ui.feedback import plain

STATES = {"All": {}, "Labeled": {}, "Not labeled": {"unlabeled": True}, "Flagged as hard": {"flagged": True}}
PAGE = 50
ASKED = 200  # items of a search that are asked first, at most


def render() -> None:
    """Filters, a page of items, and the chosen item."""
    project = layout.project()
    layout.heading("Items", "Search, filter, and open one to see everything that happened to it.")
    if not (project.get("counts") or {}).get("items"):
        with feedback.empty("No items yet", "Import a file to fill the pool."):
            if session.manages(project["slug"]):
                layout.open_page("setup", "Import items", "upload_file", primary=True, step="import")
        return
    wanted = _filters(project)
    trail = _trail(wanted)
    answer = layout.read("/items", limit=PAGE, cursor=trail[-1], **wanted)
    if not answer["items"]:
        feedback.empty("No item matches", "No item matches all filters. Remove one of them.", ":material/search_off:")
        return
    if wanted["q"] and session.manages(project["slug"]):
        _ask_first(project["slug"], wanted["q"])
    opened = st.query_params.get("item") or _chosen(len(trail)) is not None
    rows = len(answer["items"])
    chosen = _table(project, answer["items"], len(trail), min(35 * rows + 38, 235 if opened else 420))
    _pager(answer, trail)
    key = chosen or st.query_params.get("item")
    if key:
        st.query_params["item"] = key
        _detail(project, key)


def _filters(project: dict[str, Any]) -> dict[str, Any]:
    columns = st.columns([3, 2, 2, 2], vertical_alignment="bottom")
    words = columns[0].text_input("Search", placeholder="words in the text", icon=":material/search:", key="items-q")
    answer = tasks.of(project).filters(columns[1], tasks.schema_of(project), key=f"items-answer-{project['slug']}")
    state = columns[2].selectbox("State", ["All", "Not labeled", "Flagged as hard"], key="items-state")
    split = columns[3].selectbox(
        "Part",
        ["train", "holdout"],
        index=None,
        placeholder="any",
        key="items-split",
        help="Holdout: drawn at random, labeled, never trained on.",
    )
    return {"q": words or None, "split": split, **answer, **STATES[state]}


def _ask_first(slug: str, words: str) -> None:
    """Rare labels begin with a search: items with these words go to the head of the queue."""
    asked = st.button(
        "Ask these first",
        icon=":material/vertical_align_top:",
        help=f"Up to {ASKED} unlabeled items with these words come first, until a new model orders the queue. "
        "Holdout items stay where they are: they are a random sample.",
    )
    if not asked:
        return
    here = f"/projects/{slug}"
    filters = {"q": words, "unlabeled": True, "split": "train"}
    found = feedback.attempt(lambda: list(layout.pages_of(f"{here}/items", most=ASKED, **filters)), "Searching")
    if found is None:
        return
    scores = [{"key": item["key"], "score": 1 - n / (2 * ASKED)} for n, item in enumerate(found)]
    if not scores:
        st.info("All items with these words are labeled or in the holdout.")
        return
    answer = feedback.attempt(lambda: session.client().post(f"{here}/scores", json=scores), "Ordering the queue")
    if answer is not None:
        ranked = answer["ranked"]
        st.success(f"{layout.number(ranked)} item{'s' * (ranked != 1)} will be asked first.")


def _trail(wanted: dict[str, Any]) -> list[str | None]:
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


def _table(project: dict[str, Any], items: list[dict[str, Any]], page: int, height: int) -> str | None:
    rows = [
        {
            "Item": layout.content_text(item["content"], 220),
            "Labels": tasks.labels_text(project, item["labels"]),
            "Answer": _answer(project, item),
            "Model": _predicted(project, item),
            "Hard": item.get("flags_open") or None,
            "Part": item.get("split"),
            "Key": item["key"],
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
            "Item": st.column_config.TextColumn(width="large"),
            "Labels": st.column_config.TextColumn(width="small"),
            "Hard": st.column_config.NumberColumn(width="small"),
        },
    )
    chosen = event["selection"]["rows"]
    return items[chosen[0]]["key"] if chosen and chosen[0] < len(items) else None


def _answer(project: dict[str, Any], item: dict[str, Any]) -> str | None:
    """The one answer in force, where several labels were given."""
    answer = item.get("answer")
    return tasks.value_text(project, answer["value"]) if answer and len(item["labels"]) > 1 else None


def _predicted(project: dict[str, Any], item: dict[str, Any]) -> str | None:
    prediction = item.get("prediction")
    return tasks.value_text(project, prediction["value"]) if prediction else None


def _pager(answer: dict[str, Any], trail: list[str | None]) -> None:
    if len(trail) == 1 and not answer.get("next_cursor"):
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Back", icon=":material/chevron_left:", disabled=len(trail) == 1):
            trail.pop()
            st.rerun()
        if st.button("Next", icon=":material/chevron_right:", disabled=not answer.get("next_cursor")):
            trail.append(answer["next_cursor"])
            st.rerun()
        st.markdown(f":gray[Page {len(trail)}]")


def _detail(project: dict[str, Any], key: str) -> None:
    from urllib.parse import quote

    path = f"/projects/{session.slug()}/items/{quote(key, safe='')}"
    item = feedback.attempt(lambda: session.client().get(path), "Opening the item")
    if item is None:
        return
    st.subheader("Item", anchor=False)
    left, right = st.columns([3, 2], gap="large")
    with left, st.container(border=True):
        layout.show_content(item["content"])
        st.caption(f"Key {plain(item['key'])}, {item.get('split') or ''}")
        if item.get("metadata"):
            layout.show_content({"fields": item["metadata"]})
        prediction = item.get("prediction")
        if prediction:
            words = tasks.of(project).prediction_text(prediction, tasks.schema_of(project))
            st.markdown(f"Model {prediction['model']} says {words}.")
    with right:
        st.markdown("**History**")
        events = feedback.attempt(lambda: session.client().get(f"{path}/history"), "Reading the history")
        for event in (events or {}).get("items", []):
            _event(project, event)
        if not (events or {}).get("items"):
            st.markdown(":gray[Nobody has labeled it yet.]")
    if st.toggle("Show comparable items", key=f"similar-{key}"):
        near = feedback.attempt(lambda: session.client().get(f"{path}/similar", n=8), "Comparable items")
        for one in (near or {}).get("items", []):
            labels = tasks.labels_text(project, one.get("labels"))
            words = plain(layout.content_text(one["content"], 200))
            st.markdown(f"{words}  \n:gray[{plain(labels or 'not labeled')}]")


def _event(project: dict[str, Any], event: dict[str, Any]) -> None:
    who = plain((event.get("labeler") or {}).get("name") or "")
    words = {
        "label": f"labeled **{plain(tasks.value_text(project, event.get('value')))}**",
        "undo": "took the label back",
        "flag": f"marked it as hard: {plain(event.get('reason') or event.get('value') or '')}",
        "skip": f"skipped it: {plain(event.get('reason') or event.get('value') or '')}",
    }.get(event["kind"], plain(event["kind"]))
    note = f"  \n{plain(event['note'])}" if event.get("note") else ""
    st.markdown(f"{who} {words}{note}  \n:gray[{layout.when(event.get('at'))}]")
