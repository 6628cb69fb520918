"""What happens to rules, as others hear of it; and asking for the job that runs them."""

from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import Audited
from labeler.heuristics.tables import heuristic_counts, heuristics
from labeler.kit.db import upsert
from labeler.kit.events import Event, emit
from labeler.kit.jobs import engine

LLMS = sa.table("llm_labelers", *(sa.column(name) for name in ("project_id", "user_id", "use", "revised_after")))
"""Of the room `labeler.llm`, which stands above this one."""


@dataclass(frozen=True)
class HeuristicChanged(Event):
    """A rule was created, changed or deleted, or the service stopped it. action: which of these."""

    name: ClassVar[str] = "heuristic.changed"
    project_id: int
    heuristic_id: int
    rule: str
    action: str


@dataclass(frozen=True)
class HeuristicsCounted(Event):
    """The rules of a project were run over what was new, and counted."""

    name: ClassVar[str] = "heuristics.counted"
    is_public: ClassVar[bool] = False
    project_id: int
    active: int


def run_later(tx: Connection, project_id: int, *, delay: float = 0) -> None:
    lane = f"heuristics:{project_id}"
    engine.enqueue(tx, "heuristics.match", project_id=project_id, dedup=lane, lane=lane, delay=delay)


def count_again(tx: Connection, project_id: int, *, delay: float = 0) -> None:
    """Figures are out of date: something but new items has changed."""
    first = {"project_id": project_id, "asked": 1, "counted": 0, "items": 0, "covered": 0}
    again = {"asked": heuristic_counts.c.asked + 1}
    asked = upsert(tx, heuristic_counts).values(first)
    tx.execute(asked.on_conflict_do_update(index_elements=["project_id"], set_=again))
    run_later(tx, project_id, delay=delay)


def wanting() -> Any:
    """The projects in which some are to count, whether they pass or not."""
    rules = sa.select(heuristics.c.project_id).where(
        heuristics.c.use == "count", heuristics.c.active, heuristics.c.deleted_at.is_(None)
    )
    return rules.union(sa.select(LLMS.c.project_id).where(LLMS.c.use == "weigh"))


ANSWER = "heuristics.answer"


def answer_later(tx: Connection, project_id: int, *, delay: float = 0) -> None:
    """What rules that may count come to is out of date."""
    lane = f"rule-answers:{project_id}"
    engine.enqueue(tx, ANSWER, project_id=project_id, dedup=lane, lane=lane, delay=delay)


STALE: dict[str, Any] = {"stale": True, "revision": heuristics.c.revision + 1}
"""Of a rule whose hits are those of another one."""


def stop(tx: Connection, row: Any, reason: str, detail: str) -> bool:
    """The service turns a rule off, unless it is another one by now. reason: see `OffReason` in wire/heuristics.py."""
    same = (heuristics.c.id == row.id, heuristics.c.revision == row.revision, heuristics.c.active)
    values = {"active": False, "off_reason": reason, "off_detail": detail}
    if reason != "schema":  # what was found until then is no figure of it
        values |= STALE | dict.fromkeys(("items", "hits", "overlap", "conflict"))
    if not tx.execute(sa.update(heuristics).where(*same).values(values)).rowcount:
        return False
    emit(tx, HeuristicChanged(row.project_id, row.id, row.name, "stopped"))
    emit(
        tx,
        Audited("heuristic.stopped", None, "labeler", "", row.project_id, row.name, {"reason": reason}),
    )
    count_again(tx, row.project_id)
    return True
