"""Test cases: how a model does on them, and the way to change them (`test_case_form` adds items to one)."""

from collections.abc import Sequence

import streamlit as st
from labeler_ui import danger, feedback, layout, session, table, tasks
from labeler_ui.components.keeper import keep, key, saved
from labeler_ui.feedback import plain
from labeler_ui.words import mark, number, percent, t, tc, tn

from labeler.client import Project
from labeler.wire.registry import ModelOut
from labeler.wire.test_cases import CaseItemRun, CaseRun

STATES = {
    "passes": ("check_circle", "green", mark("passes")),
    "fails": ("cancel", "red", mark("fails")),
    "unknown": ("help", "orange", mark("can't tell yet")),
}
OUTCOMES = {
    "wrong": mark("wrong"),
    "learned": mark("trained on before"),
    "unseen": mark("newer than the model"),
    "gone": mark("removed from the project"),
    "changed": mark("its expected answer is no label any more"),
    "right": mark("right"),
}


def unmet(model: ModelOut) -> list[CaseRun]:
    """What keeps a model from going live."""
    return [one for one in model.test_cases if one.must_pass and not one.removed and one.state != "passes"]


def line(one: CaseRun) -> str:
    """A test case and how a model does on it, as Markdown."""
    icon, color, state = STATES[one.state]
    words = f":{color}[:material/{icon}:] **{plain(one.name)}**: {t(state)}"
    if one.why == "not_run":
        return words + " :gray[" + t("It was not run on this model yet.") + "]"
    if one.why == "outdated":
        return words + " :gray[" + t("It was changed since it was run on this model.") + "]"
    if one.why == "empty":
        return words + " :gray[" + t("It has no items.") + "]"
    return f"{words} :gray[{_counted(one)}]"


def _counted(one: CaseRun) -> str:
    words = tn("{right} of {n} item right", "{right} of {n} items right", one.items, right=number(one.right))
    wanted = t("all must be") if one.min_share == 1 else t("at least {share} must be", share=percent(one.min_share))
    without = [f"{number(many)} {t(OUTCOMES[name])}" for name in OUTCOMES if (many := _without(one, name))]
    return ", ".join([f"{words}, {wanted}", *without]) + "."


def _without(one: CaseRun, name: str) -> int:
    return 0 if name in ("right", "wrong") else int(getattr(one, name))


def draw(project: Project, model: ModelOut) -> None:
    """How this model does on each test case; to managers also the way to change them."""
    manages = session.manages(project.slug)
    runs = model.test_cases
    if not runs and not manages:
        return
    st.header(t("Test cases"), anchor=False)
    if not runs:
        st.markdown(
            t(
                ":gray[None yet. On the page Items, open an item that a model must get right, and add it to a test "
                "case: it is run on every model.]"
            )
        )
        return
    st.markdown("  \n".join(line(one) for one in runs if not one.removed))
    if gone := [one for one in runs if one.removed]:
        told = "; ".join(f"{plain(one.name)}: {_counted(one)}" for one in gone)
        st.caption(t("Removed since, as it was then:") + f" {told}")
    if manages and model.artifacts:
        _run(project, model)
    there = [one for one in runs if not one.removed]
    if there:
        with st.expander(t("Look into a test case"), icon=":material/checklist:"):
            _look(project, model, there, manages)


def _run(project: Project, model: ModelOut) -> None:
    """The way to run those that are not run as they are now, and the job that does it."""
    kept = f"_check_{project.slug}_{model.number}"
    late = any(one.why in ("not_run", "outdated") for one in model.test_cases)
    if late and st.button(t("Run them on this model"), icon=":material/play_arrow:", key="run-test-cases"):
        st.session_state[kept] = feedback.attempt(lambda: project.check(model.number))
    if job := st.session_state.get(kept):
        layout.follow(job)


def _look(project: Project, model: ModelOut, runs: Sequence[CaseRun], manages: bool) -> None:
    by_id = {one.test_case_id: one for one in runs}
    chosen = st.selectbox(
        t("Test case"),
        list(by_id),
        format_func=lambda one: by_id[one].name,
        key=f"test-case-shown-{project.slug}",
        width=420,
    )
    told = feedback.attempt(lambda: project.test_run(model.number, chosen), t("Reading the test case"))
    if told is None:
        return
    keys = _entries(project, told.entries)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if len(keys) == 1:
            layout.open_page("items", t("Open the item"), "open_in_new", key="open-tested", params={"item": keys[0]})
        if manages and keys:
            words = tn("Take {n} item out", "Take {n} items out", len(keys))
            if st.button(words, icon=":material/close:", key="drop-tested"):
                with feedback.told():
                    project.test_cases.drop_items(chosen, keys)
                    feedback.say_later(tn("{n} item taken out.", "{n} items taken out.", len(keys)))
                    st.rerun()
    if manages:
        _change(project, by_id[chosen])


def _entries(project: Project, entries: Sequence[CaseItemRun]) -> list[str]:
    """What the model said of each item; returns the keys of the rows that are ticked."""
    order = list(OUTCOMES)
    ordered = sorted(entries, key=lambda one: order.index(one.outcome))
    rows = [
        {
            tc("item", "Key"): one.item_key,
            t("Expected"): None if one.expected is None else tasks.value_text(project.info, one.expected),
            t("The model said"): None if one.said is None else tasks.value_text(project.info, one.said),
            t("Outcome"): t(OUTCOMES[one.outcome]),
        }
        for one in ordered
    ]
    if not rows:
        st.caption(t("It was not run on this model yet."))
        return []
    event = table.show(
        rows,
        on_select="rerun",
        selection_mode="multi-row",
        room=table.IN_A_DIALOG,
        height=min(35 * len(rows) + 38, 248),
        key="test-case-rows",
    )
    return [ordered[place].item_key for place in event["selection"]["rows"] if place < len(ordered)]


def _change(project: Project, run: CaseRun) -> None:
    scope = f"test-case-change {project.slug} {run.test_case_id}"
    name_key = key(scope, "new-name")
    with st.form(key(scope, "form"), border=False):
        columns = st.columns([3, 2, 3, 1], vertical_alignment="bottom")
        name = columns[0].text_input(t("Name"), value=run.name, max_chars=200, key=name_key)
        share = columns[1].number_input(t("Right, in percent"), 1.0, 100.0, 100 * run.min_share, format="%g")
        must = columns[2].checkbox(t("A model must pass it to go live"), value=run.must_pass)
        done = columns[3].form_submit_button(t("Save"), width="stretch")
    keep(scope, {name_key: run.name})
    if done and not name.strip():
        st.warning(t("Give it a name first."), icon=":material/edit_note:")
    elif done:
        with feedback.told(t("Saving")):
            parts = {"name": name.strip(), "min_share": round(share / 100, 6), "must_pass": must}
            project.test_cases.change(run.test_case_id, **parts)
            saved(scope)
            feedback.say_later(t("Saved."))
            st.rerun()
    if danger.button(t("Remove this test case …"), key="test-case", icon=":material/delete:"):
        _remove(project, run)


@layout.dialog(mark("Remove the test case"))
def _remove(project: Project, run: CaseRun) -> None:
    layout.confirm(
        t(
            "“{name}” is not run any more, and its items may be trained on again. What models came to stays with them.",
            name=plain(run.name),
        ),
        t("Remove it"),
        lambda: project.test_cases.remove(run.test_case_id),
        t("Removed."),
    )
