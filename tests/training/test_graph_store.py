"""The pool's map on disk: it grows with the pool, survives a kill, and can be made again bit by bit."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from sample_texts import texts

from labeler.client import Project
from labeler.datasets.reading import Version
from labeler.datasets.service import find_version
from labeler.learning.semi_supervised.label_spreading import unit
from labeler.registry.service import newest_model
from labeler.training import dvc_stage as repro
from labeler.training.pool import graph_store as maps
from labeler.training.pool.graph_store import GraphStore, StoredGraph

RNG = np.random.default_rng(0)
VECTORS = unit(RNG.standard_normal((900, 16)) + 3 * np.eye(16)[RNG.integers(0, 16, 900)])


@pytest.fixture(autouse=True)
def _small_maps_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maps, "GROWS_FROM", 100)


def grown(stored: StoredGraph, n: int) -> None:
    first = (stored.steps or [0])[-1]
    stored.folder.mkdir(parents=True, exist_ok=True)
    parts = [(slice(place, min(n, place + 70)), VECTORS[place : min(n, place + 70)]) for place in range(first, n, 70)]
    stored.grow(n, 16, iter(parts))


def arrays(stored: StoredGraph, n: int) -> list[Any]:
    graph = stored.first(n)
    assert graph is not None
    return [np.array(part) for part in (graph.vectors, graph.near, graph.similarity, graph.once, graph.smooth)]


def test_a_map_that_grows_keeps_what_it_had_and_finds_nearly_all_neighbors(tmp_path: Path) -> None:
    stored = StoredGraph(tmp_path)
    grown(stored, 600)
    before = arrays(stored, 600)
    grown(stored, 900)
    assert stored.steps == [600, 900]
    assert all(np.array_equal(a, b) for a, b in zip(before, arrays(stored, 600), strict=True))
    near = arrays(stored, 900)[1]
    cosines = VECTORS[600:] @ VECTORS.T
    cosines[np.arange(300), np.arange(600, 900)] = -9
    true = np.argsort(-cosines, axis=1)[:, :10]
    assert np.mean([len(set(a) & set(b)) for a, b in zip(near[600:], true, strict=True)]) > 8
    assert stored.affinity(900).shape == (900, 900) and stored.affinity(600).shape == (600, 600)


def test_growing_in_the_same_steps_gives_the_same_bits(tmp_path: Path) -> None:
    one, other = StoredGraph(tmp_path / "one"), StoredGraph(tmp_path / "other")
    for stored in (one, other):
        for n in (500, 560, 700):
            grown(stored, n)
    assert all(np.array_equal(a, b) for a, b in zip(arrays(one, 700), arrays(other, 700), strict=True))


def test_a_kill_while_a_map_grows_costs_nothing_of_it(tmp_path: Path) -> None:
    whole, cut = StoredGraph(tmp_path / "whole"), StoredGraph(tmp_path / "cut")
    for stored in (whole, cut):
        grown(stored, 500)

    def dies() -> Any:
        yield slice(500, 600), VECTORS[600:700]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cut.grow(650, 16, dies())
    assert cut.steps == [500]
    assert all(np.array_equal(a, b) for a, b in zip(arrays(cut, 500), arrays(whole, 500), strict=True))
    for stored in (whole, cut):
        grown(stored, 620)
    assert all(np.array_equal(a, b) for a, b in zip(arrays(cut, 620), arrays(whole, 620), strict=True))


def test_a_pool_that_grew_by_half_is_mapped_anew(tmp_path: Path) -> None:
    store = GraphStore(tmp_path, "words")
    assert store.steps_for(400) == [400]
    with store.making([400]) as stored:
        grown(stored, 400)
    assert store.steps_for(410) == [400, 410] and store.steps_for(600) == [400, 600] and store.steps_for(601) == [601]
    with store.making([400, 500]) as stored:
        grown(stored, 500)
    assert store.steps_for(550) == [400, 500, 550]
    assert store.steps_for(400) == [400] and store.find([400]) is not None and store.find([400, 450]) is None
    with store.making([400, 450]) as stored:  # an older model's map is made again beside
        grown(stored, 400)
        grown(stored, 450)
    assert store.find([400, 450]) is not None and store.steps_for(550) == [400, 500, 550]


def test_small_maps_are_made_anew(tmp_path: Path) -> None:
    store = GraphStore(tmp_path, "words")
    with store.making([90]) as stored:
        grown(stored, 90)
    assert store.steps_for(91) == [91]


@pytest.mark.whole
@pytest.mark.one_database
@pytest.mark.parametrize("model", ["pool_ensemble", "logistic_regression"])
def test_a_model_on_a_grown_map_is_reproduced_bit_by_bit(
    service: Any, project: Project, add_texts: Any, tmp_path: Path, model: str
) -> None:
    project.client.patch(project.path, {"settings": {"model": model}})
    add_texts(300)
    label(project, 30)
    project.train()
    service.run_jobs()
    for first in (300, 340):
        project.items.add(texts(40, first), progress=False)
        label(project, 5)
        project.train()
        service.run_jobs()
    row = service.db.read(newest_model, project.info.id)
    assert row.config["model"] == model and row.config["representation"]["steps"] == [300, 340, 380]
    shutil.rmtree(service.settings.home / "features")
    found = project.reproduce(row.number)
    service.run_jobs()
    assert found.refresh().result["identical"] is True
    version_row = service.db.read(find_version, project.info.id, row.version)
    (tmp_path / "model.json").write_bytes(orjson.dumps(row.config))
    with Version(service.settings, project.info.id, version_row).folder() as data:
        assert repro.main(data, tmp_path / "model.json", tmp_path / "model") == 0


def label(project: Project, n: int) -> None:
    done = 0
    while done < n:
        held = project.queue.next(5)
        project.label_many({item.key: item.metadata["truth"] for item in held})
        done += len(held)
