"""What jobs about models made, in words: judged, compared, challenged, made again."""

from collections.abc import Mapping
from typing import Any

from labeler_ui.feedback import plain
from labeler_ui.made import Made
from labeler_ui.retraining_words import OUTCOMES, TESTED
from labeler_ui.words import number, t, tn


def reproduced(found: Mapping[str, Any]) -> Made:
    same = t("all predictions are identical") if found["identical"] else t("the predictions differ")
    words = tn(
        "Model {number} again: {same} ({n} item compared).",
        "Model {number} again: {same} ({n} items compared).",
        found["compared"],
        number=found["model"],
        same=same,
    )
    return Made(words, "models", t("Open the model"), (("model", str(found["model"])),))


def shadowed(found: Mapping[str, Any]) -> Made:
    words = tn(
        "Asked about {n} item, the same answer: {same}.",
        "Asked about {n} items, the same answer: {same}.",
        found["items"],
        same=number(found["same"]),
    )
    return Made(words, "models", t("See"), (("view", "use"),))


def challenged(found: Mapping[str, Any]) -> Made:
    words = t(
        "Model {challenger} beside the live model {champion}: {outcome}.",
        challenger=found["challenger"],
        champion=found["champion"],
        outcome=t(OUTCOMES[found["outcome"]]),
    )
    return Made(words, "models", t("See"), (("view", "retraining"),))


def rehearsed(found: Mapping[str, Any]) -> Made:
    words = t("Model {number} trained again: {outcome}.", number=found["model"], outcome=t(TESTED[found["outcome"]]))
    return Made(words, "models", t("See"), (("view", "retraining"),))


def judged(found: Mapping[str, Any]) -> Made:
    words = tn("{n} test case run.", "{n} test cases run.", found.get("run", 0))
    measured = tn("{n} slice measured.", "{n} slices measured.", found.get("measured", 0))
    words = f"{words} {measured}"
    return Made(words, "models", t("Open the models"))


def failures(found: Mapping[str, Any]) -> Made:
    words = tn(
        "{n} failure mode found in model {model}.",
        "{n} failure modes found in model {model}.",
        found.get("found", 0),
        model=found.get("model"),
    )
    return Made(words, "models", t("Open the models"))


def weighed(found: Mapping[str, Any]) -> Made:
    columns = tn("{n} column looked at", "{n} columns looked at", found["columns"])
    told = {"columns": columns, "useful": number(found["useful"]), "model": found["model"]}
    words = t("{columns} in model {model}, surely useful: {useful}.", **told)
    if found.get("why") is not None:
        words = t("{columns} in model {model}; what each is worth is not known.", **told)
        if found.get("more"):
            words += " " + tn("{n} more holdout label tells.", "{n} more holdout labels tell.", found["more"])
    return Made(words, "models", t("See"), (("model", str(found["model"])), ("view", "columns")))


def without(found: Mapping[str, Any]) -> Made:
    words = t(
        "Model {model} was compared with one without “{column}”.", model=found["model"], column=plain(found["column"])
    )
    return Made(words, "models", t("See"), (("model", str(found["model"])), ("view", "columns")))


def saved(found: Mapping[str, Any]) -> Made:
    about, needed = found.get("drawn"), found.get("needed") or {}
    if about is None:
        words = t("What the order of the queue saves can't be told yet.")
    elif needed.get("value") is None:
        words = t("The queue's order has not come to what {drawn} random labels teach.", drawn=number(about))
    else:
        words = t(
            "What {drawn} random labels teach, the queue's order teaches with {needed}.",
            needed=number(needed["value"]),
            drawn=number(about),
        )
    return Made(words, "progress", t("Open Progress"))


def simulated(found: Mapping[str, Any]) -> Made:
    labels = tn("{n} label", "{n} labels", found["used"])
    if found.get("best") is None:
        words = t("Simulated on {labels}: no strategy surely needs fewer than a random order.", labels=labels)
    else:
        words = t(
            "Simulated on {labels}: “{strategy}” needs {needed}, surely fewer than a random order.",
            labels=labels,
            strategy=plain(found["best"]),
            needed=number(found["needed"]),
        )
    return Made(words, "progress", t("Open Progress"))


def followed(found: Mapping[str, Any]) -> Made:
    words = tn("{n} figure on failure modes.", "{n} figures on failure modes.", found.get("measured", 0))
    return Made(words, "models", t("Open the models"))


def drifted(found: Mapping[str, Any]) -> Made:
    if found.get("missing"):
        return Made(tn("Can't tell yet: {n} more item.", "Can't tell yet: {n} more items.", found["missing"]))
    words = tn("{n} new item compared:", "{n} new items compared:", found.get("new", 0))
    moved = found.get("moved", 0)
    result = tn("{n} thing moved.", "{n} things moved.", moved) if moved else t("nothing moved.")
    return Made(f"{words} {result}", "models", t("Open the models"))
