"""The table in which labels are named, colored and given a key: for a new project and for the settings."""

from typing import Any

import pandas as pd
import streamlit as st
from labeler_ui import theme

COLUMNS = ["name", "description", "keywords", "hotkey", "color", "parent"]
HINTS = (
    "Double-click a cell to change it. Keywords are words or phrases that hint at a label, separated by commas: "
    "*free, prize, you won*. Before the first model, items that contain one are asked early, each label in turn. They "
    "are never labels themselves."
)


def edit_labels(labels: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    """Draw the editor; return the labels as the API takes them (rows without a name are left out)."""
    begin = pd.DataFrame(
        [
            {
                **{c: label.get(c) or "" for c in COLUMNS},
                "keywords": ", ".join(label.get("keywords") or []),
                "color": theme.label_color(i, label.get("color")),
            }
            for i, label in enumerate(labels)
        ],
        columns=COLUMNS,
    ).astype("object")
    text = st.column_config.TextColumn
    edited = st.data_editor(
        begin,
        key=key,
        num_rows="dynamic",
        hide_index=True,
        column_config={
            "name": text("Label", required=True, max_chars=80),
            "description": text("Description", width=300, help="Shown when the pointer rests on the label"),
            "keywords": text(
                "Keywords", width=200, help="Separated by commas. Whole words, upper and lower case alike"
            ),
            "hotkey": text(
                "Key",
                max_chars=1,
                width="small",
                help="Empty: 1 to 9, 0, then letters of the upper row. U, S, H and G are taken.",
            ),
            "color": text("Color", validate="^#[0-9a-fA-F]{6}$", width="small", help="Like #0f766e"),
            "parent": text("Part of", help="A label above this one, if any"),
        },
    )
    st.markdown(f":gray[{HINTS}]")
    rows: list[dict[str, Any]] = []
    for row in edited.to_dict("records"):
        clean: dict[str, Any] = {
            c: str(row[c]).strip() if isinstance(row.get(c), str) and row[c].strip() else None for c in COLUMNS
        }
        if clean["name"]:
            clean["description"] = clean["description"] or ""
            keywords = (clean["keywords"] or "").split(",")
            clean["keywords"] = [word.strip() for word in keywords if word.strip()]
            clean["color"] = clean["color"] or theme.label_color(len(rows))
            rows.append(clean)
    _swatches(rows)
    return rows


def _swatches(rows: list[dict[str, Any]]) -> None:
    from html import escape

    chips = "".join(
        f'<span class="lb-chip"><i style="background:{row["color"]}"></i>{escape(row["name"])}</span>' for row in rows
    )
    if chips:
        st.html(f'<div class="lb-chips" aria-label="Labels as labelers see them">{chips}</div>')
