"""Searching the words of a large pool: by the index of trigrams, against reading every item. MILLION=1: a million."""

import os
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from labeler.insight import items as browse
from labeler.items import jobs
from labeler.items.add import draw
from labeler.items.tables import items
from labeler.kit.bulk import insert_many
from labeler.kit.columns import clock
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.projects.access import Project, find_project
from labeler.slices.conditions import Filter

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3600)]
ITEMS = 1_000_000 if os.environ.get("MILLION") else 100_000
WORDS = {"rare": f"m{ITEMS - 7}x", "frequent": "c3x1", "all": "w1", "none": "nosuchword", "letters": "zz"}


@pytest.fixture
def pool(project: Any, db: Database) -> Project:
    """Texts of about ten words, none of them in the index."""
    found = db.read(find_project, project.slug)
    rng = np.random.default_rng(0)
    columns = ("key", "content", "metadata", "split", "shuffle", "needed")
    same = {"project_id": found.id, "created_at": clock(), "import_id": None}
    for start in range(0, ITEMS, 2_000):
        common, own = np.minimum(rng.zipf(1.3, (2_000, 7)), 20_000), rng.integers(0, 200, (2_000, 3))
        rows = []
        for n, (some, few) in enumerate(zip(common, own, strict=True), start):
            text = " ".join([f"m{n}x", *(f"w{word}" for word in some), *(f"c{n % 10}x{word}" for word in few)])
            rows.append((f"m{n}", {"text": text}, {}, "train", draw(0, "order", f"m{n}"), 1))
        db.write(insert_many, items, columns, rows, same)
    return found


def searched(db: Database, settings: Settings, project: Project) -> dict[str, float]:
    """Milliseconds of a page and of a count for each kind of words."""
    took: dict[str, float] = {}
    for name, words in WORDS.items():
        wanted = Filter(q=words)
        took[f"{name}_page"] = middle(partial(db.read, browse.list_items, settings, project, wanted, 50))
        took[f"{name}_count"] = middle(partial(db.read, browse.count_items, settings, project, wanted))
    return took


def middle(function: Callable[[], Any]) -> float:
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - started)
    return round(1000 * float(np.median(seconds)), 1)


def test_words_of_a_large_pool(
    db: Database, settings: Settings, pool: Project, report: Any, database_kind: str
) -> None:
    before = searched(db, settings, pool)
    started, parts = time.perf_counter(), []
    while True:
        began = time.perf_counter()
        if not db.write(jobs.index_part, pool.id, 2**40):
            break
        parts.append(time.perf_counter() - began)
    took = time.perf_counter() - started
    db.write(jobs.settle)
    after = searched(db, settings, pool)
    figures = {name: f"{before[name]} -> {after[name]}" for name in before}
    pauses = {f"part_{share}_ms": round(1000 * float(np.quantile(parts, share)), 1) for share in (0.5, 0.99, 1)}
    report.add(f"words among {ITEMS:,} short texts, {database_kind}", **figures, index_s=round(took, 1), **pauses)
    for name in ("rare_page", "rare_count", "none_page", "none_count"):
        assert after[name] < before[name] / 10, name
