"""Labels that are split by meaning: their old answers stay, their items are open, and a campaign asks them again.

Who is asked is known from the history alone: labels of which nothing is left are nobody's current ones any more. Items
are in the order of how near they are to what is known of the new labels, and each has the likeliest one as a hint, for
managers only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import Audited
from labeler.accounts.tables import users
from labeler.campaigns.service import add
from labeler.items.tables import items, present
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.kit.events import emit, listen
from labeler.labels.tables import labels
from labeler.projects.access import Member, Project
from labeler.projects.label_schema import SchemaChanged
from labeler.wire.campaigns import CampaignIn, Selection
from labeler.wire.schema import LooksIn, LooksLike, LooksOut, SplitHint

EXAMPLES = 5


@listen(SchemaChanged)
def ask_again(tx: Connection, event: SchemaChanged, project: Project) -> None:
    """One campaign for all labels that this change splits."""
    if not event.splits or event.split is None:
        return
    name = "; ".join(f"{old} → {', '.join(new)}" for old, new in event.splits.items())[:200]
    select = Selection(label=list(event.splits), schema_version=event.version - 1)
    body = CampaignIn(name=name, select=select, to=event.split.to)
    split = {"labels": list(event.splits), "before": event.version - 1, "hints": event.split.hints}
    campaign_id = add(tx, project, event.split.by, body, split=split)
    email = tx.execute(sa.select(users.c.email).where(users.c.id == event.split.by)).scalar() or ""
    detail = {"campaign": campaign_id}
    emit(tx, Audited("campaign.created", event.split.by, email, "", project.id, name, detail))


@dataclass(frozen=True)
class SplitLabels:
    """What was split. project: as it was before."""

    project: Project
    labels: frozenset[str]

    @classmethod
    def of(cls, project: Project, told: dict[str, Any]) -> "SplitLabels":
        return cls(replace(project, schema_version=told["before"]), frozenset(told["labels"]))

    def last_words(self, tx: Connection) -> Any:
        """The last label of everybody on every item, where it had one of these labels: a statement with their `id`,
        `item_id`, `labeler_id`, `value` and `schema_version`."""
        project_id = self.project.id
        written = sa.cast(labels.c.value, sa.Text)  # of JSON itself each database has its own equality
        kinds = sa.select(labels.c.value, labels.c.schema_version, written.label("written"))
        kinds = kinds.where(labels.c.project_id == project_id)
        kinds = kinds.where(labels.c.value.is_not(None), labels.c.schema_version <= self.project.schema_version)
        meant = [row for row in tx.execute(kinds.distinct()) if self._had(row.value, row.schema_version)]
        later = labels.alias("later")
        superseded = sa.select(sa.literal(1)).where(
            later.c.item_id == labels.c.item_id, later.c.labeler_id == labels.c.labeler_id, later.c.id > labels.c.id
        )
        is_meant = (sa.and_(written == row.written, labels.c.schema_version == row.schema_version) for row in meant)
        return (
            sa.select(labels.c.id, labels.c.item_id, labels.c.labeler_id, labels.c.value, labels.c.schema_version)
            .where(labels.c.project_id == project_id, sa.or_(sa.false(), *is_meant), sa.not_(sa.exists(superseded)))
            .where(labels.c.kind.in_(self.project.settings.counting))
        )

    def _had(self, value: Any, version: int) -> bool:
        read = self.project.read(value, version)
        return read is not None and not self.labels.isdisjoint(self.project.task.counted_as(read))

    def items(self, tx: Connection) -> list[int]:
        """In the fixed random order of the items."""
        meant = self.last_words(tx).subquery()
        statement = sa.select(items.c.id).where(present(self.project.id), items.c.id.in_(sa.select(meant.c.item_id)))
        return list(tx.execute(statement.order_by(items.c.shuffle, items.c.id)).scalars())


def in_order(
    db: Database, settings: Settings, project: Project, told: dict[str, Any]
) -> tuple[list[int], dict[int, str]]:
    """The items of a split, nearest to what is known of the new labels first, and what each looks like."""
    from labeler.campaigns.looks import MOST, looks  # brings SciPy along: not at every start

    ids = db.read(SplitLabels.of(project, told).items)
    hints = {name: SplitHint(**hint) for name, hint in told["hints"].items()}
    if not hints:
        return ids, {}
    found = looks(db, settings, project, ids[:MOST], hints)
    ordered = found.ids[np.argsort(-found.score, kind="stable")].tolist()
    likely = {
        int(one): found.labels[place] for one, place in zip(found.ids, found.label.tolist(), strict=True) if place >= 0
    }
    return [*ordered, *ids[MOST:]], likely


def looks_like(db: Database, settings: Settings, member: Member, body: LooksIn) -> LooksOut:
    """Which new labels the present answers with a label look like. Raises `Invalid`."""
    from labeler.campaigns.looks import MOST, looks  # brings SciPy along: not at every start
    from labeler.campaigns.select import in_order as chosen

    project = member.project
    ids: Sequence[int] = db.read(chosen, project, Selection(label=body.label), None)
    found = looks(db, settings, project, ids[:MOST], body.hints)
    like = []
    for place, name in enumerate(found.labels):
        mine = np.flatnonzero(found.label == place)
        nearest = found.ids[mine[np.argsort(-found.score[mine], kind="stable")]][:EXAMPLES].tolist()
        like.append(LooksLike(label=name, answers=len(mine), examples=db.read(_keys, nearest)))
    unlike = int((found.label < 0).sum())
    return LooksOut(answers=len(ids), looked_at=len(found.ids), like=like, unlike=unlike, by=found.by)


def _keys(tx: Connection, ids: Sequence[int]) -> list[str]:
    rows = tx.execute(sa.select(items.c.id, items.c.key).where(items.c.id.in_(ids)))
    keys = {row.id: row.key for row in rows}
    return [keys[one] for one in ids if one in keys]
