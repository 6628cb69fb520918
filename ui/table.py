"""Tables, all in one style: numbers as the viewer's language writes them, nothing where there is no value, and an
ellipsis where a text or a title is longer than its column."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st
from labeler_ui import session
from labeler_ui.text_width import cut, width
from labeler_ui.words import number, t

Written = Callable[[Any], str]
ROOM = 912  # px of a page beside the sidebar, in a window 1280 px wide
IN_A_DIALOG = 664  # px inside an expander there
ON_A_PHONE = 340  # px of a page on a phone held upright
TICKS = 33  # px of the column in which rows are ticked
PADDING = 18  # px of a cell, beside its text
LEAST, LEAST_OF_TEXT, MOST_OF_TEXT = 56, 160, 480  # px of columns
SHORT = 90  # px of a column whose title is not cut
NAMED = {"small": 75, "medium": 200, "large": 400}  # px, by Streamlit's names


def show(
    rows: Sequence[Mapping[str, Any]],
    written: Mapping[str, Written] | None = None,
    *,
    room: int = ROOM,
    **options: Any,
) -> Any:
    """Draw rows, each a value by column title. Columns sort by what they hold, not by how it is written.

    written: how the values of a column are written; other numbers are whole ones. room: px that there are for it.
    options: as `st.dataframe` has them.
    """
    if session.on_a_phone():
        room = min(room, ON_A_PHONE)
    given: Mapping[str, Any] = options.pop("column_config", None) or {}
    ticked = "row" in str(options.get("selection_mode"))
    widths = fitted(rows, written or {}, given, room - (TICKS if ticked else 0))
    config = {name: _config(name, given.get(name), widths.get(name)) for name in {**given, **widths}}
    frame = styled(rows, written or {}, widths)
    shown = st.dataframe(frame, hide_index=True, placeholder="", column_config=config, **options)
    if session.on_a_phone() and sum(widths.values()) > room:
        st.caption(t("Swipe the table sideways for its other columns."))
    return shown


def styled(
    rows: Sequence[Mapping[str, Any]], written: Mapping[str, Written], widths: Mapping[str, int] | None = None
) -> Any:
    """The rows with how each is written. widths: of columns, in px; a text that is wider is cut where it is shown, and
    stays whole where it is opened, searched or downloaded."""
    frame = pd.DataFrame(list(rows))
    known = {**_short(widths or {}), **dict.fromkeys(frame.select_dtypes("number").columns, number), **written}
    return frame.style.format({name: how for name, how in known.items() if name in frame}, na_rep="")


def _short(widths: Mapping[str, int]) -> dict[str, Written]:
    def short(room: int) -> Written:
        return lambda value: cut(value, room) if isinstance(value, str) else str(value)

    return {name: short(px - PADDING) for name, px in widths.items()}


def fitted(
    rows: Sequence[Mapping[str, Any]], written: Mapping[str, Written], given: Mapping[str, Any], room: int
) -> dict[str, int]:
    """The widths of columns in px: as their content and title ask for, at most as they are given. Where all of them do
    not fit into the room, long titles give way first, then long texts; what room is left goes to texts that are cut."""
    names = list(rows[0]) if rows else []
    most = {name: _given_width(given.get(name)) or MOST_OF_TEXT for name in names}
    titles = {name: width(name) + PADDING + 4 for name in names}
    contents = {name: _content(rows, name, written.get(name)) for name in names}
    needed = {name: max(LEAST, min(titles[name], SHORT), min(contents[name], most[name])) for name in names}
    found = {name: max(needed[name], titles[name]) for name in names}
    for least in (needed, {name: LEAST_OF_TEXT for name in names if found[name] > LEAST_OF_TEXT}):
        _narrow(found, least, room)
    for name in sorted(names, key=lambda name: contents[name] - found[name], reverse=True):
        left = max(0, room - sum(found.values()))
        found[name] += min(left, max(0, contents[name] - found[name]))
    return found


def _narrow(found: dict[str, int], least: Mapping[str, int], room: int) -> None:
    """Take from the widest of the columns in `least` until all fit, or none may be narrower."""
    while (over := sum(found.values()) - room) > 0:
        widest = max((name for name in least if found[name] > least[name]), key=found.__getitem__, default=None)
        if widest is None:
            return
        found[widest] -= min(over, 8, found[widest] - least[widest])


def _content(rows: Sequence[Mapping[str, Any]], name: str, how: Written | None) -> int:
    """How wide the widest value of a column is, in px."""
    shown = (one for row in rows if (one := row.get(name)) is not None)
    return max((width(_written(value, how)) for value in shown), default=0) + PADDING


def _written(value: Any, how: Written | None) -> str:
    if how is not None:
        return how(value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return number(value) if is_number else str(value)


def _given_width(config: Any) -> int | None:
    px = config.get("width") if isinstance(config, Mapping) else None
    return NAMED.get(px) if isinstance(px, str) else px


def _config(name: str, given: Any, px: int | None) -> Any:
    """A column as it is asked for, with its width; a title that does not fit is cut, and told in full on hovering."""
    if px is None or (given is not None and not isinstance(given, Mapping)):
        return given
    title = cut(name, px - PADDING)
    about = {**(given or st.column_config.Column()), "width": px}
    if title != name:
        told = about.get("help")
        about |= {"label": title, "help": f"{name}: {told}" if told else name}
    return about


def name_of(value: float) -> str:
    """A number that names something, such as a version."""
    return f"{value:.0f}"
