"""Tables, all in one style: numbers as the viewer's language writes them, and nothing where there is no value."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st
from labeler_ui.words import number

Written = Callable[[Any], str]


def show(rows: Sequence[Mapping[str, Any]], written: Mapping[str, Written] | None = None, **options: Any) -> Any:
    """Draw rows, each a value by column title. Columns sort by what they hold, not by how it is written.

    written: how the values of a column are written; other numbers are whole ones. options: as `st.dataframe` has them.
    """
    return st.dataframe(styled(rows, written or {}), hide_index=True, placeholder="", **options)


def styled(rows: Sequence[Mapping[str, Any]], written: Mapping[str, Written]) -> Any:
    """The rows with how each is written."""
    frame = pd.DataFrame(list(rows))
    known = {**dict.fromkeys(frame.select_dtypes("number").columns, number), **written}
    return frame.style.format({name: how for name, how in known.items() if name in frame}, na_rep="")


def name_of(value: float) -> str:
    """A number that names something, such as a version."""
    return f"{value:.0f}"
