"""From a dataset version's files to a judged model: the one code path of training and reproducing."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from labeler.learning.evaluation import evaluate
from labeler.learning.scoring import score_blocks
from labeler.learning.trained import TrainedModel
from labeler.learning.training import baselines, train
from labeler.training.data import TrainingData

Array = np.ndarray[Any, Any]


@dataclass
class Fitted:
    """A model, its probabilities for every item (float32 (items, classes)), and how good it is."""

    model: TrainedModel
    proba: Array
    trained_on: int
    holdout_size: int
    metrics: dict[str, Any] | None
    baselines: dict[str, Any]

    @property
    def predictions_sha256(self) -> str:
        return hashlib.sha256(np.ascontiguousarray(self.proba).tobytes()).hexdigest()


def fit(
    data: TrainingData, *, model: str, seed: int, tell: Callable[[int, str], None] = lambda step, text: None
) -> Fitted:
    """Train on the labeled items outside the holdout, judge on those in it.

    Raises `TooFewLabels` unless two labels have examples. tell(step, text) hears how far it is (of 4).
    """
    positions, y = data.labeled(holdout=False)
    order = np.argsort(positions, kind="stable")
    positions, y = positions[order], [y[place] for place in order]
    pipeline = data.choose_pipeline()
    tell(1, "computing features")
    blocks = data.blocks(pipeline)
    pipeline.fit(blocks)
    tell(2, f"training on {len(y):,} labels")
    rows = data.rows(pipeline, blocks, positions) if len(y) else pipeline.transform(blocks[0][:0])
    trained = train(pipeline, rows, y, model=model, seed=seed)
    tell(3, f"scoring {len(data.items):,} items")
    proba = score_blocks(trained, blocks)
    held, y_held = data.labeled(holdout=True)
    metrics, beside = None, {}
    if len(held):
        names = sorted({*trained.classes, *y_held})
        metrics = evaluate(y_held, _columns(proba[held], trained.classes, names), names, seed).to_dict()
        reports = baselines(data.contents(positions), y, data.contents(held), y_held, names, seed)
        beside = {name: report.to_dict() for name, report in reports.items()}
    return Fitted(trained, proba, len(y), len(held), metrics, beside)


def _columns(proba: Array, classes: list[str], names: list[str]) -> Array:
    """The same probabilities with a column for every name; labels the model does not know get 0."""
    wide = np.zeros((len(proba), len(names)), dtype=proba.dtype)
    wide[:, [names.index(name) for name in classes]] = proba
    return wide
