"""What the items are searched for: the fields above the table, and what they come to."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, timezone
from typing import Any, Literal

import streamlit as st
from labeler_ui import feedback, layout, meaning, slices, tasks
from labeler_ui.feedback import plain
from labeler_ui.words import mark, t

from labeler.client import Project

Filters = dict[str, Any]  # as GET /items has them
STATES: Mapping[str, Filters] = {
    mark("All"): {},
    mark("Labeled"): {"labeled": True},
    mark("Not labeled"): {"unlabeled": True},
    mark("Flagged as hard"): {"flagged": True},
    mark("People disagree"): {"disagreement": True},
    mark("Contested answer"): {"contested": True},
    mark("The model says otherwise"): {"model_differs": True},
}
SORTS = {mark("Oldest first"): "oldest", mark("Newest first"): "newest", mark("Most uncertain first"): "uncertain"}
PARTS = (mark("train"), mark("holdout"))
CERTAIN = (0, 100)  # percent
BOUND: Literal["query-params"] = "query-params"
BEGINNING: Mapping[str, Any] = {
    "q": "",
    "state": next(iter(STATES)),
    "sort": next(iter(SORTS)),
    **dict.fromkeys(("who", "since", "until", "split", "slice")),
    "fields": "",
    "sure": CERTAIN,
    **meaning.BEGINNING,
}


BELOW = [name for name in BEGINNING if name not in ("q", "state")]  # these are seen when they are asked for


def draw(project: Project) -> Filters:
    """The fields, and what they ask for. The address has it, too: to come back to, and to lead here from elsewhere."""
    schema = tasks.schema_of(project.info)
    answer_key = f"answer-{project.slug}"
    if asked := st.query_params.get("label"):  # a link from another page, which knows no more of this one
        if asked in tasks.of(project.info).names(schema) and "labels" in schema:
            st.session_state[answer_key] = asked
        del st.query_params["label"]
    if (asked := st.query_params.get("labeler")) and asked.isdecimal():  # likewise: whose labels
        st.session_state["who"] = int(asked)
        del st.query_params["labeler"]
    columns = st.columns([3, 2, 2], vertical_alignment="bottom")
    words = columns[0].text_input(
        t("Search"), placeholder=t("words in the text"), icon=":material/search:", key="q", bind=BOUND
    )
    answer = tasks.of(project.info).filters(columns[1], schema, key=answer_key)
    state = columns[2].selectbox(t("State"), list(STATES), format_func=t, key="state", bind=BOUND)
    asked_for = st.query_params.to_dict()  # of what is not drawn yet, the address knows
    narrowed = any(
        st.session_state.get(name, asked_for.get(name, BEGINNING[name])) != BEGINNING[name] for name in BELOW
    )
    with st.expander(t("More filters"), expanded=narrowed):
        more = _more(project)
        by_meaning = meaning.chosen()
        saved = slices.chosen(project)
    own = {"q": words.strip() or None, **more, **by_meaning, **answer, **STATES[state]}
    return saved | {name: value for name, value in own.items() if name not in saved or value is not None}


def chosen(wanted: Filters) -> Filters:
    """The filters alone, without the order and what is not filled in."""
    return {name: value for name, value in wanted.items() if value not in (None, False) and name != "sort"}


def removable(wanted: Filters) -> bool:
    """Whether items can be removed by these: what a model says may be something else a moment later, and what is not
    read yet would stay."""
    return savable(wanted) and "like" not in chosen(wanted)


def savable(wanted: Filters) -> bool:
    """Whether these can be saved as a slice."""
    return bool(chosen(wanted)) and not any(name.startswith("model_") for name in chosen(wanted))


def clear(where: Any, project: Project) -> None:
    """The way back to all items."""
    where.button(
        t("Clear filters"), icon=":material/filter_alt_off:", key="items-clear", on_click=_clear, args=[project]
    )


def nothing(project: Project, wanted: Filters) -> None:
    """No item was found: why that may be, and the way out."""
    icon = ":material/search_off:"
    by_confidence = any(name.startswith("model_confidence") for name in wanted)
    if (by_confidence or wanted.get("model_differs")) and not project.models(most=1):
        words = t(
            "There is no model yet that could say something about the items. The first one comes with the first labels."
        )
        box = feedback.empty(t("No model yet"), words, icon)
    elif wanted["sort"] == "uncertain" and not chosen(wanted):
        words = t("No model has put the items in order yet. Choose another order under More filters.")
        feedback.empty(t("No order yet"), words, icon)
        return
    else:
        box = feedback.empty(t("No item matches"), t("No item matches all filters. Remove one of them."), icon)
    clear(box, project)


def _more(project: Project) -> Filters:
    first, second = (st.columns(3, vertical_alignment="bottom") for _ in range(2))
    people = {one.user_id: one.name for one in feedback.attempt(lambda: list(project.members)) or []}
    who = st.session_state.get("who")
    if who is not None and who not in people:
        people[who] = t("somebody who is no member")
    labeler = first[0].selectbox(
        t("Labeled by"),
        list(people),
        format_func=people.__getitem__,
        index=None,
        placeholder=t("anybody"),
        key="who",
        bind=BOUND,
    )
    since = first[1].date_input(t("Labeled from"), value=None, format="YYYY-MM-DD", key="since", bind=BOUND)
    until = first[2].date_input(
        t("Labeled until"),
        value=None,
        format="YYYY-MM-DD",
        key="until",
        bind=BOUND,
        help=t("This day included, on your clock. Labels that are in force count."),
    )
    sure = second[0].slider(
        t("Confidence of the model"),
        *CERTAIN,
        value=CERTAIN,
        step=5,
        format="%d%%",
        key="sure",
        bind=BOUND,
        help=t(
            "How sure the newest model is of what it says about an item. Items that it has not seen are left out "
            "while this is narrowed."
        ),
    )
    split = second[1].selectbox(
        t("Part"),
        PARTS,
        format_func=t,
        index=None,
        placeholder=t("any"),
        key="split",
        bind=BOUND,
        help=t("Holdout: drawn at random, labeled, never trained on."),
    )
    fields = st.text_input(
        t("Metadata"),
        placeholder=t("field=value; field=value"),
        key="fields",
        bind=BOUND,
        help=t("The values of fields, as they are written; several with semicolons between them."),
    )
    sort = second[2].selectbox(t("Order"), list(SORTS), format_func=t, key="sort", bind=BOUND)
    if since and until and since > until:
        st.warning(t("The first day is after the last one: no label is from then."), icon=":material/date_range:")
        since = until = None
    dates = {"labeled_since": _midnight(since), "labeled_before": _midnight(until and until + timedelta(days=1))}
    about: Filters = {"metadata": _fields(fields)}
    return {"labeler": labeler, "split": split, **about, "sort": SORTS[sort], **dates, **_confidence(*sure)}


def _fields(written: str) -> dict[str, str] | None:
    """What "region=EU; year=2026" asks for; says what it can't read."""
    found: dict[str, str] = {}
    for part in filter(None, map(str.strip, written.split(";"))):
        name, sign, value = part.partition("=")
        if not sign or not name.strip():
            st.warning(t("“{words}” is not read: write field=value.", words=plain(part)), icon=":material/edit_note:")
            continue
        found[name.strip()] = value.strip()
    return found or None


def _confidence(low: int, high: int) -> Filters:
    found = {}
    if low > CERTAIN[0]:
        found["model_confidence_min"] = low / 100
    if high < CERTAIN[1]:
        found["model_confidence_max"] = high / 100
    return found


def _midnight(day: date | None) -> str | None:
    """When a day begins on the viewer's clock."""
    if day is None:
        return None
    return datetime.combine(day, time(), timezone(timedelta(minutes=layout.utc_offset()))).isoformat()


def _clear(project: Project) -> None:
    for name, value in BEGINNING.items():
        st.session_state[name] = value
    st.session_state.pop(f"answer-{project.slug}", None)
    st.query_params.pop("item", None)
