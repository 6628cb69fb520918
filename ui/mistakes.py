"""A model's mistakes on the holdout, on the Models page: with what people said, what it said, and how sure it was."""

import streamlit as st
from labeler_ui import contents, feedback, layout, tasks
from labeler_ui.feedback import plain
from labeler_ui.words import t, tn

from labeler.client import Project
from labeler.wire.insight import Mistake, MistakePage
from labeler.wire.registry import ModelOut

AT_FIRST = 5
MOST = 50
LONGEST = 600  # characters of an item that are shown; the Items page has all
Kind = tuple[str | None, str | None]
EVERY: Kind = (None, None)


def show(project: Project, model: ModelOut) -> None:
    """The mistakes, all or those of one cell of the confusion matrix, the surest first."""
    st.header(t("Where it is wrong"), anchor=False)
    if not model.artifacts:
        st.markdown(
            t(
                ":gray[What model {number} says of each item was cleared away to save space. "
                "*Reproduce* makes it again.]",
                number=model.number,
            )
        )
        return
    key = f"mistakes-{project.slug}-{model.number}"
    truth, said = st.session_state.get(key) or EVERY
    page = feedback.attempt(
        lambda: project.mistakes(model.number, truth=truth, said=said, limit=MOST), t("Reading the mistakes")
    )
    if page is None:
        return
    if not page.judged:
        st.markdown(t(":gray[No holdout item has an answer yet. Labeling adds them, at random.]"))
        return
    if not page.wrong:
        st.markdown(
            tn(
                ":material/check_circle: No mistake on the {n} holdout item that has an answer.",
                ":material/check_circle: No mistakes on the {n} holdout items that have an answer.",
                page.judged,
            )
        )
        return
    st.markdown(
        tn(
            "Model {number} answers {wrong} of {n} holdout item differently from people.",
            "Model {number} answers {wrong} of {n} holdout items differently from people.",
            page.judged,
            number=model.number,
            wrong=layout.number(page.wrong),
        )
        + " "
        + t(
            ":gray[The mistakes that it is surest of come first. Labels count as they are now; the figures above are "
            "of its training.]"
        )
    )
    st.selectbox(t("Which mistakes"), _kinds(page), format_func=lambda kind: _kind_text(page, kind), key=key, width=420)
    _list(project, page, f"{key}-all-{truth}-{said}")


def _kinds(page: MistakePage) -> list[Kind]:
    return [EVERY, *((pair.truth, pair.said) for pair in page.pairs)]


def _kind_text(page: MistakePage, kind: Kind) -> str:
    truth, said = kind
    if kind == EVERY:
        return t("All ({wrong})", wrong=layout.number(page.wrong))
    many = next((layout.number(pair.items) for pair in page.pairs if (pair.truth, pair.said) == kind), "0")
    if said is None:
        return t("People said {truth}, the model did not ({many})", truth=truth, many=many)
    if truth is None:
        return t("The model said {said}, people did not ({many})", said=said, many=many)
    return t("People said {truth}, the model said {said} ({many})", truth=truth, said=said, many=many)


def _list(project: Project, page: MistakePage, key: str) -> None:
    shown = len(page.items) if st.session_state.get(key) else AT_FIRST
    for one in page.items[:shown]:
        _mistake(project, one)
    more = len(page.items) - AT_FIRST
    if more > 0 and shown == AT_FIRST:
        if st.button(tn("Show {n} more", "Show {n} more", more), icon=":material/expand_more:", key=f"{key}-more"):
            st.session_state[key] = True
            st.rerun()
    elif page.found > len(page.items):
        st.caption(t("The first {most} are shown. The command line and the API give all.", most=MOST))


def _mistake(project: Project, one: Mistake) -> None:
    info = project.info
    with st.container(border=True, key=f"mistake-{one.key}"):
        left, right = st.columns([3, 2], gap="large")
        with left:
            st.text(contents.line(one.content, LONGEST))
            layout.open_page(
                "items", t("Open the item"), "open_in_new", key=f"open-{one.key}", params={"item": one.key}
            )
        with right:
            answer = f"**{plain(tasks.value_text(info, one.answer.value))}**{_who(project, one)}"
            st.markdown(t("People: {answer}", answer=answer))
            st.markdown(
                t(
                    "Model: {prediction}",
                    prediction=tasks.of(info).prediction_text(one.prediction, tasks.schema_of(info)),
                )
            )


def _who(project: Project, one: Mistake) -> str:
    """Who said so; what each said where they differ."""
    if not one.labels:
        return ""
    alike = all(label.value == one.answer.value for label in one.labels)
    told = [
        label.labeler.name if alike else f"{label.labeler.name}: {tasks.value_text(project.info, label.value)}"
        for label in one.labels
    ]
    return f" :gray[({plain(', '.join(told))})]"
