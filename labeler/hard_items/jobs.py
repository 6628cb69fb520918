"""Background work on hard items: which are alike, and asking others for a sample of what was decided.

Clusters are made in a job, behind all others, and not when the page asks for them: SciPy and scikit-learn would hold up
the requests of labelers in the same process for as long as it takes, a second for some thousand items.
"""

import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.campaigns.direct import ask
from labeler.hard_items.asking import IS_OPEN, KIND
from labeler.hard_items.tables import hard_cluster_items, hard_clusters, hard_decisions, hard_labels, hard_looks
from labeler.items.tables import items
from labeler.kit.bulk import insert_many
from labeler.kit.columns import Timestamp, clock
from labeler.kit.counting import counted
from labeler.kit.db import upsert
from labeler.kit.jobs.registry import JobRun, job
from labeler.labels.tables import flags
from labeler.learning.features.text import text_of
from labeler.learning.hard_clusters import FAR_VECTORS, FAR_WORDS, cluster, long_one, rows_of, telling_words
from labeler.projects.access import REMEMBERED_SECONDS, find_project
from labeler.training.pool.sentence_vectors import sentence_vectors

MOST = 4_000
"""Items that are looked at, those flagged last: all of them are compared with each other."""
CHARACTERS = 4_000  # of an item that are read
PART = 2_000


@job(KIND, gives_way=True)
def find(run: JobRun) -> dict[str, Any]:
    """What it finds is in force all at once; what the look before it found is removed then."""
    started = time.monotonic()
    project_id = run.project_id or 0
    rows, number, until = run.db.read(_flagged, project_id)
    found, words, by = _clusters(run, rows)
    made = [(run.id, rank, said) for rank, said in enumerate(words)]

    def keep(tx: Connection) -> dict[str, Any]:
        tx.execute(sa.delete(hard_clusters).where(hard_clusters.c.project_id == project_id))
        given = {"project_id": project_id}
        new = insert_many(tx, hard_clusters, ("run", "rank", "words"), made, given, returning=("id", "rank"))
        ids = {row.rank: row.id for row in new}
        members = [
            (ids[rank], place, rows[position].item_id)
            for rank, positions in enumerate(found)
            for place, position in enumerate(positions)
        ]
        insert_many(tx, hard_cluster_items, ("cluster_id", "place", "item_id"), members, {})
        look = {
            "run": run.id,
            "items": len(rows),
            "flags": sum(len(row.said) for row in rows),
            "left_out": number - len(rows),
            "flags_until": until,
            "by": by,
            "took_ms": round(1000 * (time.monotonic() - started)),
            "created_at": clock(),
        }
        insert = upsert(tx, hard_looks).values(project_id=project_id, **look)
        tx.execute(insert.on_conflict_do_update(index_elements=["project_id"], set_=look))
        several = sum(len(one) > 1 for one in found)
        return {"items": len(rows), "clusters": several, "alone": len(found) - several}

    done: dict[str, Any] = run.finish(keep)
    return done


class _Flagged:
    """An item with what was said about it."""

    def __init__(self, item_id: int, content: Mapping[str, Any]) -> None:
        self.item_id, self.content = item_id, content
        self.said: list[str] = []


def _flagged(tx: Connection, project_id: int) -> tuple[list[_Flagged], int, int]:
    """The items with open flags, those flagged last first, as many as are looked at; how many there are, and the newest
    flag."""
    mine = (flags.c.project_id == project_id, IS_OPEN, items.c.removed_at.is_(None))
    joined = flags.join(items, items.c.id == flags.c.item_id)
    newest = sa.func.max(flags.c.id)
    each = sa.select(flags.c.item_id, newest.label("newest")).select_from(joined).where(*mine)
    each = each.group_by(flags.c.item_id)
    chosen = tx.execute(each.order_by(newest.desc()).limit(MOST)).all()
    number = int(tx.execute(sa.select(sa.func.count()).select_from(each.subquery())).scalar_one())
    until = int(tx.execute(sa.select(newest).select_from(joined).where(*mine)).scalar() or 0)
    found: dict[int, _Flagged] = {}
    for start in range(0, len(chosen), PART):
        ids = [row.item_id for row in chosen[start : start + PART]]
        rows = tx.execute(sa.select(items.c.id, items.c.content).where(items.c.id.in_(ids)))
        content = {row.id: row.content for row in rows}
        found |= {item_id: _Flagged(item_id, content[item_id]) for item_id in ids}
        said = sa.select(flags.c.item_id, flags.c.reason, flags.c.note).where(flags.c.item_id.in_(ids), IS_OPEN)
        for row in tx.execute(said.order_by(flags.c.id)):
            found[row.item_id].said.append(f"{row.reason} {row.note}".strip())
    return list(found.values()), number, until


def _clusters(run: JobRun, rows: Sequence[_Flagged]) -> tuple[list[list[int]], list[list[str]], str]:
    """Positions of each cluster's items, its words, and what was compared."""
    if not rows:
        return [], [], "words"
    project = run.db.read(find_project, run.project_id or 0)
    said = rows_of([{"text": "\n".join(row.said)} for row in rows])
    vectors = sentence_vectors(run.db, run.settings, project, [row.item_id for row in rows])
    run.progress(0, None, counted("comparing {n} item", "comparing {n} items", len(rows)))
    if vectors is None:
        found, by = cluster(rows_of([row.content for row in rows]), said, FAR_WORDS), "words"
    else:
        found, by = cluster(long_one(vectors), said, FAR_VECTORS), "sentences"
    texts = [text_of(row.content)[:CHARACTERS] for row in rows]
    return found, telling_words(texts, found), by


@job("hard_items.check")
def check(run: JobRun) -> Any:
    """Ask others for the sample of a decision, once every process knows that somebody is asked."""
    decision_id = int(run.args["decision"])
    project = run.db.read(find_project, run.project_id or 0)
    wanted = sa.select(hard_decisions, sa.type_coerce(clock(), Timestamp).label("now"))
    row = run.db.read(lambda tx: tx.execute(wanted.where(hard_decisions.c.id == decision_id)).one())
    time.sleep(max(0.0, REMEMBERED_SECONDS - max(0.0, (row.now - row.created_at).total_seconds())))
    return run.finish(partial(_ask, project=project, row=row))


def _ask(tx: Connection, project: Any, row: Any) -> dict[str, int]:
    """Nothing is asked of a decision that was undone meanwhile."""
    mine = sa.select(hard_labels).where(hard_labels.c.decision_id == row.id)
    given = tx.execute(mine.order_by(hard_labels.c.item_id)).all()
    sample = {one.item_id: one.not_asked for one in given if one.not_asked is not None}
    state = tx.execute(sa.select(hard_decisions.c.state).where(hard_decisions.c.id == row.id)).scalar_one()
    if state != "checking" or not sample:
        return {"check": 0}
    until = max(one.label_id for one in given)
    asked = ask(tx, project, row.campaign_id, list(sample), row.value, until, sample)
    return {"check": len(sample) if asked else 0}
