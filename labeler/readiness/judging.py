"""What the service itself can say of a line: whether it holds, and by which evidence. No database in it."""

import math
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any, NamedTuple

from labeler.learning.evaluation.intervals import wilson
from labeler.readiness.facts import Facts
from labeler.wire.readiness import LineState
from labeler.wire.retraining import PipelineTest

ENOUGH = 0.8
"""A live model that knows this share of what the newest one learned from is not old."""
SLOWER = 2.0
"""So many times the usual duration of a training, for each label, is slower."""
HALF = 0.5
SKEWED = 0.03
"""So many items that are answered otherwise in use are too many."""
WATCHED = 30
"""So many items that were labeled later tell something."""
NO_MODEL = "There is no model yet."
NOT_MEASURED = "The model is not measured yet: the holdout has too few labels."


class Found(NamedTuple):
    """state, and the evidence for it."""

    state: LineState
    evidence: str


def judge(name: str, facts: Facts) -> Found:
    """A line by its name. Where the service can't see it, it is open and has no evidence."""
    judging = JUDGED.get(name)
    return Found("open", "") if judging is None else judging(facts)


def _expectations(facts: Facts) -> Found:
    if not facts.items:
        return Found("open", "There are no items yet.")
    many, version = f"{facts.items:,}", facts.schema_version
    return Found(
        "holds", f"Each of the {many} items was checked when it came, labels by version {version} of the schema."
    )


def _useful(facts: Facts) -> Found:
    known = facts.columns
    if known.why == "no_columns":
        return Found("holds", "The model reads the content of an item alone, no columns beside it.")
    if facts.model is None:
        return Found("open", NO_MODEL)
    if known.looked is None or known.looked.why is not None:
        return Found("open", "What its columns are worth was not measured: see Models, Columns.")
    read = [one for one in known.columns if one.is_read]
    unclear, harmful = (sum(one.verdict == verdict for one in read) for verdict in ("cant_tell", "harmful"))
    many = len(read)
    if harmful:
        return Found("fails", f"Of {many} columns {harmful} make the model worse: leave them out.")
    if unclear:
        return Found("open", f"Of {many} columns {unclear} can't be told from useless.")
    return Found("holds", f"All {many} columns that the model reads help it.")


def _worth_their_cost(facts: Facts) -> Found:
    known = facts.columns
    if known.why == "no_columns":
        return Found("holds", "The model reads the content of an item alone, no columns beside it.")
    if not known.costs:
        return Found("open", "No cost of a column was said.")
    paid = [one for one in known.columns if one.is_read and one.cost]
    idle = [one.name for one in paid if one.verdict in ("cant_tell", "harmful")]
    if not paid or any(one.verdict is None for one in paid):
        return Found("open", "What columns that cost something are worth was not measured: see Models, Columns.")
    if idle:
        names = ", ".join(idle)
        return Found("open", f"These cost something and are not known to help: {names}.")
    return Found("holds", f"All {len(paid)} columns that cost something help the model.")


def _on_record(facts: Facts) -> Found:
    model = facts.model
    if model is None:
        return Found("open", NO_MODEL)
    tag, number, code = model.dataset.tag, model.number, model.code_revision
    if not code or not model.sha256:
        return Found("fails", f"It is not known by which code model {number} was made.")
    return Found(
        "holds", f"Model {number} was made of dataset version {tag} by the code {code}, its settings are kept."
    )


def _tuned(facts: Facts) -> Found:
    if facts.searched is None:
        return Found("open", "No search for better settings has been run.")
    labels = f"{int(facts.searched.get('labels', 0)):,}"
    return Found("holds", f"The last search compared settings on {labels} labels.")


def _staleness(facts: Facts) -> Found:
    now = _score(facts, facts.model.report if facts.model else None)
    if facts.model is None or now is None:
        return Found("open", NO_MODEL if facts.model is None else NOT_MEASURED)
    for row in facts.before:
        score = _score(facts, row.metrics)
        if score is not None and row.trained_on <= HALF * facts.model.trained_on:
            old, few, many = row.number, f"{row.trained_on:,}", f"{facts.model.trained_on:,}"
            then, shown = _shown(facts, score["value"]), _shown(facts, now["value"])
            words = (
                f"Model {old} learned from {few} labels and came to {then}, this one from {many} and came to {shown}."
            )
            return Found("holds", words)
    return Found("open", "No measured model learned from half as many labels, so there is nothing to compare with.")


