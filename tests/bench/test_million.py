"""The real service with a large pool: import, labels, training, the queue ranked anew. MILLION=1: a million texts.

Once without sentence embeddings, and once while the encoder reads the pool, which takes it hours: models then see the
part of it that has been read.
"""

import csv
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import processes
import pytest
import sqlalchemy as sa
from sites import Site

from labeler.kit.config import Settings
from labeler.queue.tables import queues
from labeler.training.pool.subsample import SIZES

pytestmark = [pytest.mark.bench, pytest.mark.timeout(5400)]
ITEMS = 1_000_000 if os.environ.get("MILLION") else 100_000
LABELS, MORE, CLASSES = 300, 25, 10
LONGEST = 3600.0


@pytest.fixture(params=["off", "auto"])
def site(settings: Settings, request: pytest.FixtureRequest) -> Iterator[Site]:
    running = Site(settings, ["serve"], embeddings=request.param)
    yield running
    running.stop()


class Memory(threading.Thread):
    """The most memory that any process of the service held: its own, and that of files which the system can drop."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid, self._over = pid, threading.Event()
        self.own = self.files = 0.0

    def run(self) -> None:
        while not self._over.wait(0.1):
            waiting = [self._pid]
            while waiting:
                pid = waiting.pop()
                waiting += processes.children_of(pid)
                self._look(pid)

    def _look(self, pid: int) -> None:
        try:
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        except OSError:
            return
        kib = {line.split(":")[0]: line.split()[1] for line in lines if line.startswith("Rss")}
        self.own = max(self.own, int(kib.get("RssAnon", 0)) / 1024**2)
        self.files = max(self.files, int(kib.get("RssFile", 0)) / 1024**2)

    def stop(self) -> dict[str, float]:
        self._over.set()
        self.join()
        return {"peak_gib": round(self.own, 2), "peak_mapped_files_gib": round(self.files, 2)}


def written(path: Path, n: int) -> Path:
    """Texts of about ten words, three of them of their class."""
    rng = np.random.default_rng(0)
    common = np.minimum(rng.zipf(1.3, (n, 7)), 20_000)
    with open(path, "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "text"])
        for number, words in enumerate(common):
            own = rng.integers(0, 200, 3)
            text = " ".join([*(f"w{word}" for word in words), *(f"c{number % CLASSES}x{word}" for word in own)])
            rows.writerow([f"m{number}", text])
    return path


def timed(function: Callable[[], Any]) -> float:
    started = time.perf_counter()
    function()
    return round(time.perf_counter() - started, 3)


def test_a_large_pool(site: Site, report: Any, tmp_path: Path, database_kind: str) -> None:
    path = written(tmp_path / "items.csv", ITEMS)
    names = [f"class {number}" for number in range(CLASSES)]
    project = site.client.projects.create("million", labels=names, retrain_every=500)
    site.client.patch(project.path, {"settings": {"retrain_seconds": 3600}})
    memory, steps = Memory(site.process.pid), {}
    reads = site.settings.embeddings == "auto"
    memory.start()

    def label(n: int) -> None:
        for _ in range(n // MORE):
            held = project.queue.next(MORE)
            body = [{"item_key": item.key, "value": names[int(item.key[1:]) % CLASSES]} for item in held]
            site.client.post(f"{project.path}/labels", json=body)

    def order() -> Any:
        return site.db.read(lambda tx: tx.execute(sa.select(queues.c.ranking_id)).scalar_one_or_none())

    def sees_the_largest_part() -> bool:
        return f"({SIZES[-1]:,} of" in ((project.progress().model or {}).get("sees") or "")

    def settled() -> None:
        if reads:
            processes.wait_for(sees_the_largest_part, LONGEST, "a model of the part that has been read")
            processes.wait_for(lambda: project.progress().training.state == "idle", LONGEST, "its training")
        else:
            site.quiet()

    def train(name: str) -> None:
        before, started = order(), time.perf_counter()
        job = project.train()
        processes.wait_for(lambda: order() != before, LONGEST, "another order")
        steps[f"{name}_first_order_s"] = round(time.perf_counter() - started, 1)
        result = job.wait(LONGEST).result
        steps[f"{name}_s"] = round(time.perf_counter() - started, 1)
        assert result["trained_on"] > 200

    steps["import_s"] = timed(lambda: project.import_file(path).wait(LONGEST))
    processes.wait_for(order, LONGEST, "the first order")
    steps["label_s"] = timed(lambda: label(LABELS))
    steps["until_the_first_models_s"] = timed(settled)
    for name in ("next_training", "training_after_it"):
        label(MORE)
        train(name)
        settled()
    similar = f"{project.path}/items/m1/similar"
    steps["first_comparable_items_s"] = timed(lambda: site.client.get(similar, n=8))
    steps["comparable_items_s"] = timed(lambda: site.client.get(similar, n=8))
    steps["next_item_s"] = timed(lambda: project.queue.next(1))
    pool = f"{ITEMS:,} short texts through the service, {database_kind}"
    report.add(pool + (", a part read so far" if reads else ""), **steps, **memory.stop())
