"""Heuristics in words: what each looks for, how good it is, and what to do about it."""

from typing import Any

from labeler_ui import layout, tasks
from labeler_ui.feedback import plain
from labeler_ui.words import mark, percent, t, tn

from labeler.client import Project
from labeler.wire.heuristics import HeuristicOut
from labeler.wire.quality import Figure

KINDS = {
    "keyword": mark("Words"),
    "regex": mark("Pattern"),
    "field": mark("Field"),
    "expression": mark("Expression"),
}
OPS = {
    "equals": mark("is"),
    "contains": mark("contains"),
    "above": mark("is above"),
    "below": mark("is below"),
}
STATES = {
    "ready": (mark("on"), "green"),
    "counting": (mark("being measured"), "blue"),
    "off": (mark("off"), "gray"),
    "stopped": (mark("stopped"), "red"),
}
COUNTS = mark("counts in answers")
WHY_OFF = {
    "time": mark("It took too much time and was turned off. Labeling went on. Make it simpler, then turn it on."),
    "memory": mark("It took too much memory and was turned off. Labeling went on. Make it simpler, then turn it on."),
    "hits": mark("It matches too many items and was turned off. Make it narrower, then turn it on."),
    "schema": mark("What it says is not an answer any more. Give it another one, then turn it on."),
    "kind": mark("It can't be run in this installation: {reason}"),
}
ADVICE = {
    "no_hits": (mark("It matches no item: look whether it is written as the items are, or delete it."), "search_off"),
    "nearly_all": (mark("It matches nearly all items and tells nothing apart: make it narrower."), "filter_alt"),
    "few_answers": (
        mark("Too few answers to tell how good it is. Its items are asked early; the interval narrows with each."),
        "hourglass_empty",
    ),
    "mostly_wrong": (
        mark("It is wrong more often than right: change it, let it say something else, or delete it."),
        "error",
    ),
    "reliable": (mark("It can be relied on."), "check_circle"),
    "mixed": (mark("It helps, and is wrong at times: a narrower rule may do better."), "balance"),
}


def condition(rule: Any) -> str:
    """What a rule looks for, as Markdown."""
    if rule.kind == "field":
        op = t(OPS[rule.op]) if rule.op in OPS else plain(rule.op or "")
        return f"**{plain(rule.field or '')}** {op} {_code(rule.pattern)}"
    title = t(KINDS[rule.kind]) if rule.kind in KINDS else plain(rule.kind)
    return f"{title} {_code(rule.expression or rule.pattern)}"


def _code(text: str | None) -> str:
    """As it is written; a backtick would end it."""
    return f"`{(text or '').replace('`', 'ˋ')}`"


def says(project: Project, value: Any) -> str:
    return plain(tasks.value_text(project.info, value)) or t("nothing")


def badge(rule: HeuristicOut) -> str:
    words, color = STATES[rule.state]
    counts = f" :green-badge[{t(COUNTS)}]" if rule.use == "count" and rule.passes and rule.active else ""
    return f":{color}-badge[{t(words)}]{counts}"


def facts(rule: HeuristicOut) -> list[str]:
    """Its figures, none without its interval."""
    if rule.items is None or rule.hits is None:
        return []
    found = [t("matches {share} of the items ({n})", share=share(rule.coverage), n=layout.number(rule.hits))]
    if rule.overlap:
        found.append(t("another rule matches, too: {share}", share=share(rule.overlap)))
    if rule.conflict:
        found.append(t("another rule says otherwise: {share}", share=share(rule.conflict)))
    found.append(right(rule.accuracy, rule.judged))
    return found


def behind(figure: Figure, judged: int) -> str:
    """What stands below a figure: what it was measured on, and the interval."""
    if figure.value is None:
        return t("no answers to judge by yet")
    return tn("{between} of {n} answered item", "{between} of {n} answered items", judged, between=between(figure))


def right(figure: Figure, judged: int) -> str:
    """How often it is right, with the interval and what it was measured on."""
    if figure.value is None:
        return behind(figure, judged)
    return tn(
        "right: {share} of {n} answered item ({between})",
        "right: {share} of {n} answered items ({between})",
        judged,
        share=percent(figure.value),
        between=between(figure),
    )


def between(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return layout.DASH
    return t("{low} to {high}", low=percent(figure.low), high=percent(figure.high))


def share(value: float | None) -> str:
    """A share that is not nothing is never written as 0%."""
    return percent(value, 1 if value is not None and 0 < value < 0.1 else 0)
