"""Rules of a project as its managers handle them."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.accounts.tables import users
from labeler.heuristics import measures
from labeler.heuristics.apart import as_condition, parts_of, refused
from labeler.heuristics.changes import STALE, HeuristicChanged, answer_later, count_again, run_later
from labeler.heuristics.gate import judged_by_people, people_say, why
from labeler.heuristics.measures import Judged
from labeler.heuristics.tables import heuristic_counts, heuristics
from labeler.kit.columns import clock
from labeler.kit.db import lock
from labeler.kit.errors import Conflict, NotFound
from labeler.kit.events import emit
from labeler.learning.heuristics import Condition
from labeler.projects.access import Member, Project, find_project
from labeler.quality.rule_answers import rule_answers_told
from labeler.tasks import InvalidValue
from labeler.wire.heuristics import ConditionIn, HeuristicChange, HeuristicIn, HeuristicOut, HeuristicPage

MOST = 100  # of one project
PARTS = ("pattern", "expression", "field", "op")


def condition_of(body: ConditionIn) -> Condition:
    return as_condition(body.kind, body.model_dump())


def list_heuristics(tx: Connection, project: Project) -> HeuristicPage:
    """Those there are, in the order in which they were made."""
    mine = sa.select(heuristics).where(heuristics.c.project_id == project.id, heuristics.c.deleted_at.is_(None))
    rows = list(tx.execute(mine.order_by(heuristics.c.id)))
    together, said = measures.together(tx, project, rows), rule_answers_told(tx, project.id)
    return HeuristicPage(items=_out(tx, project, rows), together=together, answers=said)


def _out(tx: Connection, project: Project, rows: list[Any]) -> list[HeuristicOut]:
    judged = measures.judged(tx, project, rows)
    said = people_say(tx, project) if rows and project.task.level == "nominal" else {}
    by_people = judged_by_people(tx, project, rows, said)
    counted = tx.execute(sa.select(heuristic_counts).where(heuristic_counts.c.project_id == project.id)).first()
    waits = counted is None or counted.asked > counted.counted
    ids = {row.created_by for row in rows if row.created_by is not None}
    named = tx.execute(sa.select(users.c.id, users.c.name).where(users.c.id.in_(ids)))
    names = {row.id: row.name for row in named}
    return [
        _one(row, judged[row.id], why(project, by_people[row.id]), waits, names.get(row.created_by)) for row in rows
    ]


def _one(
    row: Any, judged: measures.Judged, may_count: tuple[bool, str], waits: bool, created_by: str | None
) -> HeuristicOut:
    state = "counting" if row.stale or waits or row.items is None else "ready"
    if not row.active:
        state = "stopped" if row.off_reason else "off"
    return HeuristicOut(
        id=row.id,
        name=row.name,
        kind=row.kind,
        **{part: row.condition.get(part) for part in PARTS},
        value=row.value,
        active=row.active,
        state=state,
        off_reason=row.off_reason,
        off_detail=row.off_detail,
        items=row.items,
        hits=row.hits,
        coverage=measures.share(row.hits, row.items),
        overlap=measures.share(row.overlap, row.items),
        conflict=measures.share(row.conflict, row.items),
        judged=judged.n,
        accuracy=judged.figure,
        advice=measures.advice(row, judged),
        use=row.use,
        passes=may_count[0],
        why=may_count[1],
        created_by=created_by,
        created_at=row.created_at,
    )


def find(tx: Connection, project: Project, heuristic_id: int) -> Any:
    """A rule of the project; raises `NotFound`."""
    mine = (heuristics.c.id == heuristic_id, heuristics.c.project_id == project.id)
    row = tx.execute(sa.select(heuristics).where(*mine, heuristics.c.deleted_at.is_(None))).one_or_none()
    if row is None:
        raise NotFound(f"There is no heuristic {heuristic_id} in this project.")
    return row


def get(tx: Connection, project: Project, heuristic_id: int) -> HeuristicOut:
    return _out(tx, project, [find(tx, project, heuristic_id)])[0]


def create(tx: Connection, member: Member, body: HeuristicIn) -> HeuristicOut:
    """The condition has been checked (`apart.check`). Raises `Invalid` and `Conflict`."""
    project = find_project(tx, member.project.id)
    lock(tx, "heuristics", project.id)
    value = valid(project, body.value)
    _refuse_taken(tx, project, body.name)
    counted = sa.select(sa.func.count()).where(heuristics.c.project_id == project.id, heuristics.c.deleted_at.is_(None))
    if tx.execute(counted).scalar_one() >= MOST:
        raise Conflict(f"A project has at most {MOST} heuristics: delete one that tells little.")
    values = {
        "project_id": project.id,
        "name": body.name,
        "kind": body.kind,
        "condition": parts_of(condition_of(body)),
        "value": value,
        "active": body.active,
        "revision": 1,
        "stale": False,
        "items_until": 0,
        "seconds": 0.0,
        "kept": 0,
        "created_by": member.user_id,
        "created_at": clock(),
    }
    row = tx.execute(sa.insert(heuristics).values(values).returning(heuristics)).one()
    _tell(tx, member, row, "created", kind=row.kind, value=row.value)
    count_again(tx, project.id)
    return get(tx, project, row.id)


def changed_condition(row: Any, body: HeuristicChange) -> Condition | None:
    """What the rule looks for from then on; None: the same as before."""
    given = {part: getattr(body, part) for part in PARTS if part in body.model_fields_set}
    wanted = as_condition(row.kind, {**row.condition, **given})
    return None if wanted == as_condition(row.kind, row.condition) else wanted


def change(tx: Connection, member: Member, heuristic_id: int, body: HeuristicChange) -> HeuristicOut:
    """Another condition was checked before (`apart.check`). One that is turned on again is run again: it has not seen
    what came meanwhile."""
    project = find_project(tx, member.project.id)
    lock(tx, "heuristics", project.id)
    row = find(tx, project, heuristic_id)
    values = _changes(tx, project, row, body)
    values |= _use(tx, project, row, body, values)
    if not values:
        return get(tx, project, row.id)
    if values.get("active") or "condition" in values:
        values |= STALE | dict.fromkeys(("items", "hits", "overlap", "conflict"))
    changed = sa.update(heuristics).where(heuristics.c.id == row.id).values(values).returning(heuristics)
    row = tx.execute(changed).one()
    _tell(tx, member, row, "changed", **{name: values[name] for name in ("active", "value", "use") if name in values})
    if values.keys() != {"use"}:
        count_again(tx, project.id)
    if "use" in values or row.use == "count":
        answer_later(tx, project.id)
    return get(tx, project, row.id)


def _use(tx: Connection, project: Project, row: Any, body: HeuristicChange, values: dict[str, Any]) -> dict[str, Any]:
    """Raises `Conflict` where it may not count. With another condition or value it is another rule."""
    is_other = "condition" in values or "value" in values
    if body.use == "count" and (is_other or row.use != "count"):
        judged = Judged(0, 0) if is_other else judged_by_people(tx, project, [row], people_say(tx, project))[row.id]
        passes, reason = why(project, judged)
        if not passes:
            raise Conflict(reason)
    if is_other and row.use == "count":
        return {"use": "suggest"}
    return {} if body.use is None or body.use == row.use else {"use": body.use}


def _changes(tx: Connection, project: Project, row: Any, body: HeuristicChange) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if body.name is not None and body.name != row.name:
        _refuse_taken(tx, project, body.name)
        values["name"] = body.name
    if (condition := changed_condition(row, body)) is not None:
        values["condition"] = parts_of(condition)
    if "value" in body.model_fields_set and (value := valid(project, body.value)) != row.value:
        values["value"] = value
    if body.active is not None and body.active != row.active:
        values["active"] = body.active
        if body.active:
            valid(project, values.get("value", row.value))
    if values.get("active") or (row.off_reason and body.active is False):
        values |= {"off_reason": None, "off_detail": None}
    return values


def delete(tx: Connection, member: Member, heuristic_id: int) -> None:
    """It is gone at once; its hits go in parts, in the background."""
    row = find(tx, member.project, heuristic_id)
    gone = sa.update(heuristics).where(heuristics.c.id == row.id)
    tx.execute(gone.values(STALE | {"deleted_at": clock(), "active": False}))
    _tell(tx, member, row, "deleted")
    if row.use == "count":
        answer_later(tx, member.project.id)
    count_again(tx, member.project.id)
    run_later(tx, member.project.id)


def valid(project: Project, value: Any) -> Any:
    """The value as the project's task type has it. Raises `Invalid`."""
    try:
        return project.task.validate(value, project.schema, None)
    except InvalidValue as error:
        raise refused("value", error.reason) from None


def _refuse_taken(tx: Connection, project: Project, name: str) -> None:
    same = (heuristics.c.project_id == project.id, heuristics.c.name == name, heuristics.c.deleted_at.is_(None))
    if tx.execute(sa.select(heuristics.c.id).where(*same)).first() is not None:
        raise Conflict(f'There is a heuristic "{name}" already: give this one another name.')


def _tell(tx: Connection, member: Member, row: Any, action: str, **detail: Any) -> None:
    emit(tx, HeuristicChanged(row.project_id, row.id, row.name, action))
    told: Mapping[str, Any] = {"heuristic": row.id, **detail}
    names = {"created": "heuristic.created", "changed": "heuristic.changed", "deleted": "heuristic.deleted"}
    audit(tx, member.caller, names[action], project_id=row.project_id, target=row.name, **told)
