"""Where items come from: a file, pasted lines or a table of a database; and what is in its columns."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import PurePath
from typing import Any

import streamlit as st
from labeler_ui import feedback, import_labels, import_plan, import_table, session
from labeler_ui.contents import Content
from labeler_ui.feedback import plain
from labeler_ui.import_run import ColumnMapping, Given
from labeler_ui.words import said, t, tn

from labeler.client import Project
from labeler.wire.imports import DatabaseOut
from labeler.wire.items import Preview

PREVIEW_BYTES = 1_000_000


def choose(pasted_key: str, project: Project | None = None) -> Given | None:
    """A file, pasted lines or, where the operator has named databases, a table, once there is one.

    pasted_key: of the field for pasted lines. project: into which it goes; None: a new one.
    """
    slug = None if project is None else project.slug
    databases = feedback.must(lambda: session.client().databases(slug))
    ways = [t("A file"), t("Pasted text"), *([t("A database table")] if databases else [])]
    way = st.segmented_control(t("From"), ways, default=t("A file"), required=True, label_visibility="collapsed")
    if way == t("A database table"):
        return _table(databases, slug)
    if way == t("Pasted text"):
        pasted = st.text_area(
            t("One item per line"), height=160, placeholder=t("first item\nsecond item"), key=pasted_key
        )
        lines = [line.strip() for line in pasted.splitlines() if line.strip()]
        if not lines:
            return None
        st.markdown(tn(":gray[{n} item.]", ":gray[{n} items.]", len(lines)))
        data = "\n".join(json.dumps({"text": line}, ensure_ascii=False) for line in lines).encode()
        return Given("pasted.jsonl", data, {"text": "text"}, {"text": lines[0]}, {})
    formats = feedback.must(session.client().formats, t("Reading the formats")).imports
    titles = ", ".join(said(one.title) for one in formats)
    upload = st.file_uploader(
        t("CSV, Excel, JSON, Parquet and others"),
        help=t("All that can be read: {formats}.", formats=plain(titles)),
        type=[ending.lstrip(".") for one in formats for ending in one.endings],
    )
    if upload is None:
        return None
    suffix = PurePath(upload.name).suffix.lower()
    whole = any(one.whole_file for one in formats if suffix in one.endings)
    read = _how_to_read(upload.file_id)
    given = _planned(f"{upload.file_id}-{read}", lambda mapping: _preview(upload, whole, mapping, slug), read)
    return None if given is None else replace(given, name=upload.name, data=upload)


def _table(databases: list[DatabaseOut], slug: str | None) -> Given | None:
    """A table of a database, once one is chosen. slug: of the project into which it goes, None: a new one."""
    client = session.client()
    chosen = import_table.choose(client, databases, slug)
    if chosen is None:
        return None

    def ask(mapping: ColumnMapping) -> Preview | None:
        look = partial(client.preview_table, *chosen, mapping, slug)
        return _kept(f"{chosen} {slug}", mapping, look, t("Reading the table"))

    given = _planned(f"{chosen}", ask, {})
    return None if given is None else replace(given, name=chosen.table, table=chosen)


def _planned(mark: str, ask: Callable[[ColumnMapping], Preview | None], read: ColumnMapping) -> Given | None:
    """The plan, as it is guessed and then as somebody changed it. ask: what the service says of a mapping."""
    preview = ask(read)
    if preview is None:
        return None
    mapping = _mapping(preview, mark)
    lacking = import_plan.problem(mapping)
    if lacking is None:
        chosen = ask(mapping)
        if chosen is None:
            return None
        preview = chosen
        taken = import_labels.choose(chosen.label_counts, mark)
        if taken:
            mapping = {**mapping, "label_map": {**taken, **mapping.get("label_map", {})}}
            preview = ask(mapping) or chosen
    st.markdown(t("**What becomes of it**"))
    import_plan.about(preview.plan)
    import_plan.rows(preview)
    # into a project that is there, its balance tells which rows can't be taken
    import_plan.cautions(preview.plan, preview.refused if preview.balance is None else ())
    import_labels.elsewhere(preview.elsewhere)
    sample = _sample(preview.rows, mapping)
    return Given("", None, mapping, sample, preview.task or {}, lacking, preview.balance)


def _how_to_read(mark: str) -> ColumnMapping:
    """Whether the first row names the columns, if somebody says so."""
    chosen = st.segmented_control(
        t("First row"),
        ["guess", "names", "row"],
        default="guess",
        required=True,
        format_func={
            "guess": t("guess"),
            "names": t("names of the columns"),
            "row": t("a row like the others"),
        }.__getitem__,
        key=f"header-{mark}",
        help=t("Of text files with columns. Guessed from the first rows."),
    )
    return {} if chosen == "guess" else {"header": chosen == "names"}


def _sample(rows: Sequence[Content], mapping: ColumnMapping) -> Content | None:
    """The first row as an item, for the picture of the card."""
    if not rows:
        return None
    if text := mapping.get("text"):
        names = text if isinstance(text, list) else [text]
        return {"text": "\n\n".join(str(rows[0].get(name) or "") for name in names)}
    fields = mapping.get("fields") or []
    return {"fields": {name: rows[0].get(name) for name in fields}} if fields else None


def _preview(upload: Any, whole: bool, mapping: Mapping[str, Any], project: str | None) -> Preview | None:
    """What the service makes of the file. whole: its beginning is not enough."""

    def ask() -> Preview:
        data = upload.getvalue()
        cut = not whole and len(data) > PREVIEW_BYTES
        part = data[:PREVIEW_BYTES] if cut else data
        return session.client().preview(upload.name, part, mapping, project=project, cut=cut)

    return _kept(f"{upload.file_id} {project}", mapping, ask, t("Reading the file"))


def _kept(source: str, mapping: Mapping[str, Any], ask: Callable[[], Preview], doing: str) -> Preview | None:
    """A preview, asked once per mapping; None after showing why the service refused."""
    kept: dict[str, Preview] = st.session_state.setdefault("_preview", {})
    mark = f"{source} {json.dumps(mapping, sort_keys=True)}"
    if mark not in kept and (preview := feedback.attempt(ask, doing)) is not None:
        kept[mark] = preview
    return kept.get(mark)


def _mapping(preview: Preview, mark: str) -> ColumnMapping:
    """What is in each column: as it was guessed, or as somebody says."""
    described = ", ".join(part for part in (preview.format, preview.encoding) if part)
    st.markdown(t(":gray[The first rows ({described}):]", described=plain(described)))
    st.dataframe(preview.rows, height=min(230, 35 * len(preview.rows) + 38), placeholder="")
    st.markdown(t("**What is in each column?** Change what was not recognized."))
    mapping = import_plan.columns(preview.plan, mark)
    return {**mapping, **import_plan.options(preview.mapping, mapping, mark)}
