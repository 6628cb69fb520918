"""What a project's progress comes to, in the words of somebody who leads the labeling: go on, stop, or look."""

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import Any

from labeler_ui import layout, metrics
from labeler_ui.feedback import plain
from labeler_ui.words import day, mark, number, percent, t, tc, tn, weekday

from labeler.wire.insight import ModelSummary, ProgressOut

FEW_JUDGED = 30  # holdout labels below which a score says little
CONFUSED_FROM = 3  # items
CONFUSED_SHARE = 0.1
SOON_DAYS = 6
NOT_KNOWN = ("fewer than ", "there is no earlier model")  # how reasons begin that tell nothing of the model
USUAL_GAIN = 100  # labels that an advice looks ahead where it does not say how many
WORTH = 0.005


@dataclass(frozen=True)
class Lead:
    """What to do, in one sentence, and why. done: labeling can stop."""

    title: str
    why: str
    done: bool = False


@dataclass(frozen=True)
class Look:
    """Something that wants a look, and the page that does it."""

    kind: str
    words: str
    page: str
    action: str
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Gain:
    """What so many more labels would add to the score, a share of 1, and at most."""

    labels: int
    value: float
    high: float


def lead(found: ProgressOut, metric: metrics.Metric | None, target: float | None, today: date) -> Lead:
    """metric: the one that decides, target: the value of it that is wanted, if there are."""
    why = judged(found, metric)
    stop, left = found.stop, found.items.unlabeled
    if stop.finding:
        return _finding(stop.finding, stop.advice == "stop", why)
    if left == 0:
        return Lead(t("Everything is labeled."), why, done=True)
    if found.model is None:
        if not found.labels.total:
            return Lead(t("Start labeling: the first model trains once two different answers have examples."), "")
        if found.training.state in {"queued", "running"}:
            return Lead(t("Go on labeling: the first model is being trained."), "")
        if sum(map(bool, found.labels.by_label.values())) > 1:
            words = t("Some answers are of holdout items, which judge models and are not learned from.")
            return Lead(t("Go on labeling: the first model trains once two different answers have examples."), words)
        return Lead(t("Go on labeling: the first model trains once two different answers have examples."), "")
    weak = metric is not None and _like_guessing(metric, found.model)
    if stop.advice == "stop" and weak:
        words = t("More labels would hardly change the model, and it may be no better than the most common answer.")
        return Lead(words, why)
    if stop.advice == "stop":
        return Lead(t("You can stop: more labels would hardly change the model."), why, done=True)
    away = (stop.labels_to_target or {}).get("labels")
    if away and metric is not None and target is not None:
        many = min(int(away), left)
        by = _ready(many, (found.pace or {}).get("per_day"), today)
        reach = t("{metric} of {value}", metric=metric.in_text, value=metric.number(target))
        return Lead(
            tn(
                "Keep going: about {n} more label reaches {reach}{by}.",
                "Keep going: about {n} more labels reach {reach}{by}.",
                many,
                reach=plain(reach),
                by=by,
            ),
            why,
        )
    if weak:
        return Lead(t("Keep going: the holdout does not show yet that the model is better than guessing."), why)
    if stop.advice == "nearly there":
        return Lead(t("Nearly there: the last labels changed the model only a little."), why)
    more = gain(found)
    if more is not None and more.value >= WORTH:
        words = tn(
            "Keep going: {n} more label should raise the score by about {gain} points.",
            "Keep going: {n} more labels should raise the score by about {gain} points.",
            more.labels,
            gain=number(100 * more.value, 1),
        )
        return Lead(words, why)
    if stop.reason.startswith(NOT_KNOWN):
        return Lead(t("Keep going: it can't be told yet what more labels bring."), why)
    return Lead(t("Keep going: new labels still change the model."), why)


def gain(found: ProgressOut) -> Gain | None:
    """What more labels would bring; None where that is not known, or where fewer items are left."""
    told = found.stop.gain or {}
    labels = told.get("labels", USUAL_GAIN)
    if told.get("value") is None or not 0 < labels <= found.items.unlabeled:
        return None
    return Gain(labels, told["value"], told["high"])


def judged(found: ProgressOut, metric: metrics.Metric | None) -> str:
    """How good the newest model is, and how sure that is."""
    model = found.model
    if model is None:
        return ""
    if metric is None or not metrics.known(model.score):
        return t("Model {number} is not measured yet: no holdout item is labeled.", number=model.number)
    between = metric.interval(model.score)
    sure = f" ({between})" if between else ""
    many = tn(
        "{n} item drawn at random that it never learned from",
        "{n} items drawn at random that it never learned from",
        model.holdout_size,
    )
    if metric.name == "accuracy":
        words = t(
            "Model {number} is right on {score} of {many}{sure}.",
            number=model.number,
            score=metric.text(model.score),
            many=many,
            sure=sure,
        )
    else:
        words = t(
            "{title} of model {number} on {many}: {score}{sure}.",
            title=metric.title,
            number=model.number,
            many=many,
            score=metric.text(model.score),
            sure=sure,
        )
    if _like_guessing(metric, model):
        words += " " + t(
            "It can't be told yet from always giving the most common answer ({guess}).", guess=metric.text(model.guess)
        )
    return plain(words)


