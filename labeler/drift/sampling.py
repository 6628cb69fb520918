"""Having a random sample of the new items labeled: what they are is known without bias once it is."""

from collections.abc import Sequence

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.drift.standing import standing_of
from labeler.items.tables import items, present
from labeler.kit.db import lock
from labeler.kit.errors import Conflict
from labeler.labels.tables import current_labels
from labeler.projects.access import Member
from labeler.queue.rankings import mix_again
from labeler.queue.tables import sampled_items, wanted_items
from labeler.test_cases.service import withheld_ids
from labeler.wire.drift import SampleIn


def sample(tx: Connection, member: Member, body: SampleIn) -> None:
    """Labelers get them among the others, from the next batch on. Raises `Conflict` where nothing new is left."""
    project_id = member.project.id
    lock(tx, "drift", project_id)
    standing = standing_of(tx, project_id)
    if standing is None:
        raise Conflict("There is no model yet: all items are new. Label some more.")
    free = _free(tx, project_id, standing.learned_until)
    mine = sampled_items.c.project_id == project_id
    first = int(tx.execute(sa.select(sa.func.coalesce(sa.func.max(sampled_items.c.rank), -1)).where(mine)).scalar_one())
    rng = np.random.default_rng([member.project.settings.seed, len(free), first + 1])
    chosen = rng.permutation(np.array(free, dtype=np.int64))[: body.n].tolist()
    if not chosen:
        raise Conflict("No new item is left that wants a label and has none.")
    rows = [
        {"item_id": item_id, "project_id": project_id, "rank": first + 1 + place}
        for place, item_id in enumerate(chosen)
    ]
    tx.execute(sa.insert(sampled_items), rows)
    mix_again(tx, member.project)
    audit(tx, member.caller, "drift.sampled", project_id=project_id, items=len(chosen))


def still_asked(tx: Connection, project_id: int) -> int:
    """Those of samples that want a label."""
    joined = sa.select(sa.func.count()).select_from(sampled_items.join(items, items.c.id == sampled_items.c.item_id))
    mine = (sampled_items.c.project_id == project_id, items.c.needed > 0, items.c.removed_at.is_(None))
    return int(tx.execute(joined.where(*mine)).scalar_one())


def _free(tx: Connection, project_id: int, after: int) -> Sequence[int]:
    """New items outside the holdout that want a label, have none, and are not asked for otherwise."""
    taken = [
        sa.not_(sa.exists(sa.select(sa.literal(1)).where(table.c.item_id == items.c.id)).correlate(items))
        for table in (current_labels, wanted_items, sampled_items)
    ]
    mine = (present(project_id), items.c.id > after, items.c.needed > 0, items.c.split == "train")
    found = tx.execute(sa.select(items.c.id).where(*mine, *taken).order_by(items.c.id)).scalars()
    withheld = set(withheld_ids(tx, project_id))
    return [item_id for item_id in found if item_id not in withheld]
