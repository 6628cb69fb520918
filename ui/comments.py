"""What people say to each other about items: a thread beside an item, and what one was asked."""

import streamlit as st
from labeler_ui import contents, feedback, layout, session
from labeler_ui.feedback import plain, unlinked
from labeler_ui.words import t, tn

from labeler.client import Project

MOST_ASKED = 20


def thread(project: Project, key: str) -> None:
    """The comments on an item, and a field for one more."""
    st.header(t("Comments"), anchor=False)
    rows = feedback.attempt(lambda: project.comments.on(key), t("Reading the comments")) or []
    for row in rows:
        st.markdown(f"**{plain(row.by.name)}** :gray[{layout.when(row.created_at)}]  \n{plain(row.text)}")
    if not rows:
        st.markdown(t(":gray[None yet. Write @ and a name to ask somebody.]"))
    if reply(project, key, f"comment-{key}"):
        st.rerun()


def reply(project: Project, key: str, name: str) -> bool:
    """A field and a button; returns whether something was said."""
    form = st.form(f"form-{name}", border=False, clear_on_submit=True)
    with form, st.container(horizontal=True, vertical_alignment="bottom"):
        words = st.text_input(t("Comment"), key=name, placeholder=t("@name asks somebody"), max_chars=5_000)
        sent = st.form_submit_button(t("Send"))
    if not sent or not words.strip():
        return False
    with feedback.told(t("Sending the comment")):
        project.comments.add(key, words.strip())
        feedback.say_later(t("Sent."))
        return True
    return False


def asked() -> None:
    """On the first page: what one was asked and has not read yet, with the item and a field for the answer."""
    found = feedback.attempt(session.client().mentions) or []
    if not found:
        return
    with st.container(border=True, key="asked"):
        st.markdown("## " + tn("{n} question for you", "{n} questions for you", len(found)))
        for row in found[:MOST_ASKED]:
            slug = str(row.project)
            where = session.project_names().get(slug, slug)
            words = t(
                "**{name}** in {project}: {text}", name=plain(row.by.name), project=plain(where), text=plain(row.text)
            )
            st.markdown(words)
            if row.content is not None:
                st.markdown(f":gray[{unlinked(contents.line(row.content, 300))}]")
            project = feedback.attempt(lambda slug=slug: session.client().projects.get(slug))  # type: ignore[misc]
            if project is None:
                continue
            if st.button(t("Mark as read"), icon=":material/done:", key=f"read-{row.id}"):
                with feedback.told():
                    project.comments.read(row.id)
                    st.rerun()
            if reply(project, row.item_key, f"answer-{row.id}"):
                project.comments.read(row.id)
                st.rerun()
