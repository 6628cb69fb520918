"""Two encoders that are installed: each sees the pool by itself, and evidence chooses for each model."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sample_texts import news

from labeler.client import Project
from labeler.datasets.reading import Version
from labeler.datasets.snapshot import latest
from labeler.kit.config import Settings
from labeler.kit.jobs import engine
from labeler.kit.jobs.tables import jobs
from labeler.learning import loop
from labeler.learning.errors import EncoderMissing
from labeler.learning.features.e5 import build
from labeler.learning.features.encoder import DEFAULT_SHA256
from labeler.learning.features.encoders import encoder_name
from labeler.learning.features.installed import is_installed
from labeler.registry.encoders import encoders_beside, encoders_for, why_fewer
from labeler.registry.service import newest_model
from labeler.training import trigger
from labeler.training.jobs import model_search
from labeler.training.pool.data import data_of

pytestmark = [
    pytest.mark.skipif(not (is_installed() and build.is_there()), reason="the extra `multilingual` is not installed"),
    pytest.mark.one_database,
]
BOTH = {DEFAULT_SHA256, build.E5_SHA256}


@pytest.fixture
def settings(settings: Settings, made_encoders: Any, two_encoders: None, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(trigger, "has_embeddings", lambda: True)
    made_encoders.mkdir(exist_ok=True)
    (settings.home / "encoders").symlink_to(made_encoders)  # made for other tests, too
    return settings.model_copy(update={"embeddings": "auto"})


@pytest.fixture
def project(service: Any) -> Project:
    made: Project = service.person("manager").client.projects.create("News", labels=["sport", "money"])
    made.items.add(news(90), progress=False)
    return made


@pytest.fixture
def train(service: Any, project: Project) -> Callable[[], Any]:
    """Labels some more, trains; gives the newest model's configuration."""

    def train() -> Any:
        project.label_many({item.key: item.metadata["truth"] for item in project.queue.next(10)})
        project.train()
        service.run_jobs()
        return service.db.read(newest_model, project.info.id).config

    return train


def readings(service: Any) -> list[Any]:
    mine = sa.select(jobs.c.result).where(jobs.c.kind == "training.embed", jobs.c.state == "done").order_by(jobs.c.id)
    return list(service.db.read(lambda tx: tx.execute(mine).scalars().all()))


def prefer(monkeypatch: pytest.MonkeyPatch, sha256: str) -> None:
    """As if labels were likelier through this encoder."""

    def evidence(learned: loop.Learned) -> float:
        kept = learned.model.reference_set
        return 1.0 if kept is not None and kept.encoder == sha256 else 0.0

    monkeypatch.setattr(loop.Learned, "evidence", property(evidence))


@pytest.mark.parametrize("sha256", sorted(BOTH))
def test_a_model_sees_its_pool_through_the_encoder_that_evidence_chooses(
    service: Any, project: Project, train: Any, monkeypatch: pytest.MonkeyPatch, sha256: str
) -> None:
    service.run_jobs()
    assert [(row["read"], row["of"]) for row in readings(service)] == [(90, 90), (90, 90)], "one after the other"
    prefer(monkeypatch, sha256)
    config = train()
    assert config["representation"]["sha256"] == sha256 and set(config["evidence"]) == set(map(encoder_name, BOTH))
    assert config["representation"]["dimensions"] == 384 + 90
    number = project.models()[0].number
    found = project.reproduce(number)
    service.run_jobs()
    assert service.db.read(engine.get, found.id).result["identical"] is True
    project.promote(number)
    answered = project.predict(["the goalkeeper saved a penalty", "interest rates went up"])
    assert [one.value for one in answered] == ["sport", "money"]


@pytest.mark.parametrize("sha256", sorted(BOTH))
def test_a_search_compares_with_what_evidence_has_chosen(
    service: Any, project: Project, train: Any, monkeypatch: pytest.MonkeyPatch, sha256: str
) -> None:
    service.run_jobs()
    prefer(monkeypatch, sha256)
    train()
    row = service.db.read(latest, project.info.id)
    data = data_of(service.settings, project.info.id, Version(service.settings, project.info.id, row))
    pipeline = data.choose_pipeline()
    run = SimpleNamespace(db=service.db, settings=service.settings, project_id=project.info.id)
    assert model_search._seen(run, data, pipeline, data.blocks(pipeline)).config["sha256"] == sha256


def test_the_model_is_the_one_that_said_best_what_it_had_not_seen(service: Any, project: Project, train: Any) -> None:
    service.run_jobs()
    config = train()
    assert config["evidence"][encoder_name(config["representation"]["sha256"])] == max(config["evidence"].values()) < 0


def test_one_that_fails_in_the_middle_is_left_out_until_it_works_again(
    service: Any, project: Project, train: Any, second_encoder_fails: Any
) -> None:
    with second_encoder_fails():
        service.run_jobs()
        config = train()
        assert config["representation"]["sha256"] == DEFAULT_SHA256 and "evidence" not in config
        assert readings(service)[-1]["reason"] == "an encoder is left out, others go on: the model can't be loaded"
        models = len(project.models())
        service.run_jobs()
        assert len(project.models()) == models, "training and reading do not ask for each other without an end"
    assert set(train()["evidence"]) == set(map(encoder_name, BOTH))


def test_one_that_can_not_be_had_is_left_out_and_why_is_said(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert {one.sha256 for one in encoders_for(settings)} == BOTH and why_fewer(settings) is None

    def refuse(*_: object) -> None:
        raise EncoderMissing("the weights are not there")

    monkeypatch.setattr(build, "made", refuse)
    assert [one.sha256 for one in encoders_for(settings)] == [DEFAULT_SHA256] and encoders_beside(settings) == []
    assert why_fewer(settings) == "the weights are not there"


def test_a_set_one_is_asked_alone(settings: Settings) -> None:
    named = settings.model_copy(update={"encoder": "multilingual-e5-small"})
    assert [one.sha256 for one in encoders_for(named)] == [build.E5_SHA256] and encoders_beside(named) == []


def test_a_model_on_features_alone_and_reading_do_not_ask_for_each_other_without_an_end(
    service: Any, project: Project, train: Any
) -> None:
    project.change(settings={"model": "logistic_regression"})
    service.run_jobs()
    train()
    service.run_jobs()
    models = len(project.models())
    done = service.run_jobs()
    assert done == [] and len(project.models()) == models
    assert "evidence" not in project.models(1)[0].config
