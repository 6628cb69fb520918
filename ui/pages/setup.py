"""A new project in four steps: file, question, guideline, go. Also used to import more into a project."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO, Any

import streamlit as st
from labeler_ui import feedback, layout, question, session, tasks
from labeler_ui.feedback import plain
from labeler_ui.layout import Content
from labeler_ui.pages.guidelines import start_text
from labeler_ui.pages.jobs import import_result
from labeler_ui.tasks.base import Schema

from labeler.client import Job, Project
from labeler.wire.items import ImportResult, Preview
from labeler.wire.jobs import ENDED

PREVIEW_BYTES = 1_000_000
ColumnMapping = dict[str, Any]  # what each column of a file is, as imports take it


@dataclass(frozen=True)
class Given:
    """A file to import. sample: its first row as an item; task: what its labels look like answers of."""

    name: str
    data: bytes | IO[bytes]
    mapping: ColumnMapping
    sample: Content | None
    task: Schema


def render() -> None:
    """The wizard, or only its import step with `?step=import`."""
    if st.session_state.get("_import_job"):
        _running()
    elif st.query_params.get("step") == "import" and session.slug():
        project = layout.project()
        layout.heading("Import items", f"Into {plain(project.info.name)}. Rows that are already there are left alone.")
        given = _file()
        if given and st.button("Import", type="primary", icon=":material/upload:"):
            _upload(project, given)
    else:
        _new()


def _new() -> None:
    layout.heading("New project", "A name, a question and a file are all it takes. Everything can be changed later.")
    name = st.text_input("Name", placeholder="for example: SMS spam", max_chars=120, width=520)
    st.subheader("1. Items", anchor=False)
    given = _file()
    st.subheader("2. Question", anchor=False)
    found = given.task if given else {}
    if found.get("labels"):
        st.markdown(f":gray[{len(found['labels'])} labels were found in the file.]")
    mark = f"{given.name if given else ''}-{found.get('type')}-{len(found.get('labels') or [])}"
    schema, problem = question.ask(found, given.sample if given else None, mark)
    st.subheader("3. Guideline", anchor=False)
    sections = tasks.named(schema["type"]).sections(schema) if problem is None else []
    with st.expander("A text to start from: one section for each possible answer"):
        text = st.text_area(
            "Guideline (Markdown)",
            start_text(name or "New project", sections),
            height=320,
            key=f"new-guideline-{name}-{schema['type']}-{len(sections)}",
        )
        publish = st.toggle("Publish it right away", value=False, help="Otherwise it is kept as a draft.")
    missing = [words for words in (None if name.strip() else "a name", problem) if words]
    if st.button("Create the project", type="primary", icon=":material/check:"):
        if missing:
            st.error(f"Still needed: {' and '.join(missing)}.", icon=":material/error:")
            return
        _create(name.strip(), schema, text, publish, given)


def _file() -> Given | None:
    """A file or pasted lines, once there are some."""
    way = st.segmented_control(
        "From", ["A file", "Pasted text"], default="A file", required=True, label_visibility="collapsed"
    )
    if way == "Pasted text":
        pasted = st.text_area("One item per line", height=160, placeholder="first item\nsecond item")
        lines = [line.strip() for line in pasted.splitlines() if line.strip()]
        if not lines:
            return None
        st.markdown(f":gray[{len(lines)} items.]")
        data = "\n".join(json.dumps({"text": line}, ensure_ascii=False) for line in lines).encode()
        return Given("pasted.jsonl", data, {"text": "text"}, {"text": lines[0]}, {})
    formats = feedback.must(session.client().formats, "Reading the formats").imports
    titles = ", ".join(one.title for one in formats)
    upload = st.file_uploader(titles, type=[ending.lstrip(".") for one in formats for ending in one.endings])
    if upload is None:
        return None
    suffix = PurePath(upload.name).suffix.lower()
    preview = _preview(upload, any(one.whole_file for one in formats if suffix in one.endings))
    if preview is None:
        return None
    mapping = _mapping(preview, upload.file_id)
    return Given(upload.name, upload, mapping, _sample(preview.rows, mapping), preview.task or {})


def _sample(rows: Sequence[Content], mapping: ColumnMapping) -> Content | None:
    """The first row as an item, for the picture of the card."""
    if not rows:
        return None
    if mapping["text"]:
        return {"text": str(rows[0].get(mapping["text"]) or "")}
    return {"fields": {name: rows[0].get(name) for name in mapping["fields"]}} if mapping["fields"] else None


def _preview(upload: Any, whole: bool) -> Preview | None:
    """What the service reads in the file, asked once per file. whole: its beginning is not enough."""
    kept: tuple[str, Preview] | None = st.session_state.get("_preview")
    if kept and kept[0] == upload.file_id:
        return kept[1]
    data = upload.getvalue() if whole else upload.getvalue()[:PREVIEW_BYTES]
    preview = feedback.attempt(lambda: session.client().preview(upload.name, data), "Reading the file")
    if preview is not None:
        st.session_state["_preview"] = (upload.file_id, preview)
    return preview


def _mapping(preview: Preview, mark: str) -> ColumnMapping:
    guess = preview.mapping
    columns = [column["name"] for column in preview.columns]
    described = ", ".join(part for part in (preview.format, preview.encoding) if part)
    st.markdown(f":gray[The first rows ({plain(described)}):]")
    st.dataframe(preview.rows, height=230)
    for warning in preview.warnings:
        st.warning(plain(warning), icon=":material/warning:")

    def pick(where: Any, title: str, name: str, words: str) -> str | None:
        at = columns.index(guess[name]) if guess.get(name) in columns else None
        chosen: str | None = where.selectbox(title, columns, index=at, placeholder=words, key=f"map-{name}-{mark}")
        return chosen

    st.markdown("**What is in each column?** Change what was not recognized.")
    boxes = st.columns(4)
    key = pick(boxes[0], "Item key", "key", "made from the content")
    text = pick(boxes[1], "Text", "text", "none: use fields")
    label = pick(boxes[2], "Label, if there is one", "label", "none")
    split = pick(boxes[3], "Split", "split", "none")
    if label:
        st.markdown(":gray[Rows that have a label count as labeled. Without that column, people label all of them.]")
    wide = st.columns(2)
    default = [c for c in guess.get("fields") or [] if c in columns]
    fields = wide[0].multiselect(
        "Fields of a table row", columns, default=default, key=f"map-fields-{mark}", disabled=text is not None
    )
    beside = [c for c in guess.get("metadata") or [] if c in columns]
    metadata = wide[1].multiselect("Shown next to the item", columns, default=beside, key=f"map-metadata-{mark}")
    return {
        "key": key,
        "text": text,
        "fields": [] if text else fields,
        "label": label,
        "split": split,
        "metadata": metadata,
    }


def _create(name: str, schema: Schema, text: str, publish: bool, given: Given | None) -> None:
    projects = session.client().projects
    project = feedback.attempt(lambda: projects.create(name, task_type=schema["type"], **question.parts(schema)))
    if project is None:
        return
    session.forget()
    session.choose(project.slug)
    with feedback.told("The project was created. Saving the guideline"):
        save = project.guidelines.publish if publish else project.guidelines.save_draft
        save(text, "first version")
    if given:
        _upload(project, given)
    else:
        feedback.say_later("The project was created. Import items to start labeling.")
        st.switch_page(st.session_state["_pages"]["progress"], query_params={"project": project.slug})


def _upload(project: Project, given: Given) -> None:
    with st.spinner("Uploading …"):
        job = feedback.attempt(lambda: project.import_file(given.name, given.mapping, data=given.data), "Importing")
    if job:
        st.session_state["_import_job"] = (project.slug, job)
        st.session_state.pop("_preview", None)
        st.rerun()


def _running() -> None:
    kept: tuple[str, Job] = st.session_state["_import_job"]
    slug, job = kept
    layout.heading("Import", "It continues in the background; you may leave this page.")
    layout.follow(job, lambda done: import_result(done.result_as(ImportResult)))
    with st.container(horizontal=True):
        if job.state == "done":
            layout.open_page("label", "Start labeling", "bolt", primary=True, project=slug)
            layout.open_page("progress", "Progress", "monitoring", project=slug)
        if job.state in ENDED and st.button("Import another file"):
            st.session_state.pop("_import_job")
            st.rerun()
