"""Reading the pool with a sentence encoder, in the background: the queue never waits for it.

It gives way as soon as another job is due, and goes on where it was. When all items are read, the pool's map
is made and the queue is ranked anew by it.
"""

import time
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.datasets.jobs import ensure_version
from labeler.datasets.reading import Version
from labeler.datasets.snapshot import latest
from labeler.items.tables import items
from labeler.kit.config import Settings
from labeler.kit.jobs.engine import anything_due
from labeler.kit.jobs.registry import JobRefused, JobRun, job
from labeler.learning.errors import LearningError
from labeler.learning.features.text import TextPipeline
from labeler.projects.access import Project, find_project
from labeler.registry.encoders import encoder_for, why_without
from labeler.registry.service import newest_model
from labeler.training.data import TrainingData, data_of
from labeler.training.fit import Fitted
from labeler.training.sight import sight_of
from labeler.training.trigger import request_training, want_coverage, want_vectors
from labeler.training.vectors import GROUP, VectorStore

LOOK_SECONDS = 1.0


@job("training.embed")
def embed(run: JobRun) -> Any:
    project = run.db.read(find_project, run.project_id or 0)
    try:
        encoder = encoder_for(run.settings)
    except LearningError as error:
        raise JobRefused(f"{error}. Models go on without sentence embeddings.") from error
    if encoder is None:
        return {"read": 0, "reason": "sentence embeddings are off or not installed"}
    data = _items_of(run, project)
    n = len(data.items)
    pipeline = data.choose_pipeline() if n else None
    if not isinstance(pipeline, TextPipeline):
        return {"read": 0, "reason": "no texts"}
    store = VectorStore(data.cache, encoder)
    waiting = store.missing(n)
    looked = time.monotonic()
    for read, _ in enumerate(store.read_all(waiting, n, data.contents, data.scheduler), 1):
        if time.monotonic() - looked < LOOK_SECONDS:
            continue
        left = len(waiting) - read
        looked, done = time.monotonic(), n - min(n, GROUP * left)
        run.progress(done, n, f"{done:,} of {n:,} items read")
        if left and _is_awaited(run):
            return run.finish(partial(_later, project_id=project.id, done=done, n=n))
    run.progress(n, n, "finding each item's neighbours")
    if n > 1:
        sight_of(data, pipeline, data.blocks(pipeline), encoder)

    def finish(tx: Connection) -> dict[str, Any]:
        if newest_model(tx, project.id) is not None:
            request_training(tx, project.id)
        else:
            want_coverage(tx, project.id)
        return {"read": n, "of": n}

    return run.finish(finish)


def _is_awaited(run: JobRun) -> bool:
    """Whether another job waits for this process."""
    return run.db.read(anything_due)


def _later(tx: Connection, project_id: int, done: int, n: int) -> dict[str, Any]:
    want_vectors(tx, project_id, delay=0.5)
    return {"read": done, "of": n, "reason": "gave way to another job, goes on after it"}


def _items_of(run: JobRun, project: Project) -> TrainingData:
    """The items of a dataset version: a new one when many have come since the newest."""
    row = run.db.read(latest, project.id)
    newer = sa.select(sa.func.count()).where(items.c.project_id == project.id)
    if row is None or run.db.read(lambda tx: tx.execute(newer).scalar_one()) - row.counts["items"] >= GROUP:
        row = ensure_version(run, project, "Items before training")
    return data_of(run.settings, project.id, Version(run.settings, project.id, row))


def wants_vectors(settings: Settings, fitted: Fitted) -> bool:
    """Whether a training went without sentence embeddings that could be had."""
    if fitted.sight is not None and fitted.sight.config["kind"] == "encoder":
        return False
    is_text = isinstance(fitted.model.pipeline, TextPipeline)
    return is_text and why_without(settings) is None and encoder_for(settings) is not None
