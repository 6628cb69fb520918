"""How a model stands to what its project requires."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from labeler.kit.errors import RequirementsNotMet
from labeler.learning.evaluation.intervals import Estimate
from labeler.learning.evaluation.metrics import metrics_of
from labeler.learning.evaluation.requirements import more_items, stands
from labeler.learning.evaluation.sureness import coverage_at, right_at
from labeler.projects.access import Project
from labeler.registry.slice_scores import score_in
from labeler.registry.soundness import why_unsound
from labeler.registry.test_runs import in_words as run_in_words
from labeler.registry.test_runs import unmet
from labeler.wire.requirements import AGE, COSTS, OF_LABELS, WHEN_SURE, Condition, ConditionOut, name_of, wanted_of
from labeler.wire.test_cases import CaseRun

DAY = 86_400  # seconds


def conditions_of(tx: Connection, project: Project, row: Any) -> list[ConditionOut]:
    """Each condition of the project, as far as this model's report and its slices tell. row: the model's."""
    return [_condition(tx, project, one, row) for one in project.settings.requirements.conditions]


def lead_of(project: Project, report: dict[str, Any]) -> str:
    """The metric that a report is led by: the one that the project wants, where it was measured."""
    wanted = project.settings.requirements.optimize
    return wanted if wanted is not None and wanted in report["metrics"] else str(report["primary"])


def unmet_by(tx: Connection, project: Project, row: Any, ran: Sequence[CaseRun]) -> list[tuple[str, str]]:
    """What keeps a model from going live: where each stands in an answer, and in words. ran: its test cases."""
    found = [
        (f"/requirements/conditions/{place}", in_words(one))
        for place, one in enumerate(conditions_of(tx, project, row))
        if one.state != "holds"
    ]
    if (unsound := why_unsound(row)) is not None:
        found.insert(0, ("/soundness", unsound))
    return found + [(f"/test-cases/{one.test_case_id}", run_in_words(one)) for one in ran if unmet(one)]


def check_requirements(number: int, found: Sequence[tuple[str, str]]) -> None:
    """Raises `RequirementsNotMet` where there is something of `unmet_by`."""
    if not found:
        return
    said = "; ".join(words for _, words in found)
    raise RequirementsNotMet(
        f"Model {number} does not meet what is required: {said}. Promote it all the same with override, and a reason.",
        errors=[{"pointer": where, "detail": words} for where, words in found],
    )


def in_words(one: ConditionOut) -> str:
    """For example: recall of spam is 0.81 (0.75 to 0.86), at least 0.9 is wanted."""
    name, wanted = name_of(one), wanted_of(one)
    if one.gone:
        return f"{name} is not measured any more, {wanted} is wanted"
    if one.value is None:
        return f"{name} is not measured yet, {wanted} is wanted"
    between = "" if one.low is None or one.high is None else f" ({one.low:.3g} to {one.high:.3g})"
    more = "" if one.more is None else f" (about {one.more:,} more holdout labels tell)"
    return f"{name} is {one.value:.3g}{between}, {wanted} is wanted{more}"


def _condition(tx: Connection, project: Project, one: Condition, row: Any) -> ConditionOut:
    estimate, gone = _estimate(project, one, row) if one.slice is None else _on_slice(tx, project, one, row)
    state = stands(estimate, one.min, one.max)
    bound = one.min if one.min is not None else float(one.max or 0.0)
    return ConditionOut(
        **one.model_dump(),
        state=state,
        value=estimate.value,
        low=estimate.low,
        high=estimate.high,
        n=estimate.n,
        more=more_items(estimate, bound) if state == "open" and one.metric not in COSTS else None,
        gone=gone,
    )


def _estimate(project: Project, one: Condition, row: Any) -> tuple[Estimate, bool]:
    """The figure that a condition is about, and whether there can't be one any more."""
    if one.metric == AGE:
        days = (datetime.now(UTC) - row.created_at).total_seconds() / DAY
        return Estimate(days, None, None, 0), False
    if one.metric in COSTS:
        known = (row.cost or {}).get(one.metric)
        return (Estimate.nothing() if known is None else Estimate(**known)), False
    report = row.metrics or {"metrics": {}, "views": {}}
    if one.metric in WHEN_SURE:
        told = coverage_at if one.metric == WHEN_SURE[0] else right_at
        return told(report.get("views", {}).get("sureness"), one.at or 0.01), False
    if one.metric not in OF_LABELS:
        found = report["metrics"].get(one.metric)
        missing = row.metrics is not None and found is None
        return (Estimate.nothing() if found is None else Estimate(**found)), missing
    gone = one.label not in project.label_names
    rows = report.get("views", {}).get("per_label") or []
    found = next((entry for entry in rows if entry["label"] == one.label), None)
    if found is None or gone:
        return Estimate.nothing(), gone
    n = found["predicted" if one.metric == "precision" else "support"]
    if not n:
        return Estimate.nothing(), False
    low, high = found[f"{one.metric}_interval"]
    return Estimate(found[one.metric], low, high, n), False


def _on_slice(tx: Connection, project: Project, one: Condition, row: Any) -> tuple[Estimate, bool]:
    """The same on a slice. A slice that is not there any more is measured no more."""
    measured, there = score_in(tx, project.id, row.id, str(one.slice))
    known = one.metric in {metric.name for metric in metrics_of(project.task.problem)}
    figure = None if measured is None else measured.figures["metrics"].get(one.metric)
    return (Estimate.nothing() if figure is None else Estimate(**figure)), not there or not known
