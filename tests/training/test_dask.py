"""Features and scores on a Dask cluster of processes: the same bits, also when a worker dies or nobody answers."""

import gc
import os
import signal
import socketserver
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import numpy as np
import pytest
from dask import config
from distributed import Client, LocalCluster
from sample_texts import texts

from labeler.client import Project
from labeler.kit.jobs import engine
from labeler.learning.features.installed import is_installed
from labeler.learning.features.text import TextPipeline
from labeler.learning.numeric.parallel import in_threads
from labeler.registry.service import newest_model
from labeler.training.pool import dask
from labeler.training.pool.dask import over_cluster, why_without

pytestmark = pytest.mark.one_database

WHY: list[str] = []  # the cluster was not used, as the log would say
PARTS = 12
NOWHERE = "tcp://127.0.0.1:9"


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    # A worker whose death went unnoticed is given up after a while, not after five minutes.
    with (
        config.set({"distributed.scheduler.worker-ttl": "30s"}),
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0"
        ) as made,
    ):
        yield made


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scheduler that is there may take its time: the machine is busy with other tests."""
    monkeypatch.setattr(dask, "ANSWERS_IN", 60.0)
    monkeypatch.setitem(dask._QUIET, "distributed.comm.timeouts.connect", "60s")
    WHY.clear()
    monkeypatch.setattr(dask, "_tell", WHY.append)


def parts() -> list[list[dict[str, str]]]:
    return [[{"text": row["text"]} for row in texts(100, 100 * number)] for number in range(PARTS)]


def same(a: Any, b: Any) -> bool:
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in ("data", "indices", "indptr"))


@pytest.mark.whole
def test_a_cluster_gives_the_same_bits_in_the_same_order(cluster: LocalCluster, patient: None) -> None:
    pipeline = TextPipeline()
    there = list(over_cluster(cluster.scheduler_address, pipeline.extract, parts(), nobody))
    assert len(there) == PARTS and all(same(a, pipeline.extract(part)) for a, part in zip(there, parts(), strict=True))


def test_a_worker_that_dies_costs_nothing(cluster: LocalCluster, patient: None) -> None:
    pipeline = TextPipeline()
    results = over_cluster(cluster.scheduler_address, pipeline.extract, parts(), nobody)
    there = [next(results)]
    os.kill(next(iter(cluster.workers.values())).process.process.pid, signal.SIGKILL)
    there += results
    assert len(there) == PARTS and all(same(a, pipeline.extract(part)) for a, part in zip(there, parts(), strict=True))


class Late:
    """A result that is there a moment after one stopped waiting for it."""

    def __init__(self, status: str) -> None:
        self.status, self.asked = status, 0

    def result(self, timeout: float) -> int:
        self.asked += 1
        if self.asked == 1 or self.status == "error":
            raise TimeoutError(f"timed out after {timeout} s.")
        return 7

    def done(self) -> bool:
        return True


def test_a_result_that_comes_as_one_stops_waiting_counts() -> None:
    class Client:
        def nthreads(self) -> dict[str, int]:
            return {"one": 1}

    assert dask._answer(Client(), Late("finished")) == 7
    with pytest.raises(TimeoutError):
        dask._answer(Client(), Late("error"))


class Forgetful:
    """A cluster that loses what it was given, so many times."""

    def __init__(self, times: int) -> None:
        self.times, self.scattered = times, 0

    def nthreads(self) -> dict[str, int]:
        return {"one": 2}

    def scatter(self, function: Any, **_: Any) -> Any:
        self.scattered += 1
        return function

    def submit(self, worked: Any, function: Any, part: Any, **_: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if self.scattered <= self.times:
            future.cancel()
            future.set_running_or_notify_cancel()
        else:
            future.set_result(worked(function, part))
        return future


@pytest.mark.parametrize("times", [1, dask.LOST_MOST])
def test_what_a_cluster_loses_is_sent_again(times: int) -> None:
    unfinished: deque[int] = deque()
    client = Forgetful(times)
    assert list(dask._on_cluster(client, abs, iter(range(-9, 0)), unfinished)) == list(range(9, 0, -1))
    assert not unfinished and client.scattered == times + 1


def test_a_cluster_that_loses_everything_is_given_up_with_every_part_kept() -> None:
    unfinished: deque[int] = deque()
    waiting = iter(range(9))
    assert list(dask._on_cluster(Forgetful(99), abs, waiting, unfinished)) == []
    assert [*unfinished, *waiting] == list(range(9))


def nobody(_: Any, left: Any) -> Iterator[Any]:
    """The cluster must have done it all: nothing is left to be done here."""
    assert not list(left), WHY
    yield from ()


def test_a_cluster_that_goes_away_leaves_the_rest_to_be_done_here() -> None:
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0"
    ) as gone:
        results = over_cluster(gone.scheduler_address, TextPipeline().extract, parts(), map)
        there = [next(results)]
    there += results
    assert all(same(a, TextPipeline().extract(part)) for a, part in zip(there, parts(), strict=True))


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody is, nobody needs long to answer."""
    monkeypatch.setattr(dask, "ANSWERS_IN", 0.5)
    monkeypatch.setitem(dask._QUIET, "distributed.comm.timeouts.connect", "500ms")


