"""The ways into a test case: of one item, or of several that are ticked."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from labeler_ui import feedback, layout, tasks
from labeler_ui.components.keeper import key, saved
from labeler_ui.feedback import plain
from labeler_ui.words import mark, number, t, tn

from labeler.client import Project
from labeler.wire.insight import ItemOut
from labeler.wire.test_cases import CaseOut

NEW = 0  # in place of a test case's id
AS_ANSWERED, ONE_FOR_ALL = mark("the answer that each item has"), mark("one answer for all")


def set_here(project: Project, item: ItemOut) -> None:
    """On an item's page: the test cases that it is in, and the way into one."""
    inside = feedback.attempt(lambda: project.test_cases.having(item.key)) or []
    if inside:
        names = ", ".join(plain(one.name) for one in inside)
        st.markdown(t(":gray[In the test case {names}: no model is trained on it.]", names=names))
    given = item.answer.value if item.answer else (item.prediction or {}).get("value")
    offer(project, item.key, given)


def offer(project: Project, item_key: str, given: Any = None) -> None:
    """The button that asks. given: the answer that is proposed."""
    if st.button(t("Add to test case …"), icon=":material/checklist:", key=f"test-case-{item_key}"):
        _ask(project, {item_key: given})


def offer_many(project: Project, items: Sequence[ItemOut]) -> None:
    """The button that asks about several items at once."""
    if st.button(t("Add to test case …"), icon=":material/checklist:", key="test-case-many"):
        _ask(project, {item.key: item.answer.value if item.answer else None for item in items})


@layout.dialog(mark("Add to a test case"))
def _ask(project: Project, given: Mapping[str, Any]) -> None:
    """given: the answer of each item, None where it has none."""
    there = {one.id: one for one in feedback.must(lambda: list(project.test_cases), t("Reading the test cases"))}
    scope = f"test-case {project.slug}"
    chosen, name = _which(there, scope)
    expected = _one(project, given) if len(given) == 1 else _many(project, given)
    words = tn(
        "Every model is run on it. No model is trained on the item from the next training on.",
        "Every model is run on them. No model is trained on the items from the next training on.",
        len(given),
    )
    st.caption(words)
    if not st.button(t("Add"), type="primary", key="test-case-add"):
        return
    if not expected:
        st.warning(t("Choose the answer first."), icon=":material/edit_note:")
        return
    if chosen == NEW and not name:
        st.warning(t("Give it a name first."), icon=":material/edit_note:")
        return
    with feedback.told(t("Adding")):
        if chosen == NEW:
            project.test_cases.create(name, expected)
        else:
            project.test_cases.set_items(chosen, expected)
        saved(scope)
        feedback.say_later(
            tn(
                "It is in the test case. The newest model is run on it in the background.",
                "{n} items are in the test case. The newest model is run on them in the background.",
                len(expected),
            )
        )
        st.rerun()


def _which(there: Mapping[int, CaseOut], scope: str) -> tuple[int, str]:
    """The test case that is chosen, and the name of a new one."""
    ids = [*there, NEW]
    chosen = st.selectbox(
        t("Test case"),
        ids,
        ids.index(max(there, default=NEW)),
        format_func=lambda one: t("A new one") if one == NEW else there[one].name,
        key=key(scope, "which"),
    )
    if chosen != NEW:
        return chosen, ""
    taken = {one.name for one in there.values()}
    return NEW, st.text_input(t("Name"), value=_name(taken), max_chars=200, key=key(scope, "name")).strip()


def _one(project: Project, given: Mapping[str, Any]) -> dict[str, Any]:
    [(item_key, proposed)] = given.items()
    value = _value(project, item_key, proposed)
    return {} if value is None else {item_key: value}


def _many(project: Project, given: Mapping[str, Any]) -> dict[str, Any]:
    answered = {item: value for item, value in given.items() if value is not None}
    how = st.radio(t("A model must say"), [AS_ANSWERED, ONE_FOR_ALL], format_func=t, key="expected-how")
    if how == ONE_FOR_ALL:
        value = _value(project, "many", None)
        return {} if value is None else dict.fromkeys(given, value)
    if without := len(given) - len(answered):
        words = tn("{n} item has no answer, and is left out.", "{n} items have no answer, and are left out.", without)
        st.info(words, icon=":material/info:")
    return answered


def _value(project: Project, name: str, given: Any) -> Any:
    return tasks.of(project.info).value_input(
        st.container(), t("A model must say"), tasks.schema_of(project.info), key=f"expected-{name}", given=given
    )


def _name(taken: set[str]) -> str:
    """A name that none of them has."""
    count = 1
    while (name := t("Test case {number}", number=number(count))) in taken:
        count += 1
    return name
