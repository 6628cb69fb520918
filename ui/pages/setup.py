"""A new project in four steps: file, question, guideline, go. Also used to import more into a project."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import PurePath
from typing import Any

import streamlit as st
from labeler_ui import feedback, import_plan, import_run, import_table, layout, question, session, tasks
from labeler_ui.components.keeper import keep, saved
from labeler_ui.components.labels import labels_saved
from labeler_ui.components.reveal import reveal
from labeler_ui.contents import Content
from labeler_ui.feedback import plain
from labeler_ui.import_run import ColumnMapping, Given
from labeler_ui.pages.guidelines import start_text, unfilled
from labeler_ui.pressed import pressed
from labeler_ui.tasks.base import Schema
from labeler_ui.words import listed, said, t, tn

from labeler.client import Project
from labeler.wire.imports import DatabaseOut
from labeler.wire.items import Preview

PREVIEW_BYTES = 1_000_000
SCOPE, NAME, PASTED, GUIDELINE = "new project", "new-name", "new-pasted", "new-guideline"


def render() -> None:
    """The wizard, or only its import step with `?step=import`."""
    if import_run.is_there():
        import_run.draw()
    elif st.query_params.get("step") == "import" and session.slug():
        project = layout.project()
        stays = t("What is there already stays as it is, unless the plan says otherwise.")
        layout.heading(t("Import items"), t("Into {name}. {stays}", name=plain(project.info.name), stays=stays))
        given = _file(project)
        if given is None:
            return
        if given.balance:
            st.header(t("What becomes of the first rows"), anchor=False)
            import_plan.balance(given.balance)
        if given.problem:
            st.error(t("Still needed: {problem}.", problem=given.problem), icon=":material/error:")
            return
        with st.container(horizontal=True):
            start = pressed(t("Import"), type="primary", icon=":material/upload:")
            trial = pressed(
                t("Try it on the whole file"),
                icon=":material/science:",
                help=t("Tells the fate of every row and label, and changes nothing."),
            )
        if start or trial:
            import_run.send(project, given, dry_run=trial)
    else:
        _new()


def _new() -> None:
    layout.heading(
        t("New project"), t("A name, a question and a file are all it takes. Everything can be changed later.")
    )
    keep(SCOPE, {NAME: "", PASTED: "", GUIDELINE: st.session_state.get("_new_guideline_begin")})
    name = st.text_input(t("Name"), placeholder=t("for example: SMS spam"), max_chars=120, width=520, key=NAME)
    st.header(t("1. Items"), anchor=False)
    given = _file()
    st.header(t("2. Question"), anchor=False)
    found = given.task if given else {}
    if found.get("labels"):
        st.markdown(
            tn(
                ":gray[{n} label was found in the file.]",
                ":gray[{n} labels were found in the file.]",
                len(found["labels"]),
            )
        )
    mark = f"{given.name if given else ''}-{found.get('type')}-{len(found.get('labels') or [])}"
    schema, problem = question.ask(found, given.sample if given else None, mark)
    st.header(t("3. Guideline"), anchor=False)
    sections = tasks.named(schema["type"]).sections(schema) if problem is None else []
    with st.expander(t("A text to start from: one section for each possible answer")):
        text = _guideline(start_text(name or "New project", sections))
        publish = st.toggle(t("Publish it right away"), value=False, help=t("Otherwise it is kept as a draft."))
    lacking = given.problem if given else None
    missing = [words for words in (None if name.strip() else t("a name"), lacking, problem) if words]
    if pressed(t("Create the project"), type="primary", icon=":material/check:"):
        if missing:
            _refuse(t("Still needed: {missing}.", missing=listed(missing)))
            return
        if publish and (where := unfilled(text)):
            _refuse(
                t(
                    "The guideline can't be published yet: the text to start from is still there under {places}. "
                    "Fill it in, or keep it as a draft.",
                    places=", ".join(plain(one) for one in where),
                )
            )
            return
        _create(name.strip(), schema, text, publish, given)


def _refuse(words: str) -> None:
    """Say it where it is seen: the button may be the last thing on the screen."""
    number = st.session_state["_new_refused"] = st.session_state.get("_new_refused", 0) + 1
    with st.container():
        st.error(words, icon=":material/error:")
        reveal(f"refused-{number}")


def _guideline(begin: str) -> str:
    """The text to start from follows the name and the answers until somebody writes into it."""
    if st.session_state.get(GUIDELINE) in (None, st.session_state.get("_new_guideline_begin")):
        st.session_state[GUIDELINE] = begin
    st.session_state["_new_guideline_begin"] = begin
    return st.text_area(t("Guideline (Markdown)"), height=320, key=GUIDELINE)


def _file(project: Project | None = None) -> Given | None:
    """A file, pasted lines or, where the operator has named databases, a table, once there is one."""
    slug = None if project is None else project.slug
    databases = feedback.must(lambda: session.client().databases(slug))
    ways = [t("A file"), t("Pasted text"), *([t("A database table")] if databases else [])]
    way = st.segmented_control(t("From"), ways, default=t("A file"), required=True, label_visibility="collapsed")
    if way == t("A database table"):
        return _table(databases, slug)
    if way == t("Pasted text"):
        pasted = st.text_area(t("One item per line"), height=160, placeholder=t("first item\nsecond item"), key=PASTED)
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
    st.markdown(t("**What becomes of it**"))
    import_plan.about(preview.plan)
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
    st.dataframe(preview.rows, height=230, placeholder="")
    st.markdown(t("**What is in each column?** Change what was not recognized."))
    mapping = import_plan.columns(preview.plan, mark)
    return {**mapping, **import_plan.options(preview.mapping, mapping, mark)}


def _create(name: str, schema: Schema, text: str, publish: bool, given: Given | None) -> None:
    projects = session.client().projects
    project = feedback.attempt(lambda: projects.create(name, task_type=schema["type"], **question.parts(schema)))
    if project is None:
        return
    saved(SCOPE)
    labels_saved()
    session.forget()
    session.choose(project.slug)
    with feedback.told(t("The project was created. Saving the guideline")):
        save = project.guidelines.publish if publish else project.guidelines.save_draft
        save(text, t("first version"))
    if given:
        import_run.send(project, given)
    else:
        feedback.say_later(t("The project was created. Import items to start labeling."))
        st.switch_page(st.session_state["_pages"]["progress"], query_params={"project": project.slug})
