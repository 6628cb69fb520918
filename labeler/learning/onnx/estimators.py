"""Estimators that learn from features alone, within a graph."""

from typing import Any

import numpy as np

from labeler.learning.errors import NotExpressible
from labeler.learning.estimators.complement_nb import ComplementBayes
from labeler.learning.estimators.forest import Boosting, ExtraTrees
from labeler.learning.estimators.linear_svm import LinearSVM
from labeler.learning.estimators.logistic import Logistic
from labeler.learning.estimators.one_vs_rest import OneVsRest
from labeler.learning.onnx.graph import OPSETS, Graph, Tensor
from labeler.learning.onnx.trees import sums


def probabilities(g: Graph, estimator: Any, X: Tensor, width: int) -> Tensor:
    """float32 (items, classes). X: float32 (items, width). Raises NotExpressible."""
    kind = type(estimator)
    if kind is OneVsRest:
        logits = g("Add", g("Mul", _linear(g, estimator, X), estimator.slope_), estimator.shift_)
        made: Tensor = g("Sigmoid", g("Clip", logits, np.float32(-30), np.float32(30)))
        return made
    if kind in (LinearSVM, Logistic):
        return _softmax(g, _linear(g, estimator, X), estimator.scale_)
    if kind is ComplementBayes:
        below = g("Neg", g.picked(X, estimator.signed_))
        counts = g.joined(g("Relu", X), g("Relu", below))
        return _softmax(g, g("MatMul", counts, np.ascontiguousarray(estimator.coef_.T)), estimator.scale_)
    if kind is ExtraTrees:
        votes = sums(g, g.picked(X, estimator.columns_), estimator.trees_)
        share = g("Div", g("Add", votes, np.float32(1 / len(estimator.classes_))), np.float32(estimator.trees + 1))
        return _softmax(g, g("Log", share), estimator.scale_)
    if kind is Boosting:
        groups = len(estimator.start_)
        found = sums(g, g.picked(X, estimator.columns_), estimator.trees_, estimator.group_, groups)
        total = g("Add", found, estimator.start_[None, :].astype(np.float32))
        if groups == 1:
            total = g("Div", g.joined(g("Neg", total), total), np.float32(2))
        return _softmax(g, total, estimator.scale_)
    return _of_scikit_learn(g, estimator, X, width)


def _linear(g: Graph, estimator: Any, X: Tensor) -> Tensor:
    made: Tensor = g("Add", g("MatMul", X, np.ascontiguousarray(estimator.coef_.T)), estimator.intercept_)
    return made


def _softmax(g: Graph, decisions: Tensor, scale: float) -> Tensor:
    made: Tensor = g("Softmax", g("Mul", decisions, np.float32(scale)), axis=1)
    return made


def _of_scikit_learn(g: Graph, estimator: Any, X: Tensor, width: int) -> Tensor:
    """What skl2onnx makes of an estimator of scikit-learn's own.

    Source: https://onnx.ai/sklearn-onnx/api_summary.html (`convert_sklearn`; `zipmap` off, so that probabilities are
    an array)."""
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import FloatTensorType

    name = type(estimator).__name__
    wanted = {"": OPSETS[""], "ai.onnx.ml": OPSETS["ai.onnx.ml"]}
    options = {id(estimator): {"zipmap": False}}
    try:
        made = convert_sklearn(
            estimator, initial_types=[("X", FloatTensorType([None, width]))], target_opset=wanted, options=options
        )
    except Exception as error:  # of every kind, from where a converter stumbles
        raise NotExpressible(f'its estimator, "{name}", is none that skl2onnx converts') from error
    found = g.embed(made, {"X": X})
    if len(found) < 2:
        raise NotExpressible(f'its estimator, "{name}", gives no probabilities as ONNX')
    return g.cast(found[1], np.float32)