def _simpler(facts: Facts) -> Found:
    model, metric = facts.model, facts.metric
    if model is None:
        return Found("open", NO_MODEL)
    now = _score(facts, model.report)
    found = (_score(facts, {"metrics": one}) for one in (model.baselines or {}).values())
    rivals = [one["value"] for one in found if one is not None]
    if now is None or metric is None or not rivals or now.get("low") is None:
        return Found("open", NOT_MEASURED)
    sign = 1.0 if metric.better == "higher" else -1.0
    best = max(rivals, key=lambda value: sign * value)
    least, most = (now["low"], now["high"]) if sign > 0 else (now["high"], now["low"])
    rival, shown, low, high = (_shown(facts, one) for one in (best, now["value"], now["low"], now["high"]))
    if sign * least > sign * best:
        return Found("holds", f"It comes to {shown} ({low} to {high}), the best simple model to {rival}.")
    if sign * most < sign * best:
        return Found("fails", f"A simple model is better: {rival} against {shown} ({low} to {high}).")
    return Found("open", f"It can't be told yet: {shown} ({low} to {high}) against {rival} of a simple model.")


def _slices(facts: Facts) -> Found:
    if facts.model is None:
        return Found("open", NO_MODEL)
    wanted = [one for one in facts.model.requirements if one.slice is not None]
    failing = next((one for one in wanted if one.state == "fails"), None)
    if failing is not None:
        return Found("fails", f"What is required on the slice “{failing.slice}” does not hold.")
    if wanted and all(one.state == "holds" for one in wanted):
        return Found("holds", f"What is required on slices holds: {len(wanted)} of {len(wanted)}.")
    if wanted:
        return Found("open", "What is required on slices can't be told yet: they have too few holdout labels.")
    many = sum(one.right.value is not None for one in facts.model.slices)
    if not many:
        return Found("open", "No slice has a figure yet. Save a search as a slice, and say what it has to hold.")
    return Found("open", f"Slices with a figure: {many}. Nothing is required of them yet.")


def _reproducible(facts: Facts) -> Found:
    found, tested = facts.reproduced, facts.tested
    if tested is not None and facts.model is not None and tested.model == facts.model.number:
        return _tested(tested)
    if found is None:
        return Found("open", "No model has been trained again to compare.")
    number, compared = found.get("model"), f"{int(found.get('compared', 0)):,}"
    if found.get("identical"):
        return Found("holds", f"Model {number} was trained again: all of {compared} predictions are the same.")
    return Found("fails", f"Model {number} was trained again, and its predictions differ.")


def _test_cases(facts: Facts) -> Found:
    if facts.model is None:
        return Found("open", NO_MODEL)
    ran = [one for one in facts.model.test_cases if not one.removed]
    if not ran:
        return Found("open", "There is no test case yet.")
    failing = next((one for one in ran if one.state == "fails"), None)
    if failing is not None:
        return Found("fails", f"The test case “{failing.name}” fails.")
    passing = sum(one.state == "passes" for one in ran)
    if passing < len(ran):
        return Found("open", f"Test cases that pass: {passing} of {len(ran)}; the others were not run on this model.")
    return Found("holds", f"All test cases pass: {passing}.")


def _tested(last: PipelineTest) -> Found:
    number, compared, day = last.model, f"{last.compared:,}", f"{last.at:%Y-%m-%d}"
    if last.outcome == "identical":
        return Found(
            "holds",
            f"Model {number} was trained again from raw items on {day}: all of {compared} predictions are the same.",
        )
    if last.outcome == "differs":
        return Found("fails", f"Model {number} was trained again from raw items on {day}, and its predictions differ.")
    return Found("fails", f"Model {number} could not be trained again from raw items on {day}.")


