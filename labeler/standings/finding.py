"""Looking up where a labeler stands, and what they are told who get nothing to label."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam

from labeler.accounts.tables import members, users
from labeler.kit.compiled import CompiledStatement
from labeler.kit.errors import LabelerPaused, Problem, TrainingNotPassed
from labeler.projects.access import Member, Project
from labeler.standings.tables import HELD, PAUSED, standings

MOST_NAMED = 3
_find = sa.select(standings).where(
    standings.c.project_id == bindparam("project"), standings.c.labeler_id == bindparam("labeler")
)
FIND = CompiledStatement(_find)
LOCKED = {"sqlite": FIND, "postgresql": CompiledStatement(_find.with_for_update())}


def is_asked_for(project: Project) -> bool:
    """Whether a project has to do with standings at all: in others nothing is looked up."""
    return project.has_standings or project.trains


def is_spared(member: Member) -> bool:
    """Whether somebody is neither trained nor paused: managers, and callers that are no people."""
    return member.role == "manager" or member.caller.kind != "person"


def is_program(member: Member) -> bool:
    """Whether a program calls, with a token of this labeler: it is not trained, and its labels are no person's."""
    return member.caller.by_program


def find(tx: Connection, member: Member) -> Any:
    """The row, or None."""
    return FIND.one(tx, project=member.project.id, labeler=member.user_id)


def find_locked(tx: Connection, member: Member) -> Any:
    """The row, which nobody else changes meanwhile, or None."""
    return LOCKED[tx.dialect.name].one(tx, project=member.project.id, labeler=member.user_id)


def why_nothing(tx: Connection, project: Project, row: Any) -> Problem | None:
    """Why somebody gets nothing to label, or None where nothing is in their way."""
    if row.state == PAUSED:
        return _paused(row, managers(tx, project.id))
    if row.state == HELD and project.settings.training_items:
        needed = project.settings.right_of(row.answered)
        ask = managers(tx, project.id)
        return TrainingNotPassed(
            f"You got {row.right} of {row.answered} right in the training; {needed} are needed. Ask {ask}, who can "
            "let you go on or train you again.",
            answered=row.answered,
            right=row.right,
            needed=needed,
        )
    return None


def _paused(row: Any, ask: str) -> LabelerPaused:
    if row.reason == "gold":
        return LabelerPaused(
            f"You got {row.recent_right} right of your last {row.recent} items whose answer is known. Labeling is "
            f"paused for you until somebody has looked at it with you. Ask {ask}."
        )
    if row.note:
        return LabelerPaused(f'Labeling is paused for you: "{row.note}". Ask {ask}.')
    return LabelerPaused(f"Labeling is paused for you. Ask {ask}.")


def managers(tx: Connection, project_id: int) -> str:
    """Whom to ask, by name."""
    statement = (
        sa.select(users.c.name)
        .join(members, members.c.user_id == users.c.id)
        .where(members.c.project_id == project_id, members.c.role == "manager", users.c.active)
        .order_by(members.c.created_at, users.c.id)
        .limit(MOST_NAMED)
    )
    return ", ".join(tx.execute(statement).scalars()) or "an administrator"
