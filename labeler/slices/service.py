"""Making slices, and the items that belong to one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.accounts.tables import users
from labeler.items.search import parts_with
from labeler.items.tables import items, present
from labeler.kit.columns import clock
from labeler.kit.config import Settings
from labeler.kit.db import lock
from labeler.kit.errors import Conflict, Invalid, NotFound, Unavailable
from labeler.kit.events import Event, emit
from labeler.projects.access import Member, Project
from labeler.slices.alike import alike
from labeler.slices.conditions import Filter, conditions
from labeler.slices.tables import slices
from labeler.wire.slices import SliceIn, SliceOut, SliceQuery

MOST_SLICES = 200
"""Slices of one project: each is measured for every model."""
MOST_COUNTED = 100_000


@dataclass(frozen=True)
class SlicesChanged(Event):
    """A project has a slice more, or one less."""

    name: ClassVar[str] = "slices.changed"
    project_id: int


def list_slices(tx: Connection, settings: Settings, project: Project) -> list[SliceOut]:
    """All of them, by name, each with how many items belong to it now."""
    return [_out(tx, settings, project, row) for row in find_slices(tx, project.id)]


def create_slice(tx: Connection, settings: Settings, member: Member, wanted: SliceIn) -> SliceOut:
    """Raises `Invalid` for a search that no item can match, `Conflict` for a name that is taken, one too many, or a
    search by meaning without a sentence encoder."""
    project = member.project
    lock(tx, "slices", project.id)
    rows = find_slices(tx, project.id)
    if len(rows) >= MOST_SLICES:
        raise Conflict(f"A project has at most {MOST_SLICES} slices. Remove one first.")
    if any(row.name == wanted.name for row in rows):
        raise Conflict(f'There is a slice "{wanted.name}" already. Choose another name.')
    _check(tx, settings, project, wanted.query)
    values = {
        "project_id": project.id,
        "name": wanted.name,
        "query": wanted.query.model_dump(mode="json", exclude_defaults=True),
        "schema_version": project.schema_version,
        "created_by": member.user_id,
        "created_at": clock(),
    }
    slice_id = int(tx.execute(sa.insert(slices).values(values).returning(slices.c.id)).scalar_one())
    _changed(tx, member, "slice.created", wanted.name)
    return _out(tx, settings, project, find_slices(tx, project.id, slice_id)[0])


def remove_slice(tx: Connection, member: Member, slice_id: int) -> None:
    """Its items stay; what models came to on it stays with them. Raises `NotFound`."""
    (row,) = find_slices(tx, member.project.id, slice_id)
    tx.execute(sa.delete(slices).where(slices.c.id == row.id))
    _changed(tx, member, "slice.removed", row.name)


def find_slices(tx: Connection, project_id: int, slice_id: int | None = None) -> Sequence[Any]:
    """Rows of all slices by name, with who made each; or of one, which raises `NotFound`."""
    statement = sa.select(slices, users.c.name.label("by")).outerjoin(users, users.c.id == slices.c.created_by)
    statement = statement.where(slices.c.project_id == project_id).order_by(slices.c.name)
    if slice_id is not None:
        statement = statement.where(slices.c.id == slice_id)
    found = tx.execute(statement).all()
    if slice_id is not None and not found:
        raise NotFound("There is no such slice in this project.")
    return found


def search_of(project: Project, row: Any) -> SliceQuery | None:
    """A slice's search in the newest label schema; None: its label is none any more."""
    search = SliceQuery.model_validate(row.query)
    if search.label is None:
        return search
    name: str | None = search.label
    for mapping in project.mappings[row.schema_version - 1 : project.schema_version - 1]:
        name = None if name is None else mapping.get(name, name)
    return search.model_copy(update={"label": name}) if name in project.label_names else None


def holdout_in(tx: Connection, settings: Settings, project: Project, search: SliceQuery) -> list[int]:
    """The ids of the holdout items that a search finds, rising. Raises `Conflict` for a search by meaning without a
    sentence encoder."""
    found: list[int] = []
    for statement in _found(tx, settings, project, search):
        found += tx.execute(statement.where(items.c.split == "holdout")).scalars()
    return sorted(found)


def _found(tx: Connection, settings: Settings, project: Project, search: SliceQuery) -> list[Any]:
    wanted = _filter(search)
    if search.like is not None:
        wanted = replace(wanted, alike=orjson.dumps(list(alike(tx, settings, project, search.like))).decode())
    about = conditions(project, wanted)
    parts = parts_with(tx, project.id, wanted.q, in_order=False)
    return [part.narrow(sa.select(items.c.id).where(present(project.id))).where(*about) for part in parts]


def _count(tx: Connection, settings: Settings, project: Project, search: SliceQuery) -> int:
    total = 0
    for statement in _found(tx, settings, project, search):
        some = statement.limit(MOST_COUNTED - total).subquery()
        total += int(tx.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())
    return total


def _filter(search: SliceQuery) -> Filter:
    """But for what is asked by meaning."""
    return Filter(**search.model_dump(exclude={"like"}))


def _check(tx: Connection, settings: Settings, project: Project, search: SliceQuery) -> None:
    conditions(project, _filter(search))
    if search.like is not None:
        _check_keys(tx, project, search.like.keys)
        alike(tx, settings, project, search.like)
    if search.label is not None and search.label not in project.label_names:
        detail = f'"{search.label}" is not a label of this project'
        raise Invalid(f"{detail}.", errors=[{"pointer": "/query/label", "detail": detail}])
    if search.split not in (None, "train", "holdout"):
        detail = f'"{search.split}" is no split, expected train or holdout'
        raise Invalid(f"{detail}.", errors=[{"pointer": "/query/split", "detail": detail}])


def _check_keys(tx: Connection, project: Project, keys: Sequence[str]) -> None:
    there = set(tx.execute(sa.select(items.c.key).where(present(project.id), items.c.key.in_(keys))).scalars())
    if gone := [key for key in keys if key not in there]:
        detail = f'there is no item with key "{gone[0]}"'
        raise Invalid(f"query/like/keys: {detail}.", errors=[{"pointer": "/query/like/keys", "detail": detail}])


def _changed(tx: Connection, member: Member, action: str, name: str) -> None:
    audit(tx, member.caller, action, project_id=member.project.id, target=name)
    emit(tx, SlicesChanged(member.project.id), member.project)


def _out(tx: Connection, settings: Settings, project: Project, row: Any) -> SliceOut:
    search, many, found = search_of(project, row), 0, True
    if search is not None:
        try:
            many = _count(tx, settings, project, search)
        except (Conflict, Unavailable):
            found = False
    return SliceOut(
        id=row.id,
        name=row.name,
        query=SliceQuery.model_validate(row.query) if search is None else search,
        items=many,
        no_encoder=not found,
        label_gone=search is None,
        created_at=row.created_at,
        created_by=row.by,
    )
