"""How good a language model is, by the labels that people were asked for without seeing its own."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.tables import users
from labeler.labels.tables import current_labels, labels
from labeler.learning.evaluation.intervals import Estimate, wilson
from labeler.learning.llm import measures as pure
from labeler.learning.llm.replacement import replacement
from labeler.llm.tables import llm_asks
from labeler.projects.access import Project
from labeler.quality.by_people import PEOPLE
from labeler.quality.consensus import majority
from labeler.quality.tables import labeler_qualities
from labeler.wire.llm import LlmByLabel, LlmMeasured, LlmReplacement
from labeler.wire.quality import Figure

NEWEST = 5_000  # of its labels: what the replacement test looks at
MOST_PAIRS = 20_000
MOST_LABELS = 50  # of which figures are given
AT_ONCE = 500


@dataclass(frozen=True)
class Pair:
    """A label of the blind share with what people say of the item. chance: with which it was drawn."""

    label_id: int
    said: Any
    people: Any
    chance: float


def figure(found: Estimate) -> Figure:
    return Figure(value=found.value, low=found.low, high=found.high)


def share(hits: int, n: int) -> Figure:
    low, high = wilson(hits, n)
    return Figure(value=hits / n, low=low, high=high) if n else Figure(value=None, low=None, high=None)


def pairs(tx: Connection, project: Project, row: Any, newest: int = MOST_PAIRS) -> tuple[list[Pair], int]:
    """Those of its present revision, in the order in which it labeled; and how many people have not answered yet."""
    blind = (
        sa.select(llm_asks.c.item_id, llm_asks.c.label_id, llm_asks.c.probability, labels.c.value)
        .add_columns(labels.c.schema_version)
        .join(labels, labels.c.id == llm_asks.c.label_id)
        .join(current_labels, current_labels.c.label_id == labels.c.id)
        .where(llm_asks.c.user_id == row.user_id, llm_asks.c.blind, llm_asks.c.revision == row.revision)
        .order_by(llm_asks.c.label_id.desc())
        .limit(newest)
    )
    rows = list(reversed(tx.execute(blind).all()))
    given = _people(tx, project, [one.item_id for one in rows])
    found, waiting = [], 0
    for one in rows:
        said = project.read(one.value, one.schema_version)
        theirs = list(given.get(one.item_id, {}).values())
        if said is None:
            continue
        if not theirs:
            waiting += 1
            continue
        people, _ = majority(theirs, lambda a, b: project.task.distance(a, b, project.schema))
        found.append(Pair(one.label_id, said, people, one.probability))
    return found, waiting


def _people(tx: Connection, project: Project, item_ids: Sequence[int], *more: Any) -> dict[int, dict[int, Any]]:
    """What people say of these items, earliest first: item to labeler to value."""
    found: dict[int, dict[int, Any]] = defaultdict(dict)
    columns = (labels.c.item_id, labels.c.labeler_id, labels.c.value, labels.c.schema_version)
    given = sa.select(*columns).join(current_labels, current_labels.c.label_id == labels.c.id)
    given = given.where(labels.c.kind.in_(PEOPLE), *more).order_by(labels.c.id)
    for start in range(0, len(item_ids), AT_ONCE):
        part = item_ids[start : start + AT_ONCE]
        for row in tx.execute(given.where(current_labels.c.item_id.in_(part))):
            value = project.read(row.value, row.schema_version)
            if value is not None:
                found[row.item_id][row.labeler_id] = value
    return found


def judged(project: Project, found: Iterable[Pair]) -> pure.Judged:
    rows = list(found)
    dump = project.task.dump
    return pure.judged([float(dump(one.said) == dump(one.people)) for one in rows], [one.chance for one in rows])


def human_level(tx: Connection, project_id: int) -> float | None:
    """How often people are right, where two or more of them were held against others on 30 items in all."""
    rows = tx.execute(
        sa.select(labeler_qualities.c.accuracy, labeler_qualities.c["items"])
        .join(users, users.c.id == labeler_qualities.c.labeler_id)
        .where(labeler_qualities.c.project_id == project_id, users.c.kind == "person", labeler_qualities.c["items"] > 0)
    ).all()
    whole = sum(row.items for row in rows)
    if len(rows) < 2 or whole < pure.LEAST:
        return None
    return float(sum(row.accuracy * row.items for row in rows) / whole)


def measured(tx: Connection, project: Project, row: Any) -> LlmMeasured:
    found, waiting = pairs(tx, project, row)
    known = judged(project, found)
    right = pure.accuracy(known)
    human = human_level(tx, project.id)
    bar = row.bar if row.bar is not None else min(human or pure.USUAL_BAR, 0.999)
    passes = pure.passes(right, bar)
    return LlmMeasured(
        accuracy=figure(right),
        judged=right.n,
        waiting=waiting,
        bar=bar,
        human_level=human,
        passes=passes,
        why=_why(right, bar, passes),
        by_label=_by_label(project, found),
        replacement=_replacement(tx, project, row),
        drift=pure.drift(known),
    )


def _why(right: Estimate, bar: float, passes: bool) -> str:
    if right.low is None or right.n < pure.LEAST:
        return f"People answered {right.n} of the labels that tell how good it is: {pure.LEAST} or more are needed."
    low, wanted = f"{right.low:.1%}", f"{bar:.1%}"
    if passes:
        return f"It is right on {low} or more of the items, and {wanted} is wanted: it may count."
    return f"It is right on {low} of the items at least, and {wanted} is wanted: it may not count."


def _by_label(project: Project, found: Sequence[Pair]) -> list[LlmByLabel]:
    labels_in = project.task.labels_in
    rows = []
    for name in project.label_names[:MOST_LABELS]:
        people = [name in labels_in(one.people) for one in found]
        said = [name in labels_in(one.said) for one in found]
        both = sum(a and b for a, b in zip(people, said, strict=True))
        figures = {"found": share(both, sum(people)), "right": share(both, sum(said))}
        rows.append(LlmByLabel(label=name, people=sum(people), said=sum(said), **figures))
    return rows


def _replacement(tx: Connection, project: Project, row: Any) -> LlmReplacement:
    """On what people labeled who were shown no suggestion."""
    mine = (
        sa.select(labels.c.item_id, labels.c.value, labels.c.schema_version)
        .join(current_labels, current_labels.c.label_id == labels.c.id)
        .where(current_labels.c.labeler_id == row.user_id, labels.c.project_id == project.id)
        .where(labels.c.id > row.revised_after)
        .order_by(labels.c.id.desc())
        .limit(NEWEST)
    )
    read = ((one.item_id, project.read(one.value, one.schema_version)) for one in tx.execute(mine))
    model: Mapping[int, Any] = {item: value for item, value in read if value is not None}
    people: dict[int, dict[int, Any]] = defaultdict(dict)
    for item, given in _people(tx, project, list(model), labels.c.suggestion.is_(None)).items():
        for who, value in given.items():
            people[who][item] = value
    tested = replacement(model, list(people.values()), lambda a, b: project.task.distance(a, b, project.schema))
    return LlmReplacement(**asdict(tested))
