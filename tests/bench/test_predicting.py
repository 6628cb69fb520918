"""What it costs a request that a model is tried out beside the live one, and moving models under load."""

import threading
import time

import processes
import pytest
from load import quantile
from sample_texts import texts
from sites import Site

from labeler.client import Client

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]
ROUNDS, ASKED, MOVES, CLIENTS = 6, 150, 100, 4


@pytest.fixture
def site(settings):
    running = Site(settings, ["serve"], embeddings="off")
    yield running
    running.stop()


@pytest.fixture
def project(site):
    made = site.client.projects.create("Asked", labels=["spam", "ham"], retrain_every=10_000, retrain_seconds=86_400)
    made.items.add([{**one, "label": one["metadata"]["truth"]} for one in texts(300)], progress=False)
    made.train().wait(300)
    made.train().wait(300)
    site.quiet()
    made.promote(1)
    return made


def times_of(project) -> list[float]:
    """Seconds of single predictions."""
    found = []
    for number in range(ASKED):
        start = time.perf_counter()
        project.predict([{"key": f"k{number}", "text": f"see you at lunch {number}"}])
        found.append(time.perf_counter() - start)
    return found


def test_a_canary_or_a_shadow_costs_a_request_nothing(site, project, report, database_kind: str) -> None:
    times: dict[str, list[float]] = {"plain": [], "canary": [], "shadow": []}
    times_of(project)
    for _ in range(ROUNDS):  # by turns: what else the machine does meets both
        project.set_stage(2, "candidate")
        times["plain"] += times_of(project)
        project.set_stage(2, "canary", share=0.2)
        times["canary"] += times_of(project)
        project.set_stage(2, "shadow")
        times["shadow"] += times_of(project)
    p95 = {name: quantile(found, 0.95) for name, found in times.items()}
    told = {f"{name}_p95_ms": value for name, value in p95.items()}
    told |= {f"{name}_ratio": round(p95[name] / p95["plain"], 2) for name in ("canary", "shadow")}
    followed = lambda: [one for one in project.shadows() if one.items]  # noqa: E731
    (shadow,) = processes.wait_for(followed, 60, "the shadow")
    report.add(f"a canary or a shadow beside, {database_kind}", **told, followed=shadow.items)


def test_no_request_is_lost_while_models_are_moved(site, project, report, database_kind: str) -> None:
    over, answered, errors = threading.Event(), [0] * CLIENTS, []

    def ask(number: int) -> None:
        mine = Client(site.process.url, token=site.admin_token).projects.get(project.slug)
        while not over.is_set():
            try:
                (one,) = mine.predict([{"key": f"{number}-{answered[number]}", "text": "win a free prize call now"}])
                assert one.model in (1, 2) and one.stage in ("live", "canary")
                answered[number] += 1
            except Exception as error:
                errors.append(repr(error))

    asking = [threading.Thread(target=ask, args=[number]) for number in range(CLIENTS)]
    for one in asking:
        one.start()
    for move in range(MOVES):
        if move % 2:
            project.rollback()
        else:
            live = next(one.number for one in project.models() if one.stage == "live")
            project.set_stage(3 - live, "canary", share=0.3)
            project.promote(3 - live)
    over.set()
    for one in asking:
        one.join()
    counted = lambda: sum(one.requests for one in project.use())  # noqa: E731
    processes.wait_for(counted, 30, "the counts")
    report.add(f"{MOVES} moves of models, {database_kind}", answered=sum(answered), lost=len(errors))
    assert errors == []
