"""One column on the page Models: what is known of it, and what managers can do about it: measure the model without it,
leave it out, say what it costs."""

from collections.abc import Callable

import streamlit as st
from labeler_ui import column_words, feedback, layout, metrics, session
from labeler_ui.components.keeper import keep, key, saved
from labeler_ui.feedback import plain
from labeler_ui.words import mark, number, t

from labeler.client import Job, Project
from labeler.wire.column_use import ColumnUse, ColumnWorth
from labeler.wire.registry import ModelOut


def _job(project: Project) -> str:
    return f"_column_use_{project.slug}"


def start(project: Project, ask: Callable[[], Job], doing: str) -> None:
    job = feedback.attempt(ask, doing)
    if job is not None:
        st.session_state[_job(project)] = job
        st.rerun()


def follow(project: Project) -> None:
    job: Job | None = st.session_state.get(_job(project))
    if job is not None:
        layout.follow(job)
        if job.state == "done":
            del st.session_state[_job(project)]


def draw(project: Project, model: ModelOut, found: ColumnUse, manages: bool) -> None:
    """A column, and what managers can do about it."""
    worth = {one.name: one for one in found.columns}
    names = [*worth, *(name for name in found.named if name not in worth)]
    names += [name for name in found.left_out if name not in names]
    if not names:
        return
    out = set(found.left_out)
    name = st.selectbox(
        t("Column"),
        names,
        format_func=lambda one: t("{name} (left out)", name=one) if one in out else one,
        key=f"column-{project.slug}",
        width=420,
    )
    st.markdown("  \n".join(_facts(project, found, name, worth.get(name))))
    if not manages:
        return
    with st.container(horizontal=True):
        tries = model.artifacts and name in found.named and name not in found.model_left_out
        if tries and len(found.named) - len(found.model_left_out) > 1:
            words = t("Measure the model without it")
            if st.button(
                words,
                icon=":material/science:",
                key="column-try",
                disabled=found.looked is not None and found.looked.why is not None,  # nothing to compare by
                help=t(
                    "It is trained again without the column, on the same labels, and compared on the same "
                    "holdout items. That takes as long as a training."
                ),
            ):
                start(project, lambda: project.columns.try_without(name, model.number), words)
        if name in out:
            if st.button(t("Learn from it again"), icon=":material/undo:", key="column-back"):
                _change(
                    project, [one for one in found.left_out if one != name], t("The next model learns from it again.")
                )
        elif _is_not_the_last(found) and st.button(
            t("Leave it out …"), icon=":material/visibility_off:", key="column-out"
        ):
            _leave_out(project, found, name)
        if st.button(t("Cost …"), icon=":material/payments:", key="column-cost"):
            _price(project, found, name)


def _is_not_the_last(found: ColumnUse) -> bool:
    """Whether something would be left to learn from."""
    return len([one for one in found.named if one not in found.left_out]) > 1


def _facts(project: Project, found: ColumnUse, name: str, one: ColumnWorth | None) -> list[str]:
    looked, lines = found.looked, []
    if one is not None and looked is not None:
        metric = metrics.named(project.info.task_type, looked.metric)
        lines.append(column_words.worth(metric, one, looked.judged))
        if one.gain_per_cost.value is not None:
            lines.append(
                t(
                    "Worth per cost: {value} ({between}), at {cost} for one item.",
                    value=column_words.points(metric, one.gain_per_cost.value, signed=True),
                    between=column_words.between(metric, one.gain_per_cost),
                    cost=number(one.cost, 2),
                )
            )
        if one.same:
            lines.append(t("Bound to others: {others}.", others=", ".join(map(column_words.same, one.same))))
    trial = next((one for one in found.trials if one.column == name), None)
    if trial is not None:
        lines.append(column_words.trial(metrics.named(project.info.task_type, trial.metric), trial))
    if name in found.left_out:
        lines.append(t("Left out: new models don't learn from it."))
    elif name in found.model_left_out:
        lines.append(t("This model did not learn from it; the next one does."))
    if name in found.unknown:
        lines.append(t("No item was seen with this column."))
    return lines or [t("What it is worth is not known.")]


@layout.dialog(mark("Leave the column out"))
def _leave_out(project: Project, found: ColumnUse, name: str) -> None:
    trial = next((one for one in found.trials if one.column == name), None)
    told = (
        t("What a model is without it was not measured yet.")
        if trial is None
        else column_words.trial(metrics.named(project.info.task_type, trial.metric), trial)
    )
    st.markdown(told)
    st.markdown(
        t(
            "New models don't learn from “{name}”, and answer without it. One is trained at once; those that there are "
            "stay as they are.",
            name=plain(name),
        )
    )
    if st.button(t("Leave it out"), type="primary", key="column-out-yes"):
        _change(project, [*found.left_out, name], t("The next model does not learn from it."))


def _change(project: Project, left_out: list[str], told: str) -> None:
    with feedback.told(t("Saving")):
        project.change(settings={"left_out_columns": left_out})
        session.forget()
        feedback.say_later(told)
        st.rerun()


@layout.dialog(mark("What the column costs"))
def _price(project: Project, found: ColumnUse, name: str) -> None:
    scope = f"column cost {project.slug} {name}"
    field, before = key(scope, "column-cost-value"), found.costs.get(name)
    value = st.number_input(
        t("Cost of one item, in any unit"), 0.0, 1e9, before, placeholder=t("a number"), format="%g", key=field
    )
    keep(scope, {field: "" if before is None else f"{before:g}"})
    st.caption(t("To have this column for one item: what it is worth is then told beside its cost. Empty: no cost."))
    if st.button(t("Save"), type="primary", key="column-cost-save"):
        costs = {one: cost for one, cost in found.costs.items() if one != name}
        with feedback.told(t("Saving")):
            project.change(settings={"column_costs": costs | ({} if value is None else {name: float(value)})})
            saved(scope)
            session.forget()
            feedback.say_later(t("Saved."))
            st.rerun()
