"""What a job made, in words, and the page where it is."""

from collections.abc import Callable, Mapping
from typing import Any

from labeler_ui import layout, llm_words, model_job_results, model_words
from labeler_ui.feedback import plain
from labeler_ui.made import Made
from labeler_ui.words import mark, number, said, t, tn

from labeler.wire.jobs import JobOut

# Why a job did nothing, or only a part, by what it says itself.
REASONS = {
    "a model ranks the queue": mark("A model orders the queue already."),
    "no open items": mark("No item waits for a label."),
    "somebody's own order is not asked to its end yet": mark("An order that somebody gave comes first."),
    "sentence embeddings are off or not installed": mark("Sentence embeddings are off or not installed."),
    "no texts": mark("No item has a text."),
    "gave way to another job; goes on after it": mark("Another job came first; the reading goes on after it."),
    "a part is read, by which the queue is ranked; goes on after it": mark(
        "The queue is ordered by this part; the reading goes on afterwards."
    ),
}


def short(kind: str) -> str:
    """The last part of a kind: "train" of "training.train"."""
    return kind.rpartition(".")[2]


def made(row: JobOut) -> Made | None:
    """What a job that is done made; None where there is nothing to tell."""
    if not isinstance(row.result, dict):
        return None
    tell = RESULTS.get(short(row.kind))
    return tell(row.result) if tell else None


def _trained(found: Mapping[str, Any]) -> Made:
    model = found.get("model")
    if model is None:
        return Made(t("No model yet: {why}.", why=plain(said(found.get("reason", "")))))
    words = tn(
        "Model {number}, from {n} label of dataset version {version}.",
        "Model {number}, from {n} labels of dataset version {version}.",
        found["trained_on"],
        number=model,
        version=plain(found["dataset"]),
    )
    return Made(words, "models", t("Open the model"), (("model", str(model)),))


def _snapshot(found: Mapping[str, Any]) -> Made:
    return Made(t("Dataset version {tag}.", tag=plain(found.get("tag", ""))), "datasets", t("Open the versions"))


def _searched(found: Mapping[str, Any]) -> Made:
    name = model_words.searched(found.get("model")) or layout.DASH
    return Made(
        t("Chosen: {name}. {why}", name=plain(name), why=layout.sentence(model_words.named(found.get("reason")))),
        "models",
        t("Open the models"),
    )


def _read(found: Mapping[str, Any]) -> Made:
    why = _why(found.get("reason"))
    if "of" not in found:
        return Made(why)
    words = tn("{many} of {n} item read.", "{many} of {n} items read.", found["of"], many=layout.number(found["read"]))
    return Made(f"{words} {why}".strip())


def _ordered(found: Mapping[str, Any]) -> Made:
    if not found["ranked"]:
        return Made(_why(found.get("reason")) or t("No item waits for a label."))
    words = tn("{n} item put in order.", "{n} items put in order.", found["ranked"])
    hinted = [f"{plain(name)} {layout.number(n)}" for name, n in (found.get("hinted") or {}).items()]
    parts = [words]
    if hinted:
        parts.append(t("Found by keywords: {counts}.", counts=", ".join(hinted)))
    if n := found.get("spoken"):
        parts.append(tn("Heuristics match {n} of them.", "Heuristics match {n} of them.", n))
    return Made(" ".join(parts))


def _copied(found: Mapping[str, Any]) -> Made:
    if not found["pushed"]:
        return Made(t("Every dataset version was there already."))
    words = tn("{n} dataset version copied.", "{n} dataset versions copied.", len(found["pushed"]))
    return Made(words, "datasets", t("Open the versions"))


def _estimated(found: Mapping[str, Any]) -> Made:
    changed = int(found.get("changed") or 0)
    return Made(
        tn(
            "The answers of {n} item looked at, {changed} of them changed.",
            "The answers of {n} items looked at, {changed} of them changed.",
            int(found.get("items") or 0),
            changed=number(changed),
        ),
        "labelers",
        t("Open the labelers"),
    )


def _recounted(found: Mapping[str, Any]) -> Made:
    return Made(tn("Labels of {n} item counted again.", "Labels of {n} items counted again.", found["items"]))


def _drawn_again(found: Mapping[str, Any]) -> Made:
    return Made(
        tn(
            "{n} item looked at, {changed} of them for another number of people.",
            "{n} items looked at, {changed} of them for another number of people.",
            found["items"],
            changed=number(found["changed"]),
        )
    )


def _indexed(found: Mapping[str, Any]) -> Made:
    return Made(tn("{n} item can be searched now.", "{n} items can be searched now.", found["items"]))


def _matched(found: Mapping[str, Any]) -> Made:
    words = tn("Heuristics looked at {n} item.", "Heuristics looked at {n} items.", found["items"])
    return Made(words, "heuristics", t("Open the heuristics"))


def _asked(found: Mapping[str, Any]) -> Made:
    refused = sum(found["refusals"].values())
    parts = [tn("{n} item labeled.", "{n} items labeled.", found["labels"])]
    if refused:
        parts.append(tn("{n} reply was no answer.", "{n} replies were no answer.", refused))
    if found.get("stopped"):
        parts.append(llm_words.stopped(found["stopped"]))
    return Made(" ".join(parts), "llms", t("Open the language models"))


def _tried(found: Mapping[str, Any]) -> Made:
    words = tn("Asked about {n} item.", "Asked about {n} items.", found["asked"])
    return Made(words, "llms", t("Open the language models"))


