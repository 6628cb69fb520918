"""Answers of several people: how often they are right, what they cost, how fast. docs/benchmarks/answers.md."""

import time
from typing import Any

import crowd
import numpy as np
import pytest
import shared_data

from labeler.learning.consensus import base
from labeler.learning.evaluation.agreement import DISTANCES, krippendorff_alpha

pytestmark = [
    pytest.mark.bench,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(not (shared_data.FOLDER / "crowd").exists(), reason="the crowd's labels are not here"),
]
DRAWS = 20
CROWD_KIT = {  # the best of its methods on the same draws: see docs/benchmarks/answers.md
    **{("dogs", 2): 0.7172, ("dogs", 3): 0.7678, ("dogs", 5): 0.8104},
    **{("rte", 2): 0.7823, ("rte", 3): 0.8479, ("rte", 5): 0.8972},
    **{("weather", 2): 0.7363, ("weather", 3): 0.8059, ("weather", 5): 0.8733},
}


@pytest.mark.parametrize("name", crowd.SETS)
def test_answers_are_right(name: str, report: Any) -> None:
    given = crowd.read(name)
    for k in (2, 3, 5):
        right: dict[str, list[float]] = {}
        gaps = []
        for seed in range(DRAWS):
            some = given.ranks(seed) < k
            for method in ("majority", "one_coin", "dawid_skene"):
                found = base.find(method).function(given.judged(some)).posterior
                right.setdefault(method, []).append(given.right(found))
            gold = np.full(given.shape.items, -1)
            known = np.random.default_rng(1000 + seed).choice(given.shape.items, 100, replace=False)
            gold[known] = given.truth[known]
            sure = crowd.posterior(given, some, gold)
            rest = gold < 0
            gaps.append(float(sure[rest].max(axis=1).mean()) - given.right(sure, rest))
        report.add(
            f"answers of {k} people, {name}",
            **{method: round(float(np.mean(values)), 4) for method, values in right.items()},
            spread=round(float(np.std(right["dawid_skene"])), 4),
            crowd_kit=CROWD_KIT[name, k],
            too_sure_with_100_gold=round(float(np.mean(gaps)), 3),
        )
        assert np.mean(right["dawid_skene"]) >= CROWD_KIT[name, k] - 0.005
        assert abs(np.mean(gaps)) < 0.04


@pytest.mark.parametrize("name", crowd.SETS)
def test_asking_until_certain_costs_less_than_a_fixed_overlap(name: str, report: Any) -> None:
    given = crowd.read(name)
    rows = []
    for seed in range(DRAWS // 4):
        best = crowd.fixed_overlap(given, seed, "dawid_skene")
        most = crowd.fixed_overlap(given, seed, "majority")
        plain, routed = (crowd.ask_until_certain(given, seed, 0.95, way) for way in (False, True))
        rows.append(
            (
                plain.labels,
                plain.right,
                plain.labels / crowd.labels_for(best, plain.right),
                plain.labels / crowd.labels_for(most, plain.right),
                routed.labels,
                routed.right,
                routed.labels / plain.labels,
            )
        )
    means = np.round(np.mean(rows, axis=0), 3).tolist()
    names = ("labels", "right", "of_fixed", "of_majority", "routed_labels", "routed_right", "routed_of_plain")
    report.add(f"asked until certain, {name}", **dict(zip(names, means, strict=True)))
    assert means[2] < 0.75 and means[6] < 0.95


def test_speed(report: Any) -> None:
    rng = np.random.default_rng(0)
    figures = {}
    for n, people, values in ((100_000, 100, 4), (333_333, 300, 10)):
        truth = rng.integers(0, values, n)
        items, who = np.repeat(np.arange(n), 3), rng.integers(0, people, 3 * n)
        wrong = rng.random(3 * n) > rng.beta(8, 2, people)[who]
        codes = np.where(wrong, (truth[items] + rng.integers(1, values, 3 * n)) % values, truth[items])
        given = base.Judgments(items, who, codes, base.Shape(n, people, values))
        for method in ("majority", "one_coin", "dawid_skene"):
            started = time.perf_counter()
            base.find(method).function(given)
            figures[f"{method}_{3 * n // 1000}k_s"] = round(time.perf_counter() - started, 2)
    started = time.perf_counter()
    krippendorff_alpha(items[:100_000], codes[:100_000], DISTANCES["nominal"](tuple(range(10))))
    figures["alpha_100k_ms"] = round(1000 * (time.perf_counter() - started))
    report.add("estimates of answers", **figures)
    assert figures["dawid_skene_300k_s"] < 20 * max(figures["majority_300k_s"], 0.05)
