"""Background work on failure modes: finding them, and measuring models on those that are kept.

Both run behind all other jobs: comparing a pool takes seconds for a hundred thousand items, and labelers wait for none
of it.
"""

import time
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.datasets.reading import Version
from labeler.datasets.service import find_version
from labeler.failure_modes.cases import Case, answers_now, of_model, of_trained, within
from labeler.failure_modes.measure import (
    Measured,
    collectable,
    has_files,
    keep_score,
    kept_modes,
    measure,
    pool_of,
    record,
    score,
)
from labeler.failure_modes.space import Space, regions, space_of
from labeler.failure_modes.tables import failure_looks, failure_modes
from labeler.items.tables import items
from labeler.kit.columns import clock
from labeler.kit.counting import counted
from labeler.kit.db import lock, upsert
from labeler.kit.events import Event, emit
from labeler.kit.jobs.registry import JobRefused, JobRun, job
from labeler.learning.failure_modes import FEWEST, Mode, find_modes, telling_fields
from labeler.learning.features.text import text_of
from labeler.learning.hard_clusters import telling_words
from labeler.learning.numeric.types import Array
from labeler.projects.access import Project, find_project
from labeler.registry.service import find_model, live_model, newest_model
from labeler.registry.tables import model_versions
from labeler.training.pool.data import TrainingData, data_of_model
from labeler.wire.failure_modes import LookWhy

PAUSE = 10.0  # seconds until it is tried again after it gave way
GIVES_WAY = 5  # times; then it has waited long enough
MOST_READ = 2_000  # items whose words are compared
CHARACTERS = 4_000  # of an item that are read


@dataclass(frozen=True)
class FailureModesFound(Event):
    """A look at where a model is wrong has ended. found: how many failure modes, in how many wrong predictions."""

    name: ClassVar[str] = "failure_modes.found"
    project_id: int
    model: int
    found: int
    wrong: int


class _OthersWait(Exception):
    pass


@job("failure_modes.look", gives_way=True)
def find(run: JobRun) -> Any:
    """Result: the model, how many failure modes were found, and how many wrong predictions were looked at."""
    started = time.monotonic()
    project = run.db.read(find_project, run.project_id or 0)
    model = run.db.read(_asked, project.id, run.args.get("number"))
    if not has_files(run, model):
        raise JobRefused(f"What model {model.number} said of the items was pruned. Reproduce it first.")
    data = _data(run, project, model)
    try:
        trained, left_out = of_trained(run, project, data, partial(_between, run))
    except _OthersWait:
        run.give_way(PAUSE)
        return None
    cases = trained + run.db.read(of_model, run.settings, project, model.number)
    kept = measure(run, project, data, run.db.read(kept_modes, project.id), [model])
    looked_at = [one for one in cases if not one.judges]
    run.progress(1, 2, counted("comparing {n} item", "comparing {n} items", len(looked_at)))
    space, modes = _modes(run, data, model, looked_at, kept)
    rows = _rows(run, project, data, space, modes, cases) if space is not None else []
    holdout = [one for one in cases if one.known_by != "cross_validated"]
    facts: dict[str, Any] = {
        "why": None if modes else _why(cases, looked_at, kept),
        "holdout": len(holdout),
        "holdout_wrong": sum(one.off > 0 for one in holdout),
        "trained": len(trained),
        "trained_wrong": sum(one.off > 0 for one in trained),
        "left_out": left_out,
        "by": "words" if space is None else space.config["kind"],
        "took_ms": round(1000 * (time.monotonic() - started)),
    }

    def keep(tx: Connection) -> dict[str, Any]:
        lock(tx, "failure modes", project.id)
        mine = failure_modes.c.project_id == project.id
        tx.execute(sa.delete(failure_modes).where(mine, failure_modes.c.name.is_(None)))
        for rank, (row, scored) in enumerate(rows):
            same = {"project_id": project.id, "run": run.id, "rank": rank, "model_id": model.id, "stopped": False}
            insert = sa.insert(failure_modes).values(**row, **same, created_at=clock())
            mode_id = tx.execute(insert.returning(failure_modes.c.id)).scalar_one()
            keep_score(tx, mode_id, model.id, scored)
        record(tx, kept)
        look = {"run": run.id, "model_id": model.id, "facts": facts, "created_at": clock()}
        upserted = upsert(tx, failure_looks).values(project_id=project.id, **look)
        tx.execute(upserted.on_conflict_do_update(index_elements=["project_id"], set_=look))
        wrong = facts["holdout_wrong"] + facts["trained_wrong"]
        emit(tx, FailureModesFound(project.id, model.number, len(rows), wrong))
        return {"model": model.number, "found": len(rows), "wrong": wrong}

    return run.finish(keep)


@job("failure_modes.measure", gives_way=True)
def measure_kept(run: JobRun) -> Any:
    """The newest model, the live one, and those in which the failure modes were found, as far as their files are there:
    what was labeled since judges all of them. Result: how many figures, on how many failure modes."""
    project = run.db.read(find_project, run.project_id or 0)
    modes = run.db.read(kept_modes, project.id)
    newest = run.db.read(newest_model, project.id)
    if not modes or newest is None:
        return run.finish(lambda tx: {"measured": 0, "modes": 0})
    models = run.db.read(_models, project.id)
    first = run.db.read(_by_id, project.id, {row.model_id for row in modes})
    found = measure(run, project, _data(run, project, newest), modes, models, first)
    return run.finish(lambda tx: {"measured": record(tx, found), "modes": len(modes)})