def _pipeline(facts: Facts) -> Found:
    if facts.tested is not None and facts.tested.nightly:
        return _tested(facts.tested)
    if not facts.ended:
        return Found("open", "No training has run yet.")
    failed, many = sum(state == "failed" for state in facts.ended), len(facts.ended)
    if facts.ended[0] == "failed":
        return Found("fails", f"The last training failed. Of the last {many} trainings {failed} failed.")
    return Found("holds", f"The last training came to its end. Of the last {many} trainings {failed} failed.")


def _gate(facts: Facts) -> Found:
    if facts.model is None:
        return Found("open", NO_MODEL)
    if facts.model.overridden or facts.model.overridden_test_cases:
        return Found("fails", "The live model went live although it was not known to hold what is required.")
    wanted = facts.model.requirements
    if not wanted and not any(one.must_pass and not one.removed for one in facts.model.test_cases):
        return Found("open", "Nothing is required of models: each of them could go live.")
    if not facts.is_live:
        return Found("open", "Something is required of models; none is live yet.")
    tested = [one for one in facts.model.test_cases if one.must_pass and not one.removed]
    if any(one.state != "holds" for one in wanted) or any(one.state != "passes" for one in tested):
        return Found("open", f"Model {facts.model.number} is live, and not known to hold all that is required now.")
    return Found("holds", f"Model {facts.model.number} is live, and holds all that is required.")


def _debugging(facts: Facts) -> Found:
    if facts.model is None:
        return Found("open", NO_MODEL)
    if facts.model.report is None:
        return Found("open", NOT_MEASURED)
    return Found(
        "holds", f"What model {facts.model.number} says of each holdout item is kept, its mistakes are listed."
    )


def _canary(facts: Facts) -> Found:
    if not facts.is_live or facts.model is None:
        return Found("open", "No model is live.")
    number = facts.model.number
    if facts.canary:
        return Found("holds", f"Model {number} answered a share of the requests before it went live.")
    return Found("open", f"Model {number} answered all requests from the moment it went live.")


def _rollback(facts: Facts) -> Found:
    if not facts.is_live:
        return Found("open", "No model is live.")
    if not facts.earlier_live:
        return Found("open", "No other model was live before, or its files are gone.")
    return Found("holds", f"Model {facts.earlier_live[0]} was live before, and its files are kept.")


def _dependencies(facts: Facts) -> Found:
    if facts.model is None:
        return Found("open", NO_MODEL)
    if facts.changed:
        told = ", ".join(facts.changed)
        return Found("fails", f"Packages have changed since model {facts.model.number} was made: {told}.")
    return Found(
        "holds", f"All {len(facts.model.packages)} packages are those that model {facts.model.number} was made with."
    )


def _inputs(facts: Facts) -> Found:
    drift = facts.drift
    if drift.model is None:
        return Found("open", NO_MODEL)
    if drift.open:
        return Found("fails", "New items are unlike those that the model learned from.")
    if drift.checked is not None:
        new, day = f"{drift.checked.new:,}", f"{drift.checked.at:%Y-%m-%d}"
        return Found("holds", f"{new} new items were compared on {day}; they are compared again when more have come.")
    return Found("holds", f"New items since the model learned: {drift.new:,}. They are compared when there are enough.")


def _skew(facts: Facts) -> Found:
    last = facts.tested
    if facts.model is None:
        return Found("open", NO_MODEL)
    if last is None or last.model != facts.model.number or not last.served:
        return Found("open", "The pipeline was not tested with this model: see Models, Retraining.")
    differ, served = f"{last.served_differ:,}", f"{last.served:,}"
    words = f"Of {served} random items asked as programs ask, {differ} are answered otherwise than in training."
    low, high = wilson(last.served_differ, last.served)
    return Found("holds" if high <= SKEWED else "fails" if low > SKEWED else "open", words)


def _quality(facts: Facts) -> Found:
    if not facts.is_live:
        return Found("open", "No model is live.")
    later = facts.later
    if later is None or later.right.value is None or later.items < WATCHED:
        return Found("open", "Too few items were labeled after the live model had answered them.")
    right, items = f"{later.right.value:.1%}", f"{later.items:,}"
    return Found("holds", f"On {items} items that people labeled later the live model was right on {right}.")


