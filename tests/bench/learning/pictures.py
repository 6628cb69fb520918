"""Pictures of the report: curves with bands, and differences as bars."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt

Record = dict[str, Any]
Runs = Mapping[str, Mapping[str, Sequence[Record]]]
"""Records of every contender, by set."""

# Okabe and Ito 2008: told apart with every kind of color vision.
COLORS = ["#d55e00", "#e69f00", "#777777", "#0072b2", "#009e73", "#cc79a7"]
OURS, PEERS = "#d55e00", "#0072b2"
_STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "learning",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def curves(file: Path, runs: Runs, full: Mapping[str, Record]) -> None:
    """A panel a set: mean accuracy of each model, the band one standard deviation over seeds."""
    names = list(full)
    with plt.rc_context(_STYLE):
        picture, panels = plt.subplots(-(-len(names) // 3), 3, figsize=(11, 3.4 * -(-len(names) // 3)), squeeze=False)
        for panel, name in zip(panels.flat, names, strict=False):
            for color, (contender, by_set) in zip(COLORS, runs.items(), strict=False):
                records = by_set.get(name, [])
                if records:
                    _curve(panel, records, color, contender)
            score = full[name]["score"]
            panel.axhline(score, color="black", linewidth=0.8)
            panel.axhline(0.95 * score, color="black", linewidth=0.8, linestyle=":")
            panel.set_title(name)
            panel.set_ylim(*_window([r for by_set in runs.values() for r in by_set.get(name, [])], score))
            panel.set_xlabel("labels")
            panel.set_ylabel("test accuracy")
        for panel in list(panels.flat)[len(names) :]:
            panel.axis("off")
        handles, labels = panels.flat[0].get_legend_handles_labels()
        picture.legend(handles, labels, loc="lower center", ncols=3, frameon=False)
        picture.tight_layout(rect=(0, 0.09, 1, 1))
        _save(picture, file)


def bars(file: Path, rows: Sequence[tuple[str, Sequence[float], bool]], title: str) -> None:
    """A bar a row, the mean of its values, which are its dots. rows: name, values, whether it is ours."""
    with plt.rc_context(_STYLE):
        picture, panel = plt.subplots(figsize=(9, 0.9 + 0.34 * len(rows)))
        for place, (_, values, ours) in enumerate(reversed(rows)):
            panel.barh(place, np.mean(values), color=OURS if ours else PEERS, alpha=0.65, height=0.65)
            panel.plot(values, [place] * len(values), "o", color="black", markersize=2.5, alpha=0.7)
        panel.set_yticks(range(len(rows)), [name for name, _, _ in reversed(rows)])
        panel.axvline(0, color="black", linewidth=0.8)
        panel.set_xlabel(title)
        picture.tight_layout()
        _save(picture, file)


def _curve(panel: Any, records: Sequence[Record], color: str, name: str) -> None:
    scores = np.array([record["scores"] for record in records])
    mean, spread, labels = scores.mean(axis=0), scores.std(axis=0), records[0]["labels"]
    panel.plot(labels, mean, color=color, linewidth=1.6, label=name)
    panel.fill_between(labels, mean - spread, mean + spread, color=color, alpha=0.13, linewidth=0)


def _window(records: Sequence[Record], score: float) -> tuple[float, float]:
    """From the lowest mean start to just above the full-data score, so that differences can be seen."""
    highest = max(score, *(max(record["scores"]) for record in records))
    lowest = min(min(record["scores"]) for record in records)
    return lowest - 0.02 * (highest - lowest), highest + 0.04 * (highest - lowest)


def _save(picture: Any, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    picture.savefig(file, metadata={"Date": None, "Creator": None}, facecolor="white")
    plt.close(picture)
    text = file.read_text(encoding="utf-8")
    file.write_text("\n".join(line.rstrip() for line in text.splitlines()) + "\n", encoding="utf-8")
