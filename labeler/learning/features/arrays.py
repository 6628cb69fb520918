"""Numbers that someone else made (embeddings, measurements), for learning without the service."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from labeler.learning.errors import InvalidFeatures
from labeler.learning.numeric.types import Array


class ArrayFeatures:
    """Rows of an array, standardized; rows of a sparse matrix, each scaled to length 1.

    Missing and infinite numbers become the column's mean.
    """

    def extract(self, X: Any) -> Any:
        """X: array-like or sparse (items, features) -> float32 of the same shape.

        Raises InvalidFeatures for anything else.
        """
        if hasattr(X, "tocsr"):
            block = X.tocsr().astype(np.float32)
            block.data[~np.isfinite(block.data)] = 0
            return block
        if np.iscomplexobj(X):
            raise InvalidFeatures("Complex data not supported: give real numbers")
        try:
            block = np.array(X, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise InvalidFeatures("expected texts, table rows, or an array of numbers") from error
        if block.ndim < 2:
            raise InvalidFeatures("expected numbers (items, features). Reshape your data: one row per item")
        block = block.reshape(len(block), -1) if block.size else block
        block[~np.isfinite(block)] = np.nan
        return np.clip(block, -1e30, 1e30)

    def fit(self, blocks: Sequence[Any]) -> None:
        """Learn each column's mean and deviation; sparse matrices need none."""
        block = blocks[0]
        self.width = block.shape[1]
        for count, what in zip(block.shape, ("sample(s)", "feature(s)"), strict=True):
            if not count:
                raise InvalidFeatures(
                    f"Found array with 0 {what} (shape={block.shape}) while a minimum of 1 is required."
                )
        if hasattr(block, "indptr"):
            return
        known = np.where(np.isnan(block).all(axis=0), 0.0, block)
        self.mean = np.nanmean(known, axis=0) if len(block) else np.zeros(block.shape[1])
        deviation = np.nanstd(known, axis=0) if len(block) else np.ones(block.shape[1])
        self.scale = np.where(deviation > 0, deviation, 1.0) * np.sqrt(max(1, block.shape[1]))

    def transform(self, block: Any) -> Any:
        """float32 (items, features), rows of about length 1. Raises InvalidFeatures for other columns than in `fit`."""
        if block.shape[1] != self.width:
            raise InvalidFeatures(
                f"X has {block.shape[1]} features, but ActiveLearner is expecting {self.width} features as input"
            )
        if hasattr(block, "indptr"):
            from sklearn.preprocessing import normalize

            return normalize(block)
        return np.asarray(np.nan_to_num((block - self.mean) / self.scale), dtype=np.float32)

    def cells(self, features: Any) -> Array | None:
        """The columns of dense rows; None for sparse ones, whose columns are too many and too empty for trees."""
        return None if hasattr(features, "indptr") else features
