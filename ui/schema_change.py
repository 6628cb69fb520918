"""Changing what can be answered: the editor, what becomes of answers whose label goes, and the earlier versions."""

from difflib import SequenceMatcher

import streamlit as st
from labeler_ui import feedback, layout, question, session, table, tasks
from labeler_ui.components.card import card_preview
from labeler_ui.components.keeper import keep, saved
from labeler_ui.components.labels import labels_saved
from labeler_ui.feedback import plain
from labeler_ui.tasks.base import Schema, TaskPages
from labeler_ui.words import mark, t, tn

from labeler.client import Project

OPEN_AGAIN = mark("no answer (the items are open again)")
MOST_BOXES = 12
Mapping = dict[str, str | None]


def edit(project: Project) -> None:
    """The schema of a project, changed in place; saved when asked for, after saying what it touches."""
    info = project.info
    task, schema = tasks.of(info), tasks.schema_of(info)
    st.markdown(
        t(
            ":gray[Rename, add, remove or reorder as you like. "
            "You decide what happens to answers that were already given.]"
        )
    )
    mark = f"{info.slug}-{info.schema_version}"
    edited = task.edit_schema(schema, key=f"schema-{mark}")
    problem = task.problem(edited)
    if problem:
        st.markdown(t(":gray[Still needed: {problem}.]", problem=plain(problem)))
        return
    mapping = _mapping(task, schema, edited, mark)
    if st.button(t("Save changes"), type="primary"):
        if mapping:
            _review(project, edited, mapping)
        elif edited == schema:
            st.info(t("There is nothing to save: no change was made."))
        else:
            _save(project, edited, {}, "")
    with st.expander(t("How labelers will see it"), expanded=True):
        card_preview(edited, question.sample(), key=f"card-preview-{mark}")
    _versions(project)


def _mapping(task: TaskPages, before: Schema, after: Schema, mark: str) -> Mapping:
    """What each name that is gone becomes; first guessed, then what the boxes say."""
    old, new = task.names(before), task.names(after)
    gone = [one for one in old if one not in new]
    if not gone:
        return {}
    renamed = _renamed(old, new)
    st.markdown(t("**What happens to answers with:**"))
    if len(gone) > MOST_BOXES:
        return _mapping_table(gone, new, renamed, mark)
    found: Mapping = {}
    for name in gone:
        key = f"becomes-{name}-{mark}"
        session.follow_guess(key, renamed.get(name), [None, *new])
        found[name] = st.selectbox(name, new, index=None, placeholder=t(OPEN_AGAIN), key=key, width=420)
    return found


def _renamed(old: list[str], new: list[str]) -> Mapping:
    """New names that stand where an old one stood: most likely the old one renamed."""
    found: Mapping = {}
    for what, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "replace":
            found |= dict(zip(old[i:j], new[k:m], strict=False))
    return {name: to for name, to in found.items() if name not in new and to not in old}


def _mapping_table(gone: list[str], new: list[str], renamed: Mapping, tag: str) -> Mapping:
    edited = st.data_editor(
        [{"before": name, "becomes": renamed.get(name)} for name in gone],
        key=f"becomes-{len(gone)}-{tag}",
        hide_index=True,
        width=420,
        column_config={
            "before": st.column_config.TextColumn(t("Before"), disabled=True),
            "becomes": st.column_config.SelectboxColumn(
                t("Becomes"), options=new, help=t("Empty: {open_again}", open_again=t(OPEN_AGAIN))
            ),
        },
    )
    return {str(row["before"]): row["becomes"] for row in edited}


@layout.dialog(mark("Change what can be answered?"))
def _review(project: Project, schema: Schema, mapping: Mapping) -> None:
    planned = feedback.attempt(lambda: project.change_schema(**question.parts(schema), mapping=mapping, dry_run=True))
    if planned is None:
        return
    st.markdown(
        t(
            "Nothing is rewritten: answers stay as they were given and are read through this change. "
            "Earlier dataset versions stay as they are."
        )
    )
    for touch in planned.touches:
        count, old, new = touch.answers, plain(touch.from_), touch.to
        if new is None:
            words = tn(
                "{n} answer with **{old}** loses it; its item is open again if it has no other label",
                "{n} answers with **{old}** lose it; items with no other label are open again",
                count,
                old=old,
            )
        else:
            words = tn(
                "{n} answer with **{old}** becomes **{new}**",
                "{n} answers with **{old}** become **{new}**",
                count,
                old=old,
                new=plain(new),
            )
        st.markdown(f"- {words}")
    scope, field = f"schema {project.slug}", f"schema-reason-{project.slug}"
    keep(scope, {field: ""})
    reason = st.text_input(t("Reason"), placeholder=t("optional, kept with the version"), key=field)
    if st.button(t("Save this version"), type="primary", key="schema-yes"):
        _save(project, schema, mapping, reason.strip())


def _save(project: Project, schema: Schema, mapping: Mapping, reason: str) -> None:
    with feedback.told(t("Saving")):
        project.change_schema(**question.parts(schema), mapping=mapping, reason=reason)
        labels_saved()
        saved(f"schema {project.slug}")
        session.forget()
        feedback.say_later(t("Saved."))
        st.rerun()


def _versions(project: Project) -> None:
    if project.info.schema_version < 2:
        return
    with st.expander(t("Earlier versions")):
        rows = [
            {
                t("Version"): one.version,
                t("Created"): layout.when(one.created_at),
                t("By"): one.created_by,
                t("Changed"): ", ".join(f"{old} → {to or 'open again'}" for old, to in one.mapping.items()) or None,
                t("Reason"): one.reason,
            }
            for one in feedback.must(project.schemas, t("Reading the versions"))
        ]
        table.show(rows, {t("Version"): table.name_of})
