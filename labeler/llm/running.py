"""A trial or a run, some questions at a time: what was answered is kept before the next ones are asked.

So an attempt after a kill goes on where the last one was kept, and pays again for the few questions under way at most.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.guidelines.service import published_version
from labeler.kit.counting import counted
from labeler.kit.jobs.registry import JobRun
from labeler.llm.allowed import OFF, allowed, key_of, url_of
from labeler.llm.asking import Prepared, prepare
from labeler.llm.calling import Dialect, Endpoint, EndpointFailed, Question, Replied
from labeler.llm.changes import pause, tell
from labeler.llm.keeping import Asked
from labeler.llm.tables import llm_asks, llm_labelers
from labeler.projects.access import Project, find_project
from labeler.webhooks.addresses import Refused

TOGETHER = 4  # questions at the same time
FRESH = 200  # questions after which examples are looked up again
Choose = Callable[[Connection, Project, Any, int], list[Any]]
Keep = Callable[[Connection, Project, Prepared, Sequence[Asked]], None]


@dataclass
class Sums:
    """What was kept so far. done, spent: by all attempts of this job; spent_in_all: by the labeler."""

    done: int
    spent: float
    spent_in_all: float

    def add(self, asked: Sequence[Asked], price: float | None) -> None:
        cost = sum(one.cost(price) or 0.0 for one in asked)
        self.done, self.spent, self.spent_in_all = self.done + len(asked), self.spent + cost, self.spent_in_all + cost


@dataclass(frozen=True)
class State:
    """Of one moment."""

    project: Project
    row: Any
    guideline_version: int | None


def sums_of(tx: Connection, run: JobRun) -> Sums:
    """Once for an attempt: no other job of this labeler runs at the same time."""
    mine = sa.select(sa.func.count().label("n"), sa.func.sum(llm_asks.c.cost).label("cost"))
    mine = mine.where(llm_asks.c.user_id == int(run.args["labeler"]))
    here, whole = tx.execute(mine.where(llm_asks.c.job_id == run.id)).one(), tx.execute(mine).one()
    return Sums(here.n, float(here.cost or 0), float(whole.cost or 0))


def state_of(tx: Connection, run: JobRun) -> State:
    labeler_id = int(run.args["labeler"])
    project = find_project(tx, run.project_id or 0)
    row = tx.execute(sa.select(llm_labelers).where(llm_labelers.c.user_id == labeler_id)).one()
    return State(project, row, published_version(tx, project.id))


def ask_about(run: JobRun, most: int, money: float | None, choose: Choose, keep: Keep) -> str | None:
    """Ask about so many items, counting those that earlier attempts kept. Returns why it ended before, None: it did
    not."""
    state = run.db.read(state_of, run)
    stopped = _unable(run, state)
    if stopped is None:
        with asyncio.Runner() as runner:
            try:
                stopped = _ask_about(run, runner, most, money, choose, keep)
            except EndpointFailed as failed:
                stopped = failed.reason
                run.write(partial(pause, labeler_id=state.row.user_id, reason=stopped, detail=failed.detail))
    run.write(partial(tell, job_id=run.id))
    return stopped


def _unable(run: JobRun, state: State) -> str | None:
    """Why nothing may be asked now."""
    row = state.row
    if row.deleted_at is not None:
        return "deleted"
    if not run.settings.llm_allowed_hosts:
        run.write(lambda tx: pause(tx, row.user_id, "endpoint", OFF))
        return "endpoint"
    return "paused" if row.paused else None


def _ask_about(
    run: JobRun, runner: asyncio.Runner, most: int, money: float | None, choose: Choose, keep: Keep
) -> str | None:
    prepared: Prepared | None = None
    endpoint: Endpoint | None = None
    fresh, sums = 0, run.db.read(sums_of, run)
    try:
        while True:
            began, state = time.monotonic(), run.db.read(state_of, run)
            if (stopped := _unable(run, state)) is not None:
                return stopped
            if sums.done >= most:
                return None
            if prepared is None or fresh <= 0 or _is_other(prepared, state):
                if prepared is not None and prepared.row.revision != state.row.revision:
                    return "changed"
                prepared, fresh = run.db.read(prepare, state.project, state.row.user_id), FRESH
            if endpoint is None:
                endpoint = runner.run(_open(run, state.row))
            chosen = run.db.read(choose, state.project, state.row, min(TOGETHER, most - sums.done))
            if not chosen:
                return "no_items"
            asked = [(item, prepared.question(item)) for item in chosen]
            affordable = _affordable(state.row, sums, money, asked)
            if not affordable:
                return _out_of_money(run, state.row, sums, money)
            sums.add(_ask(run, runner, endpoint, state, prepared, affordable, keep), prepared.row.cost_per_1k_tokens)
            fresh -= len(affordable)
            run.progress(sums.done, most, counted("{n} item asked about", "{n} items asked about", sums.done))
            _pace(began, len(affordable), state.row.per_minute)
    finally:
        if endpoint is not None:
            runner.run(endpoint.close())


def _is_other(prepared: Prepared, state: State) -> bool:
    """Whether a guideline or schema was published since, or the labeler was changed."""
    now = (state.project.schema_version, state.guideline_version, state.row.prompt_version, state.row.revision)
    then = (prepared.project.schema_version, prepared.guideline_version, prepared.prompt_version, prepared.row.revision)
    return now != then


async def _open(run: JobRun, row: Any) -> Endpoint:
    """Raises `EndpointFailed` where the operator does not allow it any more."""
    try:
        url, key = url_of(row.endpoint, run.settings), key_of(row.api_key, row.key_name, run.settings)
    except Refused as refused:
        raise EndpointFailed("endpoint", str(refused)) from None
    return Endpoint(url, key, allowed(run.settings), Dialect.of(row.dialect))


def _affordable(
    row: Any, sums: Sums, money: float | None, asked: list[tuple[Any, Question]]
) -> list[tuple[Any, Question]]:
    """As many of them as cost no more than is left, should each reply be as long as it may."""
    price = row.cost_per_1k_tokens
    whole = ((money, sums.spent), (row.money_limit, sums.spent_in_all))
    limits = [limit - spent for limit, spent in whole if limit is not None]
    if price is None or not limits:
        return asked
    left, found = min(limits), []
    for item, question in asked:
        left -= (question.about_tokens + question.max_tokens) * price / 1_000
        if left < 0:
            break
        found.append((item, question))
    return found


def _out_of_money(run: JobRun, row: Any, sums: Sums, money: float | None) -> str:
    """A run ends at its own limit; at that of the labeler it is paused."""
    limit = row.money_limit
    if limit is not None and (money is None or limit - sums.spent_in_all <= money - sums.spent):
        detail = f"The next question could cost more than is left of {limit:g}: {sums.spent_in_all:.4g} is spent."
        run.write(partial(pause, labeler_id=row.user_id, reason="money", detail=detail))
    return "money"


def _ask(
    run: JobRun,
    runner: asyncio.Runner,
    endpoint: Endpoint,
    state: State,
    prepared: Prepared,
    asked: list[tuple[Any, Question]],
    keep: Keep,
) -> list[Asked]:
    """What was answered, which is kept also where another question failed. Raises `EndpointFailed`."""
    replies = runner.run(_all(endpoint, [question for _, question in asked]))
    done = [
        Asked(item, question, reply)
        for (item, question), reply in zip(asked, replies, strict=True)
        if isinstance(reply, Replied)
    ]

    def write(tx: Connection) -> None:
        mine = llm_labelers.c.user_id == state.row.user_id
        if endpoint.dialect.kept() != state.row.dialect:
            tx.execute(sa.update(llm_labelers).where(mine).values(dialect=endpoint.dialect.kept()))
        keep(tx, find_project(tx, state.project.id), prepared, done)

    run.write(write)
    for reply in replies:
        if isinstance(reply, BaseException):
            raise reply
    return done


async def _all(endpoint: Endpoint, questions: Sequence[Question]) -> list[Replied | BaseException]:
    return await asyncio.gather(*(endpoint.ask(question) for question in questions), return_exceptions=True)


def _pace(began: float, n: int, per_minute: int) -> None:
    rest = 60 * n / per_minute - (time.monotonic() - began)
    if rest > 0:
        time.sleep(rest)
