"""The learning engine against its peers: `make bench-learning`. Results in bench-results/, report in docs/benchmarks/.

Runs that bench-results/learning.jsonl already holds are not made again unless `labeler/learning` has changed since.
"""

import argparse
import datetime
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import pace
import report
import sets
from choosers import CHOOSERS
from contenders import CONTENDERS
from loop import alone, full_score, full_score_alone, whole
from results import Results
from search import SEARCHERS, SEARCHES, searched
from seen import Seen, see
from speed import round_at
from vectors import remembering

ROOT = Path(__file__).resolve().parents[3]
RESULTS = ROOT / "bench-results"
SIZES = [1_000, 10_000, 100_000]
ALONE_LABELS = 200
SEARCH_SEEDS = 3


def main() -> None:
    chosen = _arguments()
    results = Results(RESULTS / "learning.jsonl")
    began = time.perf_counter()
    for name in chosen.sets:
        if {"A", "B", "D"} & set(chosen.only):
            _measure_set(name, chosen, results, began)
    if "C" in chosen.only:
        for items in SIZES + ([1_000_000] if chosen.million else []):
            _measure(results, lambda items=items: {"steps": round_at(items)}, began, part="C", set=items)
    report.write(results, chosen.labels, min(chosen.labels, ALONE_LABELS), chosen.report)
    print(f"{chosen.report / 'learning.md'} written, {time.perf_counter() - began:.0f} s", flush=True)


def _measure_set(name: str, chosen: argparse.Namespace, results: Results, began: float) -> None:
    wanted = list(_wanted(name, chosen))
    if all(results.has(**named) for named, _ in wanted):
        return
    seen = see(sets.task(name), remembering(RESULTS / "cache"))
    for named, function in wanted:
        _measure(results, lambda function=function: function(seen), began, **named)


def _wanted(name: str, chosen: argparse.Namespace) -> Iterator[tuple[dict[str, Any], Callable[[Seen], dict[str, Any]]]]:
    """Every run on one set: what it is called, and what makes it."""
    yield {"part": "full", "set": name}, _describe
    caps = {"A": (chosen.labels, CONTENDERS, whole), "B": (min(chosen.labels, ALONE_LABELS), CHOOSERS, alone)}
    for part in [part for part in caps if part in chosen.only]:
        cap, contenders, loop = caps[part]
        for seed in range(chosen.seeds):
            for contender in contenders:
                named = {"part": part, "set": name, "contender": contender, "seed": seed, "cap": cap, "pace": pace.SAID}

                def made(seen: Seen, named: Any = named, loop: Any = loop) -> dict[str, Any]:
                    most = seen.task.budget(named["cap"])
                    return dict(loop(named["contender"], seen, named["seed"], most))

                yield named, made
    for seed in range(min(chosen.seeds, SEARCH_SEEDS) if "D" in chosen.only and name in SEARCHES else 0):
        for searcher in SEARCHERS:
            named = {"part": "D", "set": name, "contender": searcher, "seed": seed}
            yield named, lambda seen, named=named: searched(named["contender"], seen, named["seed"])


def _describe(seen: Seen) -> dict[str, Any]:
    task = seen.task
    return {
        "score": full_score(seen),
        "score_alone": full_score_alone(seen),
        "pool": len(task.y),
        "test": len(task.y_test),
        "classes": len(set(task.y)),
        "about": task.about,
    }


def _measure(results: Results, function: Callable[[], dict[str, Any]], began: float, **named: Any) -> None:
    if results.has(**named):
        return
    started = time.perf_counter()
    try:
        figures = {**function(), "failed": None}
        scores = figures.get("scores")
        told = str(figures.get("score", figures.get("steps", figures.get("wss"))))
        told = f"{sum(scores) / len(scores):.3f}" if scores else told
    except Exception as error:
        traceback.print_exc()
        figures = {"failed": f"{type(error).__name__}: {error}"[:200]}
        told = f"FAILED {figures['failed']}"
    state = {"date": datetime.date.today().isoformat(), "load": round(os.getloadavg()[0], 1)}
    results.add({**named, **figures, **state})
    words = " ".join(str(named[name]) for name in ("part", "set", "contender", "seed") if named.get(name) is not None)
    now = time.perf_counter()
    print(f"{now - began:6.0f} s  {words}: {told} ({now - started:.1f} s)", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", nargs="+", default=sets.available(), choices=sets.available())
    parser.add_argument("--seeds", type=int, default=10, help="runs of each contender on each set")
    parser.add_argument("--labels", type=int, default=300, help="labels to give, at most")
    parser.add_argument("--only", nargs="+", default=["A", "B", "C", "D"], choices=["A", "B", "C", "D", "report"])
    parser.add_argument("--report", type=Path, default=ROOT / "docs" / "benchmarks", help="folder of the report")
    parser.add_argument("--million", action="store_true", help="measure speed at a million items too (8 GB, minutes)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
