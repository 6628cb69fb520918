"""Since when nothing about a model was chosen: what is labeled from then on could not make it look better than it is.

Why so: docs/decisions/0043-error-in-four-parts.md
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.registry.tables import model_versions, stage_changes


def chosen_at(tx: Connection, row: Any) -> datetime | None:
    """When a model with these choices was first trained or, if that was later, when this one last went live; None
    where there was nothing to choose from: every model so far was trained like it, and it never went live."""
    columns = (model_versions.c.config, model_versions.c.created_at)
    earlier = sa.select(*columns).where(
        model_versions.c.project_id == row.project_id, model_versions.c.number <= row.number
    )
    mine, first, others = _choices(row.config), row.created_at, False
    for model in tx.execute(earlier.order_by(model_versions.c.number.desc())):
        others = _choices(model.config) != mine
        if others:
            break
        first = model.created_at
    live = sa.select(sa.func.max(stage_changes.c.created_at)).where(
        stage_changes.c.project_id == row.project_id,
        stage_changes.c.model_id == row.id,
        stage_changes.c.to_stage == "live",
    )
    promoted: datetime | None = tx.execute(live).scalar()
    known = [first] if others else []
    return max([*known, *([promoted] if promoted is not None else [])], default=None)


def _choices(config: Mapping[str, Any]) -> tuple[Any, ...]:
    """What people choose, or a search does for them; the rest of a configuration follows from the labels."""
    features = (config.get("features") or {}).get("name")
    return config.get("model"), config.get("params"), features, config.get("strategy"), config.get("seed")
