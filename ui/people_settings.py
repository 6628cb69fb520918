"""The settings that are about people: how many label an item, training of newcomers, when somebody is paused, and what
skills items ask for."""

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
            "overlap": settings.overlap,
            "stratum": settings.overlap_field or "",
            "most-labels": settings.most_labels or 0,
            "training": settings.training_items,
            "window": settings.gold_window,
            "skill": settings.skill_field or "",
        },
    )
    with st.form(key(fields.scope, "people"), border=False, width=680):
        st.header(t("How many people label an item"), anchor=False)
        changed = _people(project, fields)
        st.header(t("Gold items"), anchor=False)
        st.caption(t("Their answer is known: they show how often somebody is right. Choose them on the page Labelers."))
        changed |= _gold(project, fields)
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
                "(page People), and to those of whom no skills were said."
            ),
        )
        if st.form_submit_button(t("Save"), type="primary"):
            save(fields.scope, {**changed, "skill_field": skill or None})
    fields.undo()


def _people(project: ProjectOut, fields: Fields) -> Settings:
    settings = project.settings
    left, right = st.columns(2, gap="large")
    overlap = fields.whole(
        left, "overlap", t("Labelers per item"), 1, 20, t("With 2 or more, agreement can be measured.")
    )
    part = share(
        right,
        t("… of this share of the items"),
        settings.overlap_share,
        100,
        t("Drawn at random; the others get one label. A tenth is enough to know how often people are right."),
    )
    stratum = fields.text(
        st.container(),
        "stratum",
        t("… with enough of each value of this metadata field"),
        t("none: drawn from all items alike"),
        t(
            "A field such as language: each of its values gets 30 items that several people label (all, where it has "
            "fewer), so that agreement can be told for rare ones, too."
        ),
    )
    left, right = st.columns(2, gap="large")
    most = fields.whole(
        left,
        "most-labels",
        t("Ask more people, up to (0: nobody more)"),
        0,
        20,
        t(
            "One more at a time while the answer is not certain, once that is worth more than a new item. "
            "0: nobody more than said above."
        ),
    )
    certainty = share(
        right,
        t("… until the answer is right with a chance of"),
        settings.certainty,
        99,
        t("By who said it, and how often each is right."),
        least=50,
    )
    return {
        "overlap": overlap,
        "overlap_share": part,
        "overlap_field": stratum or None,
        "most_labels": max(most, overlap) if most > 1 else None,
        "certainty": certainty,
    }


def _gold(project: ProjectOut, fields: Fields) -> Settings:
    settings = project.settings
    rate = share(
        st.container(),
        t("Share of gold items among those that a labeler gets"),
        settings.gold_rate,
        50,
        t("They come among the others and can't be told apart, each once."),
        none=t("off"),
    )
    left, right = st.columns(2, gap="large")
    below = share(
        left,
        t("Pause who is right on fewer than"),
        settings.gold_pause_below or 0,
        100,
        t("Only where that is no chance: the whole 95% interval must lie below. Off: nobody is paused."),
        none=t("off"),
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
