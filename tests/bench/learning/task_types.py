"""Several labels an item, and ratings: how many labels the default asks for, beside random order.

    python tests/bench/learning/task_types.py --seeds 5

Both sides have the same learner, the same first 25 items and the same test file, which nobody learns from. Reached is
where two checks in a row are at 95 % of the score that all labels give (errors: at 1/0.95 of it). Needs the extra
`embeddings` and the data beside the checkout; results are added to bench-results/task_types.jsonl.
"""

import argparse
import csv
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from labeler.learning import ActiveLearner
from labeler.learning.features import installed
from labeler.learning.numeric.types import Array
from labeler.learning.problems import find
from labeler.learning.validation import contents_of

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT.parent / "shared" / "data"
FIRST, SMALL, LARGE = 25, 25, 50
"""Labels before the first model, then between models, and between models from 200 labels on."""
SHARE = 0.95


@dataclass(frozen=True)
class Area:
    problem: str
    metric: str
    read: Callable[[str], Any]
    most: int


AREAS = {
    "multi": Area("multilabel", "macro_f1", lambda cell: cell.split("|"), 1_500),
    "rating": Area("ordinal", "mae", float, 2_400),
}


def rows_of(name: str, part: str) -> tuple[list[str], list[Any]]:
    with open(DATA / name / f"{part}.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row["text"] for row in rows], [AREAS[name].read(row["label"]) for row in rows]


def some(values: list[Any], chosen: Array) -> list[Any]:
    known = set(chosen.tolist())
    return [value if place in known else None for place, value in enumerate(values)]


@dataclass(frozen=True)
class Held:
    """The test file as the learner sees it, made once."""

    values: list[Any]
    features: Any
    vectors: Array

    @classmethod
    def of(cls, learner: ActiveLearner, texts: list[str], values: list[Any]) -> "Held":
        contents = contents_of(texts)
        features = learner._items.features_of(contents)
        return cls(values, features, learner._items.vectors_of(contents, features))


def score(learner: ActiveLearner, area: Area, held: Held) -> float:
    problem, model = find(area.problem), learner.model_
    assert model is not None and model.reference_set is not None
    with threadpool_limits(1):
        proba = model.estimator.predict_proba(model.reference_set.views(held.vectors, held.features))
    report = problem.evaluate(held.values, proba, model.classes, problem.settings_of(model), 0)
    value = report.metrics[area.metric].value
    assert value is not None
    return value


def run(name: str, strategy: str, seed: int, learner: ActiveLearner, held: Held, target: float) -> dict[str, Any]:
    area = AREAS[name]
    texts, values = rows_of(name, "train")
    learner.set_params(strategy=strategy, random_state=seed)
    labeled = np.random.default_rng(seed).choice(len(texts), FIRST, replace=False)
    curve: list[tuple[int, float]] = []
    while True:
        learner.fit(texts, some(values, labeled))
        curve.append((len(labeled), score(learner, area, held)))
        passed = [one <= target if area.metric == "mae" else one >= target for _, one in curve[-2:]]
        if len(passed) == 2 and all(passed):
            return {"reached": curve[-2][0], "curve": curve}
        if len(labeled) >= area.most:
            return {"reached": None, "curve": curve}
        step = SMALL if len(labeled) < 200 else LARGE
        labeled = np.concatenate([labeled, learner.query(step)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--areas", nargs="+", default=sorted(AREAS), choices=sorted(AREAS))
    parser.add_argument("--strategies", nargs="+", default=["auto", "random"])
    chosen = parser.parse_args()
    (ROOT / "bench-results").mkdir(exist_ok=True)
    installed.BESIDE.clear()  # test items are seen once, through one encoder
    for name in chosen.areas:
        area = AREAS[name]
        texts, values = rows_of(name, "train")
        learner = ActiveLearner(problem=area.problem).fit(texts, values)
        held = Held.of(learner, *rows_of(name, "test"))
        whole = score(learner, area, held)
        target = whole / SHARE if area.metric == "mae" else whole * SHARE
        print(f"{name}: {area.metric} {whole:.4f} with all labels, wanted {target:.4f}", flush=True)
        for seed in range(chosen.seeds):
            for strategy in chosen.strategies:
                began = time.perf_counter()
                found = run(name, strategy, seed, learner, held, target)
                found |= {"area": name, "strategy": strategy, "seed": seed, "seconds": time.perf_counter() - began}
                with open(ROOT / "bench-results" / "task_types.jsonl", "a") as file:
                    file.write(json.dumps(found | {"whole": whole, "target": target}) + "\n")
                print(f"{name} {strategy} {seed}: {found['reached']} labels, {found['seconds']:.0f} s", flush=True)


if __name__ == "__main__":
    main()
