"""The challenge: the newest model beside the live one on the same holdout items, and who is live after it.

Both are told apart item by item. A champion falls to a challenger that is surely better, and to no other: of models
that are equally good one in forty challenges replaces one by the other. docs/decisions/0051-retraining.md
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.insight.mistakes import compare
from labeler.kit.columns import clock
from labeler.kit.config import Settings
from labeler.kit.errors import Conflict
from labeler.kit.events import Event, emit
from labeler.kit.jobs.registry import JobRefused, JobRun, job
from labeler.projects.access import Project, find_project
from labeler.registry.history import has_been, newest_after
from labeler.registry.requirements import unmet_by
from labeler.registry.service import live_model
from labeler.registry.stages import canary_model, replace_live
from labeler.registry.test_runs import runs_of
from labeler.retraining.tables import model_challenges
from labeler.wire.insight import ModelComparison
from labeler.wire.retraining import Outcome


@dataclass(frozen=True)
class ModelChallenged(Event):
    """The newest model was held against the live one."""

    name: ClassVar[str] = "model.challenged"
    project_id: int
    champion: int
    challenger: int
    outcome: str
    difference: float
    low: float
    high: float


@job("retraining.challenge")
def challenge(run: JobRun) -> Any:
    """Result: both models, the outcome, and on how many items they were compared."""
    project = run.db.read(find_project, run.project_id or 0)
    champion = run.db.read(live_model, project.id)
    if champion is None:
        raise JobRefused("No model is live, so none can be challenged.")
    challenger = run.db.read(newest_after, champion)
    if challenger is None:
        raise JobRefused(f"No model is newer than the live model {champion.number}.")
    try:
        found = run.db.read(compare, run.settings, project, challenger.number, champion.number)
    except Conflict as gone:
        raise JobRefused(str(gone)) from gone
    return run.finish(lambda tx: decide(tx, run.settings, project, champion, challenger, found, run.args["cause"]))


def decide(
    tx: Connection,
    settings: Settings,
    project: Project,
    champion: Any,
    challenger: Any,
    found: ModelComparison,
    cause: str,
) -> dict[str, Any]:
    """Record what came of it; the challenger goes live where that is the project's policy. champion, challenger: their
    rows."""
    unmet = [
        words for _, words in unmet_by(tx, project, challenger, runs_of(tx, project, [challenger.id])[challenger.id])
    ]
    outcome = _outcome(tx, settings, project, champion, challenger, found, unmet)
    figures = {name: getattr(found, name) for name in ("items", "better", "worse", "difference", "low", "high")}
    row = {"project_id": project.id, "champion_id": champion.id, "challenger_id": challenger.id}
    kept = {"cause": cause, "outcome": outcome, "facts": {**figures, "unmet": unmet}}
    tx.execute(sa.insert(model_challenges).values(**row, **kept, created_at=clock()))
    numbers = {"champion": champion.number, "challenger": challenger.number}
    told = {name: figures[name] for name in ("difference", "low", "high")}
    emit(tx, ModelChallenged(project.id, **numbers, outcome=outcome, **told))
    return {**numbers, "outcome": outcome, "items": found.items}


def _outcome(
    tx: Connection,
    settings: Settings,
    project: Project,
    champion: Any,
    challenger: Any,
    found: ModelComparison,
    unmet: list[str],
) -> Outcome:
    if not found.items:
        return "unknown"
    if found.low <= 0:
        return "worse" if found.high < 0 else "unclear"
    if unmet:
        return "unmet"
    if not project.settings.retraining.replace:
        return "better"
    if canary_model(tx, project.id) is not None or challenger.stage != "candidate":
        return "trying"
    if has_been(tx, challenger, "canary"):
        return "better"  # somebody, or its failures, took it back: people know why
    reason = f"It is better than model {champion.number} on {found.items:,} holdout items that both know."
    return "replaced" if replace_live(tx, settings, champion, challenger, reason) else "better"
