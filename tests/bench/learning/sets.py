"""The data: a pool to label from, and test items that nobody chooses or learns from."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pace
import pandas as pd

Array = np.ndarray[Any, Any]

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
MOST = 3_000
"""Larger pools are cut to so many items at random, the same ones in every run."""

SHORT = 150
"""Labels of the sets that everyone learns soon."""


@dataclass(frozen=True)
class Task:
    """pool, test: texts, or rows of a table; y, y_test: their labels as str; most: labels worth looking at."""

    name: str
    pool: Any
    y: Array
    test: Any
    y_test: Array
    most: int
    about: str

    @property
    def is_text(self) -> bool:
        return isinstance(self.pool, list)

    def budget(self, labels: int) -> int:
        """Labels to give: up to the last model that still leaves something in the pool."""
        return pace.marks(min(labels, self.most, len(self.y) - 1))[-1]


def available() -> list[str]:
    """Names of the sets that can be read here."""
    return [name for name, (_, shipped) in _SETS.items() if shipped or (SHARED / name).exists()]


def task(name: str) -> Task:
    """The set of this name, its pool cut to MOST."""
    found = _SETS[name][0]()
    if len(found.y) <= MOST:
        return found
    kept = np.sort(np.random.default_rng(0).choice(len(found.y), MOST, replace=False))
    pool = [found.pool[place] for place in kept] if found.is_text else found.pool.iloc[kept].reset_index(drop=True)
    return Task(name, pool, found.y[kept], found.test, found.y_test, found.most, found.about)


def _texts(name: str, about: str, most: int = 10_000) -> Callable[[], Task]:
    def read() -> Task:
        train, test = _rows(name, "train"), _rows(name, "test")
        pool, y = [row["text"] for row in train], np.array([row["label"] for row in train])
        return Task(name, pool, y, [row["text"] for row in test], np.array([row["label"] for row in test]), most, about)

    return read


def _digits() -> Task:
    about = "8 x 8 gray images of digits, as table columns p0..p63"
    if not (SHARED / "digits").exists():
        return _shipped("load_digits", "digits", about, 10_000)()
    parts = []
    for rows in (_rows("digits", "train"), _rows("digits", "test")):
        frame = pd.DataFrame([{f"p{i}": float(row[f"p{i}"]) for i in range(64)} for row in rows])
        parts.append((frame, np.array([row["label"] for row in rows])))
    return Task("digits", *parts[0], *parts[1], 10_000, about)


def _shipped(loader: str, name: str, about: str, most: int) -> Callable[[], Task]:
    def read() -> Task:
        from sklearn import datasets

        data = getattr(datasets, loader)()
        frame = pd.DataFrame(data.data, columns=[f"p{i}" for i in range(data.data.shape[1])])
        y = data.target.astype(str)
        order = np.random.default_rng(0).permutation(len(y))
        test, pool = np.sort(order[: len(y) // 4]), np.sort(order[len(y) // 4 :])
        rows = [frame.iloc[places].reset_index(drop=True) for places in (pool, test)]
        return Task(name, rows[0], y[pool], rows[1], y[test], most, about)

    return read


def _rows(name: str, part: str) -> list[dict[str, str]]:
    with open(SHARED / name / f"{part}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# Name: how it is read, and whether scikit-learn ships it.
_SETS: dict[str, tuple[Callable[[], Task], bool]] = {
    "trec6": (_texts("trec6", "questions by the type of their answer"), False),
    "agnews": (_texts("agnews", "news headlines with their first sentences"), False),
    "sms": (_texts("sms", "mobile messages, 13 % spam", SHORT), False),
    "digits": (_digits, True),
    "breast_cancer": (_shipped("load_breast_cancer", "breast_cancer", "30 measurements of cell nuclei", SHORT), True),
    "wine": (_shipped("load_wine", "wine", "13 chemical measurements of wines", SHORT), True),
}
