"""Language models in words: what each is used for, why it is paused, how good it is, and what that means."""

from labeler_ui import layout
from labeler_ui.feedback import plain
from labeler_ui.words import mark, number, percent, said, t, tn

from labeler.wire.llm import LlmMeasured, LlmOut
from labeler.wire.quality import Figure

USES = {
    "measure": (mark("measured, counts nowhere"), "gray"),
    "suggest": (mark("shown as suggestions"), "blue"),
    "weigh": (mark("weighed in answers"), "green"),
    "count": (mark("counts"), "green"),
}
AT_WORK, STILL = (mark("at work"), "orange"), (mark("paused"), "red")
PAUSED = {
    "by_hand": mark("Paused by hand."),
    "endpoint": mark("Paused: its endpoint does not answer as it should."),
    "key": mark("Paused: its key is not accepted."),
    "money": mark("Paused: its limit of money is reached."),
    "drift": mark("Paused: it agrees with people less than before."),
    "left": mark("Paused: it is no member of the project any more."),
}
STOPPED = {
    "money": mark("It ended at the limit of money."),
    "no_items": mark("No open item is left for it."),
    "paused": mark("It was paused."),
    "deleted": mark("It was deleted."),
    "changed": mark("It was changed meanwhile: start it again."),
    "endpoint": mark("Its endpoint does not answer as it should."),
    "key": mark("Its key is not accepted."),
}
REFUSALS = {
    "empty": mark("nothing"),
    "refused": mark("declined"),
    "too_long": mark("too long"),
    "prose": mark("prose"),
    "another_label": mark("another label"),
    "outdated": mark("item or label gone"),
}


def stopped(reason: str) -> str:
    return t(STOPPED[reason]) if reason in STOPPED else plain(reason)


def host_of(endpoint: str) -> str:
    return endpoint.partition("://")[2].partition("/")[0]


def badge(one: LlmOut) -> str:
    """What it is used for, and what it does at this moment."""
    now = [AT_WORK] if one.job_id is not None else [STILL] if one.paused else []
    return " ".join(f":{color}-badge[{t(words)}]" for words, color in [USES[one.use], *now])


def why_paused(one: LlmOut) -> str:
    """With what the service knows of it."""
    words = t(PAUSED[one.pause_reason or "by_hand"])
    detail = layout.sentence(one.pause_detail)
    return f"{words} {detail}" if detail else words


def facts(one: LlmOut) -> list[str]:
    """What it is and what it did, in short."""
    found = [t("{model} at {host}", model=plain(one.model), host=plain(host_of(one.endpoint)))]
    if one.key_hint:
        found.append(t("key {hint}", hint=plain(one.key_hint)))
    found.append(t("prompt {version}", version=one.prompt.version))
    found.append(tn("{n} label", "{n} labels", one.labels))
    if refused := sum(one.refusals.values()):
        found.append(tn("{n} no answer ({kinds})", "{n} no answers ({kinds})", refused, kinds=refusals(one.refusals)))
    return found


def refusals(kinds: dict[str, int]) -> str:
    return ", ".join(f"{t(REFUSALS.get(kind, kind))} {layout.number(n)}" for kind, n in kinds.items())


def cost(value: float | None) -> str:
    """An amount in whatever currency its price was given in."""
    return layout.DASH if value is None else number(value, 2 if value >= 1 or value == 0 else 4)


def between(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return layout.DASH
    return t("{low} to {high}", low=percent(figure.low), high=percent(figure.high))


def gate(known: LlmMeasured) -> str:
    """Whether it may count, in one sentence."""
    return plain(said(known.why))


def replacement(known: LlmMeasured) -> str:
    """Whether it may stand in for one person."""
    found = known.replacement
    if found.stands_in is None:
        return t("Whether it may stand in for one person can't be told yet: that needs 3 people and 30 items of each.")
    share = percent(found.winning)
    if found.stands_in:
        return t("It may stand in for one person: it does as well as {share} of them.", share=share)
    return t("It may not stand in for a person: it does as well as {share} of them.", share=share)
