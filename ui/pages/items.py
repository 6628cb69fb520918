"""All items of the project, found by text, label or state, and the whole story of one."""

from typing import Any

import pandas as pd
import streamlit as st
from labeler_ui import feedback, layout, session
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
        feedback.empty("Nothing fits", "No item has all of that. Take a filter away.", ":material/search_off:")
        return
    if wanted["q"] and session.manages(project["slug"]):
        _ask_first(project["slug"], wanted["q"])
    opened = st.query_params.get("item") or _chosen(len(trail)) is not None
    rows = len(answer["items"])
    chosen = _table(answer["items"], len(trail), min(35 * rows + 38, 235 if opened else 420))
    _pager(answer, trail)
    key = chosen or st.query_params.get("item")
    if key:
        st.query_params["item"] = key
        _detail(key)


def _filters(project: dict[str, Any]) -> dict[str, Any]:
    columns = st.columns([3, 2, 2, 2], vertical_alignment="bottom")
    words = columns[0].text_input("Search", placeholder="words in the text", icon=":material/search:", key="items-q")
    label = columns[1].selectbox(
        "Label",
        [label["name"] for label in project["labels"]],
        index=None,
        placeholder="any",
        key="items-label",
    )
    state = columns[2].selectbox("State", ["All", "Not labeled", "Flagged as hard"], key="items-state")
    split = columns[3].selectbox(
        "Part",
        ["train", "holdout"],
        index=None,
        placeholder="any",
        key="items-split",
        help="Holdout: drawn at random, labeled, never trained on.",
    )
    return {"q": words or None, "label": label, "split": split, **STATES[state]}


def _ask_first(slug: str, words: str) -> None:
    """Rare labels begin with a search: what has these words goes to the head of the queue."""
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
        st.info("All items with these words are labeled, or in the holdout.")
        return
    answer = feedback.attempt(lambda: session.client().post(f"{here}/scores", json=scores), "Ordering the queue")
    if answer is not None:
        ranked = answer["ranked"]
        st.success(f"{layout.number(ranked)} item{'s' * (ranked != 1)} will be asked first.")


def _trail(wanted: dict[str, Any]) -> list[str | None]:
    """The cursors walked so far; a change of filters starts anew."""
    kept = st.session_state.get("_items")
    if kept is None or kept[0] != (session.slug(), wanted):
        kept = ((session.slug(), wanted), [None])
        st.session_state["_items"] = kept
    return kept[1]


def _chosen(page: int) -> int | None:
    """The row that is ticked in the table, which is drawn after this is asked."""
    rows = (st.session_state.get(f"items-table-{page}") or {}).get("selection", {}).get("rows", [])
    return rows[0] if rows else None


def _table(items: list[dict[str, Any]], page: int, height: int) -> str | None:
    rows = [
        {
            "Item": layout.content_text(item["content"], 220),
            "Labels": ", ".join(layout.label_words(label["value"]) for label in item["labels"]),
            "Model": (item.get("prediction") or {}).get("value"),
            "Hard": item.get("flags_open") or None,
            "Part": item.get("split"),
            "Key": item["key"],
        }
        for item in items
    ]
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
            "Hard": st.column_config.NumberColumn(width="small"),
        },
    )
    chosen = event["selection"]["rows"]
    return items[chosen[0]]["key"] if chosen and chosen[0] < len(items) else None


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


def _detail(key: str) -> None:
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
            sure = (prediction.get("proba") or {}).get(prediction["value"])
            words = f", {100 * sure:.0f} % sure" if sure is not None else ""
            st.markdown(f"Model {prediction['model']} says **{plain(prediction['value'])}**{words}.")
    with right:
        st.markdown("**History**")
        events = feedback.attempt(lambda: session.client().get(f"{path}/history"), "Reading the history")
        for event in (events or {}).get("items", []):
            _event(event)
        if not (events or {}).get("items"):
            st.markdown(":gray[Nobody has labeled it yet.]")
    if st.toggle("Show comparable items", key=f"similar-{key}"):
        near = feedback.attempt(lambda: session.client().get(f"{path}/similar", n=8), "Comparable items")
        for one in (near or {}).get("items", []):
            labels = ", ".join(layout.label_words(label["value"]) for label in one.get("labels", []))
            words = plain(layout.content_text(one["content"], 200))
            st.markdown(f"{words}  \n:gray[{plain(labels or 'not labeled')}]")


def _event(event: dict[str, Any]) -> None:
    who = plain((event.get("labeler") or {}).get("name") or "")
    words = {
        "label": f"labeled **{plain(layout.label_words(event.get('value')))}**",
        "undo": "took the label back",
        "flag": f"marked it as hard: {plain(event.get('reason') or event.get('value') or '')}",
        "skip": f"skipped it: {plain(event.get('reason') or event.get('value') or '')}",
    }.get(event["kind"], plain(event["kind"]))
    note = f"  \n{plain(event['note'])}" if event.get("note") else ""
    st.markdown(f"{who} {words}{note}  \n:gray[{layout.when(event.get('at'))}]")
