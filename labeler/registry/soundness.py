"""Whether a model's numbers are numbers, as its training saw them, beside the model before it."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.learning.soundness import EXPLODED
from labeler.registry.tables import model_versions
from labeler.wire.registry import SoundnessOut


def soundness_out(row: Any) -> SoundnessOut | None:
    """row: of a model; None: it was trained before this was looked at."""
    if row.soundness is None:
        return None
    norm, before = row.soundness["norm"], row.soundness.get("norm_before")
    exploded = norm is not None and bool(before) and norm > EXPLODED * before
    return SoundnessOut(**row.soundness, exploded=exploded)


def norm_before(tx: Connection, project_id: int, model: str, params: Mapping[str, Any]) -> float | None:
    """The norm of the newest model's weights, where that is of this kind and has these hyperparameters: others may have
    larger weights for good."""
    statement = sa.select(model_versions.c.config, model_versions.c.soundness)
    statement = statement.where(model_versions.c.project_id == project_id).order_by(model_versions.c.number.desc())
    row = tx.execute(statement.limit(1)).one_or_none()
    if row is None or row.soundness is None or row.config.get("model") != model:
        return None
    if dict(row.config.get("params") or {}) != dict(params):
        return None
    norm: float | None = row.soundness["norm"]
    return norm


def why_unsound(row: Any) -> str | None:
    """What keeps a model from answering whatever anybody decides; None where nothing does. row: of the model."""
    found = row.soundness
    if found is None or not found["broken_probabilities"]:
        return None
    broken, of = f"{found['broken_probabilities']:,}", f"{found['probabilities']:,}"
    return f"of the {of} probabilities that it gave after its training {broken} are not finite numbers"
