"""Two encoders side by side in the service: both are read, and where one fails the other goes on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from sample_texts import news

from labeler.client import Project
from labeler.datasets.reading import Version
from labeler.datasets.snapshot import latest
from labeler.kit.config import Settings
from labeler.kit.jobs import engine
from labeler.kit.jobs.tables import jobs
from labeler.learning.features import encoder
from labeler.learning.features.e5 import build
from labeler.learning.features.encoder import DEFAULT_SHA256
from labeler.learning.features.encoders import make_encoder
from labeler.learning.features.installed import is_installed
from labeler.outside.exported import Exported
from labeler.registry.service import newest_model
from labeler.training import trigger
from labeler.training.pool.data import data_of
from labeler.training.pool.embedding_store import EmbeddingStore

pytestmark = [
    pytest.mark.skipif(not (is_installed() and build.is_there()), reason="the extra `multilingual` is not installed"),
    pytest.mark.one_database,
]


@pytest.fixture
def settings(settings: Settings, made_encoders: Any, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(trigger, "has_embeddings", lambda: True)
    made_encoders.mkdir(exist_ok=True)
    (settings.home / "encoders").symlink_to(made_encoders)  # made for other tests, too
    return settings.model_copy(update={"embeddings": "auto", "encoder": "pair"})


@pytest.fixture
def project(service: Any) -> Project:
    made: Project = service.person("manager").client.projects.create("News", labels=["sport", "money"])
    made.items.add(news(90), progress=False)
    return made


def trained(service: Any, project: Project) -> Callable[[], Any]:
    """Labels some more, trains; gives how the newest model sees the pool."""

    def train() -> Any:
        project.label_many({item.key: item.metadata["truth"] for item in project.queue.next(10)})
        project.train()
        service.run_jobs()
        return service.db.read(newest_model, project.info.id).config["representation"]

    return train


def readings(service: Any) -> list[Any]:
    mine = sa.select(jobs.c.result).where(jobs.c.kind == "training.embed", jobs.c.state == "done").order_by(jobs.c.id)
    return list(service.db.read(lambda tx: tx.execute(mine).scalars().all()))


def test_a_model_sees_its_pool_through_both_and_is_reproduced(
    service: Any, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.run_jobs()
    seen = trained(service, project)()
    assert seen["parts"] == [DEFAULT_SHA256, build.E5_SHA256] and seen["centered"] is True
    assert seen["sha256"] == make_encoder("pair").sha256 and seen["dimensions"] == 768 + 90
    number = project.models()[0].number
    found = project.reproduce(number)
    service.run_jobs()
    assert service.db.read(engine.get, found.id).result["identical"] is True
    project.promote(number)
    answered = project.predict(["the goalkeeper saved a penalty", "interest rates went up"])
    assert [one.value for one in answered] == ["sport", "money"]
    assert "reason" not in readings(service)[-1]
    folder = project.export_model(number, tmp_path / "out", examples=5)
    monkeypatch.setattr(encoder, "_known", {})
    monkeypatch.setattr(build, "_weights", lambda: pytest.fail("an exported model brings its encoders"))
    exported = Exported(folder).predict([{"text": "the goalkeeper saved a penalty"}])
    assert exported["predictions"][0]["value"] == "sport"


def test_one_that_fails_in_the_middle_is_left_out_until_it_works_again(
    service: Any, project: Project, second_encoder_fails: Any
) -> None:
    with second_encoder_fails():
        service.run_jobs()
        train = trained(service, project)
        seen = train()
        assert seen["sha256"] == DEFAULT_SHA256 and "parts" not in seen
        why = "an encoder is left out, others go on: the model can't be loaded"
        assert readings(service)[-1] == {"read": 90, "of": 90, "reason": why}
        models = len(project.models())
        service.run_jobs()
        assert len(project.models()) == models, "training and reading do not ask for each other without an end"
    assert train()["parts"] == [DEFAULT_SHA256, build.E5_SHA256]


def test_what_one_has_read_is_not_read_again_for_the_pair(
    service: Any, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.settings = service.settings.model_copy(update={"encoder": "minilm"})
    service.run_jobs()
    row = service.db.read(latest, project.info.id)
    data = data_of(service.settings, project.info.id, Version(service.settings, project.info.id, row))
    made, everything = make_encoder("pair"), np.arange(90)
    pair = EmbeddingStore(data.cache, made)
    assert pair.parts[0].read(90).all() and not pair.read(90).any()
    monkeypatch.setattr(made.parts[0], "encode", lambda texts: pytest.fail("read again"))
    assert list(pair.read_all(everything, data.contents, "")) == [90]
    assert pair.read(91).tolist() == [True] * 90 + [False] and pair.dimensions == 768
    monkeypatch.undo()
    texts = [content["text"] for content in data.contents(everything)]
    assert np.array_equal(pair.load(everything), made.encode(texts))
    assert list(pair.read_all(everything, data.contents, "")) == [90], "nothing to do is done at once"
