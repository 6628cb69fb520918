"""A trained model as an ONNX graph, with what it has to be given."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from labeler.contents import Content
from labeler.learning.errors import NotExpressible
from labeler.learning.features.cells import READ, is_missing
from labeler.learning.features.encoder import encoder_of
from labeler.learning.features.numbers import width_of
from labeler.learning.features.table import TablePipeline
from labeler.learning.features.text import TextPipeline, text_of
from labeler.learning.numeric.types import Array
from labeler.learning.onnx import estimators, pool
from labeler.learning.onnx.graph import Graph, Tensor, installed
from labeler.learning.onnx.tables import Values, name_of, table_features
from labeler.learning.onnx.texts import text_features
from labeler.learning.trained_model import TrainedModel

SENTENCES = "sentence_vectors"
PROBABILITIES = "probabilities"
LONGEST_CATEGORY = 1_000


@dataclass(frozen=True)
class Converted:
    """A model as ONNX. file: its bytes; inputs: [{"name", "type", "shape", "what"}], "column" and "kind" where it is a
    column of a table; encoder: SHA-256 of the sentence encoder whose vectors it asks for, or None."""

    file: bytes
    inputs: list[dict[str, Any]]
    classes: list[str]
    encoder: str | None

    def given(self, contents: Sequence[Content]) -> dict[str, Array]:
        """The inputs for these contents. Raises EncoderMissing."""
        made: dict[str, Array] = {}
        for one in self.inputs:
            if one["name"] == SENTENCES:
                assert self.encoder is not None
                made[SENTENCES] = encoder_of(self.encoder).encode([text_of(content) for content in contents])
            elif "column" in one:
                cells = [(content.get("fields") or {}).get(one["column"]) for content in contents]
                made[one["name"]] = column_of(cells, one["kind"])
            else:
                made[one["name"]] = np.array([text_of(content) for content in contents], dtype=object)
        return made


def column_of(cells: Sequence[Any], kind: str) -> Array:
    """A column as an input: float64, NaN where there is none, or strings, "" where there is none."""
    if kind in READ:
        read = [READ[kind](cell) for cell in cells]
        return np.array([np.nan if one is None else one for one in read], dtype=np.float64)
    return np.array([written(cell, kind) for cell in cells], dtype=object)


def written(cell: Any, kind: str) -> str:
    """A cell of a category or a text as the input has it."""
    word = "" if is_missing(cell) else str(cell)
    return word[:LONGEST_CATEGORY] if kind == "categorical" else word


def categories_of(model: TrainedModel) -> list[str]:
    """The columns whose values `to_onnx` wants to know."""
    pipeline = model.pipeline
    return [column.name for column in pipeline._categorical] if isinstance(pipeline, TablePipeline) else []


def to_onnx(
    model: TrainedModel, values: Values, notes: Mapping[str, str], problem: str = "classification"
) -> Converted:
    """The model as a graph. values: of each column of categories, see `categories_of`; notes: kept in the file;
    problem: what it learned; one label an item is an output, too.

    Raises OnnxMissing, and NotExpressible for what has no counterpart.
    """
    installed()
    g = Graph()
    inputs: list[dict[str, Any]] = []
    pipeline = model.pipeline
    features: Tensor
    cells: Tensor | None = None
    if type(pipeline) is TextPipeline:
        texts = g.input("text", str, ["items"])
        inputs.append({"name": "text", "type": "string", "shape": ["items"], "what": "the text of each item"})
        features, alike = text_features(g, texts, pipeline)
        width = len(pipeline._tfidf.columns) + (len(pipeline._mean) if pipeline.statistics else 0)
    elif type(pipeline) is TablePipeline:
        features, alike, cells = table_features(g, pipeline, values)
        inputs += _columns(pipeline)
        width = len(pipeline._categories.columns) + sum(one.width for one in pipeline._tfidf)
        width += width_of(len(pipeline._numeric))
    else:
        raise NotExpressible(
            f'its features, "{type(pipeline).__name__}", are of a plug-in; those of texts and tables can be'
        )
    encoder = None
    if model.reference_set is None:
        proba = estimators.probabilities(g, model.estimator, features, width)
    else:
        kept, sentences = model.reference_set, None
        encoder = kept.encoder
        if encoder is not None:
            size = kept.vectors.shape[1] - kept.projection.basis.shape[1]
            sentences = g.input(SENTENCES, np.float32, ["items", size])
            inputs.append(_sentences(size))
        seen = pool.views(g, kept, features, alike, cells, sentences)
        proba = pool.probabilities(g, model.estimator, seen)
    g.output(proba, PROBABILITIES, np.float32, ["items", len(model.classes)])
    if problem == "classification":
        labels = np.array(model.classes, dtype=object)
        best = g("ArgMax", proba, axis=1, keepdims=0)
        g.output(g("Gather", g.constant(labels), best), "label", str, ["items"])
    return Converted(g.model("model", dict(notes)), inputs, list(model.classes), encoder)


def _columns(pipeline: TablePipeline) -> Iterable[dict[str, Any]]:
    what = {
        "numeric": "a number; NaN where there is none",
        "boolean": "1 for yes, 0 for no; NaN where there is none",
        "date": "days since 2000-01-01 UTC; NaN where there is none",
        "categorical": 'as it is written; "" where there is none',
        "text": 'a text; "" where there is none',
    }
    for column in [*pipeline._numeric, *pipeline._categorical, *pipeline._texts]:
        kind = "float64" if column.kind in READ else "string"
        about = {"type": kind, "shape": ["items"], "what": what[column.kind]}
        yield {"name": name_of(column), "column": column.name, "kind": column.kind, **about}


def _sentences(size: int) -> dict[str, Any]:
    what = "the sentence encoder's vector of each text, of length 1; of a row, its values in order with spaces between"
    return {"name": SENTENCES, "type": "float32", "shape": ["items", size], "what": what}
