"""The plan of an import: what each column is taken for and why, changed by hand; and what becomes of every row."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from labeler_ui import layout
from labeler_ui.feedback import plain
from labeler_ui.words import mark, number, said, t, tn

from labeler.wire.imports import LABEL_FATES, ROW_FATES, Balance, Plan, PlannedColumn
from labeler.wire.items import Preview, RowError

ROLES = {
    "unused": mark("not taken"),
    "text": mark("text"),
    "fields": mark("field of a table row"),
    "key": mark("key"),
    "label": mark("label"),
    "labeler": mark("who labeled"),
    "prediction": mark("prediction"),
    "score": mark("score of the prediction"),
    "split": mark("split"),
    "metadata": mark("shown next to the item"),
}
MANY = ("text", "fields", "label", "metadata")  # roles that several columns may have
UNKNOWN = {
    "report": mark("take the item without the label, and say so"),
    "add": mark("add the label to the project"),
    "refuse": mark("refuse the row"),
}
KNOWN = {
    "leave": mark("leave the item as it is, and say so"),
    "update": mark("take it as a new revision: it is asked again, the old one and its labels stay on record"),
}
KNOWN_METADATA = {
    "leave": mark("leave them as they are, and say so"),
    "update": mark("take those of the file; what it does not name stays as it is"),
}
AS_WANTED = ("labeled", "unlabeled", "recorded")  # nobody asks which rows these are
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
            t("Text from inside an object"),
            [one.name for one in inner],
            default=[],
            placeholder=t("for example data.text"),
            key=f"inner-{mark}",
            help=t("Parts of nested objects, by their path."),
        )
        chosen |= dict.fromkeys(more, "text")
    return mapping_of(chosen)


def _column(column: PlannedColumn, mark: str) -> str:
    about, role = st.columns([3, 2], vertical_alignment="center")
    samples = " · ".join(plain(sample[:60]) for sample in column.samples)
    about.markdown(f"**{plain(column.name)}** :gray[{plain(said(column.kind))}]  \n:gray[{samples or layout.DASH}]")
    found: str = role.selectbox(
        t("What is {name}?", name=column.name),
        list(ROLES),
        index=list(ROLES).index(column.role),
        format_func=lambda role: t(ROLES[role]),
        key=f"role-{mark}-{column.name}",
        label_visibility="collapsed",
        help=None,
    )
    if found == column.role:
        role.caption(plain(said(column.why)))
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
    return None if roles.get("text") or roles.get("fields") else t("a column that is the text, or one that is a field")


def options(guess: Mapping[str, Any], mapping: Chosen, mark: str) -> Chosen:
    """What is to become of labels that do not fit, and of items that are there already."""
    found: Chosen = {name: guess[name] for name in ("format", "header", "delimiter", "encoding") if name in guess}
    with st.expander(t("Labels that do not fit, and items that are there already")):
        found["known_items"] = st.radio(
            t("A key that is there already with another content"),
            list(KNOWN),
            format_func=lambda what: t(KNOWN[what]),
            key=f"items-{mark}",
        )
        found["known_metadata"] = st.radio(
            t("A key that is there already with other metadata"),
            list(KNOWN_METADATA),
            format_func=lambda what: t(KNOWN_METADATA[what]),
            key=f"metadata-{mark}",
        )
        if not mapping.get("label"):
            return found
        found["unknown_labels"] = st.radio(
            t("A label that the project does not have"),
            list(UNKNOWN),
            format_func=lambda what: t(UNKNOWN[what]),
            key=f"unknown-{mark}",
        )
        found["known_labels"] = st.radio(
            t("Labels of items that are there already"),
            ["add", "leave"],
            format_func={"add": t("record them where there is none yet"), "leave": t("leave all as it is")}.__getitem__,
            key=f"known-{mark}",
        )
        if isinstance(mapping["label"], list):
            found["label_columns"] = st.radio(
                t("Several label columns"),
                ["labelers", "flags"],
                index=["labelers", "flags"].index(guess.get("label_columns", "labelers")),
                format_func={
                    "labelers": t("one for each labeler"),
                    "flags": t("one for each label: yes or no"),
                }.__getitem__,
                key=f"several-{mark}",
            )
        if separator := st.text_input(
            t("Sign between several labels in one cell"),
            value=guess.get("separator") or "",
            max_chars=5,
            placeholder=t("for example ; or /"),
            key=f"separator-{mark}",
        ):
            found["separator"] = separator
        if written := st.text_area(
            t("Labels that are written in another way, one a line"),
            placeholder=t("0 = ham\n1 = spam\nn/a ="),
            key=f"map-{mark}",
            help=t("As written in the file, an equals sign, and the project's label; nothing behind it leaves it out."),
        ):
            found["label_map"] = label_map(written)
    return found


def label_map(written: str) -> dict[str, str | None]:
    """Lines of "as written = as meant"."""
    pairs = (line.partition("=") for line in written.splitlines() if "=" in line)
    return {left.strip(): right.strip() or None for left, _, right in pairs if left.strip()}


def about(plan: Plan) -> None:
    """The plan in sentences."""
    lines = [(t("Keys"), plan.keys), (t("Labels"), plan.labels), (t("Who labeled"), plan.labelers)]
    lines += [(t("Predictions"), plan.predictions), (t("Next to the item"), plan.metadata)]
    st.markdown("  \n".join(f"**{title}:** {plain(said(words))}" for title, words in lines if words))


def cautions(plan: Plan, refused: Sequence[RowError] = ()) -> None:
    """What there is to look at, in one box."""
    told = [layout.sentence(warning) for warning in plan.warnings]
    if refused:
        which = "; ".join(_row(one.row, one.reason) for one in refused[:3])
        more = "; …" if len(refused) > 3 else ""
        words = tn("{n} of these can't be taken", "{n} of these can't be taken", len(refused))
        told.append(f"{words}: {plain(which)}{more}")
    if told:
        st.warning("  \n".join(told), icon=":material/warning:")


def rows(preview: Preview) -> None:
    """Of a new project's rows: how many there are, as far as they were looked at. Into one that is there, `balance`
    tells it."""
    if preview.balance is not None:
        return
    many = preview.rows_read
    if preview.rows_follow:
        st.markdown(tn(":gray[The first {n} row was looked at.]", ":gray[The first {n} rows were looked at.]", many))
    else:
        st.markdown(tn(":gray[{n} row.]", ":gray[{n} rows.]", many))


def balance(found: Balance, total: int | None = None) -> None:
    """How many rows and labels have which fate, each with its first examples. total: of all rows."""
    _fates(
        tn("{n} row", "{n} rows", sum(found.rows.values()) if total is None else total),
        found.rows,
        ROW_FATES,
        found,
        "",
    )
    if found.labels:
        labels = tn("{n} label", "{n} labels", sum(found.labels.values()))
        _fates(labels, found.labels, LABEL_FATES, found, "label_")
    if added := found.labels_added:
        names = plain(", ".join(added))
        st.markdown(
            tn(
                "{n} label is added to the project: {names}",
                "{n} labels are added to the project: {names}",
                len(added),
                names=names,
            )
        )
    if found.predictions:
        st.markdown(
            tn("{n} prediction, kept as a suggestion.", "{n} predictions, kept as suggestions.", found.predictions)
        )


def _fates(title: str, counts: Mapping[str, int], words: Mapping[str, str], found: Balance, prefix: str) -> None:
    """Sentences, not a table: a reason has to be read to its end."""
    lines = [f"**{title}**", ""]
    for fate, told in words.items():
        if many := counts.get(fate):
            first = "" if fate in AS_WANTED else _first(found, prefix + fate)
            lines.append(f"- **{number(many)}** {said(told)}" + (f"  \n  :gray[{plain(first)}]" if first else ""))
    st.markdown("\n".join(lines))


def _first(found: Balance, fate: str) -> str:
    shown: Sequence[Any] = found.examples.get(fate, [])[:3]
    return "; ".join(_row(one.row, one.reason) for one in shown)


def _row(where: int | str, reason: str | None) -> str:
    where = t("row {number}", number=where)
    return f"{where}: {said(reason)}" if reason else where
