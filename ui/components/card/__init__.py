"""The labeling card: one item, its labels, and everything that happens at a key press, in the browser."""

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from labeler_ui import theme
from labeler_ui.components.bundle import bundle

FOLDER = Path(__file__).parent
FILES = (
    "api.js",
    "outbox.js",
    "queue.js",
    "view.js",
    "panels.js",
    "keys.js",
    "gate.js",
    "upkeep.js",
    "card.js",
    "main.js",
)


@cache
def _sources() -> dict[str, str]:
    return {
        "html": (FOLDER / "card.html").read_text(encoding="utf-8"),
        "css": theme.component_css() + (FOLDER / "card.css").read_text(encoding="utf-8"),
        "js": bundle(FOLDER, FILES),
    }


def card(project: dict[str, Any], user: dict[str, Any], csrf_token: str) -> None:
    """Draw the card of a project for a user. Items and answers go between browser and API directly."""
    draw = st.components.v2.component("labeler_card", **_sources())
    data = {
        "api": "/api/v1",
        "csrf": csrf_token,
        "user": {"id": user["id"], "name": user["name"]},
        "project": {
            "slug": project["slug"],
            "task_type": project["task_type"],
            "labels": project["labels"],
            "settings": project["settings"],
        },
    }
    draw(key=f"card-{project['slug']}", data=data)
