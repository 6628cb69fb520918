"""Retraining as people see it: the policy, how far away the next challenge is, and what became of the last ones."""

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.datasets.tables import dataset_versions
from labeler.kit.errors import Conflict
from labeler.kit.jobs.engine import get
from labeler.kit.jobs.out import job_out
from labeler.projects.access import Member, Project
from labeler.registry.history import newest_after
from labeler.registry.service import live_model, newest_model
from labeler.registry.tables import model_versions
from labeler.retraining.asking import due_of, want_challenge, want_test
from labeler.retraining.tables import model_challenges, pipeline_tests
from labeler.wire.jobs import JobOut
from labeler.wire.retraining import Challenge, PipelineTest, RetrainingState

SHOWN = 50


def retraining_of(tx: Connection, project: Project) -> RetrainingState:
    live = live_model(tx, project.id)
    challenger = None if live is None else newest_after(tx, live)
    return RetrainingState(
        policy=project.settings.retraining,
        live=None if live is None else live.number,
        challenger=None if challenger is None else challenger.number,
        due=None if live is None else due_of(tx, project, live),
        challenges=_challenges(tx, project.id),
        tests=tests_of(tx, project.id, SHOWN),
    )


def request_challenge(tx: Connection, member: Member) -> JobOut:
    """Raises `Conflict` without a live model, or without a newer one."""
    live = live_model(tx, member.project.id)
    if live is None:
        raise Conflict("No model is live, so none can be challenged. Promote one first.")
    challenger = newest_after(tx, live)
    if challenger is None:
        raise Conflict(f"No model is newer than the live model {live.number}. Label some more, or train now.")
    job_id = want_challenge(tx, member.project.id, "asked", member.user_id)
    audit(tx, member.caller, "challenge.requested", project_id=member.project.id, target=f"model-{challenger.number}")
    return job_out(get(tx, job_id))


def request_test(tx: Connection, member: Member) -> JobOut:
    """Raises `Conflict` without a model."""
    row = live_model(tx, member.project.id) or newest_model(tx, member.project.id)
    if row is None:
        raise Conflict("There is no model yet that could be trained again. Label some more.")
    job_id = want_test(tx, member.project.id, created_by=member.user_id)
    audit(tx, member.caller, "pipeline.requested", project_id=member.project.id, target=f"model-{row.number}")
    return job_out(get(tx, job_id))


def _challenges(tx: Connection, project_id: int) -> list[Challenge]:
    champion, challenger = model_versions.alias("champion"), model_versions.alias("challenger")
    table = model_challenges
    statement = (
        sa.select(table, champion.c.number.label("champion"), challenger.c.number.label("challenger"))
        .join(champion, champion.c.id == table.c.champion_id)
        .join(challenger, challenger.c.id == table.c.challenger_id)
        .where(table.c.project_id == project_id)
        .order_by(table.c.id.desc())
        .limit(SHOWN)
    )
    return [
        Challenge(
            champion=row.champion,
            challenger=row.challenger,
            at=row.created_at,
            cause=row.cause,
            outcome=row.outcome,
            **row.facts,
        )
        for row in tx.execute(statement)
    ]


def tests_of(tx: Connection, project_id: int, most: int) -> list[PipelineTest]:
    """The newest first."""
    statement = (
        sa.select(pipeline_tests, model_versions.c.number, dataset_versions.c.tag)
        .join(model_versions, model_versions.c.id == pipeline_tests.c.model_id)
        .join(dataset_versions, dataset_versions.c.id == model_versions.c.dataset_version_id)
        .where(pipeline_tests.c.project_id == project_id)
        .order_by(pipeline_tests.c.id.desc())
        .limit(most)
    )
    return [
        PipelineTest(model=row.number, dataset=row.tag, at=row.created_at, outcome=row.outcome, **row.facts)
        for row in tx.execute(statement)
    ]
