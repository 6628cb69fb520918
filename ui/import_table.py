"""Choosing a table of a database that the operator named."""

from typing import NamedTuple

import streamlit as st
from labeler_ui import feedback

from labeler.client import Client
from labeler.wire.imports import DatabaseOut, TableOut


class Chosen(NamedTuple):
    database: str
    table: str


def choose(client: Client, databases: list[DatabaseOut], project: str | None) -> Chosen | None:
    """The table, once one is chosen. What there is to choose from is asked once. project: the slug of the one into
    which it goes, None: a new one."""
    names = [one.name for one in databases]
    database: str = st.selectbox("Database", names, width=520)
    known: dict[str, list[TableOut]] = st.session_state.setdefault("_tables", {})
    if database not in known:
        known[database] = feedback.must(lambda: client.tables(database, project), "Reading the tables")
    found = known[database]
    views = {one.name for one in found if one.view}
    table = st.selectbox(
        "Table",
        [one.name for one in found],
        index=None,
        placeholder="Choose a table" if found else "There are no tables",
        format_func=lambda name: f"{name} (view)" if name in views else name,
        width=520,
    )
    return None if table is None else Chosen(database, table)
