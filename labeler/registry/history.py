"""What models there were before one, and which stages they have been in."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.kit.config import Settings
from labeler.registry.artifacts import folder_of
from labeler.registry.tables import model_versions, stage_changes

MOST = 20
"""Models that were live are looked at."""


def models_before(tx: Connection, row: Any) -> Sequence[Any]:
    """The 200 models before this one, newest first: number, trained_on, metrics, duration_s."""
    columns = (getattr(model_versions.c, name) for name in ("number", "trained_on", "metrics", "duration_s"))
    mine = (model_versions.c.project_id == row.project_id, model_versions.c.number < row.number)
    return tx.execute(sa.select(*columns).where(*mine).order_by(model_versions.c.number.desc()).limit(200)).all()


def newest_after(tx: Connection, row: Any) -> Any:
    """The row of the newest model that is newer than this one and was not retired, or None."""
    newer = (model_versions.c.project_id == row.project_id, model_versions.c.number > row.number)
    statement = sa.select(model_versions).where(*newer, model_versions.c.stage != "retired")
    return tx.execute(statement.order_by(model_versions.c.number.desc()).limit(1)).one_or_none()


def most_labels_seen(tx: Connection, project_id: int) -> int:
    """How many labels the model that saw most of them has seen."""
    most = sa.select(sa.func.max(model_versions.c.labels_seen)).where(model_versions.c.project_id == project_id)
    return int(tx.execute(most).scalar() or 0)


def projects_with_live_model(tx: Connection) -> set[int]:
    """Their ids, those of deleted projects among them."""
    return set(tx.execute(sa.select(model_versions.c.project_id).where(model_versions.c.stage == "live")).scalars())


def earlier_live(tx: Connection, settings: Settings, row: Any) -> Sequence[int]:
    """The numbers of other models that were live and whose files are kept, the last one first."""
    statement = (
        sa.select(model_versions.c.number)
        .join(stage_changes, stage_changes.c.model_id == model_versions.c.id)
        .where(
            stage_changes.c.project_id == row.project_id,
            stage_changes.c.to_stage == "live",
            model_versions.c.id != row.id,
        )
        .group_by(model_versions.c.number)
        .order_by(sa.func.max(stage_changes.c.id).desc())
    )
    numbers = tx.execute(statement.limit(MOST)).scalars().all()
    return [one for one in numbers if (folder_of(settings, row.project_id, one) / "model.skops").exists()]


def has_been(tx: Connection, row: Any, stage: str) -> bool:
    """Whether a model was ever in this stage."""
    mine = (stage_changes.c.project_id == row.project_id, stage_changes.c.model_id == row.id)
    return bool(tx.execute(sa.select(sa.exists().where(*mine, stage_changes.c.to_stage == stage))).scalar())
