"""A large pool is read in the order of need: models see a part of it through sentence embeddings until all is read."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from sample_texts import news

from labeler.client import Project
from labeler.datasets.reading import Version
from labeler.datasets.snapshot import latest
from labeler.items.tables import items
from labeler.kit.config import Settings
from labeler.kit.jobs import engine
from labeler.learning.features.encoder import default_encoder
from labeler.learning.features.installed import is_installed
from labeler.queue.tables import queue_entries, queues
from labeler.registry.artifacts import folder_of, load_predictions
from labeler.registry.service import newest_model
from labeler.training import trigger
from labeler.training.jobs import embed as embedding
from labeler.training.jobs import train as jobs
from labeler.training.pool import representation as representation
from labeler.training.pool import subsample as part
from labeler.training.pool.data import TrainingData, data_of
from labeler.training.pool.embedding_store import EmbeddingStore

pytestmark = pytest.mark.one_database

POOL, PART = 300, 80


@pytest.fixture
def settings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(trigger, "has_embeddings", lambda: True)
    monkeypatch.setattr(part, "SIZES", (PART,))
    monkeypatch.setattr(representation, "AT_ONCE", 10)
    return settings.model_copy(update={"embeddings": "auto"})


@pytest.fixture
def go_on(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Reading stops after its first step until this is called."""
    held = pytest.MonkeyPatch()
    held.setattr(embedding, "want_vectors", lambda *given, **more: None)
    held.setattr(jobs, "want_vectors", lambda *given, **more: None)
    monkeypatch.setattr(embedding, "LOOK_SECONDS", 1e9)
    yield held.undo
    held.undo()


@pytest.fixture
def project(service: Any, settings: Settings, go_on: Callable[[], None]) -> Project:
    """Texts about two topics, of which a part has been read."""
    if not is_installed():
        pytest.skip("the extra `embeddings` is not installed")
    made: Project = service.person("manager").client.projects.create("News", labels=["sport", "money"])
    made.items.add(news(POOL), progress=False)
    service.run_jobs()
    return made


def train(service: Any, project: Project, n: int = 20) -> Any:
    """Give labels and train; returns the newest model's row."""
    done = 0
    while done < n:
        held = project.queue.next(5)
        project.label_many({item.key: item.metadata["truth"] for item in held})
        done += len(held)
    project.train()
    service.run_jobs()
    return service.db.read(newest_model, project.info.id)


def data(service: Any, project: Project) -> TrainingData:
    number = project.info.id
    return data_of(service.settings, number, Version(service.settings, number, service.db.read(latest, number)))


def queued(service: Any) -> set[int]:
    """Items in the queue that the model chose; holdout items come in between."""
    joined = queues.join(queue_entries, queue_entries.c.ranking_id == queues.c.ranking_id)
    joined = joined.join(items, items.c.id == queue_entries.c.item_id)
    statement = sa.select(items.c.id).select_from(joined).where(items.c.split == "train")
    return set(service.db.read(lambda tx: tx.execute(statement).scalars()))


def test_the_model_sees_the_part_that_has_been_read_then_all(
    service: Any, project: Project, go_on: Callable[[], None]
) -> None:
    model = train(service, project)
    assert (model.config["representation"]["kind"], model.config["representation"]["part"]) == ("encoder", PART)
    assert f"sentence embeddings ({PART} of {POOL} items so far)" in project.progress().model.sees
    seen = data(service, project)
    inside = set(seen.items[part.members(seen, PART)].tolist())
    assert queued(service) and queued(service) <= inside, "what is asked comes from the part"
    go_on()
    service.db.write(lambda tx: trigger.want_vectors(tx, project.info.id, delay=0))
    service.run_jobs()
    config = service.db.read(newest_model, project.info.id).config
    assert config["representation"]["kind"] == "encoder" and "part" not in config["representation"]
    assert "so far" not in project.progress().model.sees


def test_how_far_the_reading_is_is_told_while_it_waits(service: Any, project: Project) -> None:
    service.db.write(lambda tx: trigger.want_vectors(tx, project.info.id, delay=100))
    assert project.progress().training.reading.model_dump() == {
        "state": "queued",
        "done": PART,
        "of": POOL,
        "error": None,
    }


def test_items_that_are_not_read_yet_are_answered_too_and_well(service: Any, project: Project) -> None:
    model = train(service, project, 30)
    folder = folder_of(service.settings, project.info.id, model.number)
    stored = load_predictions(folder)
    assert stored is not None and len(stored.items) == POOL
    assert np.allclose(stored.proba.sum(axis=1), 1, atol=1e-5)
    pairs = sa.select(items.c.id, items.c.metadata).order_by(items.c.id)
    truth = service.db.read(lambda tx: {row.id: row.metadata["truth"] for row in tx.execute(pairs)})
    said = np.array(model.config["classes"])[stored.proba.argmax(axis=1)]
    assert np.mean(said == [truth[int(item)] for item in stored.items]) > 0.9


