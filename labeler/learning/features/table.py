"""Rows of a table: numbers, dates, yes/no, categories and free texts side by side in one sparse row."""

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, diags, hstack

from labeler.contents import Content
from labeler.learning.errors import InvalidFeatures
from labeler.learning.features.base import State, pipeline_key
from labeler.learning.features.cells import READ, is_missing
from labeler.learning.features.columns import KINDS, Column, infer_columns
from labeler.learning.features.ngrams import hashed_counts
from labeler.learning.features.numbers import Numbers, width_of
from labeler.learning.features.tfidf import Tfidf
from labeler.learning.numeric.types import Array

__all__ = ["TablePipeline", "infer_columns"]

CATEGORIES = 200
"""How many of the most common categories are cells of their own."""


class TablePipeline:
    """One encoder per column, chosen by the column's kind.

    columns: [{"name", "kind"}] as `infer_columns` finds them. A column that a row lacks is missing there, a
    column that is not listed is not read. Raw blocks hold, in this order: a value and a missing flag for each
    number, hashed categories, hashed n-grams of each text column. exact_lengths: whether the length of a row is
    added up in float64, so that features are the same to the last bit in whatever order it is done (a forest knows its
    columns to the last bit: docs/decisions/0054-models-as-onnx.md); False for models of earlier versions.
    """

    name = "table"

    def __init__(
        self,
        columns: Sequence[Mapping[str, str]],
        category_bits: int = 16,
        word_bits: int = 16,
        char_bits: int = 16,
        exact_lengths: bool = False,
    ) -> None:
        self.columns = [Column(column["name"], column["kind"]) for column in columns]
        for column in self.columns:
            if column.kind not in KINDS:
                raise InvalidFeatures(f'column "{column.name}" is "{column.kind}", expected one of {", ".join(KINDS)}')
        self.category_bits, self.word_bits, self.char_bits = category_bits, word_bits, char_bits
        self.exact_lengths = exact_lengths
        self._numeric = [column for column in self.columns if column.kind in READ]
        self._categorical = [column for column in self.columns if column.kind == "categorical"]
        self._texts = [column for column in self.columns if column.kind == "text"]
        self._numbers = Numbers(len(self._numeric))
        self._categories = Tfidf((2**category_bits,))
        self._tfidf = [Tfidf((2**word_bits, 2**char_bits)) for _ in self._texts]

    def config(self) -> dict[str, Any]:
        """Name, columns and hashing sizes."""
        return self._raw() | ({"exact_lengths": True} if self.exact_lengths else {})

    def _raw(self) -> dict[str, Any]:
        """What `extract` depends on."""
        return {
            "name": self.name,
            "columns": [column.as_config() for column in self.columns],
            "category_bits": self.category_bits,
            "word_bits": self.word_bits,
            "char_bits": self.char_bits,
        }

    def key(self) -> str:
        """Names the raw blocks of this configuration."""
        return pipeline_key(self.name, self._raw())

    def extract(self, contents: Sequence[Content]) -> csr_matrix:
        """Values, missing flags, hashed categories and n-gram counts: float32 (items, raw columns)."""
        rows = [_fields(content) for content in contents]
        values = np.full((len(rows), len(self._numeric)), np.nan, dtype=np.float64)
        for place, column in enumerate(self._numeric):
            read = READ[column.kind]
            for position, row in enumerate(rows):
                number = read(row.get(column.name))
                if number is not None:
                    values[position, place] = number
        missing = np.isnan(values)
        parts = [
            csr_matrix(np.where(missing, 0, values).astype(np.float32)),
            csr_matrix(missing.astype(np.float32)),
            self._hashed_categories(rows),
        ]
        for column in self._texts:
            texts = ["" if is_missing(row.get(column.name)) else str(row[column.name]) for row in rows]
            parts.append(hashed_counts(texts, self.word_bits, self.char_bits))
        block = csr_matrix(hstack(parts, format="csr", dtype=np.float32))
        block.sum_duplicates()
        return block

    def fit(self, blocks: Sequence[csr_matrix]) -> None:
        """Learn centers, scales and quantiles of numbers, which categories occur, and word frequencies."""
        parts = [self._split(block) for block in blocks]
        self._numbers.fit([part[0] for part in parts])
        self._categories.fit([part[1] for part in parts])
        for place, tfidf in enumerate(self._tfidf):
            tfidf.fit([part[2][place] for part in parts])

    def transform(self, block: csr_matrix) -> csr_matrix:
        """Features, float32 (items, features), each row of length 1.

        Numbers, categories and each text column have the same length before they are put together.
        """
        numbers, categories, texts = self._split(block)
        parts = [self._numbers.transform(numbers)] if self._numeric else []
        if self._categorical:
            parts.append(_one_hot(self._categories, categories))
        parts.extend(tfidf.transform(text) for tfidf, text in zip(self._tfidf, texts, strict=True))
        features = csr_matrix(hstack(parts, format="csr", dtype=np.float32))
        return _unit(features, np.float64 if self.exact_lengths else np.float32)

    def similarity(self, features: csr_matrix) -> csr_matrix:
        """Numbers count twice as much as their hat functions, under which two near values may share nothing.

        What this is worth: docs/decisions/0003-projection.md
        """
        weight = np.ones(features.shape[1], dtype=np.float32)
        weight[: len(self._numeric)] = 2.0
        return csr_matrix(features @ diags(weight))

    def cells(self, features: csr_matrix) -> Array | None:
        """Standardized numbers, MISSING where there is none, and 1 for each of its common categories.

        The rows' scaling to length 1 is undone: trees ask one column at a time. Texts have no cells; None without any.
        """
        start = width_of(len(self._numeric))
        parts = [self._numbers.cells(features[:, :start].toarray())] if self._numeric else []
        if self._categorical:
            common = np.sort(np.argsort(self._categories.idf, kind="stable")[:CATEGORIES])
            parts.append((features[:, start + common] > 0).toarray().astype(np.float32))
        return np.hstack(parts) if parts else None

    def state(self) -> State:
        """What was learned, the arrays of each part under its own prefix."""
        parts = {"numbers": self._numbers.state(), "categories": self._categories.state()}
        parts.update({f"text{place}": tfidf.state() for place, tfidf in enumerate(self._tfidf)})
        return {f"{part}.{name}": array for part, state in parts.items() for name, array in state.items()}

    def set_state(self, state: State) -> None:
        """Take up a learned state."""

        def part(prefix: str) -> State:
            return {
                key.removeprefix(f"{prefix}."): array for key, array in state.items() if key.startswith(f"{prefix}.")
            }

        self._numbers.set_state(part("numbers"))
        self._categories.set_state(part("categories"))
        for place, tfidf in enumerate(self._tfidf):
            tfidf.set_state(part(f"text{place}"))

    def _hashed_categories(self, rows: Sequence[Mapping[str, Any]]) -> csr_matrix:
        width = 2**self.category_bits
        names = [(column.name, f"{column.name}\0") for column in self._categorical]
        seen: dict[tuple[str, Any], int] = {}
        indices: list[int] = []
        for row in rows:
            for name, prefix in names:
                value = row.get(name)
                word = "" if is_missing(value) else str(value)[:1000]
                place = seen.get((name, word))
                if place is None:
                    place = zlib.crc32((prefix + word).encode("utf-8", "surrogatepass")) % width
                    seen[(name, word)] = place
                indices.append(place)
        indptr = np.arange(len(rows) + 1) * len(names)
        return csr_matrix((np.ones(len(indices), dtype=np.float32), indices, indptr), shape=(len(rows), width))

    def _split(self, block: csr_matrix) -> tuple[Array, csr_matrix, list[csr_matrix]]:
        """A raw block as numbers (items, numeric) with NaN for missing, categories, counts of the texts."""
        c, width = len(self._numeric), 2**self.category_bits
        each = 2**self.word_bits + 2**self.char_bits
        dense = block[:, : 2 * c].toarray().astype(np.float64)
        numbers = np.where(dense[:, c:] > 0, np.nan, dense[:, :c])
        start = 2 * c + width
        texts = [block[:, start + i * each : start + (i + 1) * each] for i in range(len(self._texts))]
        return numbers, block[:, 2 * c : start], texts


def _fields(content: Content) -> Mapping[str, Any]:
    fields = content.get("fields")
    return fields if isinstance(fields, Mapping) else {}


def _one_hot(categories: Tfidf, block: csr_matrix) -> csr_matrix:
    """Known categories as 1s, scaled so that a row in which all are known has length 1."""
    hot = categories.transform(block)
    hot.data[:] = 1 / np.sqrt(max(1, block.nnz / max(1, block.shape[0])))
    return hot


def _unit(features: csr_matrix, added: Any) -> csr_matrix:
    """Rows of length 1. added: the type in which squares are added up."""
    precise = features.astype(added)
    length = np.sqrt(np.asarray(precise.multiply(precise).sum(axis=1)).ravel())
    length[length == 0] = 1
    return csr_matrix(diags(1 / length.astype(np.float32)) @ features)
