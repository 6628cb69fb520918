"""What the newest model says about items, and how sure it is."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection

from labeler.kit.config import Settings
from labeler.learning.decoding import Decoder
from labeler.learning.numeric.types import Array
from labeler.projects.access import Project
from labeler.registry.artifacts import Predictions, folder_of, load_predictions
from labeler.registry.service import newest_model

ROWS = 50_000  # items whose probabilities are looked at together
MOST_KEPT = 8  # models: eight bytes an item


@dataclass(frozen=True)
class Said:
    """What a model says about the items of its pool."""

    number: int
    predictions: Predictions
    decoder: Decoder
    version: tuple[Any, ...] = ()  # of the model's file and the label schema

    def of(self, item_id: int) -> dict[str, Any] | None:
        """{"value", "proba", ..., "confidence", "model"}; None for an item that the model has not seen."""
        row = self.predictions.row(item_id)
        if row is None:
            return None
        return self.decoder(row) | {"confidence": float(self.decoder.confidence(row[None])[0]), "model": self.number}

    def sure_of(self, low: float | None, high: float | None) -> Array:
        """The ids of the items about which it is so sure, rising. low, high: bounds, both included."""
        sure = self._confidence()
        chosen = np.ones(len(sure), dtype=bool)
        if low is not None:
            chosen &= sure >= low
        if high is not None:
            chosen &= sure <= high
        return np.asarray(self.predictions.items)[chosen]

    def _confidence(self) -> Array:
        """How sure it is of every item: computed once."""
        if (known := _sure.get(self.version)) is not None:
            return known
        rows = self.predictions.proba
        parts = [self.decoder.confidence(rows[start : start + ROWS]) for start in range(0, len(rows), ROWS)]
        found = np.concatenate(parts) if parts else np.empty(0)
        for old in list(_sure)[: len(_sure) - MOST_KEPT + 1]:
            _sure.pop(old, None)
        _sure[self.version] = found
        return found


_sure: dict[tuple[Any, ...], Array] = {}


@lru_cache(maxsize=32)
def _predictions(folder: str, sha256: str) -> Predictions | None:
    return load_predictions(Path(folder))


def newest_predictions(tx: Connection, settings: Settings, project: Project) -> Said | None:
    model = newest_model(tx, project.id)
    if model is None:
        return None
    folder = str(folder_of(settings, project.id, model.number))
    found = _predictions(folder, model.sha256)
    version = (folder, model.sha256, project.schema_version)
    return None if found is None else Said(model.number, found, Decoder(project.mappings, model.config), version)
