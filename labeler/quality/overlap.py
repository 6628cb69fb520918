"""How many labels an item needs: more where people disagree, none where the answer is sure enough."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam

from labeler.items.tables import items
from labeler.kit.compiled import CompiledStatement
from labeler.labels.current import SHARES, WANTED, wanted_by
from labeler.projects.access import Project
from labeler.quality.known import GOLD


def _need(stratifies: bool) -> CompiledStatement:
    left = WANTED[stratifies] - bindparam("given", type_=sa.Integer)
    needed = sa.case((left > 0, left), else_=bindparam("more", type_=sa.SmallInteger))
    return CompiledStatement(sa.update(items).where(items.c.id == bindparam("item")).values(needed=needed))


NEED = {stratifies: _need(stratifies) for stratifies in (False, True)}


def is_unsure(project: Project, row: dict[str, Any]) -> bool:
    """Whether one more label should be asked for. row: the answer's columns."""
    settings = project.settings
    most = settings.most_labels or 0
    unsure = row["given"] < most and row["confidence"] < settings.certainty
    return bool(unsure and row["method"] != GOLD)


def ask_or_close(tx: Connection, project: Project, item_id: int, row: dict[str, Any]) -> None:
    """row: the columns of the answer as it was written, with `wants_more` (`is_unsure`).

    Once an item has the labels that all get, it needs one more at a time, as long as its answer is not sure. What is
    known needs none: people get it to be held against it, however many labels it has."""
    settings = project.settings
    if row["method"] == GOLD:
        NEED[False](tx, item=item_id, overlap=0, share=SHARES, given=0, more=0)
    elif settings.most_labels is not None:
        need = NEED[settings.drawn_by is not None]
        need(tx, item=item_id, **wanted_by(settings), given=row["given"], more=int(row["wants_more"]))
