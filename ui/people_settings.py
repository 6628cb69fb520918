"""The settings that are about people: training of newcomers, when somebody is paused, and what skills items ask for."""

import streamlit as st
from labeler_ui.components.keeper import key
from labeler_ui.settings_fields import Fields, Save, Settings, share
from labeler_ui.words import t

from labeler.wire.projects import ProjectOut


def edit(project: ProjectOut, save: Save) -> None:
    """One form, saved by itself."""
    settings = project.settings
    fields = Fields(
        f"people {project.slug}",
        project.slug,
        {
            "training": settings.training_items,
            "window": settings.gold_window,
            "skill": settings.skill_field or "",
        },
    )
    with st.form(key(fields.scope, "people"), border=False, width=680):
        st.header(t("Gold items"), anchor=False)
        st.caption(t("Their answer is known: they show how often somebody is right. Choose them on the page Labelers."))
        changed = _gold(project, fields)
        st.header(t("Training of newcomers"), anchor=False)
        changed |= _training(project, fields)
        st.header(t("Skills"), anchor=False)
        skill = fields.text(
            st.container(),
            "skill",
            t("Field that names the skill an item asks for"),
            t("none: every item is for everybody"),
            t(
                "A metadata field, such as language. Its items come to those who have what it says among their skills "
                "(People, Terms), and to those of whom no skills were said."
            ),
        )
        if st.form_submit_button(t("Save"), type="primary"):
            save(fields.scope, {**changed, "skill_field": skill or None})
    fields.undo()


def _gold(project: ProjectOut, fields: Fields) -> Settings:
    settings = project.settings
    rate = share(
        st.container(),
        t("Share of gold items among those that a labeler gets"),
        settings.gold_rate,
        50,
        t("They come among the others and can't be told apart, each once."),
    )
    left, right = st.columns(2, gap="large")
    below = share(
        left,
        t("Pause who is right on fewer than"),
        settings.gold_pause_below or 0,
        100,
        t("Only where that is no chance: the whole 95% interval must lie below. 0%: nobody is paused."),
    )
    window = fields.whole(
        right,
        "window",
        t("… of the last gold items, so many"),
        5,
        200,
        t("With fewer answers to gold items nobody is paused."),
    )
    return {"gold_rate": rate, "gold_window": window, "gold_pause_below": below or None}


def _training(project: ProjectOut, fields: Fields) -> Settings:
    left, right = st.columns(2, gap="large")
    items = fields.whole(
        left,
        "training",
        t("Gold items that newcomers get first"),
        0,
        200,
        t("After each they are told what is right, and why. 0: no training."),
    )
    passing = share(
        right,
        t("… of which so many must be right"),
        project.settings.pass_mark,
        100,
        t("With fewer they are held until a manager lets them go on or trains them again."),
    )
    return {"training_items": items, "pass_mark": passing}
