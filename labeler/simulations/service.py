"""Simulations as people see them, and asking for one."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.items.tables import items, present
from labeler.kit.counting import counted
from labeler.kit.errors import Conflict, Invalid
from labeler.kit.jobs.engine import enqueue, get
from labeler.kit.jobs.out import job_out
from labeler.learning import problems
from labeler.learning.evaluation.judge import metric_for
from labeler.learning.simulable import FEWEST, resolved, why_not
from labeler.projects.access import Member, Project
from labeler.quality.tables import answers
from labeler.registry.service import newest_model
from labeler.registry.tables import model_versions
from labeler.simulations.tables import simulations
from labeler.wire.jobs import JobOut
from labeler.wire.simulations import Choice, SimulateIn, Simulation, Simulations, Why

SIMULATE = "simulations.simulate"
KEPT = 10
"""Simulations of a project."""
AUTO = "auto"


def simulations_of(tx: Connection, project: Project) -> Simulations:
    """The last ones, the newest first."""
    problem = problems.find(project.task.problem)
    labels = _labels(tx, project.id)
    rows = tx.execute(
        sa.select(simulations, model_versions.c.number)
        .join(model_versions, model_versions.c.id == simulations.c.model_id)
        .where(simulations.c.project_id == project.id)
        .order_by(simulations.c.id.desc())
        .limit(KEPT)
    )
    return Simulations(
        why=_why(tx, project, labels),
        labels=labels,
        more=max(0, FEWEST - labels) or None,
        own=problem.strategy(project.settings.strategy),
        choices=[
            Choice(name=name, summary=summary)
            for name, summary in problem.strategy_choices()
            if name != AUTO and why_not(problem, name) is None
        ],
        simulations=[Simulation(id=row.id, at=row.created_at, model=row.number, **row.facts) for row in rows],
    )


def request_simulation(tx: Connection, member: Member, body: SimulateIn) -> JobOut:
    """Raises `Invalid` for strategies that can't be simulated, `Conflict` without a model, or with too few labels."""
    project = member.project
    try:
        names = resolved(problems.find(project.task.problem), body.strategies or [project.settings.strategy])
    except ValueError as error:
        raise Invalid(str(error), errors=[{"pointer": "/strategies", "detail": str(error)}]) from error
    labels = _labels(tx, project.id)
    why = _why(tx, project, labels)
    if why is not None:
        raise Conflict(_told(why, labels))
    model = newest_model(tx, project.id)
    assert model is not None
    args, lane = {"number": model.number, "strategies": names, "seeds": body.seeds}, f"simulations:{project.id}"
    about: Mapping[str, Any] = {"project_id": project.id, "dedup": lane, "lane": lane, "created_by": member.user_id}
    job_id = enqueue(tx, SIMULATE, args, **about)
    target = f"model-{model.number}"
    audit(tx, member.caller, "simulation.requested", project_id=project.id, target=target, strategies=names)
    return job_out(get(tx, job_id))


def too_few(labels: int) -> str:
    more = counted("{n} more item", "{n} more items", FEWEST - labels)
    return f"Strategies are simulated on {FEWEST} labels or more, and there are {labels}: label {more}."


def _why(tx: Connection, project: Project, labels: int) -> Why | None:
    if metric_for(project.task.problem, project.settings.requirements.optimize or "") is None:
        return "no_metric"
    if labels < FEWEST:
        return "few_labels"
    return "no_model" if newest_model(tx, project.id) is None else None


def _told(why: Why, labels: int) -> str:
    if why == "few_labels":
        return too_few(labels)
    if why == "no_metric":
        return "This kind of question has no metric that strategies could be compared by."
    return "There is no model yet, and strategies are simulated with the kind of the newest one. Train one first."


def _labels(tx: Connection, project_id: int) -> int:
    """Items with an answer."""
    found = sa.select(sa.func.count()).select_from(items).join(answers, answers.c.item_id == items.c.id)
    return int(tx.execute(found.where(present(project_id))).scalar_one())
