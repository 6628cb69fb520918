"""What people say to each other about items. Who is mentioned hears of it until they have read it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.auth import Caller
from labeler.accounts.tables import members, users
from labeler.items.tables import items, present
from labeler.kit.columns import clock
from labeler.kit.errors import Forbidden, Invalid, NotFound
from labeler.kit.events import Event, emit
from labeler.labels.tables import current_labels
from labeler.projects.access import Member
from labeler.projects.tables import projects
from labeler.reviews.tables import comments, mentions
from labeler.wire.labels import LabelerOut
from labeler.wire.reviews import CommentIn, CommentOut

MOST = 200
_AT = re.compile(r"(?<!\w)@(?=\S)")


@dataclass(frozen=True)
class Commented(Event):
    """Somebody wrote about an item. mentions: ids of those who are asked."""

    name: ClassVar[str] = "comment.created"
    project_id: int
    item_id: int
    comment_id: int
    by: int
    mentions: list[int]


def comment(tx: Connection, member: Member, body: CommentIn) -> CommentOut:
    """Raises `NotFound`; `Forbidden` where a labeler has not answered the item, whose comments would tell what others
    say; `Invalid` for a mention of nobody."""
    item = _item(tx, member.project.id, body.item_key)
    _may_see(tx, member, item.id)
    asked = _mentioned(tx, member.project.id, body.text)
    row = {
        "project_id": member.project.id,
        "item_id": item.id,
        "user_id": member.user_id,
        "text": body.text,
        "created_at": clock(),
    }
    comment_id = int(tx.execute(sa.insert(comments).values(row).returning(comments.c.id)).scalar_one())
    told = [who for who in asked if who != member.user_id]
    if told:
        tx.execute(sa.insert(mentions), [{"comment_id": comment_id, "user_id": who, "read_at": None} for who in told])
    emit(tx, Commented(member.project.id, item.id, comment_id, member.user_id, told), member.project)
    return _out(tx, tx.execute(_select(member.user_id).where(comments.c.id == comment_id)).all())[0]


def about(tx: Connection, member: Member, key: str) -> list[CommentOut]:
    """The comments on an item, oldest first. Raises as `comment`."""
    item = _item(tx, member.project.id, key)
    _may_see(tx, member, item.id)
    rows = tx.execute(_select(member.user_id).where(comments.c.item_id == item.id).order_by(comments.c.id).limit(MOST))
    return _out(tx, rows.all())


def to_me(tx: Connection, member: Member, unread: bool) -> list[CommentOut]:
    """Comments that mention the caller, newest first, with the items."""
    mine = sa.select(mentions.c.comment_id).where(mentions.c.user_id == member.user_id)
    if unread:
        mine = mine.where(mentions.c.read_at.is_(None))
    statement = _select(member.user_id).where(comments.c.project_id == member.project.id, comments.c.id.in_(mine))
    rows = tx.execute(statement.order_by(comments.c.id.desc()).limit(MOST)).all()
    return _out(tx, rows, with_content=True)


def unread_everywhere(tx: Connection, caller: Caller) -> list[CommentOut]:
    """What the caller is asked in any project they are in and has not read, newest first."""
    mine = sa.select(mentions.c.comment_id).where(mentions.c.user_id == caller.user_id, mentions.c.read_at.is_(None))
    statement = _select(caller.user_id).where(comments.c.id.in_(mine), projects.c.deleted_at.is_(None))
    rows = tx.execute(statement.order_by(comments.c.id.desc()).limit(MOST)).all()
    allowed = [row for row in rows if _is_in(caller, row.project_id)]
    return _out(tx, allowed, with_content=True)


def _is_in(caller: Caller, project_id: int) -> bool:
    known = caller.role == "admin" or project_id in caller.memberships
    return known and caller.project_id in (None, project_id)


def read(tx: Connection, member: Member, comment_id: int) -> None:
    """Raises `NotFound` for a comment that does not mention the caller."""
    mine = (mentions.c.comment_id == comment_id, mentions.c.user_id == member.user_id)
    there = sa.exists(
        sa.select(sa.literal(1)).where(comments.c.id == comment_id, comments.c.project_id == member.project.id)
    )
    found = tx.execute(
        sa.update(mentions).where(*mine, there).values(read_at=sa.func.coalesce(mentions.c.read_at, clock()))
    )
    if found.rowcount == 0:
        raise NotFound(f"No comment {comment_id} mentions you in this project.")


def _item(tx: Connection, project_id: int, key: str) -> Any:
    row = tx.execute(sa.select(items.c.id).where(present(project_id), items.c.key == key)).first()
    if row is None:
        raise NotFound(f'There is no item with key "{key}" in this project.')
    return row


def _may_see(tx: Connection, member: Member, item_id: int) -> None:
    """What others say of an item would tell a labeler the answer: they see it afterwards, or when they are asked."""
    if member.may("read"):
        return
    labeled = sa.select(sa.literal(1)).where(
        current_labels.c.item_id == item_id, current_labels.c.labeler_id == member.user_id
    )
    asked = (
        sa.select(sa.literal(1))
        .select_from(mentions.join(comments, comments.c.id == mentions.c.comment_id))
        .where(comments.c.item_id == item_id, mentions.c.user_id == member.user_id)
    )
    if tx.execute(labeled).first() is None and tx.execute(asked).first() is None:
        raise Forbidden("Label this item first: what others say of it is shown afterwards.")


def _mentioned(tx: Connection, project_id: int, text: str) -> list[int]:
    """Members whose name or address stands behind an @, the longest that fits; a first name where one has it."""
    places = [found.end() for found in _AT.finditer(text)]
    if not places:
        return []
    people = tx.execute(
        sa.select(users.c.id, users.c.name, users.c.email)
        .join(members, members.c.user_id == users.c.id)
        .where(members.c.project_id == project_id, users.c.active)
    ).all()
    known = [(called.casefold(), row.id) for row in people for called in (row.name, row.email)]
    firsts = [row.name.split(" ")[0].casefold() for row in people]
    known += [(first, row.id) for first, row in zip(firsts, people, strict=True) if firsts.count(first) == 1]
    known.sort(key=lambda one: -len(one[0]))
    found: list[int] = []
    for place in places:
        rest = text[place:].casefold()
        who = next((user for called, user in known if _begins(rest, called)), None)
        if who is None:
            word = re.split(r"\s", text[place:], maxsplit=1)[0][:80]
            raise Invalid(f'"@{word}" is nobody in this project.', errors=[{"pointer": "/text", "detail": "nobody"}])
        if who not in found:
            found.append(who)
    return found


def _begins(rest: str, called: str) -> bool:
    return bool(called) and rest.startswith(called) and not rest[len(called) : len(called) + 1].isalnum()


def _select(user_id: int) -> Any:
    mine = sa.and_(mentions.c.comment_id == comments.c.id, mentions.c.user_id == user_id)
    return (
        sa.select(
            comments,
            items.c.key,
            items.c.content,
            users.c.name,
            users.c.kind,
            mentions.c.user_id.label("asked"),
            mentions.c.read_at,
            projects.c.slug,
        )
        .join(projects, projects.c.id == comments.c.project_id)
        .join(items, items.c.id == comments.c.item_id)
        .join(users, users.c.id == comments.c.user_id)
        .outerjoin(mentions, mine)
    )


def _out(tx: Connection, rows: Sequence[Any], with_content: bool = False) -> list[CommentOut]:
    told: dict[int, list[LabelerOut]] = {}
    statement = (
        sa.select(mentions.c.comment_id, users.c.id, users.c.name, users.c.kind)
        .join(users, users.c.id == mentions.c.user_id)
        .where(mentions.c.comment_id.in_([row.id for row in rows]))
    )
    for row in tx.execute(statement.order_by(users.c.name)):
        told.setdefault(row.comment_id, []).append(LabelerOut(id=row.id, name=row.name, kind=row.kind))
    return [
        CommentOut(
            id=row.id,
            item_key=row.key,
            content=row.content if with_content else None,
            project=row.slug if with_content else None,
            by=LabelerOut(id=row.user_id, name=row.name, kind=row.kind),
            text=row.text,
            mentions=told.get(row.id, []),
            created_at=row.created_at,
            read=row.asked is None or row.read_at is not None,
        )
        for row in rows
    ]
