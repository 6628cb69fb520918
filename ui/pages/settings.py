"""Settings of a project: what is asked, how the next items are chosen, when a model trains, reasons."""

from typing import Any

import streamlit as st
from labeler_ui import danger, feedback, layout, learning_settings, people_settings, schema_change, session, webhooks
from labeler_ui.components.keeper import keep, saved
from labeler_ui.feedback import plain
from labeler_ui.words import listed, mark, t, tn

from labeler.client import Project


def render() -> None:
    """Six groups, each saved by itself."""
    project = layout.project()
    layout.heading(
        t("Settings"), t("For the project {name}. Everything has a good default.", name=plain(project.info.name))
    )
    asked, learning, people, reasons, told, danger = layout.tabs(
        [t("Question"), t("Learning"), t("Labelers"), t("Reasons"), t("Webhooks"), t("Project")], "settings-tabs"
    )
    with asked:
        schema_change.edit(project)
    with learning:
        learning_settings.edit(project.info, lambda scope, settings: _save(project, scope, settings=settings))
    with people:
        people_settings.edit(project.info, lambda scope, settings: _save(project, scope, settings=settings))
    with reasons:
        _reasons(project)
    with told:
        webhooks.edit(project)
    with danger:
        _project(project)


def _save(project: Project, scope: str = "", told: str = "", **changed: Any) -> None:
    """scope: where the browser keeps what was typed until now. told: what there is to say beside that it is saved."""
    with feedback.told(t("Saving")):
        project.change(**changed)
        if scope:
            saved(scope)
        session.forget()
        feedback.say_later(" ".join(filter(None, (t("Saved."), told))))
        st.rerun()


def _lines(text: str) -> tuple[list[str], list[str]]:
    """Its lines, each once, as it was written first; and those that were there again."""
    kept: dict[str, str] = {}
    again: dict[str, None] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        if line.casefold() in kept:
            again[kept[line.casefold()]] = None
        kept.setdefault(line.casefold(), line)
    return list(kept.values()), list(again)


def _reasons(project: Project) -> None:
    settings, scope = project.info.settings, f"reasons {project.slug}"
    skip_key, flag_key = f"skip-{project.slug}", f"flag-{project.slug}"
    skips, flags = "\n".join(settings.skip_reasons), "\n".join(settings.flag_reasons)
    keep(scope, {skip_key: skips, flag_key: flags})
    with st.form("reasons", border=False, width=680):
        left, right = st.columns(2, gap="large")
        skip = left.text_area(
            t("Reasons to skip, one per line"),
            skips,
            height=180,
            key=skip_key,
            placeholder=t("None: they can only say “not sure”."),
            help=t("What labelers choose from after S. A skipped item goes to somebody else."),
        )
        flag = right.text_area(
            t("Reasons to mark as hard, one per line"),
            flags,
            height=180,
            key=flag_key,
            placeholder=t("None: they can only say “not sure”."),
            help=t("What labelers choose from after H. Hard items are decided on the page Hard items."),
        )
        st.caption(t("The first nine have a digit as their key."))
        if st.form_submit_button(t("Save"), type="primary"):
            (skips_kept, again), (flags_kept, more) = _lines(skip), _lines(flag)
            told = ""
            if twice := [*again, *more]:
                named = listed([f"“{plain(one)}”" for one in twice])
                told = tn(
                    "{which} was there twice: it is kept once.",
                    "{which} were there twice: each is kept once.",
                    len(twice),
                    which=named,
                )
            _save(project, scope, told, settings={"skip_reasons": skips_kept, "flag_reasons": flags_kept})


def _project(project: Project) -> None:
    scope, key = f"name {project.slug}", f"name-{project.slug}"
    keep(scope, {key: project.info.name})
    with st.form("rename", border=False, width=680):
        name = st.text_input(
            t("Name"), project.info.name, key=key, help=t("What people see. The address stays the same.")
        )
        if st.form_submit_button(t("Rename")):
            if other := session.project_called(name, but=project.slug):
                st.error(session.name_is_taken(other), icon=":material/error:")
            else:
                _save(project, scope, name=name.strip())
    layout.open_page("imports", t("Import more items"), "upload_file")
    is_admin = session.role_in(project.slug) == "admin"
    if is_admin and danger.button(t("Delete the project …"), key="delete-project", icon=":material/delete:"):
        _delete(project)


@layout.dialog(mark("Delete the project?"))
def _delete(project: Project) -> None:
    counts = project.info.counts
    st.markdown(
        tn(
            "**{name}** has {n} item, {labeled} of them labeled. Nobody will see it any more.",
            "**{name}** has {n} items, {labeled} of them labeled. Nobody will see it any more.",
            counts.items,
            name=plain(project.info.name),
            labeled=layout.number(counts.labeled),
        )
    )
    erase = st.radio(
        t("What becomes of its data"),
        [False, True],
        format_func=lambda gone: t("Erased for good") if gone else t("Kept, out of sight"),
        captions=[
            t("Labels, dataset versions and models stay on disk; an operator can bring them back."),
            t(
                "Items, labels, dataset versions (also in the DVC remote) and models are destroyed. "
                "The audit keeps that it happened."
            ),
        ],
    )
    typed = st.text_input(t("Type the name of the project to continue"))
    if danger.button(t("Erase for good") if erase else t("Delete"), key="delete-yes", final=True):
        if typed.strip() != project.info.name:
            st.error(t("The name does not match."), icon=":material/error:")
            return
        with feedback.told(t("Deleting")):
            project.delete(erase=erase)
            session.forget()
            session.choose(None)
            st.query_params.clear()
            feedback.say_later(t("Deleted."))
            st.switch_page(st.session_state["_pages"]["home"])
