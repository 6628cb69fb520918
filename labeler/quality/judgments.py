"""The labels of a project as arrays: what the estimates and the measures of agreement compute with."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.labels.tables import current_labels, labels
from labeler.learning.numeric.types import Array
from labeler.projects.access import TRAINING, Project

COLUMNS = (labels.c.item_id, labels.c.labeler_id, labels.c.value, labels.c.schema_version)


@dataclass(frozen=True)
class Given:
    """One entry a label: items, people int (n,), the ids; codes int (n,), places in `values`; counted bool (n,)."""

    items: Array
    people: Array
    codes: Array
    values: list[Any]
    counted: Array


def read_given(tx: Connection, project: Project, *conditions: Any) -> Given:
    """The labels in force that the newest schema reads, by item and then as they came, but for those of a training.
    conditions: on `current_labels`, which of them."""
    statement = (
        sa.select(*COLUMNS, current_labels.c.counted)
        .join(current_labels, current_labels.c.label_id == labels.c.id)
        .where(current_labels.c.project_id == project.id, labels.c.source != TRAINING, *conditions)
        .order_by(current_labels.c.item_id, labels.c.id)
    )
    coder = Coder(project)
    rows = [
        (row.item_id, row.labeler_id, code, row.counted)
        for row in tx.execute(statement)
        if (code := coder.code(row.value, row.schema_version)) is not None
    ]
    found = np.array(rows, dtype=np.int64).reshape(-1, 4)
    return Given(found[:, 0], found[:, 1], found[:, 2], coder.values, found[:, 3].astype(bool))


class Coder:
    """Numbers for the values that were given: the same few answers come again and again."""

    def __init__(self, project: Project) -> None:
        self.values: list[Any] = []
        self._project = project
        self._codes: dict[str, int] = {}
        self._known: dict[tuple[str, int], int | None] = {}

    def code(self, value: Any, version: int) -> int | None:
        """None where nothing is left of it in the newest schema."""
        known = (repr(value), version)
        if known not in self._known:
            now = self._project.read(value, version)
            self._known[known] = None if now is None else self._of(now)
        return self._known[known]

    def _of(self, value: Any) -> int:
        code = self._codes.setdefault(self._project.task.dump(value), len(self._codes))
        if code == len(self.values):
            self.values.append(value)
        return code
