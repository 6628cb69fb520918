"""What rules and language models that count come to, item by item: in the background, never on a labeler's path.

It is made again when rules were run, changed or deleted, when one begins or ceases to count, and as people label, at
most for a twentieth of the time. Items of the holdout get none: no figure rests on what a rule says.
"""

import time
from functools import partial
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.heuristics.changes import wanting
from labeler.heuristics.gate import people_say
from labeler.heuristics.voices import Voice, heard, numbers, voices_of
from labeler.items.tables import items, present
from labeler.kit.bulk import insert_many
from labeler.kit.columns import clock
from labeler.kit.counting import counted
from labeler.kit.db import upsert
from labeler.kit.jobs.registry import JobRun, job
from labeler.labels.queries import newest_label
from labeler.learning.heuristics.label_model import UNKNOWN
from labeler.learning.heuristics.noisy_answers import LABEL_MODEL, NoisyAnswers, fit_noisy_answers
from labeler.projects.access import Project, find_project, project_cache
from labeler.quality.estimating import want_estimate
from labeler.quality.tables import rule_answers, rule_fits

PART = 1_000
PAUSE_SECONDS = 0.005
SHOWN = 0.001
NONE = "none"
COLUMNS = ("item_id", "value", "confidence", "method", "posterior", "evidence", "votes")


@job("heuristics.answer")
def answer(run: JobRun) -> dict[str, Any]:
    started = time.monotonic()
    project = run.db.read(find_project, run.project_id or 0)
    until = run.db.read(newest_label, project.id)
    said = run.db.read(people_say, project)
    voices = run.db.read(voices_of, project, said)
    if not voices:
        return _without(run, project, until)
    model = _fit(run, project, voices, said)
    after = done = 0
    while ids := run.db.read(_next, project.id, after):
        rows = _rows(project, voices, model, ids, run.db.read(heard, project, voices, ids))
        run.write(partial(_write, project=project, first=after + 1, last=ids[-1], rows=rows))
        after, done = ids[-1], done + len(rows)
        run.progress(done, None, counted("{n} item", "{n} items", done))
        time.sleep(PAUSE_SECONDS)
    fit = {
        "method": model.method,
        "voices": len({(voice.kind, voice.source) for voice in voices}),
        "people": model.known,
        "items": done,
        "off": model.off,
    } | _now(until, time.monotonic() - started)

    def keep(tx: Connection) -> dict[str, Any]:
        gone = (rule_answers.c.project_id == project.id, rule_answers.c.item_id > after)
        tx.execute(sa.delete(rule_answers).where(*gone))
        _keep_fit(tx, project, fit)
        _heard_of(tx, project)
        return {"items": done, "voices": fit["voices"], "method": model.method}

    found: dict[str, Any] = run.finish(keep)
    return found


def _without(run: JobRun, project: Project, until: int) -> dict[str, Any]:
    """None counts, or none any more: what they said goes. Where some are to count, it is known since which label none
    passes, and looked again when more came."""
    is_wanted = project.id in run.db.read(lambda tx: tx.execute(wanting()).scalars().all())
    were = run.db.read(lambda tx: _count(tx, project.id))
    some = sa.select(rule_answers.c.item_id).where(rule_answers.c.project_id == project.id).limit(PART)
    while run.write(lambda tx: tx.execute(sa.delete(rule_answers).where(rule_answers.c.item_id.in_(some))).rowcount):
        time.sleep(PAUSE_SECONDS)

    def keep(tx: Connection) -> dict[str, Any]:
        if is_wanted:
            _keep_fit(tx, project, {"method": NONE, "voices": 0, "people": 0, "items": 0, "off": None} | _now(until, 0))
        else:
            tx.execute(sa.delete(rule_fits).where(rule_fits.c.project_id == project.id))
        if were:
            _heard_of(tx, project)
        return {"items": 0, "voices": 0, "method": None}

    found: dict[str, Any] = run.finish(keep)
    return found


def _count(tx: Connection, project_id: int) -> int:
    mine = sa.select(sa.func.count()).select_from(rule_answers).where(rule_answers.c.project_id == project_id)
    return int(tx.execute(mine).scalar_one())


def _now(until: int, took: float) -> dict[str, Any]:
    return {"labels_until": until, "took_ms": round(1000 * took), "created_at": clock()}


def _keep_fit(tx: Connection, project: Project, fit: dict[str, Any]) -> None:
    insert = upsert(tx, rule_fits).values(project_id=project.id, **fit)
    tx.execute(insert.on_conflict_do_update(index_elements=["project_id"], set_=fit))


def _heard_of(tx: Connection, project: Project) -> None:
    """Answers that several people gave are made again with it."""
    project_cache.forget()
    if project.settings.several:
        want_estimate(tx, project.id, delay=1)


def _fit(run: JobRun, project: Project, voices: list[Voice], said: dict[int, Any]) -> NoisyAnswers:
    there = [item for item, value in said.items() if value in project.label_names]
    spoken = run.db.read(partial(heard, to_measure=True), project, voices, there)
    truth = numbers(project, [said[item] for item in there])
    says = numbers(project, [voice.value for voice in voices])
    return fit_noisy_answers(spoken, says, truth, len(project.label_names))


def _next(tx: Connection, project_id: int, after: int) -> list[int]:
    mine = sa.select(items.c.id).where(present(project_id), items.c.id > after, items.c.split == "train")
    return list(tx.execute(mine.order_by(items.c.id).limit(PART)).scalars())


def _rows(
    project: Project, voices: list[Voice], model: NoisyAnswers, ids: list[int], spoken: Any
) -> list[tuple[Any, ...]]:
    """Of the items of which somebody spoke."""
    names = project.label_names
    best, sure, posterior = model.answers(spoken)
    evidence = model.evidence(spoken) if model.method == LABEL_MODEL else np.zeros(posterior.shape)
    made: list[tuple[Any, ...]] = []
    for place in np.flatnonzero(np.diff(spoken.indptr) > 0).tolist():
        who = spoken.indices[spoken.indptr[place] : spoken.indptr[place + 1]].tolist()
        chance = {name: round(float(p), 4) for name, p in zip(names, posterior[place], strict=True) if p >= SHOWN}
        held = {name: round(float(w), 4) for name, w in zip(names, evidence[place], strict=True) if w}
        is_answer = best[place] != UNKNOWN
        made.append(
            (
                ids[place],
                names[best[place]] if is_answer else None,
                float(sure[place]),
                model.method,
                chance if is_answer else None,
                held,
                [[voices[one].name, voices[one].kind, voices[one].value] for one in sorted(who)],
            )
        )
    return made


def _write(tx: Connection, project: Project, first: int, last: int, rows: list[tuple[Any, ...]]) -> None:
    """In place of what was there between the two items."""
    between = rule_answers.c.item_id.between(first, last)
    tx.execute(sa.delete(rule_answers).where(rule_answers.c.project_id == project.id, between))
    there = set(
        tx.execute(sa.select(items.c.id).where(present(project.id), items.c.id.in_([row[0] for row in rows]))).scalars()
    )
    same = {"project_id": project.id, "schema_version": project.schema_version}
    insert_many(tx, rule_answers, COLUMNS, [row for row in rows if row[0] in there], same)
