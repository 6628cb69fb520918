"""A new project in four steps: file, question, guideline, go."""

import streamlit as st
from labeler_ui import feedback, import_run, import_source, layout, question, session, tasks
from labeler_ui.components.keeper import keep, saved
from labeler_ui.components.labels import labels_saved
from labeler_ui.components.reveal import reveal
from labeler_ui.feedback import plain
from labeler_ui.import_run import Given
from labeler_ui.pages.guidelines import start_text, unfilled
from labeler_ui.pressed import pressed
from labeler_ui.tasks.base import Schema
from labeler_ui.words import listed, t, tn

SCOPE, NAME, PASTED, GUIDELINE = "new project", "new-name", "new-pasted", "new-guideline"
CAUTIONED = "_new_cautioned"


def render() -> None:
    """The form, or the import that it began."""
    if import_run.is_there():
        import_run.draw()
    else:
        _new()


def _new() -> None:
    layout.heading(
        t("New project"),
        t("A name, a question and a file are all it takes. All but the kind of question can be changed later."),
    )
    keep(SCOPE, {NAME: "", PASTED: "", GUIDELINE: st.session_state.get("_new_guideline_begin")})
    name = st.text_input(t("Name"), placeholder=t("for example: SMS spam"), max_chars=120, width=520, key=NAME)
    if name.strip() and (other := session.project_called(name)) is not None:
        st.warning(session.name_is_taken(other), icon=":material/edit_note:")
    st.header(t("1. Items"), anchor=False)
    given = import_source.choose(PASTED)
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
        if (other := session.project_called(name)) is not None:
            _refuse(session.name_is_taken(other))
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
        caution = tasks.named(schema["type"]).caution(schema)
        if caution and st.session_state.get(CAUTIONED) != caution:  # said once, where it is seen, and not while typing
            st.session_state[CAUTIONED] = caution
            again = t("Press again to create it all the same.")
            _refuse(f"{caution} {again}")
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
