"""Moving a model to another stage: the dialog. Part of the page Models."""

import streamlit as st
from labeler_ui import feedback, layout, metrics, model_advice, model_health, requirements, session, test_cases
from labeler_ui.components.keeper import keep, saved
from labeler_ui.feedback import plain
from labeler_ui.words import mark, percent, t

from labeler.client import Project
from labeler.wire.registry import ModelOut

NAMES = (mark("live"), mark("canary"), mark("shadow"), mark("candidate"), mark("retired"))
STAGES = {
    "live": mark("answers every prediction"),
    "canary": mark("answers a share of the items, to be tried out; it is stopped by itself when it fails or is slow"),
    "shadow": mark("is asked the same beside the live model, unseen: nobody is told what it says"),
    "candidate": mark("trained, not used"),
    "retired": mark("no longer used"),
}
DOES = {
    "live": mark("Make model {number} live"),
    "canary": mark("Try model {number} out as a canary"),
    "shadow": mark("Make model {number} a shadow"),
    "candidate": mark("Make model {number} a candidate"),
    "retired": mark("Retire model {number}"),
}
ALL_THE_SAME = {
    **DOES,
    "live": mark("Make model {number} live all the same"),
    "canary": mark("Try model {number} out as a canary all the same"),
}
DONE = {
    "live": mark("Model {number} is live."),
    "canary": mark("Model {number} is tried out as a canary."),
    "shadow": mark("Model {number} is a shadow."),
    "candidate": mark("Model {number} is a candidate."),
    "retired": mark("Model {number} is retired."),
}
ANSWERING, BESIDE = ("live", "canary"), ("canary", "shadow")
SHARES = (0.01, 0.05, 0.1, 0.25, 0.5)
USUAL = 0.05


@layout.dialog(mark("Promote the model"))
def ask(project: Project, number: int, is_other_live: bool, seen: str) -> None:
    """is_other_live: another model is live, which this one can be tried out beside. seen: the stage that the page
    shows: where somebody has moved the model since, that is told, and nothing done."""
    model = feedback.must(lambda: project.model(number))
    now = model.stage
    if now != seen:
        by = plain(model.stage_by or t("the service"))
        why = f": “{plain(model.stage_reason)}”" if model.stage_reason else ""
        st.warning(
            t(
                "Meanwhile model {number} was moved: it is {stage} now, by {who}{why}.",
                number=number,
                stage=t(now),
                who=by,
                why=why,
            ),
            icon=":material/sync_problem:",
        )
        return
    stages = [one for one in STAGES if one != now or one == "canary"]
    if why := model_health.why_not(model):
        st.error(why, icon=":material/block:")
        stages = [one for one in stages if one not in ANSWERING]
    stages = [one for one in stages if one not in BESIDE or is_other_live]
    stage = st.radio(t("Stage"), stages, captions=[t(STAGES[s]) for s in stages], format_func=t)
    share = None
    if stage == "canary":
        share = st.segmented_control(
            t("Share of the items"),
            SHARES,
            default=USUAL,
            required=True,
            format_func=percent,
            help=t("An item stays with the same model: it is drawn by its key, or by its content where it has none."),
        )
    primary = (model.report or {}).get("primary")
    metric = metrics.named(project.info.task_type, primary) if primary else None
    if stage in ANSWERING and (doubt := model_advice.caution(model, metric)):
        st.warning(doubt, icon=":material/help:")
    key, scope = f"stage-reason-{number}", f"stage {project.slug} {number}"
    unmet = _unmet(project, model) if stage in ANSWERING else []
    if unmet:
        lines = "\n".join(f"- {one}" for one in unmet)
        st.warning(t("It is not known to hold what is required:") + f"\n\n{lines}", icon=":material/rule:")
        st.markdown(t("It can answer all the same, with a reason. Who decided it stays on record."))
    hint = t("why it answers all the same") if unmet else t("optional; shown with the model")
    reason = st.text_input(t("Reason"), placeholder=hint, key=key)
    keep(scope, {key: ""})
    words = ALL_THE_SAME if unmet else DOES
    if st.button(t(words[stage], number=number), type="primary"):
        if unmet and not reason.strip():
            st.warning(t("Say why it answers all the same."), icon=":material/edit_note:")
            return
        with feedback.told():
            project.set_stage(number, stage, reason.strip(), share=share, override=bool(unmet))
            saved(scope)
            feedback.say_later(t(DONE[stage], number=number))
            st.rerun()


def _unmet(project: Project, model: ModelOut) -> list[str]:
    """What a model does not hold or pass, and must to answer, as Markdown."""
    conditions = [requirements.line(project, one) for one in requirements.unmet(model)]
    return conditions + [test_cases.line(one) for one in test_cases.unmet(model)]


def stop(project: Project, number: int) -> None:
    """A button that takes a canary or a shadow back."""
    if session.manages(project.slug) and st.button(t("Stop trying it out …"), icon=":material/undo:"):
        layout.confirm(
            t("Model {number} is asked nothing more; the live model answers all items.", number=number),
            t("Stop"),
            lambda: project.set_stage(number, "candidate"),
            t(DONE["candidate"], number=number),
            is_final=False,
        )