def _like_guessing(metric: metrics.Metric, model: ModelSummary) -> bool:
    """Whether the interval of its score leaves open that it is no better than that."""
    guess, end = model.guess or {}, "low" if metric.better == "higher" else "high"
    worst = (model.score or {}).get(end)
    if worst is None or not metrics.known(model.guess):
        return False
    return bool(worst <= guess["value"] if metric.better == "higher" else worst >= guess["value"])


def _ready(many: int, per_day: float | None, today: date) -> str:
    if not per_day:
        return ""
    days = ceil(many / per_day)
    if days <= 1:
        return t(", today or tomorrow at this pace")
    then = today + timedelta(days=days)
    if days <= SOON_DAYS:
        return t(", on {weekday} at this pace", weekday=weekday(then))
    return t(", around {date} at this pace", date=day(then, "MMMMd"))


def _finding(finding: dict[str, Any], done: bool, why: str) -> Lead:
    """How much of the label that is searched for has been found."""
    name, left, recall = plain(finding["label"]), finding["left"], finding["recall"]
    have = tn("Found {n} item labeled {name}", "Found {n} items labeled {name}", finding["found"], name=name)
    if left["value"] is None:
        return Lead(
            t("Keep searching for {name}.", name=name),
            t("{have}; how many are left is known once holdout items are labeled.", have=have),
        )
    some = t(
        "{have}, still to be found: about {left} ({least} to {most}): {low} to {high} of all. {why}",
        have=have,
        left=layout.number(left["value"]),
        least=layout.number(left["low"]),
        most=layout.number(left["high"]),
        low=percent(recall["low"]),
        high=percent(recall["high"]),
        why=why,
    )
    title = (
        t("You can stop: nearly all of {name} is found.", name=name)
        if done
        else t("Keep searching for {name}.", name=name)
    )
    return Lead(title, some.strip(), done)


def looks(found: ProgressOut, views: dict[str, Any], to_review: int = 0) -> list[Look]:
    """What wants a look, the most urgent first. views: of the newest model on the holdout; to_review: answers that
    people do not agree on and nobody has decided."""
    rows = []
    if found.training.state == "failed":
        rows.append(
            Look(
                mark("training"),
                t("The last training failed. {message}", message=layout.sentence(found.training.message)),
                "jobs",
                t("See"),
            )
        )
    flags = found.items.flags_open
    if flags:
        words = tn("{n} hard item waits for a decision.", "{n} hard items wait for a decision.", flags)
        rows.append(Look(mark("questions"), words, "hard", t("Decide")))
    if to_review:
        words = tn(
            "On {n} item people do not agree, and nobody has decided.",
            "On {n} items people do not agree, and nobody has decided.",
            to_review,
        )
        rows.append(Look(mark("review"), words, "review", t("Decide")))
    if pair := _confused(views.get("confusion") or {}):
        truth, said, n, of = pair
        words = tn(
            "{truth} is taken for {said} in {part} of {n} holdout item.",
            "{truth} is taken for {said} in {part} of {n} holdout items.",
            of,
            truth=plain(truth),
            said=plain(said),
            part=layout.number(n),
        )
        rows.append(Look(mark("label"), words, "items", t("See"), (("label", truth), ("split", "holdout"))))
    if found.model is not None and found.model.holdout_size < FEW_JUDGED:
        words = tn(
            "Only {n} holdout item judges the model: figures are rough until there are more.",
            "Only {n} holdout items judge the model: figures are rough until there are more.",
            found.model.holdout_size,
        )
        if not found.model.holdout_size:
            words = t("Nothing says how good the model is: holdout items come between the others, label on.")
        rows.append(Look(mark("holdout"), words, "label", tc("verb", "Label")))
    return rows


def _confused(view: dict[str, Any]) -> tuple[str, str, int, int] | None:
    """The two labels that the model confuses most: what people said, what it said, how often, of how many."""
    names, matrix = view.get("labels") or [], view.get("matrix") or []
    worst = None
    for i, truth in enumerate(names):
        of = sum(matrix[i])
        for j, said in enumerate(names):
            n = matrix[i][j]
            if i != j and n >= CONFUSED_FROM and n >= CONFUSED_SHARE * of and (worst is None or n > worst[2]):
                worst = (truth, said, n, of)
    return worst
