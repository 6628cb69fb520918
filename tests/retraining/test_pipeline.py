"""The test of the pipeline: a model made again from raw items, with nothing that an earlier training left."""

import json
from typing import Any

import pytest
import sqlalchemy as sa

from labeler.client import ApiError, Project
from labeler.learning.errors import LearningError
from labeler.registry.tables import model_versions
from labeler.retraining.asking import PIPELINE
from labeler.training import again
from labeler.wire.retraining import PipelineTest


def outcome_of(service: Any, project: Project) -> PipelineTest:
    project.test_pipeline()
    service.run_jobs(kinds=(PIPELINE,))
    return project.retraining().tests[0]


def test_the_same_comes_out_again(service: Any, two_models: Project) -> None:
    found = outcome_of(service, two_models)
    assert (found.model, found.outcome, found.compared, found.max_difference) == (1, "identical", 100, 0.0)
    assert (found.served, found.served_differ) == (100, 0) and (found.served_difference or 0) < 1e-5
    assert found.now == found.then and not found.nightly and found.error == ""
    assert found.dataset == two_models.model(1).dataset.tag


def test_what_earlier_trainings_made_is_not_used(
    service: Any, two_models: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = []
    fit = again.fit
    monkeypatch.setattr(again, "fit", lambda data, **how: used.append(data.cache) or fit(data, **how))
    two_models.test_pipeline()
    service.run_jobs(kinds=(PIPELINE,))
    assert all(service.settings.home not in cache.parents for cache in used)


def change_hash(service: Any, number: int) -> None:
    """As if the model had said something else when it was made."""
    config = sa.select(model_versions.c.config).where(model_versions.c.number == number)
    before = service.db.read(lambda tx: tx.execute(config).scalar_one())
    changed = json.loads(json.dumps(before)) | {"predictions_sha256": "0" * 64}
    statement = sa.update(model_versions).where(model_versions.c.number == number)
    packages = {"numpy": "1.0"}
    service.db.write(lambda tx: tx.execute(statement.values(config=changed, packages=packages)))


def test_what_comes_out_otherwise_is_told(service: Any, two_models: Project) -> None:
    change_hash(service, 1)
    found = outcome_of(service, two_models)
    assert found.outcome == "differs" and found.compared == 100 and found.max_difference == pytest.approx(0)
    assert found.changed and found.changed[0].startswith("numpy 1.0 → ")
    assert two_models.model(1).stage == "live", "it tells, and changes nothing"


def test_a_training_that_breaks_is_a_failed_test(
    service: Any, two_models: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise LearningError("the sentence encoder has another hash")

    monkeypatch.setattr(again, "fit", broken)
    found = outcome_of(service, two_models)
    assert (found.outcome, found.compared, found.error) == ("failed", 0, "the sentence encoder has another hash")


def test_without_a_model_there_is_nothing_to_test(project: Project) -> None:
    with pytest.raises(ApiError, match="no model yet"):
        project.test_pipeline()
