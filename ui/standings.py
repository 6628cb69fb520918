"""Who is in training, passed it, is held or paused; and the ways on. Part of the page Labelers."""

from typing import Any, Literal

import streamlit as st
from labeler_ui import feedback, layout, session, table
from labeler_ui.components.keeper import key, saved
from labeler_ui.feedback import plain
from labeler_ui.pressed import pressed
from labeler_ui.words import mark, t, tn

from labeler.client import Project
from labeler.wire.standings import StandingOut, StandingsOut

STATES = {
    "training": mark("in training"),
    "passed": mark("gets the queue"),
    "held": mark("held: training not passed"),
    "paused": mark("paused"),
}
REASONS = {
    "training": mark("by the training's result"),
    "too_few": mark("too few gold items were left"),
    "gold": mark("by the rule on gold items"),
    "manager": mark("by a manager"),
}
WAITING = ("held", "paused")
ACTIONS = {
    "go_on": mark("Continue"),
    "train": mark("Train again"),
    "pause": mark("Pause"),
}


def section(project: Project) -> None:
    """Nothing where nobody is trained or was ever paused, but for the way to pause somebody."""
    found = feedback.attempt(project.standings.all, t("Reading where labelers stand"))
    if found is None or not found.items:
        return
    known = [row for row in found.items if row.state is not None]
    st.header(t("Training and pauses"), anchor=False)
    _training(project, found)
    waiting = [row for row in known if row.state in WAITING]
    if waiting:
        names = ", ".join(plain(row.labeler.name) for row in waiting)
        words = t("They get nothing until a manager lets them go on: {names}.", names=names)
        st.warning(words, icon=":material/pan_tool:")
    if known:
        table.show([_row(row) for row in known], column_config={t("Why"): st.column_config.TextColumn(width="large")})
    if session.manages(project.slug):
        _change(project, found)


def _training(project: Project, found: StandingsOut) -> None:
    settings = project.info.settings
    words = {
        "off": t("Newcomers are not trained: they get the queue at once."),
        "no_gold": t("A training is set, and there is no gold item: nobody is trained, and nobody waits."),
        "too_few": tn(
            "A training is set, and there is only {n} gold item: it takes {fewest}. Nobody waits for it.",
            "A training is set, and there are only {n} gold items: it takes {fewest}. Nobody waits for it.",
            found.gold,
            fewest=layout.number(found.fewest),
        ),
        "on": tn(
            "Newcomers get {n} gold item first; {needed} right answers pass.",
            "Newcomers get {n} gold items first; {needed} right answers pass.",
            min(found.gold, settings.training_items),
            needed=layout.number(settings.right_of(min(found.gold, settings.training_items))),
        ),
    }
    st.caption(words[found.training])


def _row(row: StandingOut) -> dict[str, Any]:
    return {
        t("Name"): row.labeler.name,
        t("State"): t(STATES[row.state or "passed"]),
        t("Training"): _counts(row.right, row.of if row.state == "training" else row.answered, row.answered),
        t("Since"): "" if row.since is None else layout.when(row.since),
        t("Why"): _why(row),
    }


def _counts(right: int, of: int, answered: int) -> str:
    if not of:
        return layout.DASH
    if answered < of:
        return t("{answered} of {of}, {right} right", answered=answered, of=of, right=right)
    return t("{right} of {of} right", right=right, of=of)


def _why(row: StandingOut) -> str:
    if row.reason is None:
        return ""
    why = t(REASONS[row.reason])
    if row.reason == "gold" and row.recent:
        why = tn(
            "{right} of the last {n} gold item right",
            "{right} of the last {n} gold items right",
            row.recent,
            right=row.recent_right,
        )
    if row.by:
        why = t("by {name}", name=row.by)
    return f"{why}: {row.note}" if row.note else why


def _change(project: Project, found: StandingsOut) -> None:
    """What can be done about one person, as they stand."""
    people, scope = {row.labeler.id: row for row in found.items}, f"standing {project.slug}"
    order = sorted(people, key=lambda one: people[one].state not in WAITING)
    with st.container(width=680):
        left, right = st.columns(2, vertical_alignment="bottom")
        who = left.selectbox(t("Labeler"), order, format_func=lambda one: people[one].labeler.name)
        field = key(scope, f"standing-note-{who}")
        note = right.text_input(
            t("Note"), max_chars=2000, help=t("While they are paused, they are told it."), key=field
        )
        with st.container(horizontal=True):
            for action in _actions(people[who].state, found):
                kind: Literal["primary", "secondary"] = "primary" if action == "go_on" else "secondary"
                if pressed(t(ACTIONS[action]), key=f"standing-{action}-{who}", type=kind):
                    _do(project, people[who], action, note)


def _actions(state: str | None, found: StandingsOut) -> list[str]:
    """Nobody goes on who isn't held up, and nobody is trained where there is no training."""
    trains = ["train"] if found.training == "on" and state != "training" else []
    if state in WAITING:
        return ["go_on", *trains]
    return ["go_on", "pause"] if state == "training" else [*trains, "pause"]


def _do(project: Project, row: StandingOut, action: str, note: str) -> None:
    verbs = {
        "go_on": project.standings.let_go_on,
        "train": project.standings.train_again,
        "pause": project.standings.pause,
    }
    done = {
        "go_on": t("{name} gets the queue.", name=plain(row.labeler.name)),
        "train": t("{name} is trained with gold items that they have not seen.", name=plain(row.labeler.name)),
        "pause": t("{name} gets nothing more until somebody lets them go on.", name=plain(row.labeler.name)),
    }
    with feedback.told(t("Changing where somebody stands")):
        verbs[action](row.labeler.id, note)
        saved(f"standing {project.slug}")
        feedback.say_later(done[action])
        st.rerun()
