"""How far the people of a project agree: Krippendorff's alpha, also by label, and Cohen's kappa of every pair."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.tables import users
from labeler.items.tables import items as all_items
from labeler.kit.entries import entry
from labeler.labels.tables import current_labels
from labeler.learning.evaluation.agreement import DISTANCES, Agreement, Pair, cohen_kappas, krippendorff_alpha
from labeler.learning.evaluation.intervals import Estimate
from labeler.learning.numeric.types import Array
from labeler.projects.access import Project
from labeler.quality.drawn import Drawn, drawn
from labeler.quality.judgments import read_given
from labeler.quality.tables import answers
from labeler.wire.labels import LabelerOut
from labeler.wire.quality import AgreementOut, AgreementThen, Figure, LabelAgreement, PairAgreement, ValueAgreement

MOST = 50_000
"""Items with several labels that are looked at, the newest first: what keeps a look at any project short."""
MOST_LABELS = MOST_VALUES = 50
MOST_PAIRS = 100
MOST_PARTS, FEW_ITEMS = 6, 20
"""Of the time: so many parts, of so many items at least, as each value of a field."""


def agreement(tx: Connection, project: Project) -> AgreementOut:
    """Of the labels in force that count, as the newest schema reads them."""
    several = _several(project)
    ids = several.with_only_columns(answers.c.item_id)
    given = read_given(tx, project, current_labels.c.item_id.in_(ids), current_labels.c.counted)
    found, apart = drawn(tx, project, given, ids), DISTANCES[project.task.level](given.values)
    whole = krippendorff_alpha(found.items, found.codes, apart, weights=found.weights)
    plain = None if found.how in ("none", "unknown") else krippendorff_alpha(given.items, given.codes, apart).alpha
    order = _order(tx, several, found)
    pairs = cohen_kappas(found.items, found.people, found.codes, apart)[:MOST_PAIRS]
    names = _names(tx, {who for pair in pairs for who in (pair.first, pair.second)})
    return AgreementOut(
        level=project.task.level,
        alpha=_figure(whole.alpha),
        items=whole.alpha.n,
        labels=whole.labels,
        people=len(np.unique(found.people)),
        why=whole.why,
        weighting=found.how,
        plain=None if plain is None else _figure(plain),
        plain_items=None if plain is None else plain.n,
        over_time=list(_over_time(found, apart, order)),
        by_label=list(_by_label(project, found, given.values)),
        field=project.settings.overlap_field,
        by_value=list(_by_value(tx, project, found, apart)),
        pairs=[_pair(pair, names) for pair in pairs],
    )


def _order(tx: Connection, several: Any, found: Drawn) -> list[tuple[int, datetime]]:
    """The items that are looked at, with when they were first answered, in that order."""
    here = set(np.unique(found.items).tolist())
    return [(row.item_id, row.created_at) for row in reversed(tx.execute(several).all()) if row.item_id in here]


def _several(project: Project) -> Any:
    return (
        sa.select(answers.c.item_id, answers.c.created_at)
        .where(answers.c.project_id == project.id, answers.c.given > 1)
        .order_by(answers.c.created_at.desc())
        .limit(MOST)
    )


def _over_time(found: Drawn, apart: Array, order: list[tuple[int, datetime]]) -> Iterator[AgreementThen]:
    """Parts with as many items each: a time in which little was labeled says as much as another."""
    parts = min(MOST_PARTS, len(order) // FEW_ITEMS)
    if parts < 2:
        return
    for places in np.array_split(np.arange(len(order)), parts):
        first, last = int(places[0]), int(places[-1])
        inside = np.isin(found.items, [item for item, _ in order[first : last + 1]])
        alpha = _alpha(found, found.codes, apart, inside).alpha
        yield AgreementThen(since=order[first][1], until=order[last][1], alpha=_figure(alpha), items=alpha.n)


def _alpha(found: Drawn, codes: Array, apart: Array, inside: Array) -> Agreement:
    return krippendorff_alpha(found.items[inside], codes[inside], apart, weights=found.weights[inside])


def _by_label(project: Project, found: Drawn, values: list[Any]) -> Iterator[LabelAgreement]:
    """Each label for itself, those that were given: whether it was said or not."""
    inside = [set(project.task.labels_in(value)) for value in values]
    for name in islice((one for one in project.label_names if any(one in some for some in inside)), MOST_LABELS):
        said = np.array([name in some for some in inside], dtype=np.int64)[found.codes]
        given = int(said.sum())
        said ^= said[0]  # of two labels one is said where the other is not: both get the same interval
        whole = _alpha(found, said, DISTANCES["nominal"]((0, 1)), np.ones(len(said), dtype=bool))
        yield LabelAgreement(label=name, alpha=_figure(whole.alpha), given=given)


def _by_value(tx: Connection, project: Project, found: Drawn, apart: Array) -> Iterator[ValueAgreement]:
    """The items of each value for themselves, where there are enough for an interval."""
    if project.settings.overlap_field is None:
        return
    value = entry(all_items.c.metadata, sa.literal(project.settings.overlap_field, sa.Text))
    ids = _several(project).with_only_columns(answers.c.item_id)
    inside: dict[str, set[int]] = {}
    here = set(np.unique(found.items).tolist())
    for item, name in tx.execute(sa.select(all_items.c.id, value).where(all_items.c.id.in_(ids))):
        if name is not None:
            inside.setdefault(name, set()).add(item)
    for some in inside.values():
        some &= here
    enough = (name for name, some in inside.items() if len(some) >= FEW_ITEMS)
    for name in sorted(enough, key=lambda name: (-len(inside[name]), name))[:MOST_VALUES]:
        alpha = _alpha(found, found.codes, apart, np.isin(found.items, list(inside[name]))).alpha
        yield ValueAgreement(value=name, alpha=_figure(alpha), items=alpha.n)


def _names(tx: Connection, ids: set[int]) -> dict[int, LabelerOut]:
    rows = tx.execute(sa.select(users.c.id, users.c.name, users.c.kind).where(users.c.id.in_(ids)))
    return {row.id: LabelerOut(id=row.id, name=row.name, kind=row.kind) for row in rows}


def _pair(pair: Pair, names: dict[int, LabelerOut]) -> PairAgreement:
    people = [names[who] for who in (pair.first, pair.second)]
    return PairAgreement(people=people, kappa=_figure(pair.kappa), items=pair.kappa.n, alike=pair.alike)


def _figure(estimate: Estimate) -> Figure:
    return Figure(value=estimate.value, low=estimate.low, high=estimate.high)
