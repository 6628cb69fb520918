"""Task types other than one label: from a file to a live model, through the API, on both databases."""

import csv
import random
from pathlib import Path
from typing import Any

import pytest

from labeler.client import Project

WORDS = {"rain": ["wet", "umbrella", "drops"], "wind": ["storm", "gust", "blows"], "sun": ["bright", "warm", "beach"]}


def _several(rng: random.Random) -> tuple[str, list[str]]:
    chosen = sorted(rng.sample(sorted(WORDS), rng.choice([0, 1, 1, 2])))
    words = [rng.choice(WORDS[name]) for name in chosen for _ in range(2)]
    filler = [f"word{rng.randrange(40)}" for _ in range(4)]
    return " ".join(rng.sample([*words, *filler], len(words) + 4)), chosen


def _rated(rng: random.Random) -> tuple[str, int]:
    stars = rng.randint(1, 5)
    words = ["awful", "poor", "fair", "good", "superb"]
    return f"{words[stars - 1]} {rng.choice(words[max(0, stars - 2) : stars + 1])} word{rng.randrange(40)}", stars


KINDS: dict[str, dict[str, Any]] = {
    "multi_choice": {
        "parts": {"labels": list(WORDS)},
        "draw": _several,
        "write": "|".join,
        "primary": "macro_f1",
        "title": "Macro-F1",
        "better": lambda ours, guess: ours > guess,
        "view": "per_label",
    },
    "rating": {
        "parts": {"scale": {"min": 1, "max": 5}},
        "draw": _rated,
        "write": str,
        "primary": "mae",
        "title": "Mean absolute error",
        "better": lambda ours, guess: ours < guess,
        "view": "confusion",
    },
}


def filled(admin: Any, service: Any, task_type: str, folder: Path) -> tuple[Project, dict[str, Any]]:
    """A project with 260 items from a file, 200 of them labeled in it."""
    about, rng = KINDS[task_type], random.Random(0)
    truth = {}
    path = folder / "items.csv"
    with open(path, "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "text", "label"])
        for number in range(260):
            text, value = about["draw"](rng)
            truth[f"m{number}"] = value
            rows.writerow([f"m{number}", text, about["write"](value) if number < 200 else ""])
    project = admin.client.projects.create(task_type, task_type=task_type, holdout_share=0.3, **about["parts"])
    job = project.import_file(path, {"key": "id", "text": "text", "label": "label"})
    service.run_jobs()
    assert (job.refresh().result["taken"], job.result["refused"]) == (260, 0)
    return project, truth


@pytest.mark.parametrize("task_type", sorted(KINDS))
def test_from_a_file_to_a_live_model(service: Any, admin: Any, task_type: str, tmp_path: Path) -> None:
    about = KINDS[task_type]
    project, truth = filled(admin, service, task_type, tmp_path)
    given = {row.item_key: row.value for row in project.answers()}
    in_file = {key: value for key, value in list(truth.items())[:200] if value != []}
    assert {key: sorted(v) if isinstance(v, list) else v for key, v in given.items()} == in_file
    project.train()
    service.run_jobs()
    model = project.models()[0]
    report = model.report
    assert report["primary"] == about["primary"] and about["view"] in report["views"]
    ours, guess = (one[about["primary"]]["value"] for one in (model.metrics, model.baselines["majority"]))
    assert about["better"](ours, guess)
    estimate = model.metrics[about["primary"]]
    assert estimate["low"] <= estimate["value"] <= estimate["high"] and estimate["n"] == model.holdout_size
    held = project.queue.next(5)
    assert held and all(item.key not in given for item in held)
    made = project.label(held[0], truth[held[0].key]).label
    row = next(row for row in project.labels if row.id == made.id)
    assert row.pick["by"] in ("holdout", "rare_label_uncertainty", "variance_reduction")
    assert project.items.get("m250").prediction["model"] == model.number
    project.promote(model.number)
    told = project.predict([{"text": "wet umbrella storm gust"}, {"text": "superb good"}])
    if task_type == "multi_choice":
        assert set(told[0].value) == {"rain", "wind"} and set(told[0].proba) == set(WORDS)
    else:
        assert told[1].value >= 4 and 1 <= told[0].expected <= 5
    again = project.reproduce(model.number)
    service.run_jobs()
    assert again.refresh().result["identical"]
    card = project.client._http.get(f"{project.path}/models/{model.number}/card").text
    assert about["title"] in card


@pytest.mark.one_database
@pytest.mark.parametrize("task_type", sorted(KINDS))
@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet"])
def test_an_export_is_an_import(service: Any, admin: Any, task_type: str, format: str, tmp_path: Path) -> None:
    project, _ = filled(admin, service, task_type, tmp_path)
    before = {row.item_key: row.value for row in project.answers()}
    path = project.export(tmp_path / f"all.{format}", format)
    copy = admin.client.projects.create("Copy", task_type=task_type, **KINDS[task_type]["parts"])
    job = copy.import_file(path)
    service.run_jobs()
    assert job.refresh().result["refused"] == 0
    assert {row.item_key: row.value for row in copy.answers()} == before