@pytest.mark.whole
def test_a_model_of_a_part_is_reproduced_bit_by_bit(
    service: Any, project: Project, dvc_repro: Callable[[Project, int], str], go_on: Callable[[], None]
) -> None:
    model = train(service, project)
    go_on()
    service.db.write(lambda tx: trigger.want_vectors(tx, project.info.id, delay=0))
    service.run_jobs()  # all is read now, and the part is made again all the same
    found = project.reproduce(model.number)
    service.run_jobs()
    assert service.db.read(engine.get, found.id).result["identical"] is True
    assert "identical" in dvc_repro(project, model.number)


def test_a_search_looks_at_all_items(service: Any, project: Project) -> None:
    train(service, project)
    project.client.patch(project.path, json={"settings": {"find_label": "sport"}})
    service.run_jobs()
    seen = data(service, project)
    inside = set(seen.items[part.members(seen, PART)].tolist())
    assert queued(service) - inside


def test_the_first_items_are_chosen_among_those_that_are_read(service: Any, project: Project) -> None:
    seen = data(service, project)
    inside = set(seen.items[part.members(seen, PART)].tolist())
    assert queued(service) and queued(service) <= inside


def test_labels_of_items_that_are_not_read_yet_count(service: Any, project: Project) -> None:
    seen = data(service, project)
    outside = np.setdiff1d(np.arange(POOL), part.members(seen, PART))[:8]
    keys = sa.select(items.c.id, items.c.key, items.c.metadata)
    rows = {row.id: row for row in service.db.read(lambda tx: tx.execute(keys).all())}
    for place in outside:
        row = rows[int(seen.items[place])]
        project.label(row.key, row.metadata["truth"])
    model = train(service, project)
    assert model.config["representation"]["part"] == PART
    assert model.trained_on + model.holdout_size == 28


@pytest.mark.whole
def test_new_items_do_not_take_the_part_away(service: Any, project: Project) -> None:
    train(service, project)
    before = data(service, project)
    project.items.add([{"key": f"x{n}", "text": f"a striker scored {n}"} for n in range(5)], progress=False)
    service.run_jobs()
    project.train()
    service.run_jobs()
    after = data(service, project)
    assert len(after.items) == POOL + 5
    held = np.intersect1d(before.items[part.members(before, PART)], after.items[part.members(after, PART)])
    assert len(held) >= PART - 5


def test_the_labeled_are_read_first_then_the_sample_then_all(service: Any, project: Project) -> None:
    train(service, project)
    seen = data(service, project)
    nothing_read = EmbeddingStore(service.settings.home / "elsewhere", default_encoder())
    steps = part.in_order_of_need(seen, nothing_read)
    labeled = np.flatnonzero(~seen.unlabeled)
    assert np.isin(labeled, steps[0]).all() and PART <= len(steps[0]) <= PART + len(labeled)
    assert sorted(np.concatenate(steps).tolist()) == list(range(POOL))


@pytest.fixture
def large(service: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Project]:
    """A pool too large for a map within a training, of texts or table rows, where nothing is read."""
    monkeypatch.setattr(part, "SIZES", (PART,))
    monkeypatch.setattr(representation, "SIZES", (PART,))
    monkeypatch.setattr(representation, "PROJECTED", PART)
    service.settings = service.settings.model_copy(update={"embeddings": "off"})

    def make(kind: str) -> Project:
        made: Project = service.person("manager").client.projects.create("Large", labels=["sport", "money"])
        rows = news(POOL)
        for number, row in enumerate(rows if kind == "table" else []):
            del row["text"]
            row["fields"] = {"width": number % 2 + number / POOL, "made": ["by hand", "by machine"][number % 3 > 0]}
        made.items.add(rows, progress=False)
        service.run_jobs()
        return made

    return make


@pytest.mark.parametrize("kind", ["text", "table"])
def test_a_map_of_a_part_serves_where_nothing_is_read(service: Any, large: Callable[[str], Project], kind: str) -> None:
    project = large(kind)
    model = train(service, project, 30)
    assert (model.config["representation"]["kind"], model.config["representation"]["part"]) == ("projection", PART)
    assert f"neighbors (in {PART} of {POOL} items)" in project.progress().model.sees
    stored = load_predictions(folder_of(service.settings, project.info.id, model.number))
    pairs = sa.select(items.c.id, items.c.metadata)
    truth = service.db.read(lambda tx: {row.id: row.metadata["truth"] for row in tx.execute(pairs)})
    assert stored is not None and len(stored.items) == POOL
    said = np.array(model.config["classes"])[stored.proba.argmax(axis=1)]
    assert np.mean(said == [truth[int(item)] for item in stored.items]) > 0.8
    found = project.reproduce(model.number)
    service.run_jobs()
    assert service.db.read(engine.get, found.id).result["identical"] is True


def test_with_many_labels_texts_are_learned_without_a_map(
    service: Any, large: Callable[[str], Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = large("text")
    monkeypatch.setattr(representation, "MANY", 15)
    assert train(service, project, 30).config["representation"] is None
