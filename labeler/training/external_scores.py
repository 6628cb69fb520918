"""Scores of a model outside: the queue in its order, holdout mixed in as ever, swapped at once."""

import math
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.items.tables import items, present
from labeler.learning import problems
from labeler.projects.access import Member
from labeler.queue.rankings import EXTERNAL, LENGTH, Entry, put_in_force
from labeler.wire.items import RowError
from labeler.wire.training import ScoresResult

MOST_ERRORS = 1000
IN_CHUNK = 500


class _Refused(Exception):
    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason


def score_of(entry: Any, names: list[str], normalized: bool = True) -> tuple[str, float]:
    """Key and acquisition score in [0, 1]; of probabilities, one minus the margin of the two likeliest; of labels that
    may go together (normalized: whether they may not), how unsure each is on average."""
    if not isinstance(entry, dict) or not isinstance(entry.get("key"), str):
        raise _Refused("key", "expected an object with key and score or proba")
    score, proba = entry.get("score"), entry.get("proba")
    if (score is None) == (proba is None):
        raise _Refused("score", "give score or proba")
    if proba is None:
        return entry["key"], _share("score", score)
    if not isinstance(proba, dict) or not proba:
        raise _Refused("proba", "must be an object of label and probability")
    for name in proba:
        if name not in names:
            raise _Refused("proba", f'"{str(name)[:50]}" is not a label of this project')
    if not normalized:
        shares = [_share("proba", value) for value in proba.values()]
        return entry["key"], sum(1 - abs(2 * share - 1) for share in shares) / len(shares)
    ordered = sorted((_share("proba", value) for value in proba.values()), reverse=True)
    return entry["key"], 1 - (ordered[0] - (ordered[1] if len(ordered) > 1 else 0.0))


def _share(field: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _Refused(field, "must be a number")
    if not 0 <= value <= 1:
        raise _Refused(field, "must be between 0 and 1")
    return float(value)


def rank_by_scores(tx: Connection, member: Member, entries: list[Any]) -> ScoresResult:
    normalized = problems.find(member.project.task.problem).normalized
    names = member.project.schema.names()
    errors: list[RowError] = []
    scores: dict[str, float] = {}
    refused = 0
    rows: dict[str, int] = {}
    for number, entry in enumerate(entries, 1):
        try:
            if isinstance(entry, ValueError):
                raise _Refused("", f"is not valid JSON: {entry}")
            key, score = score_of(entry, names, normalized)
            scores[key], rows[key] = score, number
        except _Refused as wrong:
            refused += 1
            errors.append(RowError(row=number, field=wrong.field, reason=wrong.reason))
    known = _items(tx, member.project.id, list(scores))
    for key in scores.keys() - known.keys():
        refused += 1
        errors.append(RowError(row=rows[key], field="key", reason="no item has this key"))
    open_ones = [(known[key][0], score) for key, score in scores.items() if key in known and known[key][1]]
    best = sorted(open_ones, key=lambda pair: -pair[1])[:LENGTH]
    picked = [Entry(item, score, None, {"by": EXTERNAL}) for item, score in best]
    put_in_force(tx, member.project, EXTERNAL, None, picked)
    audit(tx, member.caller, "scores.pushed", project_id=member.project.id, ranked=len(picked))
    errors.sort(key=lambda error: error.row)
    return ScoresResult(ranked=len(picked), refused=refused, errors=errors[:MOST_ERRORS])


def _items(tx: Connection, project_id: int, keys: list[str]) -> dict[str, tuple[int, bool]]:
    """Item id by key, and whether a ranking may hold it: open, and not in the holdout."""
    found: dict[str, tuple[int, bool]] = {}
    for start in range(0, len(keys), IN_CHUNK):
        part = keys[start : start + IN_CHUNK]
        statement = sa.select(items.c.id, items.c.key, items.c.needed, items.c.split).where(
            present(project_id), items.c.key.in_(part)
        )
        for row in tx.execute(statement):
            found[row.key] = (row.id, row.needed > 0 and row.split == "train")
    return found
