"""The labels that a file brings, before anything is made of them: how often each comes, which are rare or nearly
another one, and whether they are taken for it."""

from collections.abc import Sequence
from typing import Any

import streamlit as st
from labeler_ui import table
from labeler_ui.feedback import plain
from labeler_ui.words import t, tn

from labeler.wire.imports import LabelCount

LOOKED_AT = 1_000  # rows of a longer file
SHOWN = 12  # rows of the table in sight at once


def choose(found: Sequence[LabelCount], mark: str) -> dict[str, str | None]:
    """Draws them; what each label that is not taken as it is written is taken for: another one, or none."""
    if not found:
        return {}
    st.markdown(t("**Labels in the file**"))
    notes = {one.name: _note(one) for one in found}
    rows: list[dict[str, Any]] = [
        {t("Label"): one.name, t("Rows"): one.rows, t("What to look at"): notes[one.name]} for one in found
    ]
    if not any(notes.values()):
        rows = [{name: value for name, value in row.items() if name != t("What to look at")} for row in rows]
    table.show(rows, height=35 * min(len(rows), SHOWN) + 38, width="stretch" if any(notes.values()) else "content")
    if (looked := sum(one.rows for one in found)) >= LOOKED_AT:
        st.caption(tn("Counted in the first {n} row.", "Counted in the first {n} rows.", looked))
    taken: dict[str, str | None] = {}
    for one in found:
        if one.like is not None and st.checkbox(
            t("Take “{name}” for “{other}”", name=plain(one.name), other=plain(one.like)), key=f"like-{mark}-{one.name}"
        ):
            taken |= dict.fromkeys([one.name, *one.spelled], one.like)
    rare = [one.name for one in found if one.rare and one.name not in taken]
    if rare:
        left: list[str] = st.multiselect(
            t("Rare labels to leave out: their items come without a label"),
            rare,
            default=[],
            placeholder=t("none: each becomes a label"),
            key=f"rare-{mark}",
        )
        for one in found:
            if one.name in left:
                taken |= dict.fromkeys([one.name, *one.spelled])
    return taken


def _note(one: LabelCount) -> str:
    parts = []
    if one.like is not None:
        parts.append(t("nearly “{other}”", other=one.like))
    if one.rare:
        parts.append(t("rare"))
    if one.spelled:
        ways = ", ".join(f"“{way}”" for way in one.spelled[:3])
        parts.append(t("also written {ways}: taken as one", ways=ways))
    return "; ".join(parts)


def elsewhere(rows: int) -> None:
    """That texts of the file are there already under another key."""
    if rows:
        st.warning(
            tn(
                "{n} of the first rows says what an item says that is there already under another key: it would be "
                "labeled twice. Is the right column the key?",
                "{n} of the first rows say what items say that are there already under another key: they would be "
                "labeled twice. Is the right column the key?",
                rows,
            ),
            icon=":material/content_copy:",
        )
