"""Failure modes of every kind of answer and content; and of sentence vectors, centered on what was looked at."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from planted_modes import PARCELS

from labeler.client import Project
from labeler.failure_modes.space import Sentences, regions
from labeler.learning.failure_modes import find_modes
from labeler.queue.wanted import SHARE, places
from labeler.training.pool.embedding_store import EmbeddingStore

KINDS: dict[str, tuple[dict[str, Any], Any, Any]] = {
    "rating": ({"scale": {"min": 1, "max": 5}}, 1, 5),
    "multi_choice": ({"labels": ["news", "sports"]}, ["news"], ["news", "sports"]),
}


def test_what_is_wanted_gets_three_places_of_ten_the_same_for_the_same_ranking() -> None:
    shares = [sum(places(1_000, (seed, 7))) / 1_000 for seed in range(5)]
    assert all(abs(share - SHARE) < 0.06 for share in shares)
    assert list(places(50, (1, 2))) == list(places(50, (1, 2))) != list(places(50, (1, 3)))


@pytest.mark.one_database
@pytest.mark.parametrize("kind", KINDS)
def test_rows_of_a_table_whose_answers_a_model_can_not_know(service: Any, admin: Any, kind: str) -> None:
    """What is delivered in Oslo is answered otherwise, and no row from there is trained on."""
    parts, one, other = KINDS[kind]
    project: Project = admin.client.projects.create("Rows", task_type=kind, **parts)
    rows = [
        {"key": f"r{n}", "fields": {"city": ["Rome", "Bern"][n % 2], "size": n % 7}, "label": [one, other][n % 2]}
        for n in range(80)
    ]
    rows += [
        {"key": f"o{n}", "fields": {"city": "Oslo", "street": "Harbor", "size": n % 7}, "label": [one, other][n % 2]}
        for n in range(PARCELS)
    ]
    for place, row in enumerate(rows):
        row["split"] = "holdout" if place >= 80 or place // 2 % 2 else "train"
    project.items.add(rows, progress=False)
    service.run_jobs()
    project.train()
    service.run_jobs()
    project.failure_modes.find()
    (done,) = service.run_jobs(kinds=("failure_modes.look",))
    assert done.state == "done", done
    found = project.failure_modes.all()
    assert found.looked is not None and found.looked.holdout_wrong > 0
    for mode in found.found:
        detail = project.failure_modes.get(mode.id)
        assert detail.examples and "city: Oslo" in mode.words
        assert all(rate.error.value is None or rate.error.low is not None for rate in mode.rates)
    assert found.found or found.looked.why in ("not_alike", "few_mistakes")


def test_sentence_vectors_are_centered_and_what_was_not_read_is_like_nothing(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    n = 300
    vectors = rng.normal(size=(n, 24)).astype(np.float32) + 5
    vectors[:40, :3] += 4
    store = EmbeddingStore(tmp_path, SimpleNamespace(key="made-up", sha256="0" * 64, parts=()))  # type: ignore[arg-type]
    store._keep(np.arange(n), vectors)
    read = store.read(n)
    assert read.all()
    read[30:40] = False
    space = Sentences(store, read, vectors.mean(axis=0), {})
    rows = space.rows(np.arange(n))
    assert np.allclose(np.linalg.norm(rows, axis=1), read, atol=1e-5)
    (mode, *_) = find_modes(rows, np.concatenate([np.arange(30), np.arange(100, 110)]))
    (inside,) = regions(space, n, [mode.center])
    assert inside[:30].mean() > 0.6 and inside[40:].mean() < 0.2 and not inside[30:40].any()
