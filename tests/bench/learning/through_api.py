"""Several labels an item, and ratings, end to end: labels that a running service asks for, beside random order.

    python tests/bench/learning/through_api.py --seeds 1

A service of its own is started; the training file is pushed as items, a labeler answers what `queue/next` gives from
the file, a training follows each batch, and its model predicts the test file through `predict`. The target is what
all labels give in `task_types.py` (`--targets`), reached where two checks in a row are there. Results are added to
bench-results/through_api.jsonl.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from task_types import AREAS, FIRST, LARGE, ROOT, SMALL, rows_of

sys.path[:0] = [str(ROOT / "tests" / "bench"), str(ROOT / "tests")]

from sites import Site  # noqa: E402

from labeler.client import Client, Project  # noqa: E402
from labeler.kit.config import Settings  # noqa: E402
from labeler.kit.db import Database  # noqa: E402
from labeler.kit.schema import migrate  # noqa: E402

TARGETS = {"multi": 0.601, "rating": 0.526}
QUESTIONS: dict[str, dict[str, Any]] = {
    "multi": {"task_type": "multi_choice"},
    "rating": {"task_type": "rating", "scale": {"min": 1, "max": 6, "step": 1}},
}
RANDOM = "random"
NEVER = {"retrain_every": 10_000, "retrain_seconds": 86_400}


def error(name: str, truth: list[Any], given: list[Any]) -> float:
    """Macro-F1 over the labels of the test file, or the mean absolute error."""
    if name == "rating":
        return float(np.mean(np.abs(np.array(truth) - np.array(given, float))))
    scores = []
    for label in {label for value in truth for label in value}:
        a, b = ([label in value for value in values] for values in (truth, given))
        both = sum(x and y for x, y in zip(a, b, strict=True))
        scores.append(2 * both / (sum(a) + sum(b)))
    return float(np.mean(scores))


def settle(project: Project) -> None:
    """Wait until the texts are read and nothing else is under way: people are slower than this labeler."""
    while any(job.state in ("queued", "running") for job in project.client.jobs(project.slug)):
        time.sleep(0.5)


def asked(project: Project, strategy: str, keys: list[str], many: int) -> Iterator[str]:
    """The keys of items to label next: as the queue has them, or as they were shuffled."""
    for _ in range(many):
        yield keys.pop() if strategy == RANDOM else project.queue.next(1)[0].key


def project_of(client: Client, name: str, strategy: str, seed: int) -> tuple[Project, dict[str, Any]]:
    texts, values = rows_of(name, "train")
    question = dict(QUESTIONS[name])
    if name == "multi":
        question["labels"] = sorted({label for value in values for label in value})
    about = {"strategy": "auto" if strategy == RANDOM else strategy, "seed": seed, "holdout_share": 0.0, **NEVER}
    project = client.projects.create(f"{name} {strategy} {seed}", **question, **about)
    project.items.add([{"key": f"k{n}", "text": text} for n, text in enumerate(texts)], progress=False)
    return project, {f"k{n}": value for n, value in enumerate(values)}


def run(client: Client, name: str, strategy: str, seed: int, target: float, most: int) -> dict[str, Any]:
    project, truth = project_of(client, name, strategy, seed)
    texts, values = rows_of(name, "test")
    curve: list[tuple[int, float]] = []
    done = 0
    keys = np.random.default_rng(seed).permutation(sorted(truth)).tolist()
    while done < most:
        for key in asked(project, strategy, keys, FIRST if done == 0 else SMALL if done < 200 else LARGE):
            project.label(key, truth[key])
            done += 1
        project.train().wait(600)
        if len(curve) < 2:
            settle(project)
            project.train().wait(600)
        project.promote(project.models(1)[0].number)
        found = error(name, values, [one.value for one in project.predict(texts)])
        curve.append((done, round(found, 4)))
        print(f"  {done} labels: {found:.4f}", flush=True)
        passed = [one <= target if name == "rating" else one >= target for _, one in curve[-2:]]
        if len(passed) == 2 and all(passed):
            return {"reached": curve[-2][0], "curve": curve}
    return {"reached": None, "curve": curve}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--areas", nargs="+", default=sorted(AREAS), choices=sorted(AREAS))
    parser.add_argument("--strategies", nargs="+", default=["auto", "random"])
    parser.add_argument("--most", type=int, default=1_500)
    parser.add_argument("--targets", type=json.loads, default=TARGETS)
    chosen = parser.parse_args()
    (ROOT / "bench-results").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home))
        migrate(Database(settings))
        site = Site(settings, ["serve"])
        try:
            for name in chosen.areas:
                for seed in range(chosen.seeds):
                    for strategy in chosen.strategies:
                        began = time.perf_counter()
                        found = run(site.client, name, strategy, seed, chosen.targets[name], chosen.most)
                        found |= {"area": name, "strategy": strategy, "seed": seed}
                        found["seconds"] = time.perf_counter() - began
                        with open(ROOT / "bench-results" / "through_api.jsonl", "a") as file:
                            file.write(json.dumps(found) + "\n")
                        print(f"{name} {strategy} {seed}: {found['reached']}, {found['seconds']:.0f} s", flush=True)
        finally:
            site.stop()


if __name__ == "__main__":
    main()
