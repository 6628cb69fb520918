"""What the Models page shows of one model, in views: each is drawn when it is opened."""

from collections.abc import Callable, Mapping

import streamlit as st
from labeler_ui import (
    column_use,
    drift,
    error_parts,
    failure_modes,
    feedback,
    layout,
    mistakes,
    model_export,
    model_health,
    model_use,
    report,
    requirements,
    retraining,
    session,
    slices,
    test_cases,
)
from labeler_ui.words import language, mark, t

from labeler.client import Project
from labeler.wire.registry import ModelOut

TABS = "models-tabs"
HOW = {"config", "packages", "code_revision", "sha256", "duration_s", "labels_seen", "artifacts"}


def draw(project: Project, model: ModelOut) -> None:
    """The views as tabs. The address may name one (`view`), for a link from elsewhere."""
    asked = st.query_params.get("view")
    if asked is not None:
        del st.query_params["view"]
        if asked in VIEWS:
            _open(asked)
    for (_, show), tab in zip(
        VIEWS.values(), layout.tabs([t(title) for title, _ in VIEWS.values()], TABS), strict=True
    ):
        if tab.open:
            with tab:
                show(project, model)


def button(label: str, view: str) -> None:
    """A button that opens a view."""
    st.button(label, icon=":material/rule:", on_click=_open, args=[view])


def _open(view: str) -> None:
    st.session_state[TABS] = t(VIEWS[view][0])


def _figures(project: Project, model: ModelOut) -> None:
    if why := model_health.why_not(model):
        st.error(why, icon=":material/block:")
        return
    if not model.report:
        st.info(
            t("Not measured yet: the holdout has too few labels. Labeling adds them, at random."),
            icon=":material/info:",
        )
        return
    report.draw(project, model)
    error_parts.draw(project, model)


def _required(project: Project, model: ModelOut) -> None:
    requirements.draw(project, model)
    test_cases.draw(project, model)
    slices.draw(project, model)


def _mistakes(project: Project, model: ModelOut) -> None:
    mistakes.show(project, model)
    failure_modes.draw(project, model)


def _use(project: Project, model: ModelOut) -> None:
    model_use.draw(project)


def _drift(project: Project, model: ModelOut) -> None:
    drift.draw(project)


def _retraining(project: Project, model: ModelOut) -> None:
    retraining.draw(project)


def _about(project: Project, model: ModelOut) -> None:
    card = feedback.attempt(lambda: project.model_card(model.number))
    if card:
        with st.container(border=True):
            st.markdown(card.split("---\n", 2)[-1].replace("![", "\\!\\["))
        if language() != "en":
            st.caption(t("The card is a file for people and tools everywhere: it is in English."))
    address = session.at(f"/api/v1{project.path}/models/{model.number}/report")
    st.link_button(t("Download the report (HTML)"), address, icon=":material/description:")
    model_export.draw(project, model)
    model_health.draw(model)
    with st.expander(t("How it was trained")):
        st.json(model.model_dump(mode="json", include=HOW))


VIEWS: Mapping[str, tuple[str, Callable[[Project, ModelOut], None]]] = {
    "figures": (mark("Figures"), _figures),
    "required": (mark("What is required"), _required),
    "mistakes": (mark("Mistakes"), _mistakes),
    "columns": (mark("Columns"), column_use.draw),
    "drift": (mark("Drift"), _drift),
    "use": (mark("In use"), _use),
    "retraining": (mark("Retraining"), _retraining),
    "card": (mark("Model card"), _about),
}
