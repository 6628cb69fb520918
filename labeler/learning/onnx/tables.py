"""Rows of a table to features within a graph, as `features.table` makes them.

A column is an input of its own: numbers, dates and yes/no as numbers, NaN where there is none, categories and texts
as strings, "" where there is none. A category is found by its value, since the hash that the pipeline takes has no
operator: the values have to be given, and one that is not among them is unknown.
"""

import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from labeler.learning.features.columns import Column
from labeler.learning.features.numbers import KNOTS, MISSING, Numbers
from labeler.learning.features.table import CATEGORIES, TablePipeline
from labeler.learning.numeric.types import Array
from labeler.learning.onnx.graph import ML, Graph, Tensor
from labeler.learning.onnx.texts import Reading

_FARTHEST = 4.0
Values = Mapping[str, Iterable[str]]
"""The values of each category, by the column's name."""


def name_of(column: Column) -> str:
    """Of the input that holds a column."""
    return f"fields/{column.name}"


def table_features(g: Graph, pipeline: TablePipeline, values: Values) -> tuple[Tensor, Tensor, Tensor | None]:
    """What `pipeline` makes of the inputs that are added: float32 (items, features), rows of length 1; that by which
    rows are alike; and a table's cells, as trees read them."""
    parts: list[Tensor] = []
    if pipeline._numeric:
        given = [g.input(name_of(column), np.float64, ["items"]) for column in pipeline._numeric]
        parts.append(_numbers(g, g.joined(*(_upright(g, one) for one in given)), pipeline._numbers))
    if pipeline._categorical:
        parts.append(_categories(g, pipeline, values))
    for column, tfidf in zip(pipeline._texts, pipeline._tfidf, strict=True):
        texts = g.input(name_of(column), str, ["items"])
        parts.append(Reading(g, texts).tfidf(tfidf, pipeline.word_bits, pipeline.char_bits))
    side_by_side = g.joined(*parts)
    precise = g.cast(side_by_side, np.float64)
    length = g.cast(g("Sqrt", g.sum(g("Mul", precise, precise))), np.float32)
    length = g("Where", g("Equal", length, np.float32(0)), np.float32(1), length)
    # A 1 that is no constant: else ONNX Runtime divides by the length, which rounds otherwise.
    one = g.cast(g("Equal", length, length), np.float32)
    features = g("Mul", g("Div", one, length), side_by_side)
    alike, count = features, len(pipeline._numeric)
    if count:
        alike = g.joined(g("Mul", g.columns(features, 0, count), np.float32(2)), g.columns(features, count))
    return features, alike, _cells(g, features, pipeline)


def _upright(g: Graph, x: Tensor) -> Tensor:
    made: Tensor = g("Unsqueeze", x, g.whole(1))
    return made


def _numbers(g: Graph, values: Tensor, learned: Numbers) -> Tensor:
    """As `Numbers.transform`: float32 (items, count * (2 + KNOTS)). values: float64 (items, count)."""
    missing = g("IsNaN", values)
    known = g("Where", missing, np.float64(0), values)
    known = g.cast(g.cast(known, np.float32), np.float64)  # blocks hold float32
    filled = g("Where", missing, learned.median[None, :], known)
    standard = g("Div", g("Sub", filled, learned.mean[None, :]), learned.scale[None, :])
    standard = g("Div", g("Clip", standard, np.float64(-_FARTHEST), np.float64(_FARTHEST)), np.float64(2))
    flags = g.cast(missing, np.float32)
    hats = g("Mul", _hats(g, filled, learned.knots), _upright_last(g, g("Sub", np.float32(1), flags)))
    flat = g("Reshape", hats, g.whole(0, learned.count * KNOTS))
    whole = g.joined(g.cast(standard, np.float32), flags, flat)
    made: Tensor = g("Div", whole, np.float32(np.sqrt(max(1, learned.count))))
    return made


def _upright_last(g: Graph, x: Tensor) -> Tensor:
    made: Tensor = g("Unsqueeze", x, g.whole(2))
    return made


