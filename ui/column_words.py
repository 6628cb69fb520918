"""What is told of columns: what each is worth, what speaks against it, and what a model is without it."""

from labeler_ui.feedback import plain
from labeler_ui.metrics import Metric
from labeler_ui.words import listed, mark, number, percent, t, tn

from labeler.wire.column_use import ColumnSign, ColumnTrial, ColumnUse, ColumnWorth, SameColumn
from labeler.wire.quality import Figure

FIRST = 3  # columns that are named in a sentence
KINDS = {
    "numeric": mark("number"),
    "boolean": mark("yes or no"),
    "date": mark("date"),
    "categorical": mark("category"),
    "text": mark("text"),
}
VERDICTS = {
    "useful": mark("useful"),
    "cant_tell": mark("can't be told from useless"),
    "harmful": mark("better without"),
}
NOTHING = {
    "no_holdout": mark("Nothing is known of what columns are worth: no holdout item of this model is labeled yet."),
    "few_holdout": mark("Nothing is known of what columns are worth: too few holdout items are labeled."),
    "no_metric": mark("What columns are worth can't be told for this kind of question."),
}
LOOK = mark("Look whether it is known when the model must answer.")


def points(metric: Metric, value: float | None, signed: bool = False) -> str:
    """A difference of a metric: "0.3 points", or a plain number where the metric is no share."""
    if value is None:
        return ""
    digits = {"share": 1, "nats": 3}.get(metric.unit, 2)
    shown = round(100 * value if metric.unit == "share" else value, digits) + 0.0  # there is no minus nothing
    words = number(shown, digits)
    return f"+{words}" if signed and shown > 0 else words


def unit(metric: Metric) -> str:
    """What differences are counted in: "points of accuracy"."""
    return t("points of {metric}", metric=metric.in_text) if metric.unit == "share" else metric.in_text


def between(metric: Metric, figure: Figure) -> str:
    """A difference's interval."""
    if figure.low is None or figure.high is None:
        return ""
    low, high = (points(metric, one, signed=True) for one in (figure.low, figure.high))
    return t("{low} to {high}", low=low, high=high)


def told(metric: Metric, figure: Figure | None) -> str:
    """A difference with its interval, in short; empty where it is not known."""
    if figure is None or figure.value is None:
        return ""
    return f"{points(metric, figure.value, signed=True)} ({between(metric, figure)})"


def lead(found: ColumnUse) -> str:
    """How many columns are surely useful."""
    looked = found.looked
    if looked is None:
        return ""
    if looked.why is not None:
        words = t(NOTHING[looked.why])
        if looked.more:
            words += " " + tn("{n} more label tells.", "{n} more labels tell.", looked.more)
        return words
    useful = [plain(one.name) for one in found.columns if one.verdict == "useful"]
    unknown = sum(one.verdict == "cant_tell" for one in found.columns)
    if useful:
        names = useful if len(useful) <= FIRST else [*useful[:FIRST], t("{n} more", n=number(len(useful) - FIRST))]
        told = tn(
            "{n} column is surely useful: {names}.",
            "{n} columns are surely useful: {names}.",
            len(useful),
            names=listed(names),
        )
    else:
        told = t("No column is surely useful by itself.")
    if not unknown:
        return told
    labels = tn("{n} holdout label", "{n} holdout labels", looked.judged)
    return (
        told
        + " "
        + tn(
            "{n} can't be told from useless with {labels}.",
            "{n} can't be told from useless with {labels}.",
            unknown,
            labels=labels,
        )
    )


def worth(metric: Metric, one: ColumnWorth, labels: int) -> str:
    """What a column is worth, in a sentence."""
    if one.importance.value is None:
        return t("What it is worth is not known.")
    words = t(
        "Worth to the model: **{value}** {unit} ({between}).",
        value=points(metric, one.importance.value, signed=True),
        unit=unit(metric),
        between=between(metric, one.importance),
    )
    if one.verdict == "cant_tell":
        words += " " + tn(
            "It can't be told from useless with {n} holdout label.",
            "It can't be told from useless with {n} holdout labels.",
            labels,
        )
    if one.verdict == "harmful":
        words += " " + t("The model answers better when it is shuffled.")
    if not one.is_read:
        words += " " + t("This model does not read it: its first items lack it.")
    return words


def same(one: SameColumn) -> str:
    """How a column is bound to another one."""
    other = plain(one.other)
    if one.how == "equal":
        return t("the same cells as {other}", other=other)
    if one.how == "rank":
        return (
            t("the same order as {other}", other=other)
            if one.value > 0
            else t("the opposite order of {other}", other=other)
        )
    if one.how == "determines":
        return t("it tells {other}", other=other)
    return t("{other} tells it", other=other) if one.how == "determined" else t("as much as {other}", other=other)


def sign(name: str, one: ColumnSign) -> str:
    """Why one should look twice at a column, with what was counted."""
    about = {"name": plain(name), "value": percent(one.value), "low": percent(one.low), "high": percent(one.high)}
    if one.sign == "alone":
        words = tn(
            "**{name}** alone scores {value} ({low} to {high}) on {n} label that it was not fitted to; always giving "
            "the most common answer scores {usual}.",
            "**{name}** alone scores {value} ({low} to {high}) on {n} labels that it was not fitted to; always giving "
            "the most common answer scores {usual}.",
            one.n,
            usual=percent(one.usual),
            **about,
        )
        return words + " " + t(LOOK)
    if one.sign == "id":
        words = tn(
            "**{name}** has another value in each of {n} item, as an id has.",
            "**{name}** has another value in each of {n} items, as an id has.",
            one.n,
            **about,
        )
        return words + " " + t("Look whether a value of a new item says anything.")
    if one.sign == "labeling_time":
        about = {key: number(value, 2) for key, value in (("value", one.value), ("low", one.low), ("high", one.high))}
        words = tn(
            "**{name}** rises with when labels were given: rank correlation {value} ({low} to {high}), {n} item.",
            "**{name}** rises with when labels were given: rank correlation {value} ({low} to {high}), {n} items.",
            one.n,
            name=plain(name),
            **about,
        )
        return words + " " + t(LOOK)
    words = tn(
        "**{name}** is later than when the item came, in {value} of {n} item ({low} to {high}).",
        "**{name}** is later than when the item came, in {value} of {n} items ({low} to {high}).",
        one.n,
        **about,
    )
    return words + " " + t(LOOK)


def trial(metric: Metric, one: ColumnTrial) -> str:
    """What a model is without a column: "Without it, accuracy is 0.3 points worse (−1.1 to +0.5)"."""
    value = one.difference.value or 0.0
    about = {
        "metric": metric.in_text,
        "by": points(metric, abs(value)),
        "between": between(metric, one.difference),
        "without": metric.number(one.without),
        "score": metric.number(one.score),
    }
    if metric.unit == "share":
        about["by"] = t("{n} points", n=about["by"])
    if value < 0:
        words = t("Without it, {metric} is {by} worse ({between}): {without}, with it {score}.", **about)
    elif value > 0:
        words = t("Without it, {metric} is {by} better ({between}): {without}, with it {score}.", **about)
    else:
        words = t("Without it, {metric} is the same ({between}): {score}.", **about)
    low, high = one.difference.low or 0.0, one.difference.high or 0.0
    if low <= 0 <= high:
        words += " " + tn(
            "{n} holdout label does not tell them apart.", "{n} holdout labels don't tell them apart.", one.n
        )
    return words
