"""What a project's models come to, in one sentence: promote a newer one, keep the live one, or go on labeling.

Two models are told apart on the same holdout items, with the interval of the difference; a score beside a baseline's
is read with its own interval.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from labeler_ui import layout, metrics, model_health, model_words
from labeler_ui.advice import FEW_JUDGED
from labeler_ui.feedback import plain
from labeler_ui.words import percent, t, tn

from labeler.wire.insight import ModelComparison, TrainingOut
from labeler.wire.registry import ModelOut


@dataclass(frozen=True)
class Verdict:
    """What to do, in one sentence, and why. promote: the model that should go live, or could where it is not sure."""

    title: str
    why: str
    promote: int | None = None
    sure: bool = True


def live(models: Sequence[ModelOut]) -> ModelOut | None:
    """The model that answers."""
    return next((one for one in models if one.stage == "live"), None)


def challenger(models: Sequence[ModelOut]) -> ModelOut | None:
    """The newest model that could go live: newer than the live one, its files are here, and its numbers are numbers.
    models: newest first."""
    now = live(models)
    newer = (
        one
        for one in models
        if one.stage not in ("live", "retired")
        and one.artifacts
        and model_health.may_answer(one)
        and (now is None or one.number > now.number)
    )
    return next(newer, None)


def verdict(
    models: Sequence[ModelOut],
    metric: metrics.Metric | None,
    compared: ModelComparison | None,
    training: TrainingOut | None,
    seconds: int,
) -> Verdict:
    """metric: the one that decides; compared: the challenger beside the live model; seconds: see `next_model`."""
    now, newer, coming = live(models), challenger(models), _next(training, seconds)
    if now is None:
        return _none_live(models, newer, metric, coming)
    if newer is None:
        return Verdict(
            t("Model {number} is live, and no newer one waits.", number=now.number),
            " ".join(filter(None, (_score(now, metric), _baselines(now, metric), coming))),
        )
    if compared is None or not compared.items:
        title = t(
            "Model {number} is newer than the live model {live}; which is better is not known.",
            number=newer.number,
            live=now.number,
        )
        return Verdict(
            title, t("No holdout item that both know has an answer yet: label on, some are drawn at random.")
        )
    measured = newer if _known(newer, metric) else now
    return _beside(now, newer, compared, " ".join(filter(None, (_baselines(measured, metric), coming))))


def _none_live(
    models: Sequence[ModelOut], newer: ModelOut | None, metric: metrics.Metric | None, coming: str
) -> Verdict:
    refused = t("Until a model is live, programs that ask for predictions are refused.")
    if newer is None:
        retired = any(one.stage == "retired" for one in models)
        none = (
            t("No model is live: those that were are retired.")
            if retired
            else t("No model is live, and none can go live.")
        )
        return Verdict(none, f"{refused} {coming}".strip())
    if not _known(newer, metric):
        title = t("No model is live. Model {number} is not measured yet.", number=newer.number)
        return Verdict(title, f"{refused} {_score(newer, metric)}")
    why = " ".join(filter(None, (_score(newer, metric), _baselines(newer, metric), refused)))
    if _like_guessing(newer, metric):
        title = t(
            "No model is live. Model {number} could be, and has not shown yet what it is worth.", number=newer.number
        )
        return Verdict(title, why, newer.number, sure=False)
    return Verdict(t("No model is live yet, and model {number} is ready.", number=newer.number), why, newer.number)


def _beside(now: ModelOut, newer: ModelOut, compared: ModelComparison, more: str) -> Verdict:
    n = layout.number
    alike = tn(
        "On the {n} holdout item both are equally close to people's answer.",
        "On all {n} holdout items both are equally close to people's answer.",
        compared.items,
    )
    counted = (
        alike
        if not compared.better + compared.worse
        else (
            tn(
                "Of {n} holdout item, model {number} is closer to people's answer on {better} and further from it "
                "on {worse}: a difference of {difference} of the items (95% interval: {low} to {high}).",
                "Of {n} holdout items, model {number} is closer to people's answer on {better} and further from it "
                "on {worse}: a difference of {difference} of the items (95% interval: {low} to {high}).",
                compared.items,
                number=newer.number,
                better=n(compared.better),
                worse=n(compared.worse),
                difference=points(compared.difference),
                low=points(compared.low),
                high=points(compared.high),
            )
        )
    )
    unseen = newer.trained_on - now.trained_on
    if unseen > 0:
        counted += " " + tn("It learned from {n} more label.", "It learned from {n} more labels.", unseen)
    why = f"{counted} {more}".strip()
    if compared.low > 0:
        title = t(
            "Model {number} is better than the live model {live}: promote it.",
            number=newer.number,
            live=now.number,
        )
        return Verdict(title, why, newer.number)
    if compared.high < 0:
        return Verdict(
            t(
                "Keep model {number} live: the newer model {newer} does worse.",
                number=now.number,
                newer=newer.number,
            ),
            why,
        )
    if compared.items < FEW_JUDGED:
        return Verdict(
            t(
                "Too few holdout items to tell model {number} from the live model {live}.",
                number=newer.number,
                live=now.number,
            ),
            why,
        )
    return Verdict(
        t(
            "No clear difference between model {number} and the live model {live}.",
            number=newer.number,
            live=now.number,
        ),
        why,
    )


def points(share: float) -> str:
    """A signed share: "+4.5%", with a minus that is as wide as the plus."""
    sign = "" if round(share, 3) == 0 else "+" if share > 0 else "\N{MINUS SIGN}"
    return sign + percent(abs(share), 1)


def _known(model: ModelOut, metric: metrics.Metric | None) -> bool:
    return metric is not None and metrics.known((model.metrics or {}).get(metric.name))


def _score(model: ModelOut, metric: metrics.Metric | None) -> str:
    """How good a model is on the holdout."""
    if metric is None or not _known(model, metric):
        return t("Model {number} is not measured yet: no holdout item is labeled.", number=model.number)
    score = (model.metrics or {})[metric.name]
    between = metric.interval(score)
    sure = t(" (95% interval: {between})", between=between) if between else ""
    return plain(
        tn(
            "{title} of model {number} on {n} holdout item: {score}{sure}.",
            "{title} of model {number} on {n} holdout items: {score}{sure}.",
            model.holdout_size,
            title=metric.title,
            number=model.number,
            score=metric.text(score),
            sure=sure,
        )
    )


def caution(model: ModelOut, metric: metrics.Metric | None) -> str:
    """What somebody should know before this model answers: that it is not measured, or no better than guessing as far
    as can be told; nothing otherwise."""
    if not _known(model, metric):
        return t("Model {number} is not measured yet: no holdout item is labeled.", number=model.number)
    return _baselines(model, metric) if _like_guessing(model, metric) else ""


def _baselines(model: ModelOut, metric: metrics.Metric | None) -> str:
    """Whether something simpler does as well."""
    if metric is None or not _known(model, metric):
        return ""
    score, baselines = (model.metrics or {})[metric.name], model.baselines or {}
    simple, guess = ((baselines.get(name) or {}).get(metric.name) for name in ("sklearn", "majority"))
    if _like_guessing(model, metric):
        return plain(
            t(
                "The holdout can't yet tell model {number} from always giving the most common answer ({guess}).",
                number=model.number,
                guess=metric.text(guess),
            )
        )
    if simple and metrics.known(simple) and not _beats(metric, score["value"], simple["value"]):
        return plain(
            tn(
                "On the {n} holdout item of model {number} a plain scikit-learn model does as well: {simple} against "
                "{score}.",
                "On the {n} holdout items of model {number} a plain scikit-learn model does as well: {simple} against "
                "{score}.",
                model.holdout_size,
                number=model.number,
                simple=metric.text(simple),
                score=metric.text(score),
            )
        )
    return ""


def _like_guessing(model: ModelOut, metric: metrics.Metric | None) -> bool:
    """Whether always giving the most common answer may do as well, as far as the holdout tells."""
    if metric is None or not _known(model, metric):
        return False
    guess = ((model.baselines or {}).get("majority") or {}).get(metric.name)
    if guess is None or not metrics.known(guess):
        return False
    return _reaches(metric, guess["value"], (model.metrics or {})[metric.name])


def _beats(metric: metrics.Metric, a: float, b: float) -> bool:
    return a > b if metric.better == "higher" else a < b


def _reaches(metric: metrics.Metric, value: float, score: metrics.Estimate) -> bool:
    """Whether a value lies within a score's interval, or beyond it on the better side."""
    end = score.get("low" if metric.better == "higher" else "high")
    return not _beats(metric, score["value"] if end is None else end, value)


def _next(training: TrainingOut | None, seconds: int) -> str:
    if training is None:
        return ""
    if training.state in {"queued", "running"}:
        return t("A newer model is training.")
    if training.state == "failed":
        return t("The last training failed: see Jobs.")
    left = training.labels_until_next
    if not left or training.state != "idle":
        return ""
    return model_words.next_model(training, seconds)
