"""The language of the pages: a choice that this browser keeps, for everybody who looks with it."""

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from labeler_ui import session, theme, words
from labeler_ui.components.bundle import COLORS, bundle

FOLDER = Path(__file__).parent
DOCUMENT = "export default function ({ data }) { document.documentElement.lang = data.tag; }"


@cache
def _sources(tag: str) -> dict[str, Any]:
    return {
        "html": words.html((FOLDER / "language.html").read_text(encoding="utf-8"), tag),
        "css": theme.component_css() + (FOLDER / "language.css").read_text(encoding="utf-8"),
        "js": bundle([COLORS, FOLDER / "language.js"], tag=tag),
    }


def choose_language(centered: bool = False, named: bool = False) -> None:
    """Draw the choice; a new one reloads the page, since all of it changes. named: a title above it says what it is."""
    tag = words.language()
    data = {
        "cookie": words.COOKIE,
        "languages": words.languages(),
        "chosen": words.known(st.context.cookies.get(words.COOKIE)) or "",
        "centered": centered,
        "named": named,
        "path": session.at("") or "/",
    }
    draw = st.components.v2.component(f"labeler_language_{tag}", **_sources(tag))
    draw(key="language", data=data)


def tell_the_browser() -> None:
    """The document's language, for screen readers and translators. Part of the side bar."""
    draw = st.components.v2.component("labeler_document_language", html="<span hidden></span>", js=DOCUMENT)
    draw(key="document-language", data={"tag": words.language()})
