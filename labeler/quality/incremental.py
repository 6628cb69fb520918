"""The answer of one item from its labels, at once: what is known of the labelers is what the last estimate said.

Plain Python, since a labeler's request waits for it: an item has a handful of labels. The estimate
(`quality/estimate.py`) goes over all items later, with a method that looks at them together.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from labeler.projects.access import Project
from labeler.quality.consensus import MAJORITY, majority
from labeler.quality.fits import Fit

ONE_COIN, MEDIAN, WEIGHTED = "one_coin", "median", "weighted_mean"
_Z = 1.959963984540054
_SURE = (0.01, 0.99)
SHOWN = 0.001


class Given(NamedTuple):
    """A label that counts, as the newest schema reads it."""

    labeler: int
    value: Any


def answer_of(
    project: Project, given: Sequence[Given], fit: Fit | None = None, beside: Mapping[str, float] | None = None
) -> dict[str, Any]:
    """What these labels come to, earliest first, as columns of the table. fit: None before the first estimate. beside:
    what others than people say of single labels (`rule_answers.evidence_of`), where several people do."""
    task, values = project.task, [one.value for one in given]
    value, agreement = values[0], 1.0
    if len(values) > 1:
        value, agreement = majority(values, lambda a, b: task.distance(a, b, project.schema))
    row = {"value": value, "confidence": agreement, "method": MAJORITY, "posterior": None}
    if fit is not None and fit.method != MAJORITY:
        row |= _ways[task.level](project, given, fit, value)
        if beside and len(given) > 1 and task.level == "nominal":
            row |= weighed(row["posterior"], {one.value for one in given}, beside)
    return {
        **row,
        "labels": task.labels_in(row["value"]),
        "given": len(given),
        "agreement": agreement,
        "contested": task.dump(row["value"]) != task.dump(value),
    }


def _label(project: Project, given: Sequence[Given], fit: Fit, first: Any) -> dict[str, Any]:
    """One label, by how often each person is right (`one_coin`)."""
    names = project.label_names
    said = {one.value for one in given}
    logs = {name: math.log(max(fit.prior.get(name, 0.5 / len(names)), 1e-6)) for name in names}
    for one in given:
        logs[one.value] += fit.sharpness * _weight(fit, one.labeler, len(names) - 1)
    posterior = _normalized(logs)
    value = max(said, key=lambda name: (posterior[name], name == first))  # never what nobody said
    return {
        "value": value,
        "confidence": posterior[value],
        "method": ONE_COIN,
        "posterior": {name: round(p, 4) for name, p in posterior.items() if p >= SHOWN},
    }


def weighed(posterior: Mapping[str, float], said: Collection[str], beside: Mapping[str, float]) -> dict[str, Any]:
    """The answer with what others than people say: still one of those that people gave. posterior: as it is shown."""
    names = set(posterior) | set(beside)
    logs = {name: math.log(max(posterior.get(name, 0.0), SHOWN / 10)) + beside.get(name, 0.0) for name in names}
    found = _normalized(logs)
    value = max(sorted(said), key=lambda name: found.get(name, 0.0))
    return {
        "value": value,
        "confidence": found.get(value, 0.0),
        "posterior": {name: round(p, 4) for name, p in found.items() if p >= SHOWN},
    }


def _set(project: Project, given: Sequence[Given], fit: Fit, first: Any) -> dict[str, Any]:
    """Each label by itself, in the answer or not."""
    names = project.label_names
    inside = [(one.labeler, set(one.value)) for one in given]
    sure = {}
    for name in names:
        share = min(max(fit.prior.get(name, 0.1), 0.001), 0.999)
        votes = sum((1 if name in held else -1) * _weight(fit, who, 1) for who, held in inside)
        sure[name] = _sigmoid(math.log(share / (1 - share)) + fit.sharpness * votes)
    value = [name for name in names if sure[name] > 0.5]
    return {
        "value": value,
        "confidence": math.prod(max(p, 1 - p) for p in sure.values()),
        "method": ONE_COIN,
        "posterior": {name: round(p, 4) for name, p in sure.items() if p >= SHOWN},
    }


def _number(project: Project, given: Sequence[Given], fit: Fit, first: Any) -> dict[str, Any]:
    """The number in the middle, and where the answer lies with 95 %."""
    if fit.method == MEDIAN:
        middle, error = float(first), fit.accuracy * math.sqrt((math.pi / 2 if len(given) > 2 else 1) / len(given))
    else:
        middle, error = _mean(given, fit)
    return number_row(project.task.values(project.schema) or [first], middle, error, fit.method)


def number_row(scale: Sequence[Any], middle: float, error: float, method: str) -> dict[str, Any]:
    """The number of the scale that is nearest, and how likely the answer is nearer to it than to any other."""
    value = min(scale, key=lambda number: abs(number - middle))
    half = (scale[1] - scale[0]) / 2 if len(scale) > 1 else 0.5
    low, high = (_normal_below((value + side * half - middle) / max(error, 1e-9)) for side in (-1, 1))
    low = 0.0 if value == scale[0] else low  # what lies beyond the ends is at the ends
    high = 1.0 if value == scale[-1] else high
    return {
        "value": value,
        "confidence": high - low,
        "method": method,
        "posterior": {
            "mean": round(middle, 4),
            "low": round(max(middle - _Z * error, float(scale[0])), 4),
            "high": round(min(middle + _Z * error, float(scale[-1])), 4),
        },
    }


def _mean(given: Sequence[Given], fit: Fit) -> tuple[float, float]:
    weights, parts = [], []
    for one in given:
        bias, width = (fit.of(one.labeler) or (0.0, fit.accuracy)) if fit.method == WEIGHTED else (0.0, fit.accuracy)
        weight = 1 / max(width, 1e-6) ** 2
        weights.append(weight)
        parts.append(weight * (float(one.value) - bias))
    return sum(parts) / sum(weights), 1 / math.sqrt(sum(weights))


_ways = {"nominal": _label, "sets": _set, "interval": _number}


def _weight(fit: Fit, labeler: int, others: int) -> float:
    """What this person's word adds to the logarithm of a label's chance."""
    accuracy = fit.of(labeler)
    sure = min(max(fit.accuracy if accuracy is None else float(accuracy), _SURE[0]), _SURE[1])
    return math.log(sure * max(others, 1) / (1 - sure))


def _normalized(logs: dict[str, float]) -> dict[str, float]:
    top = max(logs.values())
    found = {name: math.exp(one - top) for name, one in logs.items()}
    whole = sum(found.values())
    return {name: one / whole for name, one in found.items()}


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def _normal_below(x: float) -> float:
    return (1 + math.erf(x / math.sqrt(2))) / 2
