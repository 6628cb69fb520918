"""Items on the pages: as one line of a list, and in full."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import streamlit as st
from labeler_ui import words
from labeler_ui.feedback import plain, unlinked
from labeler_ui.words import t

Content = Mapping[str, Any]  # of an item, by the field of its kind: {"text": ...} or {"fields": {...}}

MADE = "sha-"
FIRST = 10_000  # characters of a text that are shown unasked
PIECE = 4000  # characters drawn as one: the browser's work on one text grows with the square of its length


def line(content: Content, most: int = 160) -> str:
    """One line of an item: its text, or its fields one after the other."""
    if content.get("text") is not None:
        found = str(content["text"])
    else:
        found = ", ".join(f"{name}: {value}" for name, value in (content.get("fields") or {}).items())
    found = " ".join(found.split())
    return found if len(found) <= most else found[: most - 1] + "…"


def have_names(keys: Iterable[str]) -> bool:
    """Whether any of these keys of items was given by people: nobody knows an item by one made of its content."""
    return not all(key.startswith(MADE) for key in keys)


def show(content: Content, key: str) -> None:
    """An item in full, as text and never as markup; of long texts the beginning, and the rest when asked for.

    key: what tells this item from others on the page.
    """
    if content.get("text") is not None:
        _text(str(content["text"]), key)
        return
    for name, value in (content.get("fields") or {}).items():
        if len(str(value)) <= FIRST:
            st.markdown(f":gray[{plain(name)}]  \n{unlinked(value)}")
        else:
            st.markdown(f":gray[{plain(name)}]")
            _text(str(value), f"{key}-{name}")


def _text(text: str, key: str) -> None:
    if len(text) <= FIRST:
        st.text(text)
        return
    state = f"whole-{key}"
    if not st.session_state.get(state):
        with st.container(height=420, border=False):
            for piece in _pieces(text[:FIRST]):
                st.text(piece)
        told = t("The first {some} of {all} characters.", some=words.number(FIRST), all=words.number(len(text)))
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(told, width="stretch")
            st.button(t("Show it in full"), key=f"{state}-button", on_click=_whole, args=(state,))
        return
    with st.container(height=620, border=False, gap=None):
        for piece in _pieces(text):
            st.text(piece)


def _whole(state: str) -> None:
    st.session_state[state] = True


def _pieces(text: str) -> Iterator[str]:
    """The text, cut where a line or at least a word ends."""
    start = 0
    for found in re.finditer(r"\n|\s(?=\S)|[。！？]", text):
        if found.end() - start >= PIECE or (found.group() == "\n" and found.end() - start >= PIECE // 2):
            yield text[start : found.end()].removesuffix("\n")
            start = found.end()
    if start < len(text):
        yield text[start:]
