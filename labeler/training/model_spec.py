"""Which model a training makes: the project's setting, the last search's choice, or the one on record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.learning.models import AUTO, POOL_ENSEMBLE
from labeler.projects.access import Project
from labeler.training.tables import model_searches


@dataclass(frozen=True)
class ModelSpec:
    """A model and its hyperparameters that are not at their defaults.

    representation: how the pool was represented when it was found best; represented otherwise, the default is as good
    a guess. "any": it does not depend on that.
    """

    model: str
    params: dict[str, Any] = field(default_factory=dict)
    representation: Literal["any", "encoder", "projection"] | None = "any"


def representation_in(config: Mapping[str, Any]) -> dict[str, Any] | None:
    """How a trained model's pool was represented, by its configuration; earlier versions called that its sight."""
    found: dict[str, Any] | None = config.get("representation", config.get("sight"))
    return found


def representation_name(config: Mapping[str, Any] | None) -> str | None:
    """encoder, projection, or None without a graph of the pool."""
    return None if config is None else str(config["kind"])


def model_alone(spec: ModelSpec | None, representation: Mapping[str, Any] | None) -> ModelSpec | None:
    """The model that learns from the features alone; None for the default."""
    if (
        spec is None
        or spec.model == POOL_ENSEMBLE
        or spec.representation not in ("any", representation_name(representation))
    ):
        return None
    return spec


def spec_for(tx: Connection, project: Project) -> ModelSpec | None:
    """What a training of this project makes; None for the default."""
    wanted = project.settings.model
    if wanted != AUTO:
        return ModelSpec(wanted)
    last = last_search(tx, project.id)
    if last is None or last.results["chosen"] == last.results["default"]:
        return None
    return ModelSpec(last.model, last.params, last.representation)


def spec_of(config: Mapping[str, Any]) -> ModelSpec:
    """What the configuration of a trained model says; those of earlier versions name no hyperparameters."""
    return ModelSpec(config["model"], config.get("params") or {})


def last_search(tx: Connection, project_id: int) -> Any:
    """The newest search's row, or None."""
    of_project = sa.select(model_searches).where(model_searches.c.project_id == project_id)
    return tx.execute(of_project.order_by(model_searches.c.id.desc()).limit(1)).one_or_none()
