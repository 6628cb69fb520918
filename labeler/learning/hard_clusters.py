"""Hard items that are alike, so that one decision answers many questions.

Agglomerative clustering with average linkage (Sokal and Michener 1958) and a bar for the distance instead of a number
of clusters: nobody knows how many questions there are. The same items in the same order give the same clusters.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse import diags as diagonal
from sklearn.cluster import AgglomerativeClustering

from labeler.learning.features.columns import infer_columns
from labeler.learning.features.table import TablePipeline
from labeler.learning.features.text import TextPipeline
from labeler.learning.keywords import words_in
from labeler.learning.numeric.types import Array

FAR_VECTORS, FAR_WORDS = 0.55, 0.8
"""Distances (1 - cosine) beyond which clusters stay apart: of sentence vectors, and of words, which paraphrases do not
share."""
OF_REASONS = 0.25
"""The weight of what was said about the items, beside the items themselves."""
WORDS = 1_000  # of each text
TELLING = 6


def rows_of(contents: Sequence[Mapping[str, Any]]) -> csr_matrix:
    """Features of these items alone, rows of length 1 (or 0, where there is nothing to read): words and letters of
    texts, fields of tables."""
    is_table = sum(isinstance(content.get("fields"), dict) for content in contents) > len(contents) / 2
    pipeline: TextPipeline | TablePipeline = TextPipeline()
    if is_table:
        pipeline = TablePipeline([column.as_config() for column in infer_columns(contents)])
    block = pipeline.extract(contents)
    pipeline.fit([block])
    return unit_rows(pipeline.transform(block))


def long_one(vectors: Array) -> Array:
    """float (items, d): the same with rows of length 1, those without anything as they are."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(length > 0, length, 1.0), dtype=np.float32)


def unit_rows(rows: Any) -> csr_matrix:
    """Sparse (items, d): the same as `long_one`."""
    sparse = csr_matrix(rows)
    length = np.sqrt(np.asarray(sparse.multiply(sparse).sum(axis=1)).ravel())
    return csr_matrix(diagonal(1 / np.where(length > 0, length, 1.0)) @ sparse)


def cluster(items: Any, said: Any, far: float) -> list[list[int]]:
    """Positions of the items of each cluster, the largest first, those within in order.

    items, said: rows of length 1 or 0, (n, d): the items, and what was said about them; far: the distance beyond which
    clusters stay apart.
    """
    n = items.shape[0]
    if n < 2:
        return [[place] for place in range(n)]
    apart = _cosines(said)
    apart *= -OF_REASONS
    apart -= (1 - OF_REASONS) * _cosines(items)
    apart += 1.0
    np.clip(apart, 0.0, 2.0, out=apart)
    np.fill_diagonal(apart, 0.0)
    by = AgglomerativeClustering(n_clusters=None, metric="precomputed", linkage="average", distance_threshold=far)
    numbers = by.fit_predict(apart)
    found: dict[int, list[int]] = {}
    for place, number in enumerate(numbers.tolist()):
        found.setdefault(number, []).append(place)
    return sorted(found.values(), key=lambda places: (-len(places), places[0]))


def _cosines(rows: Any) -> Array:
    """float32 (items, items)."""
    product = rows @ rows.T
    return np.array(product.toarray() if hasattr(product, "toarray") else product, dtype=np.float32)


def telling_words(texts: Sequence[str], clusters: Sequence[Sequence[int]], most: int = TELLING) -> list[list[str]]:
    """For each cluster the words that tell it from the others, the best first: the share of its texts with the word,
    times how much more frequent it is there; of equals the longer one. A cluster of one text has none."""
    inside = [{word for word in words_in(text)[:WORDS] if len(word) > 1 and not word.isdigit()} for text in texts]
    return telling(inside, clusters, most)


def telling(inside: Sequence[set[str]], clusters: Sequence[Sequence[int]], most: int = TELLING) -> list[list[str]]:
    """The same of anything that an item has or has not. inside: what each has."""
    whole = Counter(word for words in inside for word in words)
    return [_telling(inside, places, whole, len(inside), most) for places in clusters]


def _telling(inside: Sequence[set[str]], places: Sequence[int], whole: Counter[str], n: int, most: int) -> list[str]:
    if len(places) < 2:
        return []
    here = Counter(word for place in places for word in inside[place])
    scored = []
    for word, count in here.items():
        share = count / len(places)
        elsewhere = (whole[word] - count + 0.5) / (n - len(places) + 1)
        if count > 1 and share > elsewhere:
            scored.append((share * np.log(share / elsewhere), word))
    return [word for _, word in sorted(scored, key=lambda pair: (-pair[0], -len(pair[1]), pair[1]))[:most]]