def test_without_a_scheduler_the_work_is_done_here(hasty: None) -> None:
    assert list(over_cluster("", abs, [-1, 2, -3])) == [1, 2, 3]
    assert list(over_cluster(NOWHERE, abs, [-1, 2, -3])) == [1, 2, 3]
    assert why_without("") is None and "does not answer" in str(why_without(NOWHERE))
    assert "does not answer" in str(why_without("no address"))


def test_a_fault_of_the_function_is_raised_as_it_is(cluster: LocalCluster) -> None:
    with pytest.raises(TypeError, match="bad operand"):
        list(over_cluster(cluster.scheduler_address, abs, ["a"]))


def test_a_client_that_can_not_start_is_told_and_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise AssertionError

    monkeypatch.setattr("distributed.Client.start", fails)
    assert list(over_cluster("tcp://127.0.0.1:1", abs, [-1, 2])) == [1, 2]
    assert "does not answer (AssertionError)" in str(why_without("tcp://127.0.0.1:1"))


def test_what_answers_in_another_language_is_told_and_done_without() -> None:
    with socketserver.TCPServer(("127.0.0.1", 0), _Greets) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"tcp://127.0.0.1:{server.server_address[1]}"
        assert list(over_cluster(address, abs, [-1, 2])) == [1, 2]
        assert "does not answer" in str(why_without(address))
        server.shutdown()


class _Greets(socketserver.BaseRequestHandler):
    """Says something that Dask takes for the length of what follows."""

    def handle(self) -> None:
        self.request.sendall(b"220 mail.example.org ready, go on\r\n" * 4)


def test_a_client_that_did_not_start_leaves_nothing_that_closes_itself_later() -> None:
    """It would do so when it is collected, also while the lock that it takes is held: a training stood still."""
    gc.collect()
    gc.disable()
    try:
        assert why_without(NOWHERE)
        left = [one for one in gc.get_objects() if isinstance(one, Client) and one.status != "closed"]
        assert left == []
    finally:
        gc.enable()


def test_threads_keep_the_order_of_the_parts() -> None:
    assert list(in_threads(abs, range(-50, 0))) == list(range(50, 0, -1))
    with pytest.raises(TypeError):
        list(in_threads(abs, [1, "a", 2]))


@pytest.mark.whole
@pytest.mark.parametrize(
    "embeddings",
    [
        pytest.param("off", marks=pytest.mark.faults),  # its long form
        pytest.param(
            "auto", marks=pytest.mark.skipif(not is_installed(), reason="the extra `embeddings` is not installed")
        ),
    ],
)
def test_a_training_on_the_cluster_is_reproduced_here(
    service: Any, project: Project, cluster: LocalCluster, patient: None, embeddings: str
) -> None:
    alone = service.settings.model_copy(update={"embeddings": embeddings})
    service.settings = alone.model_copy(update={"dask_scheduler": cluster.scheduler_address})
    project.items.add(texts(300 if embeddings == "off" else 120), progress=False)
    label(project, 30)
    project.train()
    service.run_jobs()
    project.train()
    service.run_jobs()
    row = service.db.read(newest_model, project.info.id)
    assert row.config["representation"]["kind"] == ("projection" if embeddings == "off" else "encoder")
    service.settings = alone
    found = project.reproduce(row.number)
    service.run_jobs()
    assert service.db.read(engine.get, found.id).result["identical"] is True


def test_a_training_goes_on_and_says_so_when_the_scheduler_does_not_answer(
    hasty: None, service: Any, project: Project
) -> None:
    service.settings = service.settings.model_copy(update={"dask_scheduler": NOWHERE})
    project.items.add(texts(60), progress=False)
    label(project, 20)
    project.train()
    done = [row for row in service.run_jobs() if row.kind == "training.train"][-1]
    assert project.models() and f"the Dask scheduler at {NOWHERE} does not answer" in done.result["note"]


def label(project: Project, n: int) -> None:
    done = 0
    while done < n:
        held = project.queue.next(5)
        project.label_many({item.key: item.metadata["truth"] for item in held})
        done += len(held)
