"""The loop: labels -> dataset version -> model -> scores -> queue."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from labeler.client import ApiError, Project
from labeler.datasets.repository import Repository
from labeler.kit.jobs.tables import jobs
from labeler.queue.tables import queue_entries, queues, rankings
from labeler.registry.artifacts import folder_of
from labeler.wire.registry import DatasetTie

Add = Callable[..., list[dict[str, Any]]]


def label_by_truth(project: Project, n: int) -> list[dict[str, Any]]:
    """Label what the queue gives, with the answers hidden in the metadata."""
    done = []
    while len(done) < n and (held := project.queue.next(min(10, n - len(done)))):
        project.label_many({item.key: item.metadata["truth"] for item in held})
        done += held
    return done


def trained(service: Any, project: Project, n: int = 30) -> dict[str, Any]:
    label_by_truth(project, n)
    project.train()
    service.run_jobs()
    return project.models()[0]


def waiting(service: Any, kind: str) -> int:
    count = sa.select(sa.func.count()).where(jobs.c.kind == kind, jobs.c.state == "queued")
    return int(service.db.read(lambda tx: tx.execute(count).scalar_one()))


def test_a_model_is_tied_to_its_dataset_version(service: Any, project: Project, add_texts: Add) -> None:
    add_texts(120)
    model = trained(service, project)
    assert model.dataset == DatasetTie(version=1, tag="v1") and model.artifacts
    assert project.datasets()[0].models == [1]
    assert model.trained_on + model.holdout_size == 30
    assert set(model.baselines) == {"majority", "one_rule", "sklearn"} and model.packages["scikit-learn"]


def test_the_first_model_comes_by_itself(service: Any, project: Project, add_texts: Add) -> None:
    add_texts(120)
    label_by_truth(project, 5)
    assert waiting(service, "training.train") == 1
    service.run_jobs()
    label_by_truth(project, 20)
    assert waiting(service, "training.train") == (0 if project.models() else 1)


def test_what_waits_while_a_model_trains_is_asked_for_once_it_has(
    service: Any, project: Project, add_texts: Add
) -> None:
    """Else the same labels train two models: the training at work may see all that waits."""
    from labeler.training.trigger import sweep

    add_texts(60)
    label_by_truth(project, 20)
    project.train()
    work = sa.update(jobs).where(jobs.c.kind == "training.train", jobs.c.state == "queued")
    service.db.write(lambda tx: tx.execute(work.values(state="running")).rowcount)
    service.db.write(sweep)
    assert waiting(service, "training.train") == 0
    over = sa.update(jobs).where(jobs.c.kind == "training.train").values(state="superseded")
    service.db.write(lambda tx: tx.execute(over).rowcount)
    service.db.write(sweep)
    assert waiting(service, "training.train") == 1


def test_training_starts_after_n_labels(service: Any, project: Project, add_texts: Add) -> None:
    add_texts(200)
    trained(service, project, 30)
    label_by_truth(project, 24)
    assert waiting(service, "training.train") == 0
    label_by_truth(project, 1)
    assert waiting(service, "training.train") == 1


def test_fewer_labels_train_after_a_time(service: Any, project: Project, add_texts: Add) -> None:
    from labeler.training.tables import training_marks
    from labeler.training.trigger import sweep

    add_texts(100)
    trained(service, project, 30)
    label_by_truth(project, 3)
    service.db.write(sweep)
    assert waiting(service, "training.train") == 0
    past = sa.update(training_marks).values(at=sa.literal(0, sa.BigInteger))
    service.db.write(lambda tx: tx.execute(past).rowcount)
    service.db.write(sweep)
    assert waiting(service, "training.train") == 1


@pytest.mark.parametrize("labeled", [False, True])
def test_what_was_removed_trains_once_and_not_again_and_again(
    service: Any, project: Project, add_texts: Add, labeled: bool
) -> None:
    from labeler.training.tables import training_marks
    from labeler.training.trigger import sweep

    add_texts(100)
    trained(service, project, 30)
    rows = [{"key": f"late{n}", "text": f"a late text {n}"} | ({"label": "ham"} if labeled else {}) for n in range(5)]
    project.items.add(rows, progress=False)
    project.items.remove(keys=[row["key"] for row in rows])
    service.run_jobs()
    past = sa.update(training_marks).values(at=sa.literal(0, sa.BigInteger))
    for _ in range(2):
        service.db.write(lambda tx: tx.execute(past).rowcount)
        service.db.write(sweep)
    assert waiting(service, "training.train") == 0, "it has learned all there is"


def test_one_label_only_waits_and_says_why(service: Any, project: Project, add_texts: Add) -> None:
    add_texts(60)
    for item in project.queue.next(10):
        project.label(item, "ham")
    project.train()
    done = [row for row in service.run_jobs() if row.kind == "training.train"]
    assert done[-1].state == "done" and done[-1].result["model"] is None
    training = project.progress().training
    assert training.state == "waiting" and "needs two labels with examples" in training.message
    assert waiting(service, "training.train") == 0
    assert project.queue.next()


def test_the_holdout_is_never_trained_on(service: Any, project: Project, add_texts: Add) -> None:
    add_texts(300)
    model = trained(service, project, 60)
    held = {item.key for item in project.items if item.split == "holdout"}
    assert 0.04 < len(held) / 300 < 0.2
    labeled = {item.key for item in project.items if item.labels}
    assert model.holdout_size == len(held & labeled) and model.trained_on == len(labeled - held)


def test_a_new_order_is_swapped_whole(service: Any, project: Project, add_texts: Add) -> None:
    add_texts(150)
    service.run_jobs()

    def order(tx: Any) -> tuple[int, str, int]:
        row = tx.execute(sa.select(queues.c.ranking_id)).scalar_one()
        kind = tx.execute(sa.select(rankings.c.kind).where(rankings.c.id == row)).scalar_one()
        others = sa.select(sa.func.count()).where(queue_entries.c.ranking_id != row)
        return row, kind, tx.execute(others).scalar_one()

    before = service.db.read(order)
    assert before[1:] == ("coverage", 0)
    trained(service, project)
    after = service.db.read(order)
    assert after[0] != before[0] and after[1:] == ("model", 0)


def test_scores_from_outside_order_the_queue(service: Any, project: Project, add_texts: Add) -> None:
    add_texts(50)
    train_keys = [item.key for item in project.items if item.split == "train"]
    scores = [{"key": key, "score": number / 100} for number, key in enumerate(train_keys)]
    answer = project.client.post(
        f"{project.path}/scores", json=[*scores, {"key": "nobody", "score": 1}, {"key": train_keys[0]}]
    )
    assert answer["ranked"] == len(train_keys) and answer["refused"] == 2
    given = [item.key for item in project.queue.next(30) if item.key in set(train_keys)]
    assert given == train_keys[::-1][: len(given)] and len(given) > 20


def test_an_order_from_outside_is_not_covered_over(service: Any, project: Project, add_texts: Add) -> None:
    rows = add_texts(60)
    wanted = [row["key"] for row in rows if "milk" in row["text"]]
    ranked = project.client.post(f"{project.path}/scores", json=[{"key": key, "score": 1} for key in wanted])["ranked"]
    service.run_jobs()  # the order that covers the pool was asked for when the items came
    first = project.queue.next(ranked)
    assert sum(item.key in wanted for item in first) >= ranked - 4, "but for holdout items in between"
    for item in project.items:
        if item.key in wanted and item.split == "train":
            project.label(item, "ham")
    project.items.add([{"key": "new", "text": "one more"}], progress=False)
    service.run_jobs()
    kind = sa.select(rankings.c.kind).join(queues, queues.c.ranking_id == rankings.c.id)
    assert service.db.read(lambda tx: tx.execute(kind).scalar_one()) == "coverage"


@pytest.mark.one_database
def test_reproducing_gives_identical_predictions(service: Any, project: Project, add_texts: Add) -> None:
    add_texts(120)
    trained(service, project)
    label_by_truth(project, 10)
    job = project.reproduce(1)
    service.run_jobs()
    assert job.refresh().result == {
        "identical": True,
        "compared": 120,
        "max_difference": 0.0,
        "model": 1,
        "dataset": "v1",
    }


@pytest.mark.one_database
def test_dvc_repro_on_the_models_tag_gives_identical_predictions(
    service: Any, project: Project, add_texts: Add, dvc_repro: Any
) -> None:
    add_texts(80)
    trained(service, project)
    assert "identical: 80 predictions" in dvc_repro(project, 1)


@pytest.mark.whole
@pytest.mark.one_database
def test_dvc_repro_from_a_bare_repository_with_nothing_else(
    service: Any, project: Project, add_texts: Add, dvc_repro: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.settings, "git_remote", str(tmp_path / "git"))
    monkeypatch.setattr(service.settings, "dvc_remote", str(tmp_path / "storage"))
    add_texts(80)
    trained(service, project)
    service.run_jobs(kinds=("datasets.push",))
    shutil.rmtree(Repository(service.settings, project.info.id).path)
    assert "identical: 80 predictions" in dvc_repro(project, 1)


def test_a_failing_training_is_told_and_not_repeated_for_the_same_labels(
    service: Any, project: Project, add_texts: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    from labeler.learning.errors import InvalidFeatures
    from labeler.training.jobs import train as training

    add_texts(60)
    label_by_truth(project, 10)
    service.run_jobs()

    def broken(*_: Any, **__: Any) -> None:
        raise InvalidFeatures("these items can't be read")

    monkeypatch.setattr(training, "fit", broken)
    label_by_truth(project, 2)
    project.train()
    failed = [row for row in service.run_jobs() if row.kind == "training.train"][-1]
    assert failed.state == "failed" and "these items can't be read" in failed.error
    assert project.progress().training.state == "failed"
    from labeler.training.trigger import sweep

    service.db.write(sweep)
    assert waiting(service, "training.train") == 0
    assert project.queue.next()


@pytest.mark.one_database
def test_artifacts_of_old_models_are_pruned_and_can_be_made_again(
    service: Any, project: Project, add_texts: Add
) -> None:
    add_texts(200)
    trained(service, project, 20)
    for _ in range(6):
        trained(service, project, 3)
    oldest = project.models()[-1]
    assert not oldest.artifacts
    with pytest.raises(ApiError) as refused:
        project.promote(1)
    assert refused.value.status == 409 and "Reproduce it first" in refused.value.detail
    job = project.reproduce(1)
    service.run_jobs()
    assert job.refresh().result["identical"]
    assert project.promote(1).stage == "live"
    assert (folder_of(service.settings, project.info.id, 1) / "model.skops").exists()


def test_files_that_an_earlier_version_wrote_are_made_again(service: Any, project: Project, add_texts: Add) -> None:
    add_texts(120)
    trained(service, project, 40)
    project.promote(1)
    project_id = project.info.id
    (folder_of(service.settings, project_id, 1) / "model.skops").write_bytes(b"of another format")
    maps = list((service.settings.home / "features" / str(project_id) / "maps").rglob("near.npy"))
    assert maps
    for path in maps:
        path.rename(path.with_name("former_name.npy"))
    with pytest.raises(ApiError, match="reproduce it"):
        project.predict([{"text": "hello"}])
    job = project.reproduce(1)
    service.run_jobs()
    assert job.refresh().result["identical"]
    assert project.predict([{"text": "hello"}])[0].proba


@pytest.mark.whole
@pytest.mark.one_database
def test_advice_knows_the_curve_and_the_target(service: Any, project: Project, add_texts: Add) -> None:
    add_texts(400)
    for target in ({"metric": "accuracy", "value": 2}, {"metric": "luck", "value": 0.5}, {"metric": "accuracy"}):
        with pytest.raises(ApiError, match="target"):
            project.client.patch(project.path, {"settings": {"target": target}})
    project.client.patch(project.path, {"settings": {"target": {"metric": "accuracy", "value": 0.6}}})
    for _ in range(5):
        trained(service, project, 25)
    stop = project.progress().stop
    assert stop.advice in {"keep going", "nearly there", "stop"} and stop.reason
    assert stop.gain["value"] is not None and stop.gain["low"] <= stop.gain["value"] <= stop.gain["high"]
    curve = project.client.get(f"{project.path}/insight/learning-curve")
    ahead, newest = curve["forecast"], curve["points"][-1]
    assert (ahead[0]["labels"], ahead[0]["value"]) == (newest["trained_on"], newest["metrics"]["accuracy"]["value"])
    in_holdout = project.progress().items.holdout
    assert [point["labels"] - newest["trained_on"] for point in ahead[:-1]] == [0, 50, 100, 200]
    assert ahead[-1]["labels"] == curve["most"] == 400 - in_holdout
    assert all(0 <= point["low"] <= point["value"] <= point["high"] <= 1 for point in ahead)
    trained(service, project, 2)
    again = project.learning_curve()
    start, score = again.forecast[0], again.points[-1].metrics["accuracy"]["value"]
    assert (start["labels"], start["value"]) == (again.points[-1].trained_on, pytest.approx(score)), (
        "of few labels, too"
    )
    metrics = project.models()[0].metrics
    assert metrics["accuracy_powered"]["n"] == metrics["accuracy"]["n"]


@pytest.mark.whole
@pytest.mark.one_database
def test_finding_all_of_a_rare_label(service: Any, project: Project) -> None:
    texts = ["claim your free prize now" if n % 20 == 0 else f"see you at lunch on day {n}" for n in range(400)]
    rows = [
        {"key": f"t{n}", "text": f"{text} {n}", "metadata": {"truth": "spam" if n % 20 == 0 else "ham"}}
        for n, text in enumerate(texts)
    ]
    project.items.add(rows, progress=False)
    with pytest.raises(ApiError, match="is not a label of this project"):
        project.client.patch(project.path, {"settings": {"find_label": "nothing"}})
    project.client.patch(project.path, {"settings": {"find_label": "spam"}})
    labeled = label_by_truth(project, 40)
    for _ in range(4):
        project.train()
        service.run_jobs()
        labeled += label_by_truth(project, 15)
    found = [item for item in labeled if item.metadata["truth"] == "spam" and "claim" in item.content["text"]]
    assert len(found) >= 17, "the likeliest are asked first"
    project.train()
    service.run_jobs()
    finding = project.progress().stop.finding
    assert finding["label"] == "spam" and finding["found"] == len(found)
    assert finding["left"]["low"] <= 20 - len(found) <= finding["left"]["high"]
    project.client.patch(project.path, {"settings": {"find_label": None}})
    service.run_jobs()
    assert project.progress().stop.finding is None
