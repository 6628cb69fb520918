"""What is told of failure modes: why nothing was found, how a model does on one, and whether it shrank."""

from labeler_ui import layout
from labeler_ui.words import mark, number, percent, t, tn

from labeler.wire.failure_modes import FailureLook, FailureMode, FailureRate

NOTHING = {
    "no_labels": mark("No item has an answer yet that a prediction could be compared with."),
    "no_mistakes": mark("No wrong predictions to group: all are as people say."),
    "few_mistakes": mark("Too few wrong predictions to group yet: it takes five, beside those that judge."),
    "not_alike": mark(
        "The wrong predictions are not alike: they are no more frequent among some items than elsewhere."
    ),
    "all_kept": mark("Nothing new: only what is kept already."),
}
WHY = {
    "empty": mark("No item is like it any more."),
    "unlabeled": mark("Can't tell yet: none of its items that judge models has a label."),
    "too_few": mark("Can't tell yet: fewer than 10 of its items that judge models have a label."),
    "other_vectors": mark("Can't tell: what its items were compared by can't be made any more."),
}
KNOWN_BY = {
    "holdout": mark("in the holdout"),
    "held_back": mark("collected, and not trained on"),
    "cross_validated": mark("trained on; a simpler model that did not see it says so"),
}


def told(looked: FailureLook | None) -> str:
    """What the last look was, and what it came to, as Markdown."""
    if looked is None:
        return t(
            ":gray[Nobody has looked for them yet. Wrong predictions that are alike are put together: where a model is "
            "wrong more often than elsewhere.]"
        )
    words = tn(
        "Looked at {n} wrong prediction of model {model}, {when}.",
        "Looked at {n} wrong predictions of model {model}, {when}.",
        looked.holdout_wrong + looked.trained_wrong,
        model=looked.model,
        when=layout.when(looked.at),
    )
    if looked.why is not None:
        words = f"{t(NOTHING[looked.why])} {words}"
    if looked.left_out:
        words += " " + tn("{n} label was left out.", "{n} labels were left out.", looked.left_out)
    return f":gray[{words}]"


def named(one: FailureMode) -> str:
    """Its name, or the words that tell it."""
    return one.name or ", ".join(one.words[:4]) or t("Failure mode {number}", number=one.id)


def rated(rate: FailureRate, one: FailureMode) -> str:
    """A model on it, in a sentence; never a figure without its interval."""
    error = rate.error
    if rate.why is not None or error.value is None or error.low is None or error.high is None:
        words = t(WHY[rate.why or "too_few"])
    else:
        words = tn(
            "wrong on {wrong} of {n} label: {share} ({low} to {high})",
            "wrong on {wrong} of {n} labels: {share} ({low} to {high})",
            rate.labels,
            wrong=number(rate.wrong),
            share=percent(error.value),
            low=percent(error.low),
            high=percent(error.high),
        )
    lead = t("Model {n}", n=rate.model)
    parts = [f"**{lead}**: {words}"]
    if rate.change != "first":
        parts.append(_changed(rate, one.rates[0].model))
    if rate.trained:
        parts.append(
            ":gray["
            + tn(
                "Of {n} item that was trained on, simpler models answer {wrong} otherwise. It was found in these: that "
                "is no error rate.",
                "Of {n} items that were trained on, simpler models answer {wrong} otherwise. It was found in these: "
                "that is no error rate.",
                rate.trained,
                wrong=number(rate.trained_wrong),
            )
            + "]"
        )
    return " ".join(parts)


def _changed(rate: FailureRate, first: int) -> str:
    gain = rate.gain
    if gain.low is None or gain.high is None:
        return t(":gray[Can't tell whether it changed since model {first}.]", first=first)
    apart = {"first": first, "low": percent(abs(gain.low)), "high": percent(abs(gain.high))}
    if rate.change == "shrank":
        return t(":green[It shrank since model {first}, by {low} to {high}.]", **apart)
    if rate.change == "grew":
        apart |= {"low": apart["high"], "high": apart["low"]}
        return t(":red[It grew since model {first}, by {low} to {high}.]", **apart)
    return t(":gray[Can't tell whether it changed since model {first}.]", first=first)
