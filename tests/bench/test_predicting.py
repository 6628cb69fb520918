"""Predictions with sentence vectors, what it costs a request that a model is tried out beside the live one, and moving
models under load."""

import csv
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import onnxruntime
import processes
import pytest
from load import quantile
from sample_texts import texts
from sites import Site

from labeler.client import Client
from labeler.demo.setup import data_file
from labeler.learning.features.encoder import default_encoder

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


SINGLES, BATCH, TURNS, CAPACITY = 100, 1_000, 5, 0.5


@pytest.fixture
def two_processes(settings: Any, tmp_path: Path) -> Iterator[tuple[Site, list[str]]]:
    """A service with sentence embeddings, and the addresses of its two API processes."""
    site = Site(settings, ["serve"])
    own = site.settings.model_copy(update={"port": processes.free_port()})
    second = processes.Running(["-m", "labeler", "api"], own, tmp_path / "second.log")
    try:
        processes.wait_for(second.ready, 60, "the second API process")
        yield site, [site.process.url, second.url]
    finally:
        second.stop()
        site.stop()


def asked_at(url: str, token: str, path: str, texts: list[str], times: list[float]) -> None:
    """Ask for one text after the other; seconds of each."""
    with httpx.Client(base_url=f"{url}/api/v1", headers={"authorization": f"Bearer {token}"}, timeout=60) as client:
        for text in texts:
            began = time.perf_counter()
            client.post(f"{path}/predict", json={"items": [{"text": text}]}).raise_for_status()
            times.append(time.perf_counter() - began)


def test_single_texts_and_batches_beside_the_bare_encoder(two_processes, report, database_kind: str) -> None:
    """The default model with sentence embeddings; the encoder by itself on the same texts, by turns."""
    site, urls = two_processes
    with open(data_file("sms.csv"), encoding="utf-8", newline="") as file:
        rows = [(row["label"], row["text"]) for row in csv.DictReader(file)]
    project = site.client.projects.create(
        "Vectors", labels=["spam", "ham"], retrain_every=10_000, retrain_seconds=86_400
    )
    project.items.add([{"key": f"k{n}", "text": text} for n, (_, text) in enumerate(rows[:2_000])], progress=False)
    site.quiet()
    project.label_many({f"k{n}": rows[n][0] for n in range(120)})
    project.train().wait(600)
    site.quiet()
    project.promote(1)
    texts = [f"{text} again" for _, text in rows[:BATCH]]  # not of the pool
    encoder = default_encoder()
    for url in urls:
        asked_at(url, site.admin_token, project.path, texts[:5], [])

    def at_once(share: list[str]) -> list[float]:
        times: list[float] = []
        asking = [
            threading.Thread(target=asked_at, args=(url, site.admin_token, project.path, share, times)) for url in urls
        ]
        for one in asking:
            one.start()
        for one in asking:
            one.join()
        return times

    found: dict[str, list[float]] = {"single": [], "bare_single": [], "batch": [], "bare": []}
    body = {"items": [{"text": text} for text in texts]}
    with httpx.Client(base_url=f"{urls[0]}/api/v1", headers={"authorization": f"Bearer {site.admin_token}"}) as client:
        for turn in range(TURNS):  # by turns: what else the machine does meets both
            share = texts[turn * SINGLES : (turn + 1) * SINGLES]
            found["single"] += at_once(share)
            for text in share:
                began = time.perf_counter()
                encoder.encode([text])
                found["bare_single"].append(time.perf_counter() - began)
            for name, run in (
                ("batch", lambda: client.post(f"{project.path}/predict", json=body, timeout=300).raise_for_status()),
                ("bare", lambda: encoder.encode(texts)),
            ):
                began = time.perf_counter()
                run()
                found[name].append(time.perf_counter() - began)
    shares = sorted(bare / batch for bare, batch in zip(found["bare"], found["batch"], strict=True))
    report.add(
        f"predictions with sentence vectors, two API processes, {database_kind}",
        single_p50_ms=quantile(found["single"], 0.5),
        single_p95_ms=quantile(found["single"], 0.95),
        bare_single_p95_ms=quantile(found["bare_single"], 0.95),
        batch_s=round(min(found["batch"]), 2),
        bare_s=round(min(found["bare"]), 2),
        share_of_bare=round(min(found["bare"]) / min(found["batch"]), 2),
        share_by_turns=[round(one, 2) for one in shares],
        onnxruntime=onnxruntime.__version__,
    )
    assert shares[len(shares) // 2] > CAPACITY