def _hats(g: Graph, filled: Tensor, knots: Array) -> Tensor:
    """As `hat_weights` of each column: float32 (items, count, KNOTS). filled: float64 (items, count).

    Between two different knots the one above has the share of the way, the one below the rest; a knot that is there
    several times counts once.
    """
    count = len(knots)
    low, width = np.zeros((2, count, KNOTS)), np.ones((2, count, KNOTS))  # from the knot below, and to the one above
    rises, falls, is_first = (np.zeros((count, KNOTS)) for _ in range(3))
    for place, line in enumerate(knots):
        distinct, first = np.unique(line, return_index=True)
        for number, (knot, at) in enumerate(zip(distinct, first, strict=True)):
            is_first[place, at] = 1
            if number:
                low[0, place, at], rises[place, at] = distinct[number - 1], 1
                width[0, place, at] = knot - distinct[number - 1]
            if number + 1 < len(distinct):
                low[1, place, at], falls[place, at] = knot, 1
                width[1, place, at] = distinct[number + 1] - knot
    x = _upright_last(g, g("Min", g("Max", filled, knots.min(axis=1)[None, :]), knots.max(axis=1)[None, :]))

    def share(side: int) -> Tensor:
        made: Tensor = g("Div", g("Sub", x, low[side][None]), width[side][None])
        return made

    rising = g("Where", (rises > 0)[None], share(0), np.float64(1))
    falling = g("Where", (falls > 0)[None], g("Sub", np.float64(1), share(1)), np.float64(1))
    weight = g("Max", g("Min", rising, falling), np.float64(0))
    return g.cast(g("Mul", weight, is_first[None]), np.float32)


def _categories(g: Graph, pipeline: TablePipeline, values: Values) -> Tensor:
    """As `_one_hot` of the hashed categories: float32 (items, known columns)."""
    learned, width = pipeline._categories, 2**pipeline.category_bits
    place = {int(column): number for number, column in enumerate(learned.columns)}
    found = []
    for column in pipeline._categorical:
        known: dict[str, int] = {}
        for value in sorted({"", *values.get(column.name, ())}):
            word = f"{column.name}\0{value}".encode("utf-8", "surrogatepass")
            number = place.get(zlib.crc32(word) % width)
            if number is not None and "\0" not in value:
                known[value] = number
        given = g.input(name_of(column), str, ["items"])
        known = known or {"": learned.width}
        keys: dict[str, Any] = dict(keys_strings=list(known), values_int64s=list(known.values()))
        found.append(_upright(g, g("LabelEncoder", given, domain=ML, default_int64=learned.width, **keys)))
    places = g.joined(*found)
    empty = g.filled(np.float32(0), g("Concat", g.size(places, 0), g.whole(learned.width + 1), axis=0))
    hot = np.float32(1 / np.sqrt(max(1, len(pipeline._categorical))))
    scattered = g("ScatterElements", empty, places, g.filled(hot, g("Shape", places)), axis=1)
    return g.columns(scattered, 0, learned.width)


def _cells(g: Graph, features: Tensor, pipeline: TablePipeline) -> Tensor | None:
    """As `TablePipeline.cells`."""
    count, parts = len(pipeline._numeric), []
    start = count * (2 + KNOTS)
    if count:
        flat = g.columns(features, 2 * count, start)
        hats = g.sum(g("Reshape", flat, g.whole(0, count, KNOTS)), 2, keep=False)
        known = g("Greater", hats, np.float32(0))
        twice = g("Mul", g.columns(features, 0, count), np.float32(2))
        values = g("Div", twice, g("Where", known, hats, np.float32(1)))
        parts.append(g("Where", known, values, np.float32(MISSING)))
    if pipeline._categorical:
        common = np.sort(np.argsort(pipeline._categories.idf, kind="stable")[:CATEGORIES])
        parts.append(g.cast(g("Greater", g.picked(features, start + common), np.float32(0)), np.float32))
    return g.joined(*parts) if parts else None
