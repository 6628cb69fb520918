"""What callers hand in as items and labels, in whatever form they have it."""

import hashlib
import math
import warnings
from typing import Any

import numpy as np
from sklearn.exceptions import DataConversionWarning

from labeler.learning.errors import InvalidFeatures

UNLABELED = -1
"""In scikit-learn's semi-supervised estimators."""


def is_missing(label: Any) -> bool:
    """Whether an item is unlabeled: None, NaN, or pandas' NA."""
    if label is None:
        return True
    if isinstance(label, float | np.floating):
        return math.isnan(label)
    return type(label).__name__ in ("NAType", "NaTType")


def _is_frame(X: Any) -> bool:
    return hasattr(X, "to_dict") and hasattr(X, "columns")


def holds_contents(X: Any) -> bool:
    """Whether X is texts or table rows, and not numbers."""
    if _is_frame(X):
        return True
    if hasattr(X, "shape") and X.ndim > 1:
        return False
    return len(X) > 0 and isinstance(next(iter(X)), str | dict)


def plain_of(X: Any) -> Any:
    """X itself; sparse matrices by rows, and what only can be made an array as one."""
    if hasattr(X, "tocsr"):
        return X.tocsr()
    return np.asarray(X) if hasattr(X, "__array__") and not hasattr(X, "__iter__") else X


def labels_of(y: Any, continuous: bool = False) -> list[Any]:
    """Labels one by one, of a list, array, series, or array of one column.

    continuous: whether numbers may be any; else -1 among whole numbers alone is None. Raises InvalidFeatures for
    infinite ones, and for numbers that are no classes but a measured quantity.
    """
    if y is None:
        raise InvalidFeatures("requires y to be passed, but the target y is None: give a list, None where unlabeled")
    y = plain_of(y)
    if isinstance(y, np.ndarray) and y.ndim == 2 and y.shape[1] == 1:
        warning = "A column-vector y was passed when a 1d array was expected; it is read as labels one by one"
        warnings.warn(warning, DataConversionWarning, stacklevel=3)
        y = y.ravel()
    labels = list(y)
    known = np.array([one for one in labels if isinstance(one, float | np.floating) and not is_missing(one)])
    if not np.isfinite(known).all():
        raise InvalidFeatures("Input y contains infinity: give labels, None or NaN where unlabeled")
    if not continuous and (known != np.floor(known)).any():
        raise InvalidFeatures("Unknown label type: continuous. Give classes, not a measured quantity")
    if not continuous and all(isinstance(one, int | np.integer) and not isinstance(one, bool) for one in labels):
        return [None if one == UNLABELED else one for one in labels]
    return labels


def contents_of(X: Any) -> Any:
    """Texts and DataFrames as contents; arrays and sparse matrices as they are."""
    if _is_frame(X):
        return [{"fields": {str(name): value for name, value in row.items()}} for row in X.to_dict("records")]
    if not holds_contents(X):
        return X
    return [item if isinstance(item, dict) else {"text": "" if item is None else str(item)} for item in X]


def fingerprint(X: Any) -> str:
    """Equal for equal X; reading it costs far less than making its features."""
    digest = hashlib.sha256(f"{type(X).__name__}{getattr(X, 'shape', '')}".encode())
    if hasattr(X, "indptr"):
        for array in (X.data, X.indices, X.indptr):
            digest.update(array.tobytes())
    elif isinstance(X, np.ndarray) and X.dtype != object:
        digest.update(X.tobytes())
    else:
        for item in contents_of(X):
            digest.update(repr(item).encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()
