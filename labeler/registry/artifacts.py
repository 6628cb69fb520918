"""Model files on disk: the model itself, and what it says about every item of its pool."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from labeler.kit.config import Settings
from labeler.kit.files import written_whole
from labeler.learning.numeric.types import Array


@dataclass(frozen=True)
class Predictions:
    """items: int64 (n,), rising; proba: float32 (n, classes), memory-mapped."""

    items: Array
    proba: Array

    def row(self, item_id: int) -> Array | None:
        """The probabilities of one item, or None when the model has not seen it."""
        place = int(np.searchsorted(self.items, item_id))
        if place >= len(self.items) or self.items[place] != item_id:
            return None
        return np.asarray(self.proba[place])


def folder_of(settings: Settings, project_id: int, number: int) -> Path:
    return settings.home / "models" / str(project_id) / str(number)


def save_predictions(folder: Path, items: Array, proba: Array) -> None:
    for name, array in (("items", items), ("proba", proba)):
        with written_whole(folder / f"{name}.npy") as file:
            np.save(file, array, allow_pickle=False)


def load_predictions(folder: Path) -> Predictions | None:
    try:
        items = np.load(folder / "items.npy", mmap_mode="r", allow_pickle=False)
        proba = np.load(folder / "proba.npy", mmap_mode="r", allow_pickle=False)
    except (FileNotFoundError, ValueError):
        return None
    return Predictions(items, proba)


def prune(settings: Settings, project_id: int, keep: set[int]) -> None:
    """Remove the files of models that nobody needs; they can be made again (`labeler reproduce`)."""
    folder = settings.home / "models" / str(project_id)
    for path in folder.glob("*"):
        if path.name.isdigit() and int(path.name) not in keep:
            shutil.rmtree(path, ignore_errors=True)
