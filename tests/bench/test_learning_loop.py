"""The service's own loop, simulated through its API: labels until 95 % of the full-data score, against random order.

Both sides get the same service, features, model, holdout share and seeds; only the project's strategy differs.
Random order also starts at random, as a team without active learning would. Every label counts, the
holdout's too. The score is accuracy on the set's own test file, which is not in the project.
"""

import csv
import statistics
from typing import Any

import pytest
import shared_data

from labeler.learning.features.pipeline import pipeline_for
from labeler.learning.supervised import train
from labeler.learning.trained_model import TrainedModel
from labeler.registry.artifacts import folder_of

pytestmark = [pytest.mark.bench, pytest.mark.timeout(5400)]
SEEDS = range(5)
BATCH = 25
MOST = {"sms": 500, "agnews": 1000, "trec6": 1500}


def rows_of(name: str, part: str) -> list[dict[str, str]]:
    with open(shared_data.FOLDER / name / f"{part}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def accuracy(model: TrainedModel, test: list[dict[str, str]]) -> float:
    proba = model.predict_proba([{"text": row["text"]} for row in test])
    predicted = [model.classes[place] for place in proba.argmax(axis=1)]
    return statistics.fmean(value == row["label"] for value, row in zip(predicted, test, strict=True))


def full_data_score(rows: list[dict[str, str]], test: list[dict[str, str]]) -> float:
    contents = [{"text": row["text"]} for row in rows]
    pipeline = pipeline_for(contents[:500])
    block = pipeline.extract(contents)
    pipeline.fit([block])
    return accuracy(train(pipeline, pipeline.transform(block), [row["label"] for row in rows], seed=0), test)


def labels_needed(service: Any, name: str, strategy: str, seed: int, target: float) -> tuple[int, list[float]]:
    """Labels until the target is reached (MOST + BATCH when it never is), and the curve."""
    rows, test = rows_of(name, "train"), rows_of(name, "test")
    truth = {row["id"]: row["label"] for row in rows}
    admin = service.person("admin").client
    project = admin.projects.create(
        f"{name} {strategy} {seed}",
        labels=sorted(set(truth.values())),
        strategy=strategy,
        seed=seed,
        retrain_every=BATCH,
    )
    project.items.add([{"key": row["id"], "text": row["text"]} for row in rows], progress=False)
    if strategy != "random":
        service.run_jobs()  # the order that covers the pool
    curve: list[float] = []
    given = 0
    while given < MOST[name]:
        held = project.queue.next(BATCH)
        body = [{"item_key": item.key, "value": truth[item.key]} for item in held]
        admin.post(f"{project.path}/labels", json=body)
        given += len(held)
        project.train()
        service.run_jobs()
        models = project.models(1)
        if not models:
            curve.append(0.0)
            continue
        folder = folder_of(service.settings, project.info.id, models[0].number)
        curve.append(accuracy(TrainedModel.load(folder, models[0].sha256), test))
        if curve[-1] >= target:
            return given, curve
    return given + BATCH, curve


@pytest.mark.skipif(not shared_data.FOLDER.exists(), reason="the benchmark's data sets may not be shipped")
@pytest.mark.parametrize("name", ["sms", "agnews", "trec6"])
def test_labels_to_95_percent(service: Any, report: Any, name: str, database_kind: str) -> None:
    if database_kind != "sqlite":
        return  # the loop is the same; one database is enough to count labels
    rows, test = rows_of(name, "train"), rows_of(name, "test")
    full = full_data_score(rows, test)
    needed: dict[str, list[int]] = {"graph_margin": [], "random": []}
    for seed in SEEDS:
        for strategy, found in needed.items():
            found.append(labels_needed(service, name, strategy, seed, 0.95 * full)[0])
    means = {strategy: statistics.fmean(found) for strategy, found in needed.items()}
    report.add(
        f"labels to 95 % of the full-data accuracy, {name}",
        full_data_accuracy=round(full, 3),
        labels=needed["graph_margin"],
        random=needed["random"],
        ratio=round(means["graph_margin"] / means["random"], 2),
    )
    assert means["graph_margin"] < means["random"]
