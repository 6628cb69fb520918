"""What is told of drift: what moved, from what to what, never without its interval."""

from labeler_ui.feedback import plain
from labeler_ui.words import mark, number, percent, t, tn

from labeler.wire.drift import Drift, DriftCheck, DriftedLabel, DriftSignal
from labeler.wire.quality import Figure

NAMES = {
    "length": mark("Length in characters"),
    "language": mark("Language or script"),
    "unknown_words": mark("Share of words that no item had"),
    "predicted": mark("What the model says"),
    "content": mark("Contents as a whole"),
    "meaning": mark("What is meant (sentence vectors)"),
}
KINDS = {
    "english": mark("English"),
    "german": mark("German"),
    "latin": mark("other Latin script"),
    "none": mark("no letters"),
    "empty": mark("empty"),
    "given": mark("filled in"),
    "…": mark("rare ones"),
}
NOT_PREDICTED = {
    "model_file": mark("What the model says was not compared: its file is not there any more."),
    "few_items": mark("What the model says was not compared: it learned from nearly all items that were there."),
}
NO_MEANING = {
    "no_texts": mark("What is meant is compared for texts alone."),
    "words_alone": mark("What is meant was not compared: this model reads words and letters alone."),
    "no_encoder": mark("What is meant was not compared: no sentence encoder is installed here, or it is off or fails."),
}
NO_LABELS = {
    "several_labels": mark("The share of each label is not estimated: answers are not one label each."),
    "few_labels": mark(
        "Can't tell the share of each label yet: too few holdout items have an answer, or the model tells labels too "
        "badly apart."
    ),
}


def told(found: Drift) -> str:
    """One sentence, as Markdown: how many came, and whether they are different; below it a line for each that moved."""
    came = tn(
        "Since model {model} learned, {n} item came",
        "Since model {model} learned, {n} items came",
        found.new,
        model=found.model,
    )
    checked = found.checked
    if checked is None:
        if found.missing:
            more = tn("{n} more item", "{n} more items", found.missing)
            return t("{came}. Can't tell yet whether they are different: {more}.", came=came, more=more)
        if found.checking:
            return t("{came}. They are being compared, behind other work.", came=came)
        return t("{came}. Nobody has compared them yet.", came=came)
    if not checked.alarm:
        looked = tn("{n} was compared", "{n} were compared", checked.new)
        return t(
            "{came}: nothing moved ({looked} with {before}).", came=came, looked=looked, before=number(checked.before)
        )
    changes = [f"- {moved(one)}" for one in checked.signals if one.moved]
    return "\n".join([t("{came}, and they are different:", came=came), "", *changes])


def shifted(checked: DriftCheck) -> str:
    """Labels whose estimated share moved; nothing where none did, nothing is estimated, or there is no alarm."""
    shares = [_share(one) for one in checked.labels if checked.alarm and is_apart(one)]
    return t("If only the shares of labels moved: {shares}.", shares="; ".join(shares)) if shares else ""


def moved(one: DriftSignal) -> str:
    """A signal that moved, as a line below the sentence."""
    kind, then, now = typical(one)
    apart = {"then": then, "now": now}
    field = plain(one.name.partition(":")[2])
    if one.name == "content":
        return t("what they are about or how they are written")
    if one.name == "meaning":
        return t("what they mean, whatever words they have")
    if one.name == "unknown_words":
        return t("of their words, {now} were in no item before, instead of {then}", **apart)
    if one.measure == "ks":
        return _shifted_middle(one, field, apart)
    if one.name == "predicted":
        return t("the model says {kind} for {now} instead of {then}", kind=kind, **apart)
    if field:
        return t("{kind} in {field} for {now} instead of {then}", kind=kind, field=field, **apart)
    return t("{kind} for {now} instead of {then}", kind=kind, **apart)


def _shifted_middle(one: DriftSignal, field: str, apart: dict[str, str]) -> str:
    """Which way numbers moved. Where their middles may be the same, they are only spread in another way."""
    then, now = one.then["median"], one.now["median"]
    alike = (now.low or 0) <= (then.high or 0) and (then.low or 0) <= (now.high or 0)
    higher = (now.value or 0) >= (then.value or 0)
    if one.name == "length":
        if alike:
            return t("their lengths are spread differently: {now} characters in the middle, before {then}", **apart)
        words = t("they are longer, {now} characters instead of {then}", **apart)
        return words if higher else t("they are shorter, {now} characters instead of {then}", **apart)
    if alike:
        return t("{field} is spread differently: {now} in the middle, before {then}", field=field, **apart)
    words = t("{field} is higher, {now} instead of {then}", field=field, **apart)
    return words if higher else t("{field} is lower, {now} instead of {then}", field=field, **apart)


def typical(one: DriftSignal) -> tuple[str, str, str]:
    """The kind whose share moved furthest (nothing for a number), and its figures, each with its interval."""
    if not one.now:
        return "", "", ""
    if one.name == "unknown_words":
        return "", share(one.then["median"]), share(one.now["median"])
    if one.measure == "ks":
        return "", _number(one.then["median"], 1), _number(one.now["median"], 1)
    name = max(one.now, key=lambda name: abs((one.now[name].value or 0) - (one.then[name].value or 0)))
    return named(name), share(one.then[name]), share(one.now[name])


def name_of(one: DriftSignal) -> str:
    what, _, field = one.name.partition(":")
    if what == "empty":
        return t("{field}: empty or not", field=field)
    return field or t(NAMES.get(what, what))


def named(kind: str) -> str:
    return t(KINDS[kind]) if kind in KINDS else plain(kind) or t("empty")


def effect(one: DriftSignal) -> str:
    return _number(one.effect, 2)


def chance(p: float) -> str:
    return t("below 0.001") if p < 0.001 else number(p, 3)


def is_apart(one: DriftedLabel) -> bool:
    """Whether the intervals of the share then and now have nothing in common."""
    return (one.now.low or 0) > (one.then.high or 1) or (one.now.high or 1) < (one.then.low or 0)


def share(one: Figure) -> str:
    values = {name: percent(getattr(one, name)) for name in ("value", "low", "high")}
    return t("{value} ({low} to {high})", **values)


def missing(checked: DriftCheck) -> list[str]:
    """What was not compared, and why."""
    words = [NOT_PREDICTED[checked.not_predicted]] if checked.not_predicted else []
    words += [NO_LABELS[checked.no_labels]] if checked.no_labels and not checked.not_predicted else []
    words += [NO_MEANING[checked.no_meaning]] if checked.no_meaning else []
    found = [t(one) for one in words]
    if checked.left_out:
        found.append(tn("{n} older item was left out.", "{n} older items were left out.", checked.left_out))
    return found


def _share(one: DriftedLabel) -> str:
    return t("{kind} for {now} instead of {then}", kind=plain(one.label), now=share(one.now), then=share(one.then))


def _number(one: Figure, digits: int) -> str:
    values = {name: number(getattr(one, name), digits) for name in ("value", "low", "high")}
    return t("{value} ({low} to {high})", **values)
