"""Making and changing test cases, and reading them for a run."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.accounts.tables import users
from labeler.items.tables import items, present
from labeler.kit.columns import clock
from labeler.kit.db import lock, upsert
from labeler.kit.errors import Conflict, Invalid, NotFound
from labeler.kit.events import Event, emit
from labeler.labels.values import check_value
from labeler.projects.access import Member, Project
from labeler.queue.wanted import held_back
from labeler.test_cases.tables import test_case_items as entries
from labeler.test_cases.tables import test_cases as cases
from labeler.wire.test_cases import (
    MOST_ITEMS,
    CaseChange,
    CaseDetail,
    CaseIn,
    CaseItemIn,
    CaseItemOut,
    CaseOut,
    ItemState,
)

MOST_CASES = 200
"""Test cases of one project: each is run on every model."""
PART = 500


@dataclass(frozen=True)
class CasesChanged(Event):
    """Test cases of one project, or their items, are not what they were."""

    name: ClassVar[str] = "test_cases.changed"
    project_id: int


@dataclass(frozen=True)
class Expected:
    """An item of a test case. value: as the newest label schema reads it; None: it leaves nothing of it."""

    item_id: int
    key: str
    content: dict[str, Any]
    value: Any
    is_removed: bool

    @property
    def state(self) -> ItemState:
        return "gone" if self.is_removed else "changed" if self.value is None else "ready"


def list_cases(tx: Connection, project: Project) -> list[CaseOut]:
    """All of them, by name."""
    return [_out(row, expected) for row, expected in _all(tx, project)]


def get_case(tx: Connection, project: Project, case_id: int) -> CaseDetail:
    """One, with its items. Raises `NotFound`."""
    (row,) = find_cases(tx, project.id, case_id)
    expected = _expected(tx, project, [row.id], with_content=True)[row.id]
    about = _out(row, expected)
    told = [CaseItemOut(item_key=one.key, content=one.content, value=one.value, state=one.state) for one in expected]
    return CaseDetail(**about.model_dump(), entries=told)


def to_run(tx: Connection, project: Project) -> list[tuple[Any, list[Expected]]]:
    """The rows of all test cases, each with its items: what a model is run on."""
    return _all(tx, project)


def withheld_ids(tx: Connection, project_id: int) -> list[int]:
    """The items of all test cases, and what was held back of those that were collected for a failure mode, rising: what
    no model is trained on."""
    of_cases = sa.select(entries.c.item_id).join(cases, cases.c.id == entries.c.test_case_id)
    found = sa.union(of_cases.where(cases.c.project_id == project_id), held_back(project_id))
    return sorted(tx.execute(found).scalars())


def cases_with(tx: Connection, project: Project, key: str) -> list[CaseOut]:
    """The test cases that an item is in."""
    statement = sa.select(entries.c.test_case_id).join(items, items.c.id == entries.c.item_id)
    mine = set(tx.execute(statement.where(present(project.id), items.c.key == key)).scalars())
    return [one for one in list_cases(tx, project) if one.id in mine]


def create_case(tx: Connection, member: Member, wanted: CaseIn) -> CaseDetail:
    """Raises `Invalid` (which item, why), `Conflict` for a name that is taken, or one test case too many."""
    project = member.project
    lock(tx, "test-cases", project.id)
    count = sa.select(sa.func.count()).select_from(cases).where(cases.c.project_id == project.id)
    if tx.execute(count).scalar_one() >= MOST_CASES:
        raise Conflict(f"A project has at most {MOST_CASES} test cases. Put further items into one that is there.")
    _refuse_taken(tx, project, wanted.name)
    rows = _checked(tx, project, wanted.items)
    values = {
        "project_id": project.id,
        "name": wanted.name,
        "must_pass": wanted.must_pass,
        "min_share": wanted.min_share,
        "revision": 1,
        "created_by": member.user_id,
        "created_at": clock(),
    }
    case_id = int(tx.execute(sa.insert(cases).values(values).returning(cases.c.id)).scalar_one())
    _write(tx, case_id, rows)
    _changed(tx, member, "test_case.created", wanted.name, items=len(rows))
    return get_case(tx, project, case_id)


def change_case(tx: Connection, member: Member, case_id: int, wanted: CaseChange) -> CaseDetail:
    """Another name, or another bound. Raises `NotFound`, `Conflict` for a name that is taken."""
    project = member.project
    lock(tx, "test-cases", project.id)
    (row,) = find_cases(tx, project.id, case_id)
    given = wanted.model_dump(exclude_none=True)
    if wanted.name is not None and wanted.name != row.name:
        _refuse_taken(tx, project, wanted.name)
    if given:
        tx.execute(sa.update(cases).where(cases.c.id == row.id).values(given))
        _changed(tx, member, "test_case.changed", row.name, to=given)
    return get_case(tx, project, case_id)


def set_items(tx: Connection, member: Member, case_id: int, given: Sequence[CaseItemIn]) -> CaseDetail:
    """Add items; of those that are there the expected answer is another one. Raises as `create_case`."""
    project = member.project
    lock(tx, "test-cases", project.id)
    (row,) = find_cases(tx, project.id, case_id)
    rows = _checked(tx, project, given)
    there = {one.item_id for one in _expected(tx, project, [row.id])[row.id]}
    if len(there | {one["item_id"] for one in rows}) > MOST_ITEMS:
        raise Conflict(f"A test case has at most {MOST_ITEMS:,} items.")
    _write(tx, row.id, rows)
    _revised(tx, row)
    _changed(tx, member, "test_case.changed", row.name, items=len(rows))
    return get_case(tx, project, case_id)


def drop_items(tx: Connection, member: Member, case_id: int, keys: Sequence[str]) -> CaseDetail:
    """Take items out, also those that were removed from the project. Raises `NotFound` for a key that is not in it."""
    project = member.project
    lock(tx, "test-cases", project.id)
    (row,) = find_cases(tx, project.id, case_id)
    known: dict[str, list[int]] = {}
    for one in _expected(tx, project, [row.id])[row.id]:
        known.setdefault(one.key, []).append(one.item_id)
    if missing := [key for key in keys if key not in known]:
        raise NotFound(f'"{missing[0]}" is not in the test case "{row.name}".')
    ids = [item_id for key in keys for item_id in known[key]]
    for start in range(0, len(ids), PART):
        some = entries.c.item_id.in_(ids[start : start + PART])
        tx.execute(sa.delete(entries).where(entries.c.test_case_id == row.id, some))
    _revised(tx, row)
    _changed(tx, member, "test_case.changed", row.name, dropped=len(keys))
    return get_case(tx, project, case_id)


def remove_case(tx: Connection, member: Member, case_id: int) -> None:
    """Its items may be trained on again; what models came to stays with them. Raises `NotFound`."""
    lock(tx, "test-cases", member.project.id)
    (row,) = find_cases(tx, member.project.id, case_id)
    tx.execute(sa.delete(cases).where(cases.c.id == row.id))
    _changed(tx, member, "test_case.removed", row.name)


def _changed(tx: Connection, member: Member, action: str, name: str, **detail: Any) -> None:
    audit(tx, member.caller, action, project_id=member.project.id, target=name, **detail)
    emit(tx, CasesChanged(member.project.id), member.project)


def _revised(tx: Connection, row: Any) -> None:
    tx.execute(sa.update(cases).where(cases.c.id == row.id).values(revision=cases.c.revision + 1))


def _refuse_taken(tx: Connection, project: Project, name: str) -> None:
    taken = sa.select(cases.c.id).where(cases.c.project_id == project.id, cases.c.name == name)
    if tx.execute(taken).first() is not None:
        raise Conflict(f'There is a test case "{name}" already. Add to it, or choose another name.')


def find_cases(tx: Connection, project_id: int, case_id: int | None = None) -> Sequence[Any]:
    """Rows of all test cases by name, with who made each; or of one, which raises `NotFound`."""
    statement = sa.select(cases, users.c.name.label("by")).outerjoin(users, users.c.id == cases.c.created_by)
    statement = statement.where(cases.c.project_id == project_id).order_by(cases.c.name, cases.c.id)
    if case_id is not None:
        statement = statement.where(cases.c.id == case_id)
    found = tx.execute(statement).all()
    if case_id is not None and not found:
        raise NotFound("There is no such test case in this project.")
    return found


def _all(tx: Connection, project: Project) -> list[tuple[Any, list[Expected]]]:
    rows = find_cases(tx, project.id)
    expected = _expected(tx, project, [row.id for row in rows])
    return [(row, expected[row.id]) for row in rows]


def _expected(
    tx: Connection, project: Project, case_ids: Sequence[int], *, with_content: bool = False
) -> dict[int, list[Expected]]:
    """The items of test cases, in the order of the pool."""
    found: dict[int, list[Expected]] = {case_id: [] for case_id in case_ids}
    content = items.c.content if with_content else sa.null().label("content")
    statement = (
        sa.select(entries, items.c.key, content, items.c.removed_at)
        .join(items, items.c.id == entries.c.item_id)
        .where(entries.c.test_case_id.in_(case_ids))
        .order_by(entries.c.item_id)
    )
    for row in tx.execute(statement):
        value = project.read(row.value, row.schema_version)
        one = Expected(row.item_id, row.key, row.content or {}, value, row.removed_at is not None)
        found[row.test_case_id].append(one)
    return found


def _out(row: Any, expected: Sequence[Expected]) -> CaseOut:
    return CaseOut(
        id=row.id,
        name=row.name,
        must_pass=row.must_pass,
        min_share=row.min_share,
        revision=row.revision,
        items=len(expected),
        broken=sum(one.state != "ready" for one in expected),
        created_at=row.created_at,
        created_by=row.by,
    )


def _checked(tx: Connection, project: Project, given: Sequence[CaseItemIn]) -> list[dict[str, Any]]:
    """The items as they are kept. Raises `Invalid`, which says of each that does not fit what is wrong."""
    ids = _ids(tx, project, [one.item_key for one in given])
    rows, wrong, seen = [], [], set()
    for place, one in enumerate(given):
        where = f"/items/{place}"
        if one.item_key in seen:
            wrong.append({"pointer": f"{where}/item_key", "detail": f'"{one.item_key}" is named twice'})
        elif one.item_key not in ids:
            wrong.append({"pointer": f"{where}/item_key", "detail": f'there is no item with key "{one.item_key}"'})
        else:
            try:
                value, version = check_value(tx, project, ids[one.item_key], one.value, None)
            except Invalid as invalid:
                detail = f"{one.item_key}: {(invalid.detail or '').rstrip('.')}"
                wrong.append({"pointer": f"{where}/value", "detail": detail})
            else:
                row = {"item_id": ids[one.item_key], "value": value, "schema_version": version}
                rows.append(row | {"created_at": clock()})
        seen.add(one.item_key)
    if wrong:
        more = f" ({len(wrong) - 1:,} more)" if len(wrong) > 1 else ""
        raise Invalid(f"{wrong[0]['pointer'][1:]}: {wrong[0]['detail']}.{more}", errors=wrong)
    return rows


def _ids(tx: Connection, project: Project, keys: Iterable[str]) -> dict[str, int]:
    wanted, found = list(dict.fromkeys(keys)), {}
    for start in range(0, len(wanted), PART):
        some = items.c.key.in_(wanted[start : start + PART])
        rows = tx.execute(sa.select(items.c.key, items.c.id).where(present(project.id), some))
        found.update({row.key: row.id for row in rows})
    return found


def _write(tx: Connection, case_id: int, rows: Sequence[dict[str, Any]]) -> None:
    for row in rows:
        insert = upsert(tx, entries).values(test_case_id=case_id, **row)
        kept = {name: insert.excluded[name] for name in ("value", "schema_version")}
        tx.execute(insert.on_conflict_do_update(index_elements=["test_case_id", "item_id"], set_=kept))
