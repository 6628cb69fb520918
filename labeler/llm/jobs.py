"""The jobs that ask language models: a trial, which makes no label, and a run."""

from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.tables import items
from labeler.kit.jobs.registry import JobRun, job
from labeler.learning.features.text import text_of
from labeler.learning.llm.replies import Reply, read_reply
from labeler.llm.choosing import OpenItems, next_for_trial
from labeler.llm.keeping import keep_run, keep_trial
from labeler.llm.measures import share
from labeler.llm.running import ask_about
from labeler.llm.tables import llm_asks
from labeler.projects.access import Project, find_project
from labeler.quality.tables import answers
from labeler.wire.llm import LlmTrial, LlmTrialRow

SHOWN_TEXT = 300
SHOWN_PROMPT = 4_000
SHOWN_REPLY = 1_000


@job("llm.run")
def run_llm(run: JobRun) -> dict[str, Any]:
    stopped = ask_about(
        run,
        int(run.args["most"]),
        run.args["money"],
        OpenItems(),
        lambda tx, project, prepared, done: keep_run(tx, project, prepared, run.id, done),
    )
    result: dict[str, Any] = run.finish(partial(_came_to, run=run, stopped=stopped))
    return result


def _came_to(tx: Connection, run: JobRun, stopped: str | None) -> dict[str, Any]:
    sums = (sa.func.sum(llm_asks.c.tokens).label("tokens"), sa.func.sum(llm_asks.c.cost).label("cost"))
    by = sa.select(llm_asks.c.outcome, sa.func.count().label("n"), *sums).where(llm_asks.c.job_id == run.id)
    rows = tx.execute(by.group_by(llm_asks.c.outcome)).all()
    refusals = {row.outcome: row.n for row in rows if row.outcome != "label"}
    return {
        "labels": sum(row.n for row in rows if row.outcome == "label"),
        "refusals": dict(sorted(refusals.items())),
        "tokens": sum(int(row.tokens) for row in rows),
        "cost": sum(row.cost or 0.0 for row in rows),
        "stopped": stopped,
    }


@job("llm.trial")
def try_llm(run: JobRun) -> dict[str, Any]:
    def choose(tx: Connection, project: Project, row: Any, most: int) -> list[Any]:
        return next_for_trial(tx, project, row, run.id, most)

    stopped = ask_about(
        run,
        int(run.args["n"]),
        None,
        choose,
        lambda tx, project, prepared, done: keep_trial(tx, prepared, run.id, done),
    )
    result: dict[str, Any] = run.finish(lambda tx: _tried(tx, run, stopped).model_dump(mode="json"))
    return result


def _tried(tx: Connection, run: JobRun, stopped: str | None) -> LlmTrial:
    project = find_project(tx, run.project_id or 0)
    found = tx.execute(
        sa.select(llm_asks, items.c.key, items.c.content, answers.c.value.label("people"))
        .join(items, items.c.id == llm_asks.c.item_id)
        .outerjoin(answers, answers.c.item_id == items.c.id)
        .where(llm_asks.c.job_id == run.id)
        .order_by(llm_asks.c.id)
    ).all()
    rows = [_row(project, one) for one in found]
    judged = [row.agrees for row in rows if row.agrees is not None]
    refusals: dict[str, int] = {}
    for row in rows:
        if row.refusal is not None:
            refusals[row.refusal] = refusals.get(row.refusal, 0) + 1
    seconds = sorted(row.seconds for row in rows)
    costs = [one.cost for one in found if one.cost is not None]
    return LlmTrial(
        asked=len(rows),
        judged=len(judged),
        agreement=share(sum(judged), len(judged)),
        refusals=dict(sorted(refusals.items())),
        tokens=sum(one.tokens for one in found),
        cost=sum(costs) if costs else None,
        seconds=seconds[len(seconds) // 2] if seconds else 0.0,
        rows=rows,
        stopped=stopped,
    )


def _row(project: Project, one: Any) -> LlmTrialRow:
    """A refusal of an item that people answered is no agreement."""
    refusal = None if one.outcome == "label" else one.outcome
    value = None
    if refusal is None:
        value = read_reply(Reply(one.reply), project.task, project.schema, one.content).value
    agrees = None
    if one.people is not None:
        agrees = refusal is None and project.task.dump(value) == project.task.dump(one.people)
    return LlmTrialRow(
        item_key=one.key,
        text=text_of(one.content)[:SHOWN_TEXT],
        prompt=(one.sent or "")[:SHOWN_PROMPT],
        reply=(one.reply or "")[:SHOWN_REPLY],
        value=value,
        refusal=refusal,
        people=one.people,
        agrees=agrees,
        seconds=one.ms / 1000,
    )
