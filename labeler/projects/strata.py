"""The share of the items that several people label, drawn within each value of a metadata field (the setting
`overlap_field`): who writes what an item needs asks here, `quality/strata.py` counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.kit.entries import entry_of
from labeler.projects.access import Project
from labeler.projects.tables import overlap_shares, overlap_strata


@dataclass(frozen=True)
class Strata:
    """by: the field. shares: of 1,000 items with a value of it how many several people label, where that is more than
    the project's share."""

    by: str = ""
    shares: Mapping[str, int] = field(default_factory=dict)

    def share_of(self, metadata: Mapping[str, Any]) -> int:
        """0: the project's share is all there is."""
        value = entry_of(metadata.get(self.by))
        return 0 if value is None else self.shares.get(value, 0)


NONE = Strata()


def find_strata(tx: Connection, project: Project) -> Strata:
    """As they were last counted."""
    if project.settings.drawn_by is None:
        return NONE
    kept = (
        sa.select(overlap_strata.c.field, overlap_shares.c.value, overlap_shares.c.share)
        .join(overlap_shares, overlap_shares.c.project_id == overlap_strata.c.project_id)
        .where(overlap_strata.c.project_id == project.id)
    )
    rows = tx.execute(kept).all()
    return Strata(rows[0].field, {row.value: row.share for row in rows}) if rows else NONE
