"""From a dataset version's files to a judged model: the one code path of training and reproducing."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from labeler.kit.counting import counted
from labeler.learning import loop
from labeler.learning.errors import TooFewLabels
from labeler.learning.evaluation.intervals import Estimate
from labeler.learning.evaluation.report import Report
from labeler.learning.evaluation.sureness import sureness
from labeler.learning.numeric.types import Array
from labeler.learning.problems import Problem, Targets
from labeler.learning.soundness import Soundness, soundness_of, without_broken
from labeler.learning.trained_model import TrainedModel
from labeler.training.model_spec import ModelSpec, model_alone
from labeler.training.pool.data import TrainingData
from labeler.training.pool.representation import Representation
from labeler.training.pool.stored import StoredPool

MOST_LEARNED = 5_000
"""Items that it learned from by which the training error is measured, a random part of more."""
Look = Callable[[TrainingData, Any, Any], Representation | None]


@dataclass(frozen=True)
class Tried:
    """A model of the labels, and the pool as it is seen by it."""

    pool: StoredPool
    learned: loop.Learned


@dataclass
class Fitted:
    """A model, its probabilities for every item (float32 (items, classes)), and how good it is.

    positions, targets: the labels it learned from; settings: what decoding its predictions needs; params: its
    hyperparameters that are not at their defaults; training: the report's primary metric on what it learned from;
    tried: each way in which the pool was seen, of which it is the best; is_alone: it learned from features alone, and
    no other way was tried; soundness: whether its numbers are numbers. Where some of its probabilities are not, it is
    not measured, and `proba` has every class as likely there.
    """

    pool: StoredPool
    learned: loop.Learned
    proba: Array
    positions: Array
    targets: Targets
    holdout_size: int = 0
    settings: dict[str, Any] = field(default_factory=dict)
    report: Report | None = None
    training: dict[str, Estimate] = field(default_factory=dict)
    baselines: dict[str, Report] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)
    tried: list[Tried] = field(default_factory=list)
    is_alone: bool = False
    soundness: Soundness | None = None

    @property
    def model(self) -> TrainedModel:
        return self.learned.model

    @property
    def problem(self) -> Problem:
        return self.pool.data.problem

    @property
    def representation(self) -> Representation | None:
        return self.pool.representation

    @property
    def evidence(self) -> dict[str, float] | None:
        """How well the model said what it had not seen through each encoder, in nats, by their hashes; None where there
        was no choice."""
        seen = [(one.pool.representation, round(one.learned.evidence, 3)) for one in self.tried]
        named = {one.config["sha256"]: value for one, value in seen if one is not None and "sha256" in one.config}
        return named if len(named) > 1 else None

    @property
    def trained_on(self) -> int:
        return len(self.targets)

    @property
    def score(self) -> Estimate | None:
        """The primary metric on the holdout as a share of 1; None when none of it is labeled."""
        if self.report is None:
            return None
        primary = self.report.metrics[self.report.primary]
        return self.problem.score(primary, self.pool.data.schema.schema.model_dump())

    @property
    def measured(self) -> dict[str, Any] | None:
        """The report as it is kept, with the primary metric on what it learned from; None while no holdout item is
        labeled."""
        if self.report is None:
            return None
        return self.report.to_dict() | {"training": {name: asdict(one) for name, one in self.training.items()}}

    @property
    def predictions_sha256(self) -> str:
        return hashlib.sha256(np.ascontiguousarray(self.proba).tobytes()).hexdigest()


def fit(
    data: TrainingData,
    *,
    look: Look,
    seed: int,
    spec: ModelSpec | None = None,
    tell: Callable[[int, str], None] = lambda step, text: None,
    ahead: Callable[[Fitted], None] | None = None,
    others: Sequence[Look] = (),
) -> Fitted:
    """Train on the labeled items outside the holdout, judge on those in it.

    look(data, pipeline, blocks) fits the pipeline and gives the representation to train with; without one the
    problem's default model learns from the features alone. spec: another model that does so, where it fits the
    representation. Raises `TooFewLabels` unless there is something to learn. tell(step, text) hears how far it is
    (of 4); ahead(fitted) is called before the pool is scored, when `proba` is still empty. others: more ways to look at
    the pool, or None for one that is not to be had yet; the model is that which says labels best that it had not seen.
    """
    problem = data.problem
    positions, values = data.labeled(holdout=False)
    targets = problem.encode(values)
    if (reason := problem.why_not(targets)) is not None:
        raise TooFewLabels(reason)
    tell(1, "computing features")
    pool, wanted = pool_of(data, look, spec)
    tell(2, counted("training on {n} label", "training on {n} labels", len(targets)))
    pools = [pool, *_seen_otherwise(data, others if wanted is None else ())]
    tried = [Tried(one, loop.fit(one, problem, positions, targets, spec=wanted, seed=seed)) for one in pools]
    best = max(tried, key=lambda one: one.learned.evidence)
    params = {} if wanted is None else dict(wanted.params)
    fitted = Fitted(best.pool, best.learned, np.zeros((0, 0)), positions, targets, params=params, tried=tried)
    fitted.is_alone = wanted is not None
    if ahead is not None:
        ahead(fitted)
    tell(3, counted("scoring {n} item", "scoring {n} items", len(data.items)))
    proba = loop.predict(fitted.pool, problem, fitted.learned)
    fitted.soundness = soundness_of(fitted.model.estimator, proba)
    fitted.proba = without_broken(proba)
    fitted.settings = problem.settings_of(fitted.model)
    if not fitted.soundness.broken_probabilities:
        _judge(fitted, values, seed)
    return fitted


def pool_of(data: TrainingData, look: Look, spec: ModelSpec | None) -> tuple[StoredPool, loop.ModelSpec | None]:
    """The pool as it is seen, and the model that learns from its features alone, if one does."""
    pipeline = data.choose_pipeline()
    blocks = data.blocks(pipeline)
    representation = look(data, pipeline, blocks)
    alone = model_alone(spec, None if representation is None else representation.config)
    if representation is not None and alone is not None:
        pipeline.fit(blocks)  # to all items: it is trained again without the graph that the representation is from
    wanted = None if alone is None else loop.ModelSpec(alone.model, alone.params)
    return StoredPool(data, pipeline, blocks, representation), wanted


def _seen_otherwise(data: TrainingData, others: Sequence[Look]) -> Iterator[StoredPool]:
    for look in others:
        pipeline = data.choose_pipeline()  # of its own: it is fitted to what its map was made of
        blocks = data.blocks(pipeline)
        if (representation := look(data, pipeline, blocks)) is not None:
            yield StoredPool(data, pipeline, blocks, representation)


def _judge(fitted: Fitted, values: list[Any], seed: int) -> None:
    """Measure the model on the labeled part of the holdout, if there is any, beside what it has to beat."""
    data, problem, classes = fitted.pool.data, fitted.problem, fitted.model.classes
    held, held_values = data.labeled(holdout=True)
    if not len(held):
        return
    about = (classes, fitted.settings)
    report = problem.evaluate(held_values, fitted.proba[held], *about, seed)
    others = np.flatnonzero(data.holdout & data.unlabeled)
    if fitted.learned.flow is not None and fitted.pool.part is not None:
        others = np.intersect1d(others, fitted.pool.part)  # as the model itself has answered the labeled ones
    powered = problem.powered(held_values, fitted.proba[held], fitted.proba[others], *about)
    fitted.holdout_size = len(held)
    views = {**report.views, "sureness": _sureness(fitted, held, held_values)}
    fitted.report = Report(report.primary, {**report.metrics, **powered}, views)
    some = np.arange(len(values))
    if len(values) > MOST_LEARNED:
        some = np.random.default_rng(seed).choice(len(values), MOST_LEARNED, replace=False)
    learned, said = [values[place] for place in some.tolist()], fitted.proba[fitted.positions[some]]
    fitted.training = {report.primary: problem.evaluate(learned, said, *about, seed).metrics[report.primary]}
    contents = data.contents(fitted.positions), data.contents(held)
    fitted.baselines = problem.baselines(contents[0], values, contents[1], held_values, seed)


def _sureness(fitted: Fitted, held: Array, values: list[Any]) -> dict[str, Any]:
    """How sure it is of the holdout items, and how often right then."""
    problem, proba = fitted.problem, fitted.proba[held]
    task, schema = fitted.pool.data.schema.task, fitted.pool.data.schema.schema
    said = [problem.decode(line, fitted.model.classes, fitted.settings)["value"] for line in proba]
    right = np.array([task.distance(a, b, schema) == 0 for a, b in zip(values, said, strict=True)], dtype=bool)
    return sureness(problem.confidence(proba), right)