def _age(facts: Facts) -> Found:
    if not facts.is_live or facts.model is None:
        return Found("open", "No model is live.")
    known, newest = facts.model.trained_on, facts.newest.trained_on
    words = f"The live model learned from {known:,} labels, the newest one from {newest:,}."
    return Found("holds" if known >= ENOUGH * newest else "fails", words)


def _numbers(facts: Facts) -> Found:
    if facts.model is None:
        return Found("open", NO_MODEL)
    looked = facts.model.soundness
    if looked is not None and (looked.broken_probabilities or looked.broken_weights):
        broken, of = looked.broken_weights + looked.broken_probabilities, looked.weights + looked.probabilities
        return Found("fails", f"Of its {of:,} weights and probabilities {broken:,} are not finite.")
    if looked is not None and looked.exploded:
        times = f"{(looked.norm or 0.0) / (looked.norm_before or 1.0):,.0f}"
        return Found("fails", f"Its weights have {times} times the norm of those of the model before.")
    if facts.model.report is None:
        return Found("open", NOT_MEASURED)
    values = list(_values(facts.model.report["metrics"]))
    broken = sum(not math.isfinite(value) for value in values)
    if broken:
        return Found("fails", f"Of {len(values)} figures of the report {broken} are not finite.")
    if looked is None:
        return Found("holds", f"All figures of the report were looked at: {len(values)}.")
    more = f"{looked.weights + looked.probabilities:,}"
    return Found("holds", f"All {len(values)} figures of the report and {more} weights and probabilities are finite.")


def _speed(facts: Facts) -> Found:
    if facts.model is None:
        return Found("open", NO_MODEL)
    if facts.speed is not None and facts.speed.slower:
        now, usual_ms = f"{facts.speed.p95_ms:.0f}", f"{facts.speed.usual_ms or 0.0:.0f}"
        return Found("fails", f"Predictions are slower: p95 of {now} ms this week, {usual_ms} ms before.")
    usual = [row.duration_s / max(1, row.trained_on) for row in facts.before[:LOOKED_BACK]]
    if len(usual) < FEWEST:
        return Found("open", "Too few models have been trained to compare their durations.")
    times = facts.model.duration_s / max(1, facts.model.trained_on) / max(median(usual), 1e-9)
    words = f"The training took {times:.1f} times the median of the {len(usual)} before, for each label."
    if times <= SLOWER and facts.speed is not None and facts.speed.usual_ms is not None:
        now, usual_ms = f"{facts.speed.p95_ms:.0f}", f"{facts.speed.usual_ms:.0f}"
        words = f"Trainings take as long as before; p95 of predictions is {now} ms this week, {usual_ms} ms before."
    return Found("holds" if times <= SLOWER else "fails", words)


LOOKED_BACK, FEWEST = 10, 3


def _score(facts: Facts, report: dict[str, Any] | None) -> dict[str, Any] | None:
    """The estimate that models are judged by, where it was measured."""
    found = None if report is None or facts.metric is None else report["metrics"].get(facts.metric.name)
    return None if found is None or found.get("value") is None else found


def _shown(facts: Facts, value: float) -> str:
    return f"{value:.1%}" if facts.metric is not None and facts.metric.unit == "share" else f"{value:.3f}"


def _values(metrics: dict[str, Any]) -> Iterator[float]:
    for one in metrics.values():
        yield from (float(one[name]) for name in ("value", "low", "high") if one.get(name) is not None)


JUDGED: dict[str, Callable[[Facts], Found]] = {
    "expectations": _expectations,
    "useful_features": _useful,
    "feature_cost": _worth_their_cost,
    "on_record": _on_record,
    "tuned": _tuned,
    "staleness": _staleness,
    "simpler": _simpler,
    "slices": _slices,
    "reproducible": _reproducible,
    "test_cases": _test_cases,
    "pipeline": _pipeline,
    "gate": _gate,
    "debugging": _debugging,
    "canary": _canary,
    "rollback": _rollback,
    "dependencies": _dependencies,
    "inputs": _inputs,
    "skew": _skew,
    "quality": _quality,
    "age": _age,
    "numbers": _numbers,
    "speed": _speed,
}
