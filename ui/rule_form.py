"""Writing a rule: what it would do is shown while it is written, before it is kept."""

from collections.abc import Sequence
from typing import Any

import streamlit as st
from labeler_ui import feedback, layout, report, tasks
from labeler_ui.components.keeper import keep, key, saved
from labeler_ui.feedback import plain, unlinked
from labeler_ui.rule_words import KINDS, OPS, behind, between, says
from labeler_ui.words import percent, t, tn

from labeler.client import Project
from labeler.wire.heuristics import HeuristicExample, HeuristicOut, HeuristicTried

SIGNS = {True: ":green[:material/check:] ", False: ":red[:material/close:] ", None: ""}


@st.fragment
def write(project: Project) -> None:
    """The form for a new rule; what is written in it draws nothing else again."""
    scope = f"heuristic {project.slug}"
    fields = [key(scope, f"rule-{part}") for part in ("name", "pattern", "field", "expression")]
    keep(scope, dict.fromkeys(fields, ""))
    st.header(t("Write a rule"), anchor=False)
    with st.container(border=True, key="new-rule"):
        kind = _kind(key(scope, "rule-kind"))
        parts = _parts(kind, lambda part: key(scope, f"rule-{part}"))
        value = _value(project, key(scope, "rule-value"))
        tried = _try(project, kind, parts, value)
        columns = st.columns([3, 1], vertical_alignment="bottom")
        name = columns[0].text_input(
            t("Name"), placeholder=_name_of(parts) or t("what it looks for"), key=key(scope, "rule-name")
        )
        asked = columns[1].button(
            t("Add the rule"), type="primary", disabled=tried is None or value is None, key="add-rule", width="stretch"
        )
    if asked:
        with feedback.told(t("Adding the rule")):
            project.heuristics.create(name.strip() or _name_of(parts), kind, value, **parts)
            saved(scope)
            feedback.say_later(t("Added. It is run over the items in the background."))
            st.rerun()


def change(project: Project, rule: HeuristicOut) -> None:
    """The same for a rule there is, in a dialog; saved only by its button."""
    name = st.text_input(t("Name"), rule.name, key=f"change-name-{rule.id}")
    parts = _parts(rule.kind, lambda part: f"change-{part}-{rule.id}", rule)
    value = _value(project, f"change-value-{rule.id}", rule.value)
    tried = _try(project, rule.kind, parts, value, few=True)
    turn_on = not rule.active and st.checkbox(t("Turn it on"), value=True, key=f"change-on-{rule.id}")
    if st.button(t("Save"), type="primary", key=f"change-save-{rule.id}", disabled=tried is None or value is None):
        with feedback.told(t("Saving")):
            given: dict[str, Any] = {"name": name.strip() or rule.name, "value": value, **parts}
            project.heuristics.change(rule.id, **given, **({"active": True} if turn_on else {}))
            feedback.say_later(t("Saved."))
            st.rerun()


def _kind(field: str) -> str:
    chosen = st.segmented_control(
        t("What it looks at"),
        list(KINDS),
        default="keyword",
        format_func=lambda kind: t(KINDS[kind]),
        required=True,
        key=field,
    )
    return str(chosen)


def _parts(kind: str, field: Any, rule: HeuristicOut | None = None) -> dict[str, str]:
    """The fields of a kind, those that were filled in."""

    def text(where: Any, part: str, title: str, help: str = "", example: str = "") -> str:
        given = {"value": getattr(rule, part) or ""} if rule is not None else {}
        found: str = where.text_input(
            title, max_chars=1_000, help=help or None, placeholder=example, key=field(part), **given
        )
        return found.strip()

    found: dict[str, str] = {}
    if kind == "field":
        columns = st.columns([3, 2, 3])
        found["field"] = text(columns[0], "field", t("Field"), t("Of the table, or of the metadata."))
        ops = list(OPS)
        at = ops.index(rule.op) if rule is not None and rule.op in ops else 0
        found["op"] = columns[1].selectbox(t("Comparison"), ops, index=at, format_func=_op_text, key=field("op"))
        found["pattern"] = text(columns[2], "pattern", t("Value"))
    elif kind == "expression":
        words = t(
            "An expression in CEL over `text`, `fields` and `metadata`. `lower(text)` is the text in lower case; what "
            "an item does not have makes the rule say nothing of it."
        )
        found["expression"] = text(
            st, "expression", t("Expression"), words, 'text.contains("!") && metadata.likes > 10'
        )
    elif kind == "regex":
        words = t("Anywhere in the text, upper and lower case alike. It has no look-around and no references back.")
        found["pattern"] = text(st, "pattern", t("Pattern"), words, r"win(ner)?\b")
    else:
        words = t("Whole words or phrases, with commas between them, upper and lower case alike.")
        found["pattern"] = text(st, "pattern", t("Words"), words, "free, you won")
    return found