def _removed(found: Mapping[str, Any]) -> Made:
    parts = [tn("{n} item removed.", "{n} items removed.", found["items"])]
    if n := found.get("labels_taken_back"):
        parts.append(tn("{n} label taken back.", "{n} labels taken back.", n))
    if n := found.get("restored"):
        parts.append(tn("{n} item is as it was before.", "{n} items are as they were before.", n))
    return Made(" ".join(parts), "items", t("Open the items"))


def _erased(found: Mapping[str, Any]) -> Made:
    words = tn("{n} row erased.", "{n} rows erased.", found["rows"])
    left = t("Copies are left: {where}.", where=plain(said(found["left"]))) if found.get("left") else ""
    return Made(f"{words} {left}".strip())


def _why(reason: str | None) -> str:
    """Why a job did nothing, or only a part."""
    known = REASONS.get(reason or "")
    return t(known) if known else layout.sentence(reason)


def _got(found: Mapping[str, Any]) -> Made:
    words = tn("{n} item taken.", "{n} items taken.", int(found.get("taken") or 0))
    if refused := int(found.get("refused") or 0):
        words += " " + tn("{n} address could not be taken.", "{n} addresses could not be taken.", refused)
    return Made(words, "items", t("Open the items"))


def _rechecked(found: Mapping[str, Any]) -> Made:
    words = tn("{n} document looked at:", "{n} documents looked at:", int(found.get("looked") or 0))
    told = t(
        "changed {changed}, gone {gone}, could not be had {failed}.",
        **{name: number(int(found.get(name) or 0)) for name in ("changed", "gone", "failed")},
    )
    return Made(f"{words} {told}", "imports", t("See"))


def _assigned(found: Mapping[str, Any]) -> Made:
    words = tn("{n} item assigned.", "{n} items assigned.", found.get("items", 0))
    return Made(words, "labelers", t("Open the labelers"))


def _asked_again(found: Mapping[str, Any]) -> Made:
    words = tn("{n} label is asked for again.", "{n} labels are asked for again.", found.get("wanted", 0))
    return Made(words, "campaigns", t("Open the campaigns"))


def _looked(found: Mapping[str, Any]) -> Made:
    suspected = sum(int(found.get(kind) or 0) for kind in ("wrong", "duplicate", "outlier"))
    words = tn(
        "{n} answer looked at, {suspected} to be checked.",
        "{n} answers looked at, {suspected} to be checked.",
        int(found.get("answers") or 0),
        suspected=number(suspected),
    )
    return Made(words, "label_errors", t("Open the label errors"))


def _labeled(found: Mapping[str, Any]) -> Made:
    words = tn(
        "{n} item labeled; people are asked about {check} of them.",
        "{n} items labeled; people are asked about {check} of them.",
        int(found.get("items") or 0),
        check=number(int(found.get("check") or 0)),
    )
    return Made(words, "items", t("Open the items"))


def _counted(found: Mapping[str, Any]) -> Made:
    words = tn("{n} label counts now.", "{n} labels count now.", int(found.get("items") or 0))
    return Made(words, "items", t("Open the items"))


def _taken_back(found: Mapping[str, Any]) -> Made:
    words = tn("{n} label taken back.", "{n} labels taken back.", int(found.get("labels_taken_back") or 0))
    return Made(words, "items", t("Open the items"))


def _answered(found: Mapping[str, Any]) -> Made:
    words = tn("Rules that count match {n} item.", "Rules that count match {n} items.", int(found.get("items") or 0))
    return Made(words, "heuristics", t("Open the heuristics"))


def _grouped(found: Mapping[str, Any]) -> Made:
    words = tn(
        "{n} hard item looked at; clusters: {clusters}, alone: {alone}.",
        "{n} hard items looked at; clusters: {clusters}, alone: {alone}.",
        int(found.get("items") or 0),
        clusters=number(int(found.get("clusters") or 0)),
        alone=number(int(found.get("alone") or 0)),
    )
    return Made(words, "hard", t("Open the hard items"))


def _checked(found: Mapping[str, Any]) -> Made:
    words = tn("People are asked about {n} item.", "People are asked about {n} items.", int(found.get("check") or 0))
    return Made(words, "hard", t("Open the hard items"))


RESULTS: dict[str, Callable[[Mapping[str, Any]], Made]] = {
    "train": _trained,
    "snapshot": _snapshot,
    "search": _searched,
    "embed": _read,
    "coverage": _ordered,
    "push": _copied,
    "recount": _recounted,
    "strata": _drawn_again,
    "estimate": _estimated,
    "index": _indexed,
    "match": _matched,
    "trial": _tried,
    "run": _asked,
    "remove": _removed,
    "erase": _erased,
    "start": _asked_again,
    "assign": _assigned,
    "find": _looked,
    "label": _labeled,
    "count": _counted,
    "take_back": _taken_back,
    "answer": _answered,
    "cluster": _grouped,
    "look": model_job_results.failures,
    "weigh": model_job_results.weighed,
    "try": model_job_results.without,
    "tally": model_job_results.saved,
    "simulate": model_job_results.simulated,
    "compare": model_job_results.drifted,
    "measure": model_job_results.followed,
    "check": _checked,
    "reproduce": model_job_results.reproduced,
    "judge": model_job_results.judged,
    "follow": model_job_results.shadowed,
    "challenge": model_job_results.challenged,
    "pipeline": model_job_results.rehearsed,
    "fetch": _got,
    "recheck": _rechecked,
}
