"""Choosing a table of a database that the operator named."""

from typing import NamedTuple

import streamlit as st
from labeler_ui import feedback
from labeler_ui.words import t

from labeler.client import Client
from labeler.wire.imports import DatabaseOut, TableOut


class Chosen(NamedTuple):
    database: str
    table: str


def choose(client: Client, databases: list[DatabaseOut], project: str | None) -> Chosen | None:
    """The table, once one is chosen. What there is to choose from is asked once. project: the slug of the one into
    which it goes, None: a new one."""
    names = [one.name for one in databases]
    database: str = st.selectbox(t("Database"), names, width=520)
    known: dict[str, list[TableOut]] = st.session_state.setdefault("_tables", {})
    if database not in known:
        known[database] = feedback.must(lambda: client.tables(database, project), t("Reading the tables"))
    found = known[database]
    views = {one.name for one in found if one.view}
    table = st.selectbox(
        t("Table"),
        [one.name for one in found],
        index=None,
        placeholder=t("Choose a table") if found else t("There are no tables"),
        format_func=lambda name: t("{name} (view)", name=name) if name in views else name,
        width=520,
    )
    return None if table is None else Chosen(database, table)