def _op_text(op: str) -> str:
    return t(OPS[op])


def _value(project: Project, field: str, given: Any = None) -> Any:
    schema = tasks.schema_of(project.info)
    return tasks.of(project.info).value_input(st.container(), t("It says"), schema, field, given)


def _name_of(parts: dict[str, str]) -> str:
    """What it is called unless somebody says otherwise."""
    if "field" in parts:
        return f"{parts['field']} {_op_text(parts['op'])} {parts['pattern']}"[:200]
    return (parts.get("pattern") or parts.get("expression") or "")[:200]


def _try(project: Project, kind: str, parts: dict[str, str], value: Any, *, few: bool = False) -> HeuristicTried | None:
    """What the rule would do; None while it can't be run."""
    if not all(parts.values()):
        st.markdown(t(":gray[What it finds is shown here while you write.]"))
        return None
    tried = feedback.attempt(lambda: project.heuristics.attempt(kind, value, **parts))
    if tried is None:
        return None
    _figures(tried, value)
    _examples(project, tried, 3 if few else 8)
    return tried


def _figures(tried: HeuristicTried, value: Any) -> None:
    boxes = st.columns(2)
    share = tn(
        "{share} of {n} item looked at",
        "{share} of {n} items looked at",
        tried.looked,
        share=percent(tried.coverage.value),
    )
    report.number_box(boxes[0], t("Matches"), layout.number(tried.hits), f"{share} ({between(tried.coverage)})")
    if value is None:
        report.number_box(boxes[1], t("Right"), layout.DASH, t("choose what it says"))
    else:
        report.number_box(boxes[1], t("Right"), percent(tried.accuracy.value), behind(tried.accuracy, tried.judged))
    if tried.failed:
        st.caption(
            tn(
                "Of {n} item it can't tell: {reason}",
                "Of {n} items it can't tell: {reason}",
                tried.failed,
                reason=plain(tried.reason or ""),
            )
        )


def _examples(project: Project, tried: HeuristicTried, most: int) -> None:
    columns = st.columns(2, gap="large")
    missed = any(one.right for one in tried.silent)
    with columns[0]:
        st.markdown(t("**It matches**"))
        _list(project, tried.matching[:most], judged=True)
        if (kept_back := min(tried.hits, most) - len(tried.matching)) > 0:
            words = tn(
                "{n} more is of the holdout: counted, and not shown, as models are judged by it.",
                "{n} more are of the holdout: counted, and not shown, as models are judged by them.",
                kept_back,
            )
            st.caption(words)
    with columns[1]:
        st.markdown(t("**It misses**") if missed else t("**It says nothing of**"))
        shown = [one for one in tried.silent if one.right] if missed else tried.silent
        _list(project, shown[:most], judged=False)


def _list(project: Project, rows: Sequence[HeuristicExample], *, judged: bool) -> None:
    """judged: whether a sign says of each if the rule is right."""
    if not rows:
        st.markdown(t(":gray[Nothing.]"))
    for row in rows:
        icon = SIGNS[row.right] if judged else ""
        answer = "" if row.answer is None else f" :gray[({says(project, row.answer)})]"
        st.markdown(f"{icon}{unlinked(row.text)}{answer}")
