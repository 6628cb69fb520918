"""Trying a rule before it is kept: what it would say of some thousand items, with examples."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.contents import registry as contents
from labeler.heuristics.apart import tried
from labeler.heuristics.measures import share_of
from labeler.heuristics.reading import read_some
from labeler.items.tables import items, present
from labeler.kit.db import Database
from labeler.learning.features.text import text_of
from labeler.learning.heuristics import Condition
from labeler.learning.heuristics.running import Matched
from labeler.learning.heuristics.votes import is_right
from labeler.projects.access import Project
from labeler.quality.tables import answers
from labeler.wire.heuristics import HeuristicExample, HeuristicTried

OPEN = 3_000  # items drawn at random
ANSWERED = 2_000  # the newest
SHOWN = 8
TEXT = 300


@dataclass(frozen=True)
class Sample:
    """items: with id, key, kind, content, metadata, split, answer; drawn: how many of them, the first, are those of
    which the coverage is estimated."""

    items: list[Any]
    drawn: int


def try_rule(db: Database, project: Project, condition: Condition, value: Any) -> HeuristicTried:
    """value: what it would say, None: nothing is asked of it. Raises `Invalid`."""
    sample = db.read(_sample, project.id)
    matched = tried(condition, [(row.content, row.metadata) for row in sample.items])
    return _told(project, value, sample, matched)


def _sample(tx: Connection, project_id: int) -> Sample:
    """Open items in their random order. Where they are few, all that was answered lately belongs to the picture."""
    columns = (items.c.id, items.c.key, items.c.content, items.c.metadata, items.c.split)
    joined = items.outerjoin(answers, answers.c.item_id == items.c.id)
    asked = sa.select(*columns, answers.c.value.label("answer")).select_from(joined).where(present(project_id))
    drawn = read_some(tx, asked.where(items.c.needed > 0).order_by(items.c.shuffle).limit(OPEN), OPEN)[0]
    newest = sa.select(answers.c.item_id).where(answers.c.project_id == project_id)
    newest = newest.order_by(answers.c.created_at.desc()).limit(ANSWERED)
    known = {row.id for row in drawn}
    answered = [row for row in read_some(tx, asked.where(items.c.id.in_(newest)), ANSWERED)[0] if row.id not in known]
    return Sample([*drawn, *answered], len(drawn) if len(drawn) == OPEN else len(drawn) + len(answered))


def _told(project: Project, value: Any, sample: Sample, matched: Matched) -> HeuristicTried:
    hits = set(matched.positions)
    speaking = [row for place, row in enumerate(sample.items) if place in hits]
    silent = [row for place, row in enumerate(sample.items) if place not in hits]
    answered = [row for row in speaking if row.answer is not None] if value is not None else []
    right = sum(is_right(project.task, value, row.answer) for row in answered)
    found = sum(place < sample.drawn for place in hits)
    return HeuristicTried(
        looked=sample.drawn,
        hits=found,
        coverage=share_of(found, sample.drawn),
        judged=len(answered),
        accuracy=share_of(right, len(answered)),
        failed=matched.failed,
        reason=matched.reason,
        matching=_examples(project, value, speaking, wanted=False),
        silent=_examples(project, value, silent, wanted=True),
    )


def _examples(project: Project, value: Any, rows: Sequence[Any], *, wanted: bool) -> list[HeuristicExample]:
    """wanted: whether those come first of which the value would be right, or those of which it is wrong. None is of the
    holdout: who writes rules by it would see what models are judged on."""
    shown = [_example(project, value, row) for row in rows if row.split == "train"]
    return sorted(shown, key=lambda one: 1 if one.right is None else 0 if one.right is wanted else 2)[:SHOWN]


def _example(project: Project, value: Any, row: Any) -> HeuristicExample:
    kind = contents.all().get(project.content or "")
    text = kind.preview(row.content) if kind is not None else text_of(row.content)
    right = None if value is None or row.answer is None else is_right(project.task, value, row.answer)
    return HeuristicExample(key=row.key, text=text[:TEXT], answer=row.answer, right=right)
