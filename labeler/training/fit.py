"""From a dataset version's files to a judged model: the one code path of training and reproducing."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from labeler.learning.batch_predict import BatchPredictor, predict_blocks
from labeler.learning.errors import TooFewLabels
from labeler.learning.evaluation.classification import Estimate, evaluate
from labeler.learning.evaluation.prediction_powered import prediction_powered
from labeler.learning.fitting import fit_pooled, predict_pool
from labeler.learning.numeric.types import Array
from labeler.learning.semi_supervised.distillation import predict_beyond, predict_part
from labeler.learning.supervised import baselines, train
from labeler.learning.trained_model import TrainedModel
from labeler.training.model_spec import ModelSpec, model_alone
from labeler.training.pool.dask import over_cluster
from labeler.training.pool.data import TrainingData
from labeler.training.pool.representation import Representation

Look = Callable[[TrainingData, Any, Any], Representation | None]


@dataclass
class Fitted:
    """A model, its probabilities for every item (float32 (items, classes)), and how good it is.

    params: its hyperparameters that are not at their defaults.
    """

    model: TrainedModel
    proba: Array
    trained_on: int
    holdout_size: int
    metrics: dict[str, Any] | None
    baselines: dict[str, Any]
    representation: Representation | None
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def accuracy(self) -> Estimate | None:
        """On the holdout; None when none of it is labeled."""
        return None if self.metrics is None else Estimate(**self.metrics["accuracy"])

    @property
    def predictions_sha256(self) -> str:
        return hashlib.sha256(np.ascontiguousarray(self.proba).tobytes()).hexdigest()


@dataclass
class Learned:
    """A model that has scored nothing yet. flow: float32 (items, classes) where it learned from its pool."""

    model: TrainedModel
    trained_on: int
    representation: Representation | None
    flow: Array | None
    blocks: Sequence[csr_matrix]

    def score(self, data: TrainingData, places: Array) -> Array:
        """Probabilities of the items at these rising positions, float32 (positions, classes); with a map of a part of
        the pool, only of items in it."""
        from threadpoolctl import threadpool_limits

        features = data.rows(self.model.pipeline, self.blocks, places)
        scorer = BatchPredictor.of(self.model)
        with threadpool_limits(1):
            if self.representation is None or self.flow is None:
                return scorer.score(features, None, None, None)
            graph, inside = self.representation.pooling.graph, self.representation.inside(places)
            return scorer.score(features, graph.vectors[inside], graph.smooth[inside], self.flow[inside])


def fit(
    data: TrainingData,
    *,
    look: Look,
    seed: int,
    spec: ModelSpec | None = None,
    tell: Callable[[int, str], None] = lambda step, text: None,
    ahead: Callable[[Learned], None] | None = None,
) -> Fitted:
    """Train on the labeled items outside the holdout, judge on those in it.

    look(data, pipeline, blocks) fits the pipeline and gives the sight to train with; without one a linear SVM
    learns from the features alone. spec: another model that does so, where it fits the sight. Raises
    `TooFewLabels` unless two labels have examples. tell(step, text) hears how far it is (of 4); ahead(learned) is
    called before the pool is scored.
    """
    positions, y = data.labeled(holdout=False)
    order = np.argsort(positions, kind="stable")
    positions, y = positions[order], [y[place] for place in order]
    pipeline = data.choose_pipeline()
    tell(1, "computing features")
    blocks = data.blocks(pipeline)
    if len(set(y)) < 2:
        raise TooFewLabels("needs two labels with examples")
    representation = look(data, pipeline, blocks)
    tell(2, f"training on {len(y):,} labels")
    alone = model_alone(spec, None if representation is None else representation.config)
    if representation is not None and alone is not None:
        pipeline.fit(blocks)  # to all items: it is trained again without the map that the sight is from
    rows = data.rows(pipeline, blocks, positions)
    if representation is None or alone is not None:
        alone = alone or ModelSpec("linear_svm")
        trained, flow = train(pipeline, rows, y, model=alone.model, params=alone.params, seed=seed), None
    else:
        trained, flow = fit_pooled(pipeline, rows, representation.inside(positions), y, representation.pooling, seed)
    if ahead is not None:
        ahead(Learned(trained, len(y), representation, flow, blocks))
    tell(3, f"scoring {len(data.items):,} items")
    over = partial(over_cluster, data.scheduler)
    if representation is None or flow is None:
        proba = predict_blocks(trained, blocks, over=over)
    elif representation.places is not None:
        part = data.rows(pipeline, blocks, representation.places)
        taught = predict_part(trained, part, representation.pooling.graph, flow)
        proba = predict_beyond(trained, blocks, part, representation.places, taught, over=over)
    else:
        proba = predict_pool(trained, blocks, representation.pooling.graph, flow, over=over)
    held, y_held = data.labeled(holdout=True)
    metrics, beside = None, {}
    among = None if flow is None or representation is None else representation.places
    if len(held):
        names = sorted({*trained.classes, *y_held})
        metrics = evaluate(y_held, _columns(proba[held], trained.classes, names), names, seed).to_dict()
        metrics["accuracy_powered"] = asdict(_powered(data, proba, trained.classes, held, y_held, among))
        reports = baselines(data.contents(positions), y, data.contents(held), y_held, names, seed)
        beside = {name: report.to_dict() for name, report in reports.items()}
    params = {} if alone is None else alone.params
    return Fitted(trained, proba, len(y), len(held), metrics, beside, representation, params)


def _powered(
    data: TrainingData, proba: Array, classes: list[str], held: Array, y_held: list[str], among: Array | None
) -> Estimate:
    """Accuracy sharpened by the model's confidence on holdout items that nobody has labeled yet.

    among: places of the items that the model itself has answered, as it has the labeled ones; None: all.
    """
    right = np.array(classes, dtype=object)[proba[held].argmax(axis=1)] == np.array(y_held, dtype=object)
    others = np.flatnonzero(data.holdout & data.unlabeled)
    if among is not None:
        others = np.intersect1d(others, among)
    return prediction_powered(right.astype(bool), proba[held].max(axis=1), proba[others].max(axis=1))


def _columns(proba: Array, classes: list[str], names: list[str]) -> Array:
    """The same probabilities with a column for every name; labels the model does not know get 0."""
    wide = np.zeros((len(proba), len(names)), dtype=proba.dtype)
    wide[:, [names.index(name) for name in classes]] = proba
    return wide
