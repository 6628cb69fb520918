"""The plan of an import: what each column is taken for and why, changed by hand; and what becomes of every row."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from labeler_ui import layout
from labeler_ui.feedback import plain

from labeler.wire.imports import LABEL_FATES, ROW_FATES, Balance, Plan, PlannedColumn

ROLES = {
    "unused": "not taken",
    "text": "text",
    "fields": "field of a table row",
    "key": "key",
    "label": "label",
    "labeler": "who labeled",
    "prediction": "prediction",
    "score": "score of the prediction",
    "split": "split",
    "metadata": "shown next to the item",
}
MANY = ("text", "fields", "label", "metadata")  # roles that several columns may have
UNKNOWN = {
    "report": "take the item without the label, and say so",
    "add": "add the label to the project",
    "refuse": "refuse the row",
}
KNOWN = {
    "leave": "leave the item as it is, and say so",
    "update": "take it as a new revision: it is asked again, the old one and its labels stay on record",
}
KNOWN_METADATA = {
    "leave": "leave them as they are, and say so",
    "update": "take those of the file; what it does not name stays as it is",
}
TALL = 8
Chosen = dict[str, Any]


def columns(plan: Plan, mark: str) -> Chosen:
    """A row for each column, with its role to choose; returns the mapping that follows."""
    shown = [one for one in plan.columns if one.role != "unused" or "." not in one.name]
    inner = [one for one in plan.columns if one not in shown]
    chosen = {}
    with st.container(height=420 if len(shown) > TALL else "content", border=len(shown) > TALL):
        for column in shown:
            chosen[column.name] = _column(column, mark)
    if inner:
        more = st.multiselect(
            "Text from inside an object",
            [one.name for one in inner],
            default=[],
            placeholder="for example data.text",
            key=f"inner-{mark}",
            help="Parts of nested objects, by their path.",
        )
        chosen |= dict.fromkeys(more, "text")
    return mapping_of(chosen)


def _column(column: PlannedColumn, mark: str) -> str:
    about, role = st.columns([3, 2], vertical_alignment="center")
    samples = " · ".join(plain(sample[:60]) for sample in column.samples)
    about.markdown(f"**{plain(column.name)}** :gray[{plain(column.kind)}]  \n:gray[{samples or layout.DASH}]")
    found: str = role.selectbox(
        f"What is {column.name}?",
        list(ROLES),
        index=list(ROLES).index(column.role),
        format_func=ROLES.__getitem__,
        key=f"role-{mark}-{column.name}",
        label_visibility="collapsed",
        help=None,
    )
    if found == column.role:
        role.caption(plain(column.why))
    return found


def mapping_of(roles: Mapping[str, str]) -> Chosen:
    """The mapping in which these columns have these roles."""
    named: dict[str, list[str]] = {}
    for column, role in roles.items():
        named.setdefault(role, []).append(column)
    mapping: Chosen = {role: named[role][0] for role in ROLES if role in named and role not in (*MANY, "unused")}
    for role in ("text", "label"):
        if role in named:
            mapping[role] = named[role][0] if len(named[role]) == 1 else named[role]
    mapping["metadata"] = named.get("metadata", [])
    mapping["fields"] = [] if "text" in named else named.get("fields", [])
    return mapping


def problem(roles: Chosen) -> str | None:
    """What is missing before the file can be imported."""
    return None if roles.get("text") or roles.get("fields") else "a column that is the text, or one that is a field"


def options(guess: Mapping[str, Any], mapping: Chosen, mark: str) -> Chosen:
    """What is to become of labels that do not fit, and of items that are there already."""
    found: Chosen = {name: guess[name] for name in ("format", "header", "delimiter", "encoding") if name in guess}
    with st.expander("Labels that do not fit, and items that are there already"):
        found["known_items"] = st.radio(
            "A key that is there already with another content",
            list(KNOWN),
            format_func=KNOWN.__getitem__,
            key=f"items-{mark}",
        )
        found["known_metadata"] = st.radio(
            "A key that is there already with other metadata",
            list(KNOWN_METADATA),
            format_func=KNOWN_METADATA.__getitem__,
            key=f"metadata-{mark}",
        )
        if not mapping.get("label"):
            return found
        found["unknown_labels"] = st.radio(
            "A label that the project does not have",
            list(UNKNOWN),
            format_func=UNKNOWN.__getitem__,
            key=f"unknown-{mark}",
        )
        found["known_labels"] = st.radio(
            "Labels of items that are there already",
            ["add", "leave"],
            format_func={"add": "record them where there is none yet", "leave": "leave all as it is"}.__getitem__,
            key=f"known-{mark}",
        )
        if isinstance(mapping["label"], list):
            found["label_columns"] = st.radio(
                "Several label columns",
                ["labelers", "flags"],
                index=["labelers", "flags"].index(guess.get("label_columns", "labelers")),
                format_func={
                    "labelers": "one for each labeler",
                    "flags": "one for each label: yes or no",
                }.__getitem__,
                key=f"several-{mark}",
            )
        if separator := st.text_input(
            "Sign between several labels in one cell",
            value=guess.get("separator") or "",
            max_chars=5,
            placeholder="for example ; or /",
            key=f"separator-{mark}",
        ):
            found["separator"] = separator
        if written := st.text_area(
            "Labels that are written in another way, one a line",
            placeholder="0 = ham\n1 = spam\nn/a =",
            key=f"map-{mark}",
            help="As written in the file, an equals sign, and the project's label; nothing behind it leaves it out.",
        ):
            found["label_map"] = label_map(written)
    return found


def label_map(written: str) -> dict[str, str | None]:
    """Lines of "as written = as meant"."""
    pairs = (line.partition("=") for line in written.splitlines() if "=" in line)
    return {left.strip(): right.strip() or None for left, _, right in pairs if left.strip()}


def about(plan: Plan) -> None:
    """The plan in sentences."""
    lines = [("Keys", plan.keys), ("Labels", plan.labels), ("Who labeled", plan.labelers)]
    lines += [("Predictions", plan.predictions), ("Next to the item", plan.metadata)]
    st.markdown("  \n".join(f"**{title}:** {plain(words)}" for title, words in lines if words))
    for warning in plan.warnings:
        st.warning(layout.sentence(warning), icon=":material/warning:")


def balance(found: Balance, rows: int | None = None) -> None:
    """How many rows and labels have which fate, each with its first examples."""
    total = rows if rows is not None else sum(found.rows.values())
    _fates(f"{layout.number(total)} rows", found.rows, ROW_FATES, found, "")
    if found.labels:
        _fates(f"{layout.number(sum(found.labels.values()))} labels", found.labels, LABEL_FATES, found, "label_")
    if added := found.labels_added:
        many = "1 label is" if len(added) == 1 else f"{layout.number(len(added))} labels are"
        st.markdown(f"{many} added to the project: {plain(', '.join(added))}")
    if found.predictions:
        st.markdown(f"{layout.number(found.predictions)} predictions, kept as suggestions.")


def _fates(title: str, counts: Mapping[str, int], words: Mapping[str, str], found: Balance, prefix: str) -> None:
    st.markdown(f"**{title}**")
    rows: list[dict[str, Any]] = []
    for fate, said in words.items():
        if number := counts.get(fate):
            rows.append(
                {"How many": number, "What becomes of them": said, "First of them": _first(found, prefix + fate)}
            )
    st.dataframe(rows, hide_index=True)


def _first(found: Balance, fate: str) -> str:
    shown: Sequence[Any] = found.examples.get(fate, [])[:3]
    return "; ".join(f"row {one.row}{': ' + one.reason if one.reason else ''}" for one in shown)
