"""Rules that what people answered suggests, for one click."""

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.heuristics.apart import once
from labeler.heuristics.measures import share_of
from labeler.heuristics.reading import CHARACTERS
from labeler.heuristics.tables import heuristics
from labeler.items.tables import items, present
from labeler.kit.bounded import OutOfBounds
from labeler.kit.db import Database
from labeler.learning.features.text import text_of
from labeler.learning.heuristics.seen import READ
from labeler.learning.heuristics.suggesting import Characteristic, characteristic
from labeler.projects.access import Project
from labeler.quality.tables import answers
from labeler.tasks import InvalidValue
from labeler.wire.heuristics import HeuristicSuggestion, HeuristicSuggestions

ANSWERS = 3_000
MOST = 12


def suggest(db: Database, project: Project) -> HeuristicSuggestions:
    """Keywords that are in no rule yet, those of each label in turn. Not from the holdout: models are judged by it."""
    texts, labels = db.read(_answered, project)
    known = db.read(_known, project.id)
    try:
        found = once(characteristic, texts, labels, known) if texts else {}
    except OutOfBounds:
        found = {}
    turns = zip(*([*ranked, *[None] * (MOST - len(ranked))] for ranked in found.values()), strict=True)
    ordered = [one for turn in turns for one in turn if one is not None][:MOST]
    suggested = [made for one in ordered if (made := _suggestion(project, one, len(texts)))]
    return HeuristicSuggestions(items=suggested, answers=len(texts))


def _answered(tx: Connection, project: Project) -> tuple[list[str], list[list[str]]]:
    statement = sa.select(items.c.content, answers.c.value).join(answers, answers.c.item_id == items.c.id)
    statement = statement.where(present(project.id), items.c.split == "train")
    newest = statement.order_by(answers.c.created_at.desc(), items.c.id).limit(ANSWERS)
    texts: list[str] = []
    labels: list[list[str]] = []
    characters = 0
    for row in tx.execute(newest.execution_options(yield_per=200)):
        texts.append(text_of(row.content)[:READ])
        labels.append(project.task.counted_as(row.value))
        characters += len(texts[-1])
        if characters > CHARACTERS:
            break
    return texts, labels


def _known(tx: Connection, project_id: int) -> list[str]:
    mine = (heuristics.c.project_id == project_id, heuristics.c.kind == "keyword", heuristics.c.deleted_at.is_(None))
    conditions = tx.execute(sa.select(heuristics.c.condition).where(*mine)).scalars()
    return [word for condition in conditions for word in str(condition.get("pattern", "")).split(",")]


def _suggestion(project: Project, one: Characteristic, n: int) -> HeuristicSuggestion | None:
    """A label is a value of its own, one in a list, or written as JSON (a number of a scale). n: answered items."""
    for written in (one.label, [one.label]):
        try:
            value = project.task.parse(written, project.schema, None)
        except InvalidValue:
            continue
        return HeuristicSuggestion(
            pattern=one.phrase,
            value=value,
            found=one.found,
            coverage=share_of(one.found, n),
            accuracy=share_of(one.right, one.found),
        )
    return None
