"""Matrix products whose bits don't depend on how many rows are multiplied at once.

BLAS chooses another kernel for another shape, and a row's last bits change with it (measured: with 2 classes in all
rows, whatever the chunks). So rows are multiplied in tiles of one shape, the last one filled up with zeros: then
scores are the same however a pool is cut into chunks.
"""

from typing import Any

import numpy as np

from labeler.learning.numeric.types import Array

TILE = 1_024


def product(rows: Any, toward: Array) -> Array:
    """rows @ toward. rows: (n, width), dense or sparse (whose rows scipy multiplies one by one); toward: (width, m)."""
    if hasattr(rows, "indptr"):
        return np.asarray(rows @ toward)
    found = np.empty((len(rows), toward.shape[1]), dtype=np.result_type(rows, toward))
    for start in range(0, len(rows), TILE):
        tile = rows[start : start + TILE]
        if len(tile) < TILE:
            tile = np.concatenate([tile, np.zeros((TILE - len(tile), rows.shape[1]), dtype=rows.dtype)])
        found[start : start + TILE] = (tile @ toward)[: len(rows) - start]
    return found
