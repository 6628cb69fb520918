"""Webhooks of a project on its Settings: where what happens is sent, how that goes, and what was turned off."""

from typing import Any

import streamlit as st
from labeler_ui import danger, feedback, layout, shown_once
from labeler_ui.components.keeper import keep, key, saved
from labeler_ui.feedback import plain
from labeler_ui.shown_once import Secret
from labeler_ui.words import mark, said, t, tn

from labeler.client import Project
from labeler.wire.webhooks import ALL, PING, DeliveryOut, NewSecret, WebhookOut

EVENTS = {
    "label.submitted": mark("a label was given, changed or taken back"),
    "item.flagged": mark("an item was marked as hard"),
    "item.put_aside": mark("an item was skipped, or marked as hard without a label"),
    "items.added": mark("items came in"),
    "items.removed": mark("items were removed"),
    "items.restored": mark("removed items came back"),
    "labels.imported": mark("labels came in with items"),
    "labels.taken_back": mark("labels of an import were taken back"),
    "labels.restored": mark("labels of items that came back count again"),
    "model.trained": mark("a model was trained"),
    "model.moved": mark("a model went live, or to another stage"),
    "failure_modes.found": mark("a look for failure modes has ended"),
    "model.challenged": mark("the newest model was held against the live one"),
    "pipeline.tested": mark("a model was trained again to test the pipeline"),
    "test_cases.changed": mark("test cases were changed"),
    "slices.changed": mark("slices were changed"),
    "dataset_version.made": mark("a dataset version was made"),
    "guideline.published": mark("a guideline was published"),
    "labeler.standing": mark("a labeler is in training, passed it, is held or paused"),
    "drift.found": mark("new items are different"),
    "llm.paused": mark("a language model was paused by the service"),
    "heuristic.changed": mark("a heuristic was changed, or stopped"),
    "answer.reviewed": mark("an answer was reviewed"),
    "comment.created": mark("somebody wrote about an item"),
    "campaign.started": mark("a campaign asks items again"),
    "campaign.ended": mark("a campaign ended"),
    "assignment.started": mark("items were assigned to certain people"),
    "assignment.ended": mark("items are assigned to nobody any more"),
    "schema.changed": mark("what can be answered was changed"),
    "project.changed": mark("settings were changed"),
    "member.left": mark("a member was removed"),
    PING: mark("a test"),
}
CHOICE = [name for name in EVENTS if name != PING]
STATES = {
    "waiting": (mark("waiting"), "gray"),
    "delivered": (mark("delivered"), "green"),
    "failed": (mark("given up"), "red"),
}
OFF = {
    "gone": mark("Turned off {when}: the receiver says that it is gone for good."),
    "failing": mark("Turned off {when}: the receiver took nothing for days."),
}
MOST = 20  # deliveries that are shown


def edit(project: Project) -> None:
    """The webhooks there are, and the form for a new one."""
    found = feedback.attempt(lambda: list(project.webhooks), t("Reading the webhooks"))
    if found is None:
        return
    if not found:
        st.markdown(t(":gray[No webhooks yet. One tells another program, signed and at once, what happens here.]"))
    _new(project)
    for hook in found:
        _row(project, hook)
        shown_once.draw(_place(hook.id))


def off(project: Project) -> list[WebhookOut]:
    """Those that the service turned off."""
    return [hook for hook in feedback.attempt(lambda: list(project.webhooks)) or [] if hook.off_reason]


def _place(webhook_id: int) -> str:
    return f"webhook-{webhook_id}"


def _new(project: Project) -> None:
    scope = f"webhook {project.slug}"
    field = key(scope, "webhook-url")
    keep(scope, {field: ""})
    with st.form(key(scope, "webhook"), width=680):
        st.markdown(t("**New webhook**"))
        url = st.text_input(t("Address"), placeholder="https://hooks.example.org/labels", key=field)
        events = _events_field([], key(scope, "webhook-events"))
        asked = st.form_submit_button(t("Create the webhook"), type="primary")
    if asked:
        with feedback.told(t("Creating the webhook")):
            made = project.webhooks.create(url.strip(), events or [ALL])
            saved(scope)
            _show_secret(made)
            st.rerun()


def _events_field(chosen: list[str], field: str) -> list[str]:
    return st.multiselect(
        t("Events"),
        CHOICE,
        default=[name for name in chosen if name in CHOICE],
        format_func=lambda name: f"{name}: {t(EVENTS[name])}",
        placeholder=t("All of them"),
        key=field,
        help=t("Choose none to be told of all."),
    )


def _show_secret(made: NewSecret) -> None:
    text = t("The receiver verifies with it what comes. Copy it now; it can't be shown again.")
    title = t("The secret of the webhook to {host}", host=plain(host_of(made.url)))
    shown_once.add(_place(made.id), Secret(_place(made.id), title, text, made.secret))


def host_of(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]


