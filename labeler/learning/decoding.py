"""What a stored model's probabilities say, in the newest label schema: models outlive the names they learned."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from labeler.learning import problems
from labeler.learning.numeric.types import Array

Mappings = Sequence[Mapping[str, str | None]]
"""How the labels of each schema are named in the next one; None: retired."""


class Decoder:
    """Predictions of one model version. config: the model's (classes, problem, decoding, schema_version); mappings: of
    the project's schemas, from the first on. Classes of an earlier schema are read through them: merged ones are one,
    retired ones are left out."""

    def __init__(self, mappings: Mappings, config: Mapping[str, Any]) -> None:
        self.problem = problems.find(config.get("problem") or "classification")
        self.settings: dict[str, Any] = dict(config.get("decoding") or {})
        self.classes: list[str] = list(config["classes"])
        self._columns: list[list[int]] | None = None
        later = mappings[config.get("schema_version", 1) - 1 :]
        if any(later):
            self._rename([_read(name, later) for name in self.classes])

    def __call__(self, row: Array) -> dict[str, Any]:
        """{"value", "proba", ...} of one item's probabilities, as the problem decodes them."""
        return self.problem.decode(self._read(row), self.classes, self.settings)

    def chances(self, row: Array) -> Array:
        """One item's probabilities, of `classes` as they are named now."""
        return self._read(row)

    def confidence(self, rows: Array) -> Array:
        """How sure the model is of each item, in [0, 1], by their probabilities (items, columns): as it is shown."""
        if self._columns is not None:
            rows = np.array([self._read(row) for row in rows]).reshape(len(rows), len(self.classes))
        return np.asarray(self.problem.confidence(np.asarray(rows)), dtype=np.float64).round(5)

    def _rename(self, names: list[str | None]) -> None:
        kept = list(dict.fromkeys(name for name in names if name is not None))
        if not kept:
            return
        self._columns = [[place for place, name in enumerate(names) if name == one] for one in kept]
        thresholds = self.settings.get("thresholds")
        if thresholds:
            old = self.classes
            merged = zip(kept, self._columns, strict=True)
            self.settings["thresholds"] = {name: min(thresholds[old[place]] for place in mine) for name, mine in merged}
        self.classes = kept

    def _read(self, row: Array) -> Array:
        if self._columns is None:
            return row
        together = np.sum if self.problem.normalized else np.max
        merged = np.array([together(row[mine]) for mine in self._columns])
        total = merged.sum()
        return merged / total if self.problem.normalized and total > 0 else merged


def _read(name: str, mappings: Mappings) -> str | None:
    found: str | None = name
    for mapping in mappings:
        if found is not None:
            found = mapping.get(found, found)
    return found
