"""Guideline versions: one draft at a time, published versions never change, labelers acknowledge them."""

from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.accounts.tables import users
from labeler.guidelines.tables import acknowledgements, guideline_versions
from labeler.guidelines.text import add_rule
from labeler.kit.columns import clock
from labeler.kit.compiled import CompiledStatement
from labeler.kit.db import lock, upsert
from labeler.kit.errors import Conflict, DraftChanged, NotFound
from labeler.kit.events import Event, emit
from labeler.projects.access import Member
from labeler.wire.guidelines import GuidelineIn, GuidelineOut

versions = guideline_versions


@dataclass(frozen=True)
class GuidelinePublished(Event):
    name: ClassVar[str] = "guideline.published"
    project_id: int
    version: int


PUBLISHED = sa.select(sa.func.max(versions.c.version)).where(
    versions.c.project_id == sa.bindparam("project"), versions.c.published_at.is_not(None)
)
ACKNOWLEDGED = sa.select(sa.func.max(acknowledgements.c.version)).where(
    acknowledgements.c.project_id == sa.bindparam("project"), acknowledgements.c.user_id == sa.bindparam("user")
)
STANDING = (PUBLISHED.scalar_subquery().label("published"), ACKNOWLEDGED.scalar_subquery().label("acknowledged"))
"""Of the parameters `project` and `user`: the version in force, and the newest that this labeler has acknowledged."""
_standing = CompiledStatement(sa.select(*STANDING))


def standing(tx: Connection, project_id: int, user_id: int) -> tuple[int | None, int | None]:
    """The published version in force, and the newest that this labeler has acknowledged."""
    row = _standing.one(tx, project=project_id, user=user_id)
    return row.published, row.acknowledged


def published_version(tx: Connection, project_id: int) -> int | None:
    version: int | None = tx.execute(PUBLISHED, {"project": project_id}).scalar()
    return version


def get_text(tx: Connection, project_id: int, version: int) -> str:
    return str(_row(tx, project_id, version).text)


def _row(tx: Connection, project_id: int, version: int) -> Any:
    statement = (
        sa.select(versions, users.c.name.label("author"))
        .outerjoin(users, users.c.id == versions.c.author_id)
        .where(versions.c.project_id == project_id, versions.c.version == version)
    )
    row = tx.execute(statement).one_or_none()
    if row is None:
        raise NotFound(f"There is no guideline version {version} in this project.")
    return row


def _out(row: Any, acknowledged: int | None) -> GuidelineOut:
    """Without its HTML, which takes long and is made outside of the transaction (`apart.rendered`)."""
    return GuidelineOut(
        version=row.version,
        state="draft" if row.published_at is None else "published",
        text=row.text,
        html="",
        note=row.note,
        author=row.author,
        created_at=row.created_at,
        published_at=row.published_at,
        acknowledged=row.published_at is not None and acknowledged is not None and acknowledged >= row.version,
    )


def list_versions(tx: Connection, member: Member) -> list[GuidelineOut]:
    """Newest first; labelers do not see drafts."""
    acknowledged = standing(tx, member.project.id, member.user_id)[1]
    wanted = sa.select(versions.c.version).where(versions.c.project_id == member.project.id)
    if not member.may("manage"):
        wanted = wanted.where(versions.c.published_at.is_not(None))
    numbers = tx.execute(wanted.order_by(versions.c.version.desc())).scalars().all()
    return [_out(_row(tx, member.project.id, number), acknowledged) for number in numbers]


def get_version(tx: Connection, member: Member, version: int) -> GuidelineOut:
    row = _row(tx, member.project.id, version)
    if row.published_at is None and not member.may("manage"):
        raise NotFound(f"There is no guideline version {version} in this project.")
    return _out(row, standing(tx, member.project.id, member.user_id)[1])


def current(tx: Connection, member: Member) -> tuple[GuidelineOut, int | None, str]:
    """The version in force, the newest that the caller has acknowledged, and its text, if that is an older one."""
    published, read = standing(tx, member.project.id, member.user_id)
    if published is None:
        raise NotFound("This project has no published guideline yet.")
    row = _row(tx, member.project.id, published)
    before = get_text(tx, member.project.id, read) if read is not None and read < published else ""
    return _out(row, read), read, before


def save_draft(tx: Connection, member: Member, body: GuidelineIn) -> GuidelineOut:
    """Make the draft, or replace its text: a project has at most one."""
    project_id = member.project.id
    lock(tx, "guideline", project_id)
    newest = sa.select(versions).where(versions.c.project_id == project_id).order_by(versions.c.version.desc()).limit(1)
    row = tx.execute(newest).one_or_none()
    values = {"text": body.text, "note": body.note, "author_id": member.user_id, "created_at": clock()}
    if row is not None and row.published_at is None:
        if body.replaces is not None and row.created_at != body.replaces:
            raise DraftChanged(
                f"{_name(tx, row.author_id)} has saved the draft since you began with it. Nothing of yours was saved: "
                "look at theirs, then save yours over it, or put yours into it.",
                version=row.version,
            )
        version = row.version
        tx.execute(sa.update(versions).where(versions.c.id == row.id).values(**values))
    else:
        version = 1 if row is None else row.version + 1
        tx.execute(sa.insert(versions).values(project_id=project_id, version=version, **values))
    return get_version(tx, member, version)


def _name(tx: Connection, user_id: int | None) -> str:
    name = tx.execute(sa.select(users.c.name).where(users.c.id == user_id)).scalar()
    return str(name or "Somebody")


def propose_rule(tx: Connection, member: Member, section: str | None, rule: str, example: str | None) -> GuidelineOut:
    """Put a rule into the draft, which begins as the published text where there is none."""
    lock(tx, "guideline", member.project.id)
    newest = sa.select(versions).where(versions.c.project_id == member.project.id)
    row = tx.execute(newest.order_by(versions.c.version.desc()).limit(1)).one_or_none()
    text = add_rule("" if row is None else row.text, section, rule, example)
    note = row.note if row is not None and row.published_at is None else ""
    return save_draft(tx, member, GuidelineIn(text=text, note=note))


def publish(tx: Connection, member: Member, version: int, note: str | None) -> GuidelineOut:
    """Put a draft in force. From now on it can't change; labelers acknowledge it before they go on."""
    draft = _row(tx, member.project.id, version)
    if draft.published_at is not None:
        raise Conflict(f"Guideline version {version} is published already, and published versions never change.")
    values: dict[str, Any] = {"published_at": clock()} | ({"note": note} if note is not None else {})
    unpublished = sa.update(versions).where(versions.c.id == draft.id, versions.c.published_at.is_(None))
    if tx.execute(unpublished.values(**values)).rowcount == 0:
        raise Conflict(f"Guideline version {version} was published meanwhile.")
    acknowledge(tx, member, version)
    audit(tx, member.caller, "guideline.published", project_id=member.project.id, target=f"version {version}")
    emit(tx, GuidelinePublished(member.project.id, version), member.project)
    return get_version(tx, member, version)


def acknowledge(tx: Connection, member: Member, version: int) -> None:
    if _row(tx, member.project.id, version).published_at is None:
        raise NotFound(f"There is no published guideline version {version} in this project.")
    row = {"project_id": member.project.id, "user_id": member.user_id, "version": version, "created_at": clock()}
    tx.execute(upsert(tx, acknowledgements).values(row).on_conflict_do_nothing())


def texts(tx: Connection, member: Member, a: int, b: int) -> tuple[str, str]:
    """Of two versions."""
    return get_version(tx, member, a).text, get_version(tx, member, b).text
