"""Models that learned from their pool, within a graph: what they say of an item from outside it.

The pool is a constant, a new item's neighbors in it are found by a product and `TopK`, and each teacher is arithmetic
on what they say, see `semi_supervised`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from labeler.learning.errors import NotExpressible
from labeler.learning.features.projection import BESIDE
from labeler.learning.numeric.types import Array
from labeler.learning.onnx.graph import Graph, Tensor
from labeler.learning.onnx.trees import sums
from labeler.learning.semi_supervised import ordinal, self_training
from labeler.learning.semi_supervised.ensemble import TEACHERS, Ensemble
from labeler.learning.semi_supervised.label_descriptions import SHARPNESS
from labeler.learning.semi_supervised.multilabel import MultilabelEnsemble
from labeler.learning.semi_supervised.neighbors import NEIGHBORS
from labeler.learning.semi_supervised.ordinal import OrdinalEnsemble
from labeler.learning.semi_supervised.reference_set import ReferenceSet
from labeler.learning.semi_supervised.self_training import SelfTrained
from labeler.learning.semi_supervised.trees import _EVEN


@dataclass(frozen=True)
class Seen:
    """Items as the teachers see them, see `Views`."""

    sparse: Tensor
    vectors: Tensor
    smooth: Tensor
    flow: Tensor
    prior: Tensor | None
    cells: Tensor | None

    def parts(self, number: int) -> list[Tensor]:
        return [self.sparse, self.vectors, self.smooth][:number]


def views(
    g: Graph, kept: ReferenceSet, sparse: Tensor, alike: Tensor, cells: Tensor | None, sentences: Tensor | None
) -> Seen:
    """As `ReferenceSet.views`. sentences: float32 (items, d), what the encoder says; None without one."""
    vectors = _unit(g, g("MatMul", alike, kept.projection.basis))
    meant = vectors
    if sentences is not None:
        middle = _centered(g, sentences, kept.center)
        vectors = _unit(g, g.joined(middle, g("Mul", vectors, np.float32(BESIDE))))
        meant = vectors
    pool, once = (g.cast(g.constant(one.astype(np.float16)), np.float32) for one in (kept.vectors, kept.once))
    number = min(NEIGHBORS, len(kept.vectors))
    if not number:
        raise NotExpressible("it has no items of the pool to find neighbors among")
    cosines = g("MatMul", vectors, g("Transpose", pool, perm=[1, 0]))
    _, near = g("TopK", cosines, g.whole(number), axis=1, outputs=2)
    first = _averaged(g, vectors, pool, near)
    smooth = _averaged(g, first, once, near)
    flow = _mean(g, g("Gather", kept.flow.astype(np.float32), near, axis=0))
    prior = None
    if kept.words is not None:
        meanings = _unit(g, g.columns(meant, 0, kept.words.toward.shape[1]))
        toward, center = kept.words.toward.astype(np.float32), kept.words.center.astype(np.float32)
        near_to = g("Sub", g("MatMul", meanings, np.ascontiguousarray(toward.T)), center[None, :])
        prior = g("Mul", near_to, np.float32(SHARPNESS))
        if not kept.words.independent:
            prior = g("LogSoftmax", prior, axis=1)
    return Seen(sparse, vectors, smooth, flow, prior, cells)


def probabilities(g: Graph, estimator: Any, seen: Seen) -> Tensor:
    """float32 (items, classes). Raises NotExpressible."""
    if isinstance(estimator, SelfTrained):
        scores = _scores(g, seen.parts(3), estimator.coefficients, estimator.intercept)
        return _powered(g, scores, estimator.power)
    if isinstance(estimator, Ensemble):
        return _of_ensemble(g, estimator, seen)
    if isinstance(estimator, MultilabelEnsemble):
        said = [g("Mul", one, np.float32(weight)) for weight, one in _of_labels(g, estimator, seen)]
        logits = g("Sum", g.constant(estimator.shift[None, :].astype(np.float32)), *said)
        made: Tensor = g("Sigmoid", g("Clip", logits, np.float32(-30), np.float32(30)))
        return made
    if isinstance(estimator, OrdinalEnsemble):
        return _of_levels(g, estimator, seen)
    raise NotExpressible(f'its estimator, "{type(estimator).__name__}", is of a plug-in')


def _of_ensemble(g: Graph, model: Ensemble, seen: Seen) -> Tensor:
    total = []
    for name in TEACHERS:
        weight = model.weights.get(name, 0)
        if weight <= 0:
            continue
        said: Tensor | None = None
        if name in model.linear:
            teacher = model.linear[name]
            logits = _scores(g, seen.parts(len(teacher.coefficients)), teacher.coefficients, teacher.intercept)
            said = g("LogSoftmax", g("Mul", logits, np.float32(teacher.scale)), axis=1)
        elif name == "neighbors":
            said = _heard(g, seen.flow, len(model.classes))
        elif name == "words":
            said = seen.prior
        elif name == "trees" and seen.cells is not None:
            share = g("Div", sums(g, seen.cells, model.forest), np.float32(len(model.forest.roots)))
            even = np.float32(_EVEN / len(model.classes))
            said = g("Log", g("Add", g("Mul", share, np.float32(1 - _EVEN)), even))
        elif name == "frequency":
            none = g("Mul", g.columns(seen.vectors, 0, 1), np.float32(0))  # a row for each item
            said = g("Add", none, model.frequency[None, :].astype(np.float32))
        if said is not None:
            total.append(g("Mul", said, np.float32(weight)))
    made: Tensor = g("Softmax", g("Sum", *total) if len(total) > 1 else total[0], axis=1)
    return made


def _heard(g: Graph, flow: Tensor, classes: int) -> Tensor:
    """As `as_log_proba`."""
    some = g("Add", g.cast(flow, np.float64), np.float64(1e-9))
    share = g("Div", some, g.sum(some))
    mixed = g("Add", g("Mul", share, np.float64(0.97)), np.float64(0.03 / classes))
    return g.cast(g("Log", mixed), np.float32)


def _of_labels(g: Graph, model: MultilabelEnsemble, seen: Seen) -> Iterator[tuple[float, Tensor]]:
    for name, teacher in model.linear.items():
        parts = seen.parts(len(teacher.coefficients))
        yield model.weights[name], _scores(g, parts, teacher.coefficients, teacher.intercept)
    if "neighbors" in model.weights:
        usual, flow = np.float64(0.5 * model.reach + 1e-9), g.cast(seen.flow, np.float64)
        all_, each = g.columns(flow, -1), g.columns(flow, 0, -1)
        share = g("Div", g("Add", each, usual * model.shares[None, :]), g("Add", all_, usual))
        share = g("Clip", share, np.float64(1e-4), np.float64(1 - 1e-4))
        logits = g("Log", g("Div", share, g("Sub", np.float64(1), share)))
        usually = np.log(model.shares / (1 - model.shares))[None, :]
        yield model.weights["neighbors"], g.cast(g("Sub", logits, usually), np.float32)
    if seen.prior is not None and "words" in model.weights:
        yield model.weights["words"], seen.prior


def _of_levels(g: Graph, model: OrdinalEnsemble, seen: Seen) -> Tensor:
    said = []
    for name, teacher in model.linear.items():
        parts = seen.parts(len(teacher.coefficients))
        scores = _scores(g, parts, teacher.coefficients, teacher.intercept)
        said.append((model.weights[name], g.cast(g.columns(scores, 0, 1), np.float64)))
    if "neighbors" in model.weights:
        flow = g.cast(seen.flow, np.float64)
        reached = g("Add", g.columns(flow, 1, 2), np.float64(0.25 * model.reach + 1e-9))
        said.append((model.weights["neighbors"], g("Div", g.columns(flow, 0, 1), reached)))
    if seen.prior is not None and "words" in model.weights:
        likely = g("Exp", g.cast(seen.prior, np.float64))
        expected = g("MatMul", likely, np.asarray(model.levels, dtype=np.float64)[:, None])
        standard = g("Div", g("Sub", expected, np.float64(model.mean)), np.float64(model.scale))
        said.append((model.weights["words"], standard))
    weighed = [g("Mul", one, np.float64(weight)) for weight, one in said]
    score = g("Sum", *weighed) if len(weighed) > 1 else weighed[0]
    far = g("Div", g("Sub", np.asarray(model.cuts, dtype=np.float64)[None, :], score), np.float64(model.spread))
    below = g("Sigmoid", g("Clip", far, np.float64(-35), np.float64(35)))
    edge = g("Mul", score, np.float64(0))
    upto = g.joined(below, g("Add", edge, np.float64(1)))
    before = g.joined(edge, below)
    proba = g("Max", g("Sub", upto, before), np.float64(ordinal._LEAST))
    return g.cast(g("Div", proba, g.sum(proba)), np.float32)


def _powered(g: Graph, scores: Tensor, power: float) -> Tensor:
    """As `self_training.powered`."""
    proba = g("Max", g.cast(scores, np.float64), np.float64(self_training.LEAST))
    highest = g("ReduceMax", proba, g.whole(1), keepdims=1)
    raised = g("Pow", g("Div", proba, highest), np.float64(power))
    return g.cast(g("Div", raised, g.sum(raised)), np.float32)


def _scores(g: Graph, parts: list[Tensor], coefficients: list[Array], intercept: Array) -> Tensor:
    products = [
        g("MatMul", part, np.ascontiguousarray(one, dtype=np.float32))
        for part, one in zip(parts, coefficients, strict=True)
    ]
    made: Tensor = g("Sum", *products, g.constant(np.asarray(intercept, dtype=np.float32)[None, :]))
    return made


def _unit(g: Graph, rows: Tensor) -> Tensor:
    length = g("Sqrt", g.sum(g("Mul", rows, rows)))
    made: Tensor = g("Div", rows, g("Max", length, np.float32(1e-9)))
    return made


def _centered(g: Graph, sentences: Tensor, center: Array | None) -> Tensor:
    """As `centering.centered`."""
    if center is None:
        return sentences
    if center.ndim == 1:
        return _unit(g, g("Sub", sentences, center[None, :]))
    width = center.shape[1]
    views = [
        _unit(g, g("Sub", g.columns(sentences, number * width, (number + 1) * width), own[None, :]))
        for number, own in enumerate(center)
    ]
    made: Tensor = g("Div", g.joined(*views), np.sqrt(np.float32(len(center))))
    return made


def _mean(g: Graph, x: Tensor) -> Tensor:
    made: Tensor = g("ReduceMean", x, g.whole(1), keepdims=0)
    return made


def _averaged(g: Graph, rows: Tensor, pool: Tensor, near: Tensor) -> Tensor:
    """As `label_spreading.averaged`."""
    mean = _mean(g, g("Gather", pool, near, axis=0))
    half = np.float32(0.5)
    return _unit(g, g("Add", g("Mul", rows, half), g("Mul", mean, half)))
