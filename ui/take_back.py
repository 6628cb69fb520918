"""Taking back one of several things that were done at once."""

from collections.abc import Callable, Mapping
from typing import TypeVar

import streamlit as st
from labeler_ui import danger, layout
from labeler_ui.words import t

T = TypeVar("T")


def choose(
    name: str,
    there: Mapping[int, T],
    title: Callable[[T], str],
    what: Callable[[T], str],
    undo: Callable[[int], object],
    done: str,
) -> None:
    """Nothing where nothing is there. name: of the fields; title: of one; what: comes of it, said before; undo: of the
    one with this number; done: said afterwards."""
    if not there:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            t("Take back"),
            list(there),
            format_func=lambda number: title(there[number]),
            key=f"{name}-chosen",
            width=420,
        )
        if danger.button(t("Take it back …"), icon=":material/undo:", key=f"{name}-undo"):
            layout.confirm(what(there[chosen]), t("Take it back"), lambda: undo(chosen), done)
