"""A new project in four steps: file, question, guideline, go. Also used to import more into a project."""

import json
from pathlib import PurePath
from typing import Any

import streamlit as st
from labeler_ui import feedback, layout, question, session, tasks
from labeler_ui.feedback import plain
from labeler_ui.pages.guidelines import start_text
from labeler_ui.pages.jobs import import_result
from labeler_ui.tasks.base import Schema

PREVIEW_BYTES = 1_000_000


def render() -> None:
    """The wizard, or only its import step with `?step=import`."""
    if st.session_state.get("_import_job"):
        _running()
    elif st.query_params.get("step") == "import" and session.slug():
        project = layout.project()
        layout.heading("Import items", f"Into {plain(project['name'])}. Rows that are already there are left alone.")
        given = _file()
        if given and st.button("Import", type="primary", icon=":material/upload:"):
            _upload(project["slug"], given)
    else:
        _new()


def _new() -> None:
    layout.heading("New project", "A name, a question and a file are all it takes. Everything can be changed later.")
    name = st.text_input("Name", placeholder="for example: SMS spam", max_chars=120, width=520)
    st.subheader("1. Items", anchor=False)
    given = _file() or {}
    st.subheader("2. Question", anchor=False)
    found = given.get("task") or {}
    if found.get("labels"):
        st.markdown(f":gray[{len(found['labels'])} labels were found in the file.]")
    mark = f"{given.get('name', '')}-{found.get('type')}-{len(found.get('labels') or [])}"
    schema, problem = question.ask(found, given.get("sample"), mark)
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


def _file() -> dict[str, Any] | None:
    """A file or pasted lines: {name, data, mapping, sample, task?, content?}, or None."""
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
        return {"name": "pasted.jsonl", "data": data, "mapping": {"text": "text"}, "sample": {"text": lines[0]}}
    formats = feedback.must(lambda: session.client().get("/formats"), "Reading the formats")["imports"]
    titles = ", ".join(one["title"] for one in formats)
    upload = st.file_uploader(titles, type=[ending.lstrip(".") for one in formats for ending in one["endings"]])
    if upload is None:
        return None
    suffix = PurePath(upload.name).suffix.lower()
    preview = _preview(upload, any(one["whole_file"] for one in formats if suffix in one["endings"]))
    if preview is None:
        return None
    mapping = _mapping(preview, upload.file_id)
    return {
        "name": upload.name,
        "data": upload,
        "mapping": mapping,
        "sample": _sample(preview["rows"], mapping),
        "task": preview.get("task"),
    }


def _sample(rows: list[dict[str, Any]], mapping: dict[str, Any]) -> dict[str, Any] | None:
    """The first row as an item, for the picture of the card."""
    if not rows:
        return None
    if mapping["text"]:
        return {"text": str(rows[0].get(mapping["text"]) or "")}
    return {"fields": {name: rows[0].get(name) for name in mapping["fields"]}} if mapping["fields"] else None


def _preview(upload: Any, whole: bool) -> dict[str, Any] | None:
    """What the service reads in the file, asked once per file. whole: its beginning is not enough."""
    kept: tuple[str, dict[str, Any]] | None = st.session_state.get("_preview")
    if kept and kept[0] == upload.file_id:
        return kept[1]
    data = upload.getvalue() if whole else upload.getvalue()[:PREVIEW_BYTES]
    preview: dict[str, Any] | None = feedback.attempt(
        lambda: session.client().post("/imports/preview", files={"file": (upload.name, data)}),
        "Reading the file",
    )
    if preview is not None:
        st.session_state["_preview"] = (upload.file_id, preview)
    return preview


def _mapping(preview: dict[str, Any], mark: str) -> dict[str, Any]:
    guess = preview.get("mapping") or {}
    columns = [column["name"] for column in preview["columns"]]
    described = ", ".join(str(v) for v in (preview.get("format"), preview.get("encoding")) if v)
    st.markdown(f":gray[The first rows ({plain(described)}):]")
    st.dataframe(preview["rows"], height=230)
    for warning in preview.get("warnings") or []:
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


def _create(name: str, schema: Schema, text: str, publish: bool, given: dict[str, Any]) -> None:
    client = session.client()
    body = {"name": name, "task_type": schema["type"], **question.parts(schema)}
    project = feedback.attempt(lambda: client.post("/projects", json=body))
    if project is None:
        return
    session.forget()
    session.choose(project["slug"])
    with feedback.told("The project was created. Saving the guideline"):
        draft = client.post(f"/projects/{project['slug']}/guidelines", json={"text": text, "note": "first version"})
        if publish:
            client.post(f"/projects/{project['slug']}/guidelines/{draft['version']}/publish", json={})
    if given:
        _upload(project["slug"], given)
    else:
        feedback.say_later("The project was created. Import items to start labeling.")
        st.switch_page(st.session_state["_pages"]["progress"], query_params={"project": project["slug"]})


def _upload(slug: str, given: dict[str, Any]) -> None:
    with st.spinner("Uploading …"):
        job = feedback.attempt(
            lambda: session.client().post(
                f"/projects/{slug}/imports",
                files={"file": (given["name"], given["data"])},
                data={"mapping": json.dumps(given["mapping"])},
            ),
            "Importing",
        )
    if job:
        st.session_state["_import_job"] = (slug, job)
        st.session_state.pop("_preview", None)
        st.rerun()


def _running() -> None:
    slug, job = st.session_state["_import_job"]
    layout.heading("Import", "It continues in the background; you may leave this page.")
    layout.follow(job, lambda done: import_result(done.get("result") or {"taken": 0}))
    with st.container(horizontal=True):
        if job["state"] == "done":
            layout.open_page("label", "Start labeling", "bolt", primary=True, project=slug)
            layout.open_page("progress", "Progress", "monitoring", project=slug)
        if job["state"] in layout.OVER and st.button("Import another file"):
            st.session_state.pop("_import_job")
            st.rerun()
