"""What a feature pipeline is.

A pipeline works in two phases, so that the service pays the costly one once per immutable shard of items:

1. `extract` reads contents and gives raw counts and values. It is stateless per item: a row depends on that
   item and the configuration only, so blocks can be cached and never go stale.
2. `fit` learns cheap state from such blocks (document frequencies, means), `transform` applies it.

Training and serving run the same two calls, so there is no second code path that could drift from the first.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from scipy.sparse import csr_matrix

from labeler.contents import Content
from labeler.learning.numeric.types import Array

State = dict[str, Array]

CODE_VERSION = 1
"""Raise it when `extract` gives other rows for the same content: cached blocks are then made again."""


class FeaturePipeline(Protocol):
    """Contents in, L2-normalized sparse rows out."""

    name: str

    def config(self) -> dict[str, Any]:
        """Everything that `extract` depends on, as JSON."""

    def key(self) -> str:
        """Names blocks that this pipeline extracted: equal keys, equal rows."""

    def extract(self, contents: Sequence[Content]) -> csr_matrix:
        """Raw rows, one per item, float32 (items, raw columns)."""

    def fit(self, blocks: Sequence[csr_matrix]) -> None:
        """Learn the state from raw blocks; forgets what was learned before."""

    def transform(self, block: csr_matrix) -> csr_matrix:
        """Features of a raw block, float32 (items, features), each row of length 1 (or 0 when empty)."""

    def similarity(self, features: csr_matrix) -> csr_matrix:
        """The columns of transformed rows by which two items are alike, (items, columns or fewer)."""

    def cells(self, features: csr_matrix) -> Array | None:
        """A table's columns in transformed rows, as trees read them: float32 (items, columns); None for texts."""

    def state(self) -> State:
        """What `fit` learned, as arrays."""

    def set_state(self, state: State) -> None:
        """Take up a state that `state` gave."""


def pipeline_key(name: str, config: Mapping[str, Any]) -> str:
    """16 hex digits that change with name, configuration or code version."""
    text = json.dumps([name, config, CODE_VERSION], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
