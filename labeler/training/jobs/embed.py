"""Reading the pool with a sentence encoder, in the background: the queue never waits for it.

What is needed most is read first (`subsample`), and the queue is ranked again as soon as that is there. The job gives
way when another one is due, and goes on where it was. When all items are read, the pool's graph is made, and the queue
is ranked by that.
"""

import time
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.datasets.jobs import ensure_version
from labeler.datasets.reading import Version
from labeler.datasets.snapshot import latest
from labeler.items.tables import present
from labeler.kit.config import Settings
from labeler.kit.counting import counted
from labeler.kit.jobs.registry import JobRefused, JobRun, job
from labeler.learning.errors import LearningError
from labeler.learning.features.encoder import Encoder
from labeler.learning.features.text import TextPipeline
from labeler.projects.access import Project, find_project
from labeler.registry.encoders import encoders_for, why_fewer, why_without
from labeler.registry.service import newest_model
from labeler.training.fit import Fitted
from labeler.training.model_spec import representation_in
from labeler.training.pool.data import TrainingData, data_of
from labeler.training.pool.embedding_store import GROUP, EmbeddingStore
from labeler.training.pool.representation import newest_graph, representation_of
from labeler.training.pool.said_vectors import SaidVectors
from labeler.training.pool.subsample import in_order_of_need
from labeler.training.trigger import request_training, want_coverage, want_vectors

LOOK_SECONDS = 1.0


@job("training.embed", gives_way=True)
def embed(run: JobRun) -> Any:
    project = run.db.read(find_project, run.project_id or 0)
    try:
        encoders = encoders_for(run.settings)
    except LearningError as error:
        raise JobRefused(f"{error}. Models go on without sentence embeddings.") from error
    if not encoders:
        return {"read": 0, "reason": "sentence embeddings are off or not installed"}
    data = _items_of(run, project)
    pipeline = data.choose_pipeline() if len(data.items) else None
    if not isinstance(pipeline, TextPipeline):
        return {"read": 0, "reason": "no texts"}
    why = why_fewer(run.settings)
    # One after the other; of one that holds several side by side, each alone where they can't go on together.
    waiting = [one for encoder in encoders for one in (encoder, *encoder.parts)]
    for place, encoder in enumerate(waiting):
        more = any(not _is_done(data, pipeline, one) for one in waiting[place + 1 :] if one in encoders)
        if more and _is_done(data, pipeline, encoder):
            continue
        try:
            return _read(run, project, data, pipeline, encoder, why, more)
        except LearningError as error:
            why = why or str(error)
    if not any(_is_done(data, pipeline, one) for one in waiting):
        raise JobRefused(f"{why}. Models go on without sentence embeddings.")
    return {"read": 0, "of": len(data.items), "reason": _left_out(str(why))}


def _is_done(data: TrainingData, pipeline: TextPipeline, encoder: Encoder) -> bool:
    """Whether this encoder has read all items and their map is made."""
    n = len(data.items)
    is_read = EmbeddingStore(data.cache, encoder).read(n).all()
    return bool(is_read) and (n < 2 or newest_graph(data, pipeline, encoder.sha256) is not None)


def _left_out(why: str) -> str:
    return f"an encoder is left out, others go on: {why}"


def _read(
    run: JobRun,
    project: Project,
    data: TrainingData,
    pipeline: TextPipeline,
    encoder: Encoder,
    why: str | None,
    more: bool,
) -> Any:
    """Read by one encoder. why: another one is left out; more: there is one to read after it."""
    n = len(data.items)
    store = EmbeddingStore(data.cache, encoder)
    steps = in_order_of_need(data, store)
    is_new = bool(steps) or not _is_done(data, pipeline, encoder)
    if steps:
        SaidVectors(data.cache, encoder, data.said).keep()  # trainings then need no encoder
    left, looked = sum(map(len, steps)), time.monotonic()
    for number, step in enumerate(steps):
        for read in store.read_all(step, data.contents, data.scheduler):
            done = n - left + read
            if time.monotonic() - looked < LOOK_SECONDS:
                continue
            looked = time.monotonic()
            run.progress(done, n, counted("{done} of {n} item read", "{done} of {n} items read", n, done=f"{done:,}"))
            if done < n and read < len(step) and run.others_wait():
                return run.finish(partial(_later, project_id=project.id, done=done, n=n))
        left -= len(step)
        if number < len(steps) - 1:
            return run.finish(partial(_later, project_id=project.id, done=n - left, n=n, rank=True))
    encoder.rest()
    run.progress(n, n, "finding each item's neighbors")
    if n > 1:
        representation_of(data, pipeline, data.blocks(pipeline), encoder)

    def finish(tx: Connection) -> dict[str, Any]:
        if is_new or _lacks_vectors(tx, project.id):  # else training and reading would ask for each other for ever
            _rank_anew(tx, project.id)
        if more:
            want_vectors(tx, project.id, delay=0.5)
        return {"read": n, "of": n} | ({"reason": _left_out(why)} if why else {})

    return run.finish(finish)


def _lacks_vectors(tx: Connection, project_id: int) -> bool:
    """Whether the newest model was trained without any sentence vectors, before they were read."""
    newest = newest_model(tx, project_id)
    return newest is not None and "sha256" not in (representation_in(newest.config) or {})


def _rank_anew(tx: Connection, project_id: int) -> None:
    if newest_model(tx, project_id) is not None:
        request_training(tx, project_id, "sentences read")
    else:
        want_coverage(tx, project_id)


def _later(tx: Connection, project_id: int, done: int, n: int, rank: bool = False) -> dict[str, Any]:
    """Go on after other jobs; rank: one of them ranks the queue by what has been read."""
    if rank:
        _rank_anew(tx, project_id)
    want_vectors(tx, project_id, delay=0.5)
    reason = "a part is read, by which the queue is ranked" if rank else "gave way to another job"
    return {"read": done, "of": n, "reason": f"{reason}; goes on after it"}


def _items_of(run: JobRun, project: Project) -> TrainingData:
    """The items of a dataset version: a new one when many have come since the newest."""
    row = run.db.read(latest, project.id)
    newer = sa.select(sa.func.count()).where(present(project.id))
    if row is None or run.db.read(lambda tx: tx.execute(newer).scalar_one()) - row.counts["items"] >= GROUP:
        row = ensure_version(run, project, "Items before training")
    return data_of(run.settings, project.id, Version(run.settings, project.id, row))


def wants_vectors(settings: Settings, fitted: Fitted) -> bool:
    """Whether a training went without sentence embeddings that could be had, of some of the items or of all, by any of
    the encoders."""
    if why_without(settings) or not isinstance(fitted.model.pipeline, TextPipeline):
        return False
    seen = [one.pool.representation for one in fitted.tried]
    whole = {one.config.get("sha256") for one in seen if one is not None and one.places is None}
    # A model that learns from features alone sees the pool through the first one.
    asked = encoders_for(settings)[: 1 if fitted.is_alone else None]
    return any(encoder.sha256 not in whole for encoder in asked)
