"""The settings that are about people: training of newcomers, when somebody is paused, and what skills items ask for."""

from typing import Any

import streamlit as st
from labeler_ui.components.keeper import keep, key
from labeler_ui.learning_settings import Save
from labeler_ui.words import t

from labeler.wire.projects import ProjectOut


def edit(project: ProjectOut, save: Save) -> None:
    """One form, saved by itself."""
    settings, scope = project.settings, f"people {project.slug}"
    begins: dict[str, Any] = {
        "training": settings.training_items,
        "window": settings.gold_window,
        "skill": settings.skill_field or "",
    }
    keys = {name: f"{key(scope, f'{name}-{project.slug}')}-{value}" for name, value in begins.items()}
    keep(scope, {keys[name]: str(value) for name, value in begins.items()})
    st.header(t("Training, gold items, skills"), anchor=False)
    st.caption(
        t("Gold items are those whose answer is known: see the page Labelers, which also says who stands where.")
    )
    with st.form(key(scope, "people"), border=False, width=680):
        left, right = st.columns(2, gap="large")
        items = left.number_input(
            t("Training: gold items that newcomers get first"),
            0,
            200,
            begins["training"],
            key=keys["training"],
            help=t("After each they are told what is right, and why. 0: no training."),
        )
        passing = right.slider(
            t("… of which so many must be right"),
            0,
            100,
            round(100 * settings.pass_mark),
            format="%d%%",
            help=t("With fewer they are held until a manager lets them go on or trains them again."),
        )
        window = left.number_input(
            t("Rule: the last gold items of a labeler"),
            5,
            200,
            begins["window"],
            key=keys["window"],
            help=t("With fewer answers to gold items nobody is paused."),
        )
        below = right.slider(
            t("… pause who is right on fewer of them than"),
            0,
            100,
            round(100 * (settings.gold_pause_below or 0)),
            format="%d%%",
            help=t("Only where that is no chance: the whole 95% interval must lie below. 0%: nobody is paused."),
        )
        rate = left.slider(
            t("Gold: share of what a labeler gets"),
            0,
            50,
            round(100 * settings.gold_rate),
            format="%d%%",
            help=t("They come among the others and can't be told apart, each once."),
        )
        skill_field = right.text_input(
            t("Field that names the skill an item asks for"),
            settings.skill_field or "",
            max_chars=100,
            key=keys["skill"],
            placeholder=t("none: every item is for everybody"),
            help=t(
                "A metadata field, such as language. Its items come to those who have what it says among their skills "
                "(People, Terms), and to those of whom no skills were said."
            ),
        )
        if st.form_submit_button(t("Save"), type="primary"):
            save(
                scope,
                {
                    "gold_rate": rate / 100,
                    "training_items": items,
                    "pass_mark": passing / 100,
                    "gold_window": window,
                    "gold_pause_below": below / 100 or None,
                    "skill_field": skill_field.strip() or None,
                },
            )
