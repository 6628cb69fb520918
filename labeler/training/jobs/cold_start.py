"""The order before there is a model: typical and different items first, not the order of the file.

Where all items of a label are to be found, those that lie nearest to what was written about it come first. For any
other purpose what label names and guideline say does not order the first items: docs/decisions/0008-cold-start.md
Keywords that somebody gave the labels to be looked for do, see `keyword_seeding`, and so do rules, see
`heuristic_seeding`.
"""

from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.contents import without_columns
from labeler.datasets.reading import Version
from labeler.datasets.snapshot import latest
from labeler.items.tables import items
from labeler.kit.counting import counted
from labeler.kit.jobs.registry import JobRun, job
from labeler.learning.batch_predict import CHUNK_ROWS
from labeler.learning.features.centering import center_of, centered
from labeler.learning.features.pipeline import pipeline_for
from labeler.learning.fitting import prototypes_of
from labeler.learning.loop import SEARCH
from labeler.learning.numeric.types import Array
from labeler.learning.strategies import rank
from labeler.learning.strategies.registry import Pool
from labeler.projects.access import Project, find_project
from labeler.queue.rankings import EXTERNAL, LENGTH, Entry, has_open, open_items, put_in_force
from labeler.registry.encoders import encoder_for, why_without
from labeler.registry.service import newest_model
from labeler.training.heuristic_seeding import seeded_by_heuristics
from labeler.training.keyword_seeding import seeded_by_keywords
from labeler.training.pool.data import data_of
from labeler.training.pool.embedding_store import EmbeddingStore
from labeler.training.pool.representation import newest_center, newest_graph
from labeler.training.pool.said_vectors import SaidVectors
from labeler.training.pool.subsample import whole_part
from labeler.training.selection import SEARCHED, still_open

COVERED = 20_000  # items that this order looks at


@job("training.coverage")
def coverage(run: JobRun) -> Any:
    project = run.db.read(find_project, run.project_id or 0)
    if run.db.read(newest_model, project.id) is not None:
        return {"ranked": 0, "reason": "a model ranks the queue"}
    found = _seen(run, project) or _read(run, project)
    if found is None:
        return {"ranked": 0, "reason": "no open items"}
    known, pool = found
    run.progress(1, 2, "covering the pool")
    rng = np.random.default_rng(project.settings.seed)
    strategy = "coverage" if pool.proba is None else SEARCH
    ranking = rank(strategy, pool, min(LENGTH, len(known)), LENGTH, rng)
    seeded = seeded_by_keywords(run, project, [int(known[place]) for place in ranking.positions])
    ruled = seeded_by_heuristics(run, project, seeded.order)
    ids, hinted = ruled.order, seeded.found
    covering = {"by": "coverage" if pool.proba is None else SEARCHED}

    def swap(tx: Connection) -> dict[str, Any]:
        if newest_model(tx, project.id) is not None:
            return {"ranked": 0, "reason": "a model ranks the queue"}
        if has_open(tx, project.id, EXTERNAL):
            return {"ranked": 0, "reason": "somebody's own order is not asked to its end yet"}
        still = still_open(tx, ids)
        picks = {item: {"by": "keywords"} for item in seeded.brought}
        picks |= {item: {"by": "heuristics"} for item in ruled.brought}
        entries = [Entry(item, None, None, picks.get(item, covering)) for item in ids if item in still]
        put_in_force(tx, project, "coverage", None, entries)
        found = ({"hinted": hinted} if hinted else {}) | ({"spoken": ruled.found} if ruled.found else {})
        return {"ranked": len(entries)} | found

    return run.finish(swap)


def _seen(run: JobRun, project: Project) -> tuple[Array, Pool] | None:
    """Open items and their vectors, when all items have been read with the sentence encoder, or a part of a large pool;
    with what words say of a label searched for."""
    newest = run.db.read(latest, project.id)
    encoder = None if why_without(run.settings) else encoder_for(run.settings)
    if newest is None or encoder is None:
        return None
    data = data_of(run.settings, project.id, Version(run.settings, project.id, newest))
    wanted = np.array(run.db.read(open_items, project.id), dtype=np.int64)
    if not len(wanted) or not np.isin(wanted, data.items).all():
        return None
    pipeline = data.choose_pipeline()
    graph = newest_graph(data, pipeline, encoder.sha256)
    store = EmbeddingStore(data.cache, encoder)
    places = np.arange(len(data.items)) if graph is not None else whole_part(data, store)
    chosen = np.intersect1d(np.searchsorted(data.items, wanted), places)
    if not len(chosen):
        return None
    chosen = np.sort(np.random.default_rng(project.settings.seed).permutation(chosen)[:COVERED])
    if graph is None:
        center: Array | None = center_of(store.load(places), encoder.views)
        vectors = centered(store.load(chosen), center)
    else:
        center = newest_center(data, pipeline, encoder.sha256)
        vectors = np.asarray(graph.vectors[chosen])
    ids = data.items[chosen]
    classes, wanted_label = sorted(data.said), project.settings.find_label
    words = None
    if wanted_label in classes:
        typical = centered(store.load(places[:CHUNK_ROWS]), center) if graph is None else graph.vectors
        words = prototypes_of(SaidVectors(data.cache, encoder, data.said), data.said, classes, typical, center)
    if words is None or len(classes) < 2:
        return ids, Pool(vectors)
    return ids, Pool(vectors, np.exp(words.prior(vectors)), positive=classes.index(str(wanted_label)))


def _read(run: JobRun, project: Project) -> tuple[Array, Pool] | None:
    """Open items and their features, from the database."""
    statement = (
        sa.select(items.c.id, items.c.content)
        .where(items.c.project_id == project.id, items.c.needed > 0, items.c.split == "train")
        .order_by(items.c.shuffle)
        .limit(COVERED)
    )
    rows = run.db.read(lambda tx: tx.execute(statement).all())
    if not rows:
        return None
    run.progress(0, 2, counted("reading {n} item", "reading {n} items", len(rows)))
    contents = [without_columns(row.content, project.settings.left_out_columns) for row in rows]
    pipeline = pipeline_for(contents[:500])
    blocks = [pipeline.extract(contents)]
    pipeline.fit(blocks)
    return np.array([row.id for row in rows]), Pool(pipeline.transform(blocks[0]))
