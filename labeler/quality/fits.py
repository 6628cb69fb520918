"""What the last estimate found out about a project's labelers, for answers that come between two of them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam

from labeler.kit.columns import clock
from labeler.kit.compiled import CompiledStatement
from labeler.kit.db import upsert
from labeler.quality.tables import answer_fits


@dataclass(frozen=True)
class Fit:
    """method: of the estimate, by its name in `labeler.learning.consensus`. people: by the labeler's id as text, how
    often they are right; of numbers how far they are above the answer and how far around that. accuracy: of somebody
    who is not there (of numbers: how far people are apart). prior: how frequent each label is among the answers, or
    how often it is in one. sharpness: see `learning.consensus.calibration`. gold: how many known answers it was set by.
    """

    method: str
    accuracy: float
    people: Mapping[str, Any] = field(default_factory=dict)
    prior: Mapping[str, float] = field(default_factory=dict)
    sharpness: float = 1.0
    gold: int = 0

    def of(self, labeler: int) -> Any:
        return self.people.get(str(labeler))


FIND = CompiledStatement(sa.select(answer_fits.c.fit).where(answer_fits.c.project_id == bindparam("project")))


def find_fit(tx: Connection, project_id: int) -> Fit | None:
    """None before the first estimate."""
    row = FIND.one(tx, project=project_id)
    return None if row is None else Fit(**row.fit)


def keep_fit(tx: Connection, project_id: int, fit: Fit, labels_until: int, took_ms: int) -> None:
    row = {
        "project_id": project_id,
        "method": fit.method,
        "fit": asdict(fit),
        "labels_until": labels_until,
        "took_ms": took_ms,
        "created_at": clock(),
    }
    insert = upsert(tx, answer_fits).values(row)
    tx.execute(insert.on_conflict_do_update(index_elements=["project_id"], set_=row))
