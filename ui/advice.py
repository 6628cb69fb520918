"""What a project's progress comes to, in the words of somebody who leads the labeling: go on, stop, or look."""

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import Any

from labeler_ui import layout, metrics
from labeler_ui.feedback import plain

from labeler.wire.insight import ProgressOut

FEW_JUDGED = 30  # holdout labels below which a score says little
CONFUSED_FROM = 3  # items
CONFUSED_SHARE = 0.1
SOON_DAYS = 6


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


def lead(found: ProgressOut, metric: metrics.Metric | None, target: float | None, today: date) -> Lead:
    """metric: the one that decides, target: the value of it that is wanted, if there are."""
    why = judged(found, metric)
    stop, left = found.stop, found.items.unlabeled
    if stop.finding:
        return _finding(stop.finding, stop.advice == "stop", why)
    if left == 0:
        return Lead("Everything is labeled.", why, done=True)
    if found.model is None:
        first = "Start labeling" if not found.labels.total else "Go on labeling"
        return Lead(f"{first}: the first model trains once two different answers have examples.", "")
    if stop.advice == "stop":
        return Lead("You can stop: more labels would hardly change the model.", why, done=True)
    away = (stop.labels_to_target or {}).get("labels")
    if away and metric is not None and target is not None:
        many = min(int(away), left)
        by = _ready(many, (found.pace or {}).get("per_day"), today)
        reach = f"{metric.title.lower()} of {metric.number(target)}"
        return Lead(f"Keep going: about {layout.number(many)} more labels reach {plain(reach)}{by}.", why)
    if stop.advice == "nearly there":
        return Lead("Nearly there: the last labels changed the model only a little.", why)
    gain = stop.gain or {}
    if (gain.get("value") or 0) >= 0.005:
        return Lead(f"Keep going: 100 more labels should raise the score by about {gain['value']:.1%}.", why)
    return Lead("Keep going: new labels still change the model.", why)


def judged(found: ProgressOut, metric: metrics.Metric | None) -> str:
    """How good the newest model is, and how sure that is."""
    model = found.model
    if model is None:
        return ""
    if metric is None or not metrics.known(model.score):
        return f"Model {model.number} is not measured yet: no holdout item is labeled."
    between = metric.interval(model.score)
    sure = f" ({between})" if between else ""
    many = f"{layout.number(model.holdout_size)} items drawn at random that it never learned from"
    if metric.name == "accuracy":
        words = f"Model {model.number} is right on {metric.text(model.score)} of {many}{sure}."
    else:
        words = f"{metric.title} of model {model.number} on {many}: {metric.text(model.score)}{sure}."
    return plain(words)


def _ready(many: int, per_day: float | None, today: date) -> str:
    if not per_day:
        return ""
    days = ceil(many / per_day)
    if days <= 1:
        return ", today or tomorrow at this pace"
    then = today + timedelta(days=days)
    when = f"on {then:%A}" if days <= SOON_DAYS else f"around {then:%B} {then.day}"
    return f", {when} at this pace"


def _finding(finding: dict[str, Any], done: bool, why: str) -> Lead:
    """How much of the label that is searched for has been found."""
    name, left, recall = plain(finding["label"]), finding["left"], finding["recall"]
    have = f"Found {layout.number(finding['found'])} items labeled {name}"
    if left["value"] is None:
        return Lead(
            f"Keep searching for {name}.", f"{have}; how many are left is known once holdout items are labeled."
        )
    share = f"{recall['low']:.0%} to {recall['high']:.0%} of all"
    some = f"{have}, about {left['value']:.0f} are left ({left['low']:.0f} to {left['high']:.0f}): {share}. {why}"
    title = f"You can stop: nearly all of {name} is found." if done else f"Keep searching for {name}."
    return Lead(title, some.strip(), done)


def looks(found: ProgressOut, views: dict[str, Any]) -> list[Look]:
    """What wants a look, the most urgent first. views: of the newest model on the holdout."""
    rows = []
    if found.training.state == "failed":
        rows.append(
            Look("training", f"The last training failed. {layout.sentence(found.training.message)}", "jobs", "See")
        )
    flags = found.items.flags_open
    if flags:
        waits = "1 hard item waits" if flags == 1 else f"{layout.number(flags)} hard items wait"
        rows.append(Look("questions", f"{waits} for a decision.", "hard", "Decide"))
    if pair := _confused(views.get("confusion") or {}):
        truth, said, n, of = pair
        words = f"{plain(truth)} is taken for {plain(said)} in {n} of {of} holdout items."
        rows.append(Look("label", words, "items", "See", (("label", truth), ("split", "holdout"))))
    if found.model is not None and found.model.holdout_size < FEW_JUDGED:
        n = found.model.holdout_size
        words = (
            f"Only {n} holdout {'item is' if n == 1 else 'items are'} labeled: figures are rough until there are more."
        )
        rows.append(Look("holdout", words, "label", "Label"))
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
