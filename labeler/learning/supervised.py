"""Labels and features to a trained model, and the baselines that it has to beat."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from labeler.learning.errors import InvalidFeatures, TooFewLabels
from labeler.learning.evaluation.classification import Report, evaluate
from labeler.learning.features.base import Content, FeaturePipeline
from labeler.learning.numeric.types import Array
from labeler.learning.trained_model import TrainedModel


def train(
    pipeline: FeaturePipeline,
    X_labeled: Any,
    y: Sequence[str] | Array,
    *,
    model: str = "linear_svm",
    params: Mapping[str, Any] | None = None,
    seed: int,
) -> TrainedModel:
    """Train the named model on transformed rows.

    X_labeled: (items, features) as `pipeline.transform` gives them; y: one label per item.
    The same rows in the same order and the same seed give bit-identical predictions.
    params: hyperparameters of the model that are not at their defaults.
    Raises TooFewLabels for fewer than two labels, UnknownName for an unknown model or hyperparameter,
    InvalidFeatures when rows and labels don't match.
    """
    from threadpoolctl import threadpool_limits

    from labeler.learning.models import get_model

    chosen = get_model(model)
    labels = np.asarray(y, dtype=np.str_) if len(y) else np.empty(0, dtype="<U1")
    if X_labeled.shape[0] != len(labels):
        raise InvalidFeatures(f"{X_labeled.shape[0]} rows, but {len(labels)} labels")
    if len(np.unique(labels)) < 2:
        raise TooFewLabels("needs two labels with examples")
    # Fits of a few hundred labels are many times slower with more BLAS threads, and no longer bit-identical.
    with threadpool_limits(1):
        estimator = chosen.make(seed, **(params or {})).fit(X_labeled, labels)
    # A copy: the caller may fit the pipeline again while this model goes on answering.
    return TrainedModel(copy.deepcopy(pipeline), estimator, [str(label) for label in estimator.classes_], model)


def baselines(
    contents_train: Sequence[Content],
    y_train: Sequence[str],
    contents_holdout: Sequence[Content],
    y_holdout: Sequence[str],
    classes: Sequence[str],
    seed: int,
) -> dict[str, Report]:
    """What the model must beat, on the same labels and holdout: "majority" and "sklearn".

    "majority" says the labels' frequencies in the holdout, the best that is possible without looking at an
    item (those of the training labels are the strategy's choice, and would mislead); "sklearn" is scikit-learn
    out of the box (texts: TfidfVectorizer and LogisticRegression; rows: DictVectorizer and LogisticRegression).
    A baseline that can't be trained (one label only, texts without words) is left out.
    """
    from threadpoolctl import threadpool_limits

    if not len(y_train):
        return {}
    order = list(dict.fromkeys([*classes, *y_train, *y_holdout]))
    codes = np.array([order.index(label) for label in (y_holdout if len(y_holdout) else y_train)])
    shares = np.bincount(codes, minlength=len(order)) / len(codes)
    majority = np.tile(shares, (len(y_holdout), 1))
    reports = {"majority": evaluate(y_holdout, majority, order, seed)}
    if len(set(y_train)) < 2:
        return reports
    with threadpool_limits(1):
        fitted = _out_of_the_box(contents_train, y_train)
        if fitted is None:
            return reports
        proba = np.zeros((len(y_holdout), len(order)))
        if len(y_holdout):
            columns = [order.index(label) for label in fitted.classes_]
            proba[:, columns] = fitted.predict_proba(_plain(contents_holdout))
    reports["sklearn"] = evaluate(y_holdout, proba, order, seed)
    return reports


def _out_of_the_box(contents: Sequence[Content], y: Sequence[str]) -> Any:
    """What one gets from scikit-learn's defaults, fitted; None when they find no word in any text."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MaxAbsScaler

    if "fields" in contents[0]:
        return make_pipeline(DictVectorizer(), MaxAbsScaler(), LogisticRegression()).fit(_plain(contents), list(y))
    try:
        return make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(_plain(contents), list(y))
    except ValueError as error:
        if "empty vocabulary" not in str(error):
            raise
        return None


def _plain(contents: Sequence[Content]) -> list[Any]:
    """What scikit-learn's vectorizers take: texts, or dicts of the numbers and strings that are there."""
    from labeler.learning.features.columns import number_of
    from labeler.learning.features.text import text_of

    if not contents or "fields" not in contents[0]:
        return [text_of(content) for content in contents]
    rows: list[dict[str, float | str]] = []
    for content in contents:
        fields = content.get("fields") or {}
        numbers = {name: number_of(value) for name, value in fields.items()}
        rows.append(
            {
                name: str(fields[name]) if number is None else number
                for name, number in numbers.items()
                if fields[name] not in (None, "")
            }
        )
    return rows