def _row(project: Project, hook: WebhookOut) -> None:
    with st.container(border=True, key=f"hook-{hook.id}"):
        st.markdown(f"{_address(hook)} {_badge(hook)}  \n:gray[{' · '.join(_facts(hook))}]")
        if hook.off_reason:
            st.warning(t(OFF[hook.off_reason], when=layout.when(hook.off_at)), icon=":material/power_off:")
        with st.container(horizontal=True):
            _buttons(project, hook)


def _address(hook: WebhookOut) -> str:
    """The URL as it is, and not as a link: a browser has nothing to look for there."""
    return f"`{hook.url.replace('`', '%60')}`"


def _badge(hook: WebhookOut) -> str:
    if not hook.active:
        return t(":gray-badge[off]")
    if hook.failing_since:
        return t(":orange-badge[nothing taken since {when}]", when=layout.clock(hook.failing_since))
    return t(":green-badge[on]")


def _facts(hook: WebhookOut) -> list[str]:
    told = t("all events") if ALL in hook.events else plain(", ".join(hook.events))
    facts = [told, tn("{n} delivered", "{n} delivered", hook.delivered)]
    if hook.waiting:
        facts.append(tn("{n} waiting", "{n} waiting", hook.waiting))
    if hook.failed:
        facts.append(tn("{n} given up", "{n} given up", hook.failed))
    return facts


def _buttons(project: Project, hook: WebhookOut) -> None:
    hooks = project.webhooks
    if hook.active and st.button(t("Send a test"), key=f"test-{hook.id}", icon=":material/send:"):
        with feedback.told(t("Sending a test")):
            hooks.test(hook.id)
            _deliveries(project, hook)
    if st.button(t("Deliveries …"), key=f"deliveries-{hook.id}"):
        _deliveries(project, hook)
    if st.button(t("Change …"), key=f"change-{hook.id}"):
        _change(project, hook)
    if not hook.active and st.button(t("Turn on"), key=f"on-{hook.id}", type="primary"):
        _turn(project, hook, active=True)
    if hook.active and st.button(t("Turn off"), key=f"off-{hook.id}"):
        _turn(project, hook, active=False)
    if st.button(t("New secret"), key=f"secret-{hook.id}", help=t("The one before signs, too, for a day.")):
        with feedback.told(t("Making a secret")):
            _show_secret(hooks.rotate_secret(hook.id))
            st.rerun()
    if danger.button(t("Delete …"), key=f"delete-{hook.id}"):
        layout.confirm(
            t(
                "{host} is told nothing any more, and what was recorded of its deliveries is gone.",
                host=plain(host_of(hook.url)),
            ),
            t("Delete"),
            lambda: hooks.delete(hook.id),
            t("Deleted."),
        )


def _turn(project: Project, hook: WebhookOut, *, active: bool) -> None:
    with feedback.told(t("Saving")):
        project.webhooks.change(hook.id, active=active)
        feedback.say_later(t("It is on.") if active else t("It is off."))
        st.rerun()


@layout.dialog(mark("Change the webhook"))
def _change(project: Project, hook: WebhookOut) -> None:
    url = st.text_input(t("Address"), hook.url, key=f"change-url-{hook.id}")
    events = _events_field(hook.events, f"change-events-{hook.id}")
    if st.button(t("Save"), type="primary", key=f"change-save-{hook.id}"):
        with feedback.told(t("Saving")):
            project.webhooks.change(hook.id, url=url.strip(), events=events or [ALL])
            feedback.say_later(t("Saved."))
            st.rerun()


@layout.dialog(mark("Deliveries"), width="large")
def _deliveries(project: Project, hook: WebhookOut) -> None:
    """The newest ones, looked at again while the dialog is open."""
    st.markdown(_address(hook))

    @st.fragment(run_every=2.0)
    def live() -> None:
        rows: Any = feedback.attempt(
            lambda: layout.newest(project.webhooks.deliveries(hook.id, limit=MOST + 1), MOST, t("deliveries"))
        )
        if rows is not None and not rows:
            st.markdown(t(":gray[Nothing was sent yet.]"))
        for row in rows or []:
            _delivery(project, hook, row)

    live()


def _delivery(project: Project, hook: WebhookOut, row: DeliveryOut) -> None:
    words, color = STATES[row.state]
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"delivery-{row.id}"):
        facts = [layout.clock(row.created_at)]
        if row.attempts:
            facts.append(tn("{n} attempt", "{n} attempts", row.attempts))
        if row.duration_ms is not None:
            facts.append(t("{n} ms", n=layout.number(row.duration_ms)))
        if row.response_status is not None and not row.error:
            facts.append(t("answer {status}", status=row.response_status))
        if row.next_attempt_at is not None and row.attempts:
            facts.append(t("again at {when}", when=layout.clock(row.next_attempt_at)))
        why = f"  \n{plain(said(row.error))}" if row.error else ""
        st.markdown(
            f"**{plain(row.event)}** :{color}-badge[{t(words)}]{why}  \n:gray[{' · '.join(facts)}]", width="stretch"
        )
        if hook.active and st.button(t("Send again"), key=f"again-{row.id}"):
            with feedback.told(t("Sending again")):
                project.webhooks.redeliver(hook.id, row.id)
                st.rerun(scope="fragment")
