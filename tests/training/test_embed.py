"""Sentence embeddings in the service: read in the background, used when all are there, never waited for."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from sample_texts import TOPICS, news

from labeler.client import ApiError, Project
from labeler.datasets.reading import Version
from labeler.datasets.snapshot import latest
from labeler.kit.config import Settings
from labeler.kit.jobs import engine
from labeler.kit.jobs.tables import jobs
from labeler.learning.features import encoder
from labeler.learning.features.encoder import Encoder, default_encoder
from labeler.learning.features.installed import is_installed
from labeler.registry.service import newest_model
from labeler.training import trigger
from labeler.training.jobs import embed as embedding
from labeler.training.pool import representation
from labeler.training.pool.data import data_of
from labeler.training.pool.embedding_store import GROUP, EmbeddingStore

pytestmark = [
    pytest.mark.skipif(not is_installed(), reason="the extra `embeddings` is not installed"),
    pytest.mark.one_database,
]


@pytest.fixture
def settings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(trigger, "has_embeddings", lambda: True)
    return settings.model_copy(update={"embeddings": "auto"})


@pytest.fixture
def read(service: Any) -> Callable[..., Project]:
    """A project of n texts, labeled by their topic as far as asked."""

    def make(n: int = 300) -> Project:
        people = service.person("manager")
        project = people.client.projects.create("News", labels=["sport", "money"])
        project.items.add(news(n), progress=False)
        return project

    return make


def label(project: Project, n: int) -> None:
    done = 0
    while done < n:
        held = project.queue.next(5)
        project.label_many({item.key: item.metadata["truth"] for item in held})
        done += len(held)


def config_of(service: Any, project: Project) -> Any:
    """Configuration of the newest model."""
    return service.db.read(newest_model, project.info.id).config


def test_the_model_switches_when_all_items_are_read(service: Any, read: Any) -> None:
    project = read()
    service.run_jobs()
    label(project, 20)
    project.train()
    service.run_jobs()
    config = config_of(service, project)
    assert config["representation"]["kind"] == "encoder" and config["representation"]["dimensions"] == 384 + 96
    assert set(config["weights"]) == {"linear", "linear_smoothed", "neighbors", "words", "frequency"}
    progress = project.progress()
    assert "sentence embeddings" in progress.model.sees and progress.training.reading is None


def test_reproducing_reads_the_items_again_and_agrees(service: Any, read: Any) -> None:
    project = read()
    service.run_jobs()
    label(project, 20)
    project.train()
    service.run_jobs()
    found = project.reproduce(project.models()[0].number)
    service.run_jobs()
    assert service.db.read(engine.get, found.id).result["identical"] is True


@pytest.mark.whole
def test_a_model_of_an_earlier_version_is_reproduced_with_vectors_as_they_are(
    service: Any, read: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier_version:
        earlier_version.setattr(representation, "center_of", lambda *_: None)
        project = read()
        service.run_jobs()
        label(project, 20)
        project.train()
        service.run_jobs()
        earlier = config_of(service, project)
    shutil.rmtree(service.settings.home / "features")  # none of the earlier version's maps is there
    label(project, 5)
    project.train()
    service.run_jobs()
    assert "centered" not in earlier["representation"]
    assert config_of(service, project)["representation"]["centered"] is True
    found = [project.reproduce(one.number) for one in project.models()]
    service.run_jobs()
    assert [service.db.read(engine.get, one.id).result["identical"] for one in found] == [True, True]


def test_new_items_are_read_within_the_next_training(service: Any, read: Any) -> None:
    project = read(260)
    service.run_jobs()
    project.items.add(
        [{"key": f"x{n}", "text": f"a striker scored {n}", "metadata": {"truth": "sport"}} for n in range(9)]
    )
    label(project, 20)
    project.train()
    service.run_jobs()
    config = config_of(service, project)
    assert config["representation"]["kind"] == "encoder"


@pytest.mark.whole
def test_reading_gives_way_to_other_jobs_and_goes_on(service: Any, read: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    project = read(3 * GROUP)
    monkeypatch.setattr(embedding, "LOOK_SECONDS", 0.0)
    awaited = iter([True, True])
    monkeypatch.setattr(engine, "others_wait", lambda *_: next(awaited, False))
    service.run_jobs()
    mine = sa.select(jobs.c.result).where(jobs.c.kind == "training.embed", jobs.c.state == "done").order_by(jobs.c.id)
    results = service.db.read(lambda tx: tx.execute(mine).scalars().all())
    assert [result["read"] for result in results] == [GROUP, 2 * GROUP, 3 * GROUP]
    assert project.progress().training.reading is None


@pytest.mark.whole
def test_reading_and_a_search_take_turns_of_a_minute(service: Any, read: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    project = read(3 * GROUP)
    monkeypatch.setattr(embedding, "LOOK_SECONDS", 0.0)
    real, queued = EmbeddingStore.read_all, []

    def read_all(*arguments: Any) -> Any:
        if not queued:  # a search comes due while the first items are read
            wanted = {"project_id": project.info.id, "lane": "another"}
            queued.append(service.db.write(lambda tx: engine.enqueue(tx, "training.search", **wanted)))
        return real(*arguments)

    monkeypatch.setattr(EmbeddingStore, "read_all", read_all)
    service.run_jobs()
    mine = sa.select(jobs.c.result).where(jobs.c.kind == "training.embed", jobs.c.state == "done")
    assert [row["read"] for row in service.db.read(lambda tx: tx.execute(mine).scalars().all())] == [3 * GROUP]
    assert queued


def test_vectors_are_the_same_in_whatever_order_they_are_read(service: Any, read: Any, tmp_path: Path) -> None:
    project = read(300)
    service.run_jobs()
    row = service.db.read(latest, project.info.id)
    data = data_of(service.settings, project.info.id, Version(service.settings, project.info.id, row))
    again = EmbeddingStore(tmp_path, default_encoder())
    order = np.random.default_rng(0).permutation(300)
    assert list(again.read_all(order, data.contents, "")) == [GROUP, 300]
    everything = np.arange(300)
    assert again.read(301).tolist() == [True] * 300 + [False]
    assert np.array_equal(EmbeddingStore(data.cache, default_encoder()).load(everything), again.load(everything))


def test_an_encoder_with_another_hash_is_told_and_models_go_on(service: Any, read: Any) -> None:
    wrong = {"encoder": str(default_encoder().file), "encoder_sha256": "0" * 64}
    service.settings = service.settings.model_copy(update=wrong)
    project = read(60)
    service.run_jobs()
    reading = project.progress().training.reading
    assert reading.state == "failed" and "another hash" in reading.error
    label(project, 10)
    project.train()
    service.run_jobs()
    assert config_of(service, project)["representation"]["kind"] == "projection"


def test_the_live_model_answers_new_texts(service: Any, read: Any) -> None:
    project = read()
    service.run_jobs()
    label(project, 20)
    project.train()
    service.run_jobs()
    number = project.models()[0].number
    project.promote(number)
    answered = project.predict(["the goalkeeper saved a penalty", "interest rates went up"])
    assert [one.value for one in answered] == ["sport", "money"]


def test_items_on_the_other_side_of_the_middle_are_comparable_too(service: Any, read: Any) -> None:
    project = read(60)
    service.run_jobs()
    label(project, 20)
    project.train()
    service.run_jobs()
    items = {item.key: item.metadata["truth"] for item in project.items}
    key = next(iter(items))
    found = project.items.similar(key, n=59)
    assert len(found) == 59 and all(items[one.key] == items[key] for one in found[:10])


def test_a_search_begins_where_words_say_before_there_is_a_label(service: Any) -> None:
    labels = [
        {"name": "sport", "description": "matches, teams, players and cups"},
        {"name": "other", "description": "business, politics and weather"},
    ]
    project = service.person("manager").client.projects.create("Search", labels=labels)
    rows = []
    for number in range(300):
        topic = "sport" if number % 10 == 0 else "money"
        rows.append({"key": f"n{number}", "text": f"{TOPICS[topic][number % 3]} on day {number}"})
    project.items.add(rows, progress=False)
    service.run_jobs()
    project.client.patch(project.path, json={"settings": {"find_label": "sport"}})
    service.run_jobs()
    found = [int(item.key[1:]) % 10 == 0 for item in project.queue.next(20)]
    assert sum(found) >= 12, "3 in 30 by chance; holdout items come in between"


def test_a_live_model_answers_with_the_encoder_that_the_settings_name(
    settings: Settings, tmp_path: Path, start_service: Callable[[Settings], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.onnx"
    other.write_bytes(Path(default_encoder().file).read_bytes() + b"\x32\x05other")  # the same with a doc_string
    settings = settings.model_copy(update={"encoder": str(other)})
    service = start_service(settings)
    project = service.person("manager").client.projects.create("News", labels=["sport", "money"])
    for number in range(60):
        topic = list(TOPICS)[number % 2]
        text = f"{TOPICS[topic][number % 3]} on day {number}"
        project.items.add([{"key": f"n{number}", "text": text, "metadata": {"truth": topic}}], progress=False)
    service.run_jobs()
    label(project, 20)
    project.train()
    service.run_jobs()
    assert config_of(service, project)["representation"]["sha256"] == Encoder(other).sha256
    project.promote(1)
    monkeypatch.setattr(encoder, "_known", {})  # the API is another process than the one that trained
    assert project.predict(["the team won the cup"])[0].value == "sport"
    other.unlink()
    monkeypatch.setattr(encoder, "_known", {})
    with pytest.raises(ApiError) as refused:
        project.predict(["the team won the cup"])
    assert refused.value.status == 503 and "encoder" in str(refused.value)
