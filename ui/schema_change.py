"""Changing what can be answered: the editor, what becomes of answers whose label goes, and the earlier versions."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

import streamlit as st
from labeler_ui import feedback, layout, question, session, split, table, tasks
from labeler_ui.components.card import card_preview
from labeler_ui.components.keeper import keep, saved
from labeler_ui.components.labels import labels_saved, typed_earlier
from labeler_ui.feedback import plain
from labeler_ui.pressed import pressed
from labeler_ui.tasks.base import Schema, TaskPages
from labeler_ui.words import mark, t, tc, tn

from labeler.client import ApiError, Project

OPEN_AGAIN = mark("no answer (the items are open again)")
MOST_BOXES = 12
WATCH_SECONDS = 10.0
Mapping = dict[str, str | list[str] | None]
Single = dict[str, str | None]


@dataclass
class Desk:
    """What is being edited in this browser session.

    version, schema: what it began with. outdated: somebody has changed it since. yours: what was typed before that, and
    not saved. settled: nothing that was typed on an earlier version is of interest any more.
    """

    version: int
    schema: Schema
    outdated: bool = False
    yours: Schema | None = None
    settled: bool = False


def edit(project: Project) -> None:
    """The schema of a project, changed in place; saved when asked for, after saying what it touches."""
    info = project.info
    task, present = tasks.of(info), tasks.schema_of(info)
    desk: Desk = st.session_state.setdefault(_desk(info.slug), Desk(info.schema_version, present))
    st.markdown(
        t(
            ":gray[Rename, add, remove or reorder as you like. "
            "You decide what happens to answers that were already given.]"
        )
    )
    above = st.container()
    mark = f"{info.slug}~{desk.version}"
    edited = task.edit_schema(desk.schema, key=f"schema-{mark}")
    if desk.version != info.schema_version:  # what was typed until now has just been read a last time
        yours = desk.yours if _same(edited, desk.schema) else edited
        st.session_state[_desk(info.slug)] = Desk(info.schema_version, present, outdated=True, yours=yours)
        st.rerun()
    earlier = typed_earlier(f"schema-{mark}")
    if earlier and not (desk.yours or desk.settled or _same({**present, "labels": earlier}, present)):
        desk.outdated, desk.yours = True, {**present, "labels": earlier}
    if desk.outdated:
        with above:
            _others_changed(project, desk, task)
    _watch(project, info.schema_version)
    problem = task.problem(edited)
    if problem:
        st.markdown(t(":gray[Still needed: {problem}.]", problem=plain(problem)))
        return
    mapping = _mapping(task, present, edited, mark)
    if pressed(t("Save changes"), type="primary"):
        if mapping:
            _review(project, edited, mapping)
        elif _same(edited, present):
            st.info(t("There is nothing to save: no change was made."))
        else:
            _save(project, edited, {}, "")
    with st.expander(t("How labelers will see it"), expanded=True):
        card_preview(edited, question.first_item(project), key=f"card-preview-{mark}")
    _versions(project)


def _desk(slug: str) -> str:
    return f"_asked-{slug}"


def _same(a: Schema, b: Schema) -> bool:
    """Whether two schemas say the same: the editor gives every label a color, in small letters."""

    def said(schema: Schema) -> Schema:
        labels = [
            {name: value for name, value in one.items() if value} | {"color": (one.get("color") or "").lower()}
            for one in schema.get("labels") or []
        ]
        return {**schema, "labels": labels}

    return said(a) == said(b)


@st.fragment(run_every=WATCH_SECONDS)
def _watch(project: Project, version: int) -> None:
    """Draw the page again when somebody else has saved: it says so, before anything is typed on what was there."""
    try:
        now = session.client().projects.get(project.slug).info.schema_version
    except ApiError:
        return  # of no interest before something is saved
    if now != version:
        st.rerun()


def _others_changed(project: Project, desk: Desk, task: TaskPages) -> None:
    """What somebody else saved is in the editor; what was typed here stands beside it until it is given up."""
    labels = "labels" in desk.schema
    with st.container(border=True, key="others-changed"):
        st.markdown(
            t("**Somebody changed the labels meanwhile.** Below are the present ones.")
            if labels
            else t("**Somebody changed the scale meanwhile.** Below is the present one.")
        )
        if desk.yours is None:
            return
        st.markdown(t("What you had typed is not saved. Put into the present ones what is still wanted:"))
        if labels:
            st.table([_row(one) for one in desk.yours["labels"]])
        else:
            st.markdown(plain(", ".join(task.sections(desk.yours))))
        if st.button(t("Discard"), key="discard-yours"):
            _settle(project.info.slug, desk)
            st.rerun()


def _row(label: dict[str, Any]) -> dict[str, str]:
    return {
        t("Name"): plain(label["name"]),
        tc("keyboard", "Key"): plain(label.get("hotkey") or ""),
        t("Description"): plain(label.get("description") or ""),
        t("Keywords"): plain(", ".join(label.get("keywords") or [])),
        t("Part of"): plain(label.get("parent") or ""),
    }


def _settle(slug: str, desk: Desk) -> None:
    """Nothing that was typed on an earlier version comes back, here or after a reload."""
    for version in range(1, desk.version):
        saved(f"schema-{slug}~{version}")
    desk.outdated, desk.yours, desk.settled = False, None, True


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
        found[name] = split.becomes(name, new, renamed.get(name), f"becomes-{name}-{mark}", t(OPEN_AGAIN))
    return found


def _renamed(old: list[str], new: list[str]) -> Single:
    """New names that stand where an old one stood: most likely the old one renamed."""
    found: Single = {}
    for what, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "replace":
            found |= dict(zip(old[i:j], new[k:m], strict=False))
    return {name: to for name, to in found.items() if name not in new and to not in old}


def _mapping_table(gone: list[str], new: list[str], renamed: Single, tag: str) -> Mapping:
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
    change = {**question.parts(schema), "mapping": mapping, "replaces": project.info.schema_version}
    try:
        planned = project.change_schema(**change, dry_run=True)
    except ApiError as error:
        _refused(error)
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
        elif isinstance(new, list):
            words = tn(
                "{n} answer with **{old}** is asked again: {new}",
                "{n} answers with **{old}** are asked again: {new}",
                count,
                old=old,
                new=", ".join(plain(one) for one in new),
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
    splits = {old: new for old, new in mapping.items() if isinstance(new, list)}
    more = split.ask(project, splits) if splits else {}
    scope, field = f"schema {project.slug}", f"schema-reason-{project.slug}"
    keep(scope, {field: ""})
    reason = st.text_input(t("Reason"), placeholder=t("optional, kept with the version"), key=field)
    if st.button(t("Save this version"), type="primary", key="schema-yes"):
        _save(project, schema, mapping, reason.strip(), **more)


def _save(project: Project, schema: Schema, mapping: Mapping, reason: str, **more: Any) -> None:
    info = project.info
    change = {**question.parts(schema), "mapping": mapping, "replaces": info.schema_version}
    try:
        made = project.change_schema(**change, **more, reason=reason)
    except ApiError as error:
        _refused(error, t("Saving"))
        return
    labels_saved()
    saved(f"schema {info.slug}")
    desk = st.session_state[_desk(info.slug)] = Desk(made.version, {"type": info.task_type, **made.schema_})
    _settle(info.slug, desk)
    session.forget()
    feedback.say_later(t("Saved. A campaign asks the items of what was split again.") if more else t("Saved."))
    st.rerun()


def _refused(error: ApiError, doing: str = "") -> None:
    """Somebody else was first: the page is drawn again, and says so. Anything else is shown."""
    if error.type == "schema-outdated":
        st.rerun()
    feedback.show_error(error, doing)


def _versions(project: Project) -> None:
    if project.info.schema_version < 2:
        return
    with st.expander(t("Earlier versions")):
        rows = [
            {
                t("Version"): one.version,
                t("Created"): layout.when(one.created_at),
                t("By"): one.created_by,
                t("Changed"): ", ".join(_moved(old, to) for old, to in one.mapping.items()) or None,
                t("Reason"): one.reason,
            }
            for one in feedback.must(project.schemas, t("Reading the versions"))
        ]
        table.show(rows, {t("Version"): table.name_of})


def _moved(old: str, new: str | list[str] | None) -> str:
    becomes = " / ".join(new) if isinstance(new, list) else new or t("open again")
    return f"{old} → {becomes}"