def _asked(tx: Connection, project_id: int, number: int | None) -> Any:
    row = newest_model(tx, project_id) if number is None else find_model(tx, project_id, number)
    if row is None:
        raise JobRefused("There is no model yet.")
    return row


def _models(tx: Connection, project_id: int) -> list[Any]:
    return [row for row in (newest_model(tx, project_id), live_model(tx, project_id)) if row is not None]


def _by_id(tx: Connection, project_id: int, ids: set[int]) -> list[Any]:
    numbers = tx.execute(sa.select(model_versions.c.number).where(model_versions.c.id.in_(ids))).scalars()
    return [find_model(tx, project_id, number) for number in numbers]


def _data(run: JobRun, project: Project, model: Any) -> TrainingData:
    version = Version(run.settings, project.id, run.db.read(find_version, project.id, model.version))
    return data_of_model(run.settings, project.id, version, model.config)


def _between(run: JobRun) -> None:
    run.progress(0, 2, "judging what was trained on")
    if run.attempt <= GIVES_WAY and run.others_wait():
        raise _OthersWait


def _modes(
    run: JobRun, data: TrainingData, model: Any, looked_at: list[Case], kept: list[Measured]
) -> tuple[Space | None, list[Mode]]:
    """What is found, without what is kept already."""
    there = np.isin(np.array([one.item_id for one in looked_at], dtype=np.int64), data.items)
    looked_at = [one for one, is_there in zip(looked_at, there.tolist(), strict=True) if is_there]
    looked_at.sort(key=lambda one: one.item_id)
    wrong = sorted((one for one in looked_at if one.off > 0), key=lambda one: one.order)
    if len(wrong) < FEWEST:
        return None, []
    positions = np.searchsorted(data.items, [one.item_id for one in looked_at])
    place_of = {one.item_id: place for place, one in enumerate(looked_at)}
    space = space_of(run.settings, data, model.version, positions)
    places = np.array([place_of[one.item_id] for one in wrong], dtype=np.int64)
    now = run.db.read(answers_now, run.project_id or 0, np.array([one.item_id for one in wrong], dtype=np.int64))
    modes = find_modes(space.rows(positions), places, answers=[repr(now.get(one.item_id)) for one in wrong])
    known = [one.inside for one in kept if one.inside is not None]
    return space, [mode for mode in modes if all(inside[positions[mode.wrong]].mean() <= 0.5 for inside in known)]


def _why(cases: list[Case], looked_at: list[Case], kept: list[Measured]) -> LookWhy | None:
    """Why nothing is found that is not kept."""
    if not cases:
        return "no_labels"
    if not any(one.off > 0 for one in cases):
        return "no_mistakes"
    if sum(one.off > 0 for one in looked_at) < FEWEST:
        return "few_mistakes"
    return "all_kept" if kept else "not_alike"


def _rows(
    run: JobRun, project: Project, data: TrainingData, space: Space, modes: list[Mode], cases: list[Case]
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """What is kept of each, and of the model on it."""
    nears = list(regions(space, len(data.items), [mode.center for mode in modes]))
    insides = [near > 0 for near in nears]
    open_ids = run.db.read(collectable, project.id)
    words = run.db.read(_words, cases, insides, data.items)
    return [
        (
            {
                "words": words[place],
                "space": space.config,
                "columns": mode.center.columns.tolist(),
                "weights": [round(float(weight), 6) for weight in mode.center.weights],
                "bar": mode.center.bar,
                **pool_of(data, near, open_ids, place),
            },
            score(within(cases, inside, data.items), inside),
        )
        for place, (mode, near, inside) in enumerate(zip(modes, nears, insides, strict=True))
    ]


def _words(tx: Connection, cases: list[Case], insides: list[Array], pool: Array) -> list[list[str]]:
    """Words, or fields, of wrong predictions in each region that tell it from other labeled items."""
    wrong = [[one.item_id for one in within(cases, inside, pool) if one.off > 0] for inside in insides]
    room = MOST_READ // (len(insides) + 1)
    rest = [one.item_id for one in cases]
    rest = np.random.default_rng(len(rest)).permutation(np.array(rest, dtype=np.int64))[:room].tolist()
    ids = list(dict.fromkeys([item_id for mine in wrong for item_id in mine[:room]] + rest))
    contents: dict[int, Any] = {}
    for start in range(0, len(ids), 500):
        part = sa.select(items.c.id, items.c.content).where(items.c.id.in_(ids[start : start + 500]))
        contents |= {row.id: row.content for row in tx.execute(part)}
    place_of = {item_id: place for place, item_id in enumerate(one for one in ids if one in contents)}
    clusters = [[place_of[item_id] for item_id in mine[:room] if item_id in place_of] for mine in wrong]
    read = [contents[item_id] for item_id in place_of]
    if sum(isinstance(content.get("fields"), dict) for content in read) > len(read) / 2:
        return telling_fields([content.get("fields") or {} for content in read], clusters)
    return telling_words([text_of(content)[:CHARACTERS] for content in read], clusters)
