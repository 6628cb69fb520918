"""Saying and reading on what terms people label: what they are, cost, can, and how much they do at most."""

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.accounts.tables import members, users
from labeler.kit.columns import clock
from labeler.kit.db import upsert
from labeler.kit.errors import Invalid, NotFound
from labeler.projects.access import Member, Project, project_cache
from labeler.terms.tables import labeler_terms
from labeler.wire.terms import TermsIn, TermsOut


def terms_by_labeler(tx: Connection, project: Project) -> dict[int, TermsOut]:
    """Of everybody of whom some were said, whether they are still there or not."""
    if not project.has_terms:
        return {}
    mine = sa.select(labeler_terms).where(labeler_terms.c.project_id == project.id)
    return {row.labeler_id: _out(row) for row in tx.execute(mine.order_by(labeler_terms.c.labeler_id))}


def get_terms(tx: Connection, member: Member, labeler_id: int) -> TermsOut:
    """Raises `NotFound` for who never was in the project."""
    _check(tx, member.project, labeler_id)
    return terms_by_labeler(tx, member.project).get(labeler_id) or TermsOut(labeler_id=labeler_id)


def set_terms(tx: Connection, member: Member, labeler_id: int, body: TermsIn) -> TermsOut:
    """Raises `NotFound`, and `Invalid` for accounts that are no people: a language model's cost is its own setting."""
    kind = _check(tx, member.project, labeler_id)
    if kind != "person":
        raise Invalid(f"Terms are of people; this account is a {kind}.")
    row = {"project_id": member.project.id, "labeler_id": labeler_id, **body.model_dump(), "changed_at": clock()}
    written = upsert(tx, labeler_terms).values(row)
    tx.execute(written.on_conflict_do_update(index_elements=["project_id", "labeler_id"], set_=row))
    audit(tx, member.caller, "labeler.terms", project_id=member.project.id, target=str(labeler_id), **body.model_dump())
    project_cache.forget()
    return TermsOut(labeler_id=labeler_id, **body.model_dump())


def _check(tx: Connection, project: Project, labeler_id: int) -> str:
    here = sa.exists(
        sa.select(sa.literal(1)).where(members.c.project_id == project.id, members.c.user_id == users.c.id)
    )
    said = sa.exists(
        sa.select(sa.literal(1)).where(
            labeler_terms.c.project_id == project.id, labeler_terms.c.labeler_id == users.c.id
        )
    )
    everywhere = users.c.role == "admin"
    kind = tx.execute(
        sa.select(users.c.kind).where(users.c.id == labeler_id, sa.or_(here, said, everywhere))
    ).scalar_one_or_none()
    if kind is None:
        raise NotFound(f"There is no labeler {labeler_id} in this project.")
    return str(kind)


def _out(row: sa.Row[tuple[object, ...]]) -> TermsOut:
    known = row._asdict()
    return TermsOut(**{name: known[name] for name in TermsOut.model_fields})
