"""What heuristics and language models that count say of items, for those who make answers and those who read them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.tables import items
from labeler.kit.db import Database
from labeler.projects.access import Project
from labeler.quality.tables import answers, rule_answers, rule_fits
from labeler.wire.heuristics import RuleAnswers
from labeler.wire.quality import AnswerLabel, AnswerOut

CHUNK = 1_000
one = rule_answers.c


def evidence_of(tx: Connection, project: Project, item_ids: Sequence[int] | None = None) -> dict[int, dict[str, float]]:
    """By item, what is added to the logarithm of each label's chance. item_ids: of these alone."""
    if not project.weighs_rules:
        return {}
    mine = sa.select(one.item_id, one.evidence)
    mine = mine.where(one.project_id == project.id, one.schema_version == project.schema_version)
    if item_ids is not None:
        mine = mine.where(one.item_id.in_(item_ids))
    else:  # only where several people may disagree
        mine = mine.join(answers, answers.c.item_id == one.item_id).where(answers.c.given > 1)
    return {row.item_id: row.evidence for row in tx.execute(mine) if row.evidence}


def _alone(project: Project) -> Any:
    """Those that are the answer: nobody has labeled the item, and they do not contradict each other."""
    unanswered = ~sa.exists(sa.select(sa.literal(1)).where(answers.c.item_id == one.item_id))
    mine = (one.project_id == project.id, one.schema_version == project.schema_version)
    return sa.and_(*mine, one.value.is_not(None), unanswered)


def rule_answers_of(tx: Connection, project: Project, item_ids: Sequence[int]) -> dict[int, AnswerOut]:
    """The answers of those of these items that only rules and language models answer."""
    if not project.weighs_rules:
        return {}
    rows = tx.execute(sa.select(rule_answers).where(_alone(project), one.item_id.in_(item_ids)))
    return {row.item_id: AnswerOut(**_columns(row)) for row in rows}


def _columns(row: Any) -> dict[str, Any]:
    names = ("value", "confidence", "method", "posterior")
    return {**{name: getattr(row, name) for name in names}, "agreement": 1.0, "contested": False}


def read_rule_answers(db: Database, project: Project) -> Iterator[dict[str, Any]]:
    """As `read_answers`, of items that only rules and language models answer."""
    after = 0 if project.weighs_rules else None
    while after is not None:
        with db.engine.connect() as tx:
            mine = sa.select(rule_answers, items.c.key).join(items, items.c.id == one.item_id)
            mine = mine.where(_alone(project), one.item_id > after, items.c.removed_at.is_(None))
            rows = tx.execute(mine.order_by(one.item_id).limit(CHUNK)).all()
        for row in rows:
            yield {"item_key": row.key, **_columns(row), "labels": [_said(row, vote) for vote in row.votes]}
        after = rows[-1].item_id if rows else None


def _said(row: Any, vote: Sequence[Any]) -> Mapping[str, Any]:
    name, kind, value = vote
    said = AnswerLabel(labeler=name, kind=kind, value=value, guideline_version=None, schema_version=row.schema_version)
    return said.model_dump()


def rule_answers_told(tx: Connection, project_id: int) -> RuleAnswers | None:
    """What the last look came to; None where none counts."""
    row = tx.execute(sa.select(rule_fits).where(rule_fits.c.project_id == project_id)).one_or_none()
    if row is None or not row.voices:
        return None
    unanswered = ~sa.exists(sa.select(sa.literal(1)).where(answers.c.item_id == one.item_id))
    alone = sa.select(sa.func.count()).select_from(rule_answers)
    alone = alone.where(one.project_id == project_id, one.value.is_not(None), unanswered)
    names = ("method", "voices", "items", "people", "off")
    number = int(tx.execute(alone).scalar_one())
    return RuleAnswers(alone=number, at=row.created_at, **{name: row._mapping[name] for name in names})
