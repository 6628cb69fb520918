"""Labels of a language model shown beside items, as predictions from outside are; never those of the blind share."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.tables import users
from labeler.imports.tables import outside_predictions
from labeler.kit.columns import clock
from labeler.kit.db import upsert
from labeler.labels.tables import current_labels, labels
from labeler.llm.tables import llm_asks
from labeler.projects.access import Project

COLUMNS = ["item_id", "project_id", "value", "model", "import_id", "created_at"]


def show(tx: Connection, project: Project, row: Any, label_ids: list[int] | None = None) -> None:
    """Those labels that are in force, of its present revision and under the newest schema. label_ids: of these alone;
    None: all there are."""
    name = sa.select(users.c.name).where(users.c.id == row.user_id).scalar_subquery()
    given = (
        sa.select(labels.c.item_id, labels.c.project_id, labels.c.value, name, llm_asks.c.job_id, clock())
        .join(current_labels, current_labels.c.label_id == labels.c.id)
        .join(llm_asks, llm_asks.c.label_id == labels.c.id)
        .where(llm_asks.c.user_id == row.user_id, llm_asks.c.revision == row.revision, ~llm_asks.c.blind)
        .where(labels.c.schema_version == project.schema_version)
    )
    if label_ids is not None:
        given = given.where(labels.c.id.in_(label_ids))
    tx.execute(upsert(tx, outside_predictions).from_select(COLUMNS, given).on_conflict_do_nothing())


def take_away(tx: Connection, row: Any) -> None:
    """It is shown no more."""
    jobs = sa.select(llm_asks.c.job_id).where(llm_asks.c.user_id == row.user_id).distinct()
    mine = (outside_predictions.c.project_id == row.project_id, outside_predictions.c.import_id.in_(jobs))
    tx.execute(sa.delete(outside_predictions).where(*mine))
