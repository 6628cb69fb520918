"""The report: `template.md`, filled with the results, and its pictures."""

import importlib.metadata
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template

import contenders
import numpy as np
import pace
import pictures
import tables
from choosers import CHOOSERS
from choosers import OURS as GRAPH_MARGIN
from contenders import ABOUT, CONTENDERS
from figures import TIE, Record
from loop import FIRST_ALONE, LATEST
from results import Results
from sets import MOST
from tables import Runs, differences, mean_area, set_area, table

WHOLE = contenders.OURS
PLAIN = "random order, linear SVM"
PEERS = ("modAL", "small-text", "scikit-activeml")
PACKAGES = ["numpy", "scipy", "scikit-learn", "modAL-python", "small-text", "scikit-activeml"]
EARLY = 200
NOTHING = "Not measured."


def write(results: Results, cap: int, cap_alone: int, folder: Path) -> None:
    """learning.md and its pictures, of all runs up to these numbers of labels."""
    runs = [*results.of("A", cap, pace.SAID), *results.of("B", cap_alone, pace.SAID)]
    measured = {record["set"] for record in runs if record["failed"] is None}
    full = {record["set"]: record for record in results.of("full") if record["set"] in measured}
    whole = tables.runs_of(results.of("A", cap, pace.SAID), CONTENDERS)
    alone = tables.runs_of(results.of("B", cap_alone, pace.SAID), CHOOSERS)
    speed = [record for record in results.of("C") if record["failed"] is None]
    found = [record for record in results.of("D") if record["failed"] is None]
    said = {
        **_made([*full.values(), *runs, *results.of("C"), *results.of("D")]),
        "sets": len(full),
        "seeds": _seeds_of(runs),
        "summary": _summary(whole) if whole else "",
        "data": _data(full, runs),
        "most": f"{MOST:,}",
        "about": "\n".join(f"- **{name}**: {ABOUT[name]}" for name in whole),
        "pace": pace.SAID,
        "first_alone": FIRST_ALONE,
        "early": EARLY,
        "cap": cap,
        "latest": f"{LATEST:,}",
        "cap_alone": cap_alone,
        "tie": TIE,
        "early_areas": tables.areas(whole, list(full), EARLY) if whole else NOTHING,
        "areas": tables.areas(whole, list(full)) if whole else NOTHING,
        "needed_95": tables.needed(whole, full, 0.95) if whole else NOTHING,
        "needed_90": tables.needed(whole, full, 0.90) if whole else NOTHING,
        "against": tables.against(whole, WHOLE) if whole else NOTHING,
        "seconds": tables.seconds(whole, list(full)) if whole else NOTHING,
        "cold_start": tables.cold_start(whole, list(full)) if whole else NOTHING,
        "found": tables.found(found) if found else NOTHING,
        "alone": tables.strategies(alone, full, GRAPH_MARGIN) if alone else NOTHING,
        "comparisons": max(0, len(alone) - 1),
        "chance": f"{0.05 * max(0, len(alone) - 1):.0f}",
        "speed": tables.speed(speed) if speed else NOTHING,
        "failed": _failed([*runs, *results.of("C"), *results.of("D")]),
    }
    template = Template((Path(__file__).parent / "template.md").read_text(encoding="utf-8"))
    folder.mkdir(parents=True, exist_ok=True)
    _draw(folder / "images", whole, alone, full)
    (folder / "learning.md").write_text(template.substitute(said), encoding="utf-8")


def _made(every: Sequence[Record]) -> dict[str, object]:
    """When, where and of what code the figures are."""
    dates = sorted({record["date"] for record in every})
    codes = sorted({record["code"] for record in every})
    loads = [record["load"] for record in every]
    mixed = "" if len(codes) == 1 else ", not all of the same code"
    versions = ", ".join(f"{name} {_version(name)}" for name in PACKAGES)
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, one BLAS thread"
    return {
        "runs": f"{len(every):,}",
        "code": ", ".join(f"`{code}`" for code in codes) + f" (hash of `labeler/learning`{mixed})",
        "date": dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}",
        "versions": f"Python {platform.python_version()}, {versions}",
        "machine": f"{machine}, load {min(loads)} to {max(loads)} while it ran",
    }


def _summary(whole: Runs) -> str:
    """Who has the largest area on average, and where ours is not the best."""
    best = max(whole, key=lambda name: mean_area(whole[name]))
    behind = []
    for name, records in whole[WHOLE].items():
        others = {other: set_area(by_set[name]) for other, by_set in whole.items() if other != WHOLE and name in by_set}
        ahead = max(others, key=lambda other: others[other])
        if others[ahead] - set_area(records) > TIE:
            behind.append(f"{name} ({ahead}, {others[ahead] - set_area(records):+.3f})")
    said = f"The largest mean area under the curve has **{best}**, {mean_area(whole[best]):.3f}"
    if best == WHOLE:
        second = max((name for name in whole if name != WHOLE), key=lambda name: mean_area(whole[name]))
        said += f" (next: {second}, {mean_area(whole[second]):.3f}; {PLAIN}: {mean_area(whole[PLAIN]):.3f})"
    return f"{said}. Sets where `{WHOLE}` is behind another learner: {', '.join(behind) or 'none'}."


def _data(full: Mapping[str, Record], runs: Sequence[Record]) -> str:
    given = {
        name: max(record["labels"][-1] for record in runs if record["set"] == name and record["failed"] is None)
        for name in full
    }
    rows = [
        [name, one["about"], one["pool"], one["test"], one["classes"], given[name], f"{one['score']:.3f}"]
        for name, one in full.items()
    ]
    return table(["set", "what", "pool", "test", "classes", "labels given", "accuracy with all labels"], rows)


def _failed(runs: Sequence[Record]) -> str:
    failed = [record for record in runs if record["failed"] is not None]
    named = ["part", "set", "contender", "seed", "failed"]
    return table(named, [[record.get(name, "-") for name in named] for record in failed]) if failed else "No run."


def _draw(folder: Path, whole: Runs, alone: Runs, full: Mapping[str, Record]) -> None:
    if whole:
        pictures.curves(folder / "learning-curves.svg", whole, full)
        rows = [(name, differences(by, whole[PLAIN]), name == WHOLE) for name, by in whole.items() if name != PLAIN]
        title = f"area under the curve, minus that of {PLAIN}; dots: sets; orange: the default"
        pictures.bars(folder / "learning-areas.svg", _best_first(rows), title)
    if alone:
        rows = [
            (name, differences(by, alone["random"]), not name.startswith(PEERS))
            for name, by in alone.items()
            if name != "random"
        ]
        title = "mean accuracy over the curve, minus that of random; dots: sets; orange: ours"
        pictures.bars(folder / "learning-strategies.svg", _best_first(rows), title)


def _best_first(rows: list[tuple[str, list[float], bool]]) -> list[tuple[str, list[float], bool]]:
    return sorted(rows, key=lambda row: -float(np.mean(row[1])))


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "(not installed)"


def _seeds_of(runs: Sequence[Record]) -> str:
    """How many seeds each set has, as far as they differ."""
    by_set: dict[str, set[int]] = {}
    for record in runs:
        by_set.setdefault(record["set"], set()).add(record["seed"])
    counts = sorted({len(seeds) for seeds in by_set.values()})
    return " to ".join(str(count) for count in ([counts[0], counts[-1]] if len(counts) > 1 else counts))
