"""How a training sees its pool: through sentence vectors when all items have one, else through projected features."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from labeler.kit.config import Settings
from labeler.learning.features.encoder import Encoder, encoder_key, encoder_of
from labeler.learning.features.pipeline import FeaturePipeline
from labeler.learning.features.projection import SAMPLE, Projection, joined
from labeler.learning.features.text import TextPipeline
from labeler.learning.graph import PoolMap, map_of
from labeler.learning.pooled import Pooling
from labeler.learning.scoring import chunks_of
from labeler.training.data import TrainingData
from labeler.training.vectors import GROUP, MapStore, VectorStore, encoder_for, why_without

AT_ONCE = 2 * GROUP  # items that are read within a training; more of them in a job of their own
PROJECTED = 20_000  # larger pools are not mapped within a training


@dataclass(frozen=True)
class Sight:
    """A pool's map for training, and in `config` what it was made from, so that it can be made again."""

    pooling: Pooling
    config: dict[str, Any]


def see(
    settings: Settings, data: TrainingData, pipeline: FeaturePipeline, blocks: Sequence[csr_matrix]
) -> Sight | None:
    """The best sight that is to be had at once; None for a model on features alone."""
    encoder = None if why_without(settings) else encoder_for(settings)
    if encoder is not None and isinstance(pipeline, TextPipeline):
        store = VectorStore(_folder(data), encoder)
        if GROUP * len(store.missing(len(data.items))) <= AT_ONCE:
            return sight_of(data, pipeline, blocks, encoder)
    return sight_of(data, pipeline, blocks, None) if 2 < len(data.items) <= PROJECTED else None


def see_again(
    config: Mapping[str, Any] | None, data: TrainingData, pipeline: FeaturePipeline, blocks: Sequence[csr_matrix]
) -> Sight | None:
    """The sight that a model was trained with. Raises EncoderMissing when its encoder is not here."""
    if config is None:
        return None
    encoder = encoder_of(config["sha256"]) if config["kind"] == "encoder" else None
    return sight_of(data, pipeline, blocks, encoder)


def map_at(data: TrainingData, pipeline: FeaturePipeline, config: Mapping[str, Any]) -> PoolMap | None:
    """The map on disk that a model was trained with, or None when it is gone."""
    sha256 = config["sha256"] if config["kind"] == "encoder" else None
    return MapStore(_folder(data), source_of(pipeline, sha256)).find(len(data.items))


def source_of(pipeline: FeaturePipeline, sha256: str | None) -> str:
    """Names maps by what makes their vectors: the features, and the sentence encoder with this hash."""
    return pipeline.key() if sha256 is None else f"{pipeline.key()}-{encoder_key(sha256)}"


def sight_of(
    data: TrainingData, pipeline: FeaturePipeline, blocks: Sequence[csr_matrix], encoder: Encoder | None
) -> Sight:
    """The pool by its projected features and, with an encoder, its sentence vectors; kept on disk with the features.

    pipeline: fitted on the blocks. Items that the encoder has not read are read now.
    """
    n, sha256 = len(data.items), None if encoder is None else encoder.sha256
    maps = None if data.cache is None else MapStore(data.cache, source_of(pipeline, sha256))
    around = None if maps is None else maps.find(n)
    if maps is not None and around is not None:
        projection = Projection(maps.extra("basis", n))
    else:
        projection = Projection.of(pipeline.likeness(_sample(data, pipeline, blocks)))
        chunks = (pipeline.transform(rows) for block in blocks for rows in chunks_of(block))
        vectors = np.concatenate([projection.transform(pipeline.likeness(rows)) for rows in chunks])
        if encoder is not None:
            vectors = joined(_sentences(data, encoder), vectors)
        around = map_of(vectors) if maps is None else maps.make(vectors, {"basis": projection.basis})
    said = None if encoder is None else data.said
    pooling = Pooling(around, around.affinity(), projection, encoder, said)
    config: dict[str, Any] = {"kind": "projection"}
    if encoder is not None:
        config = {"kind": "encoder", "sha256": encoder.sha256}
    return Sight(pooling, config | {"dimensions": int(around.vectors.shape[1])})


def _sample(data: TrainingData, pipeline: FeaturePipeline, blocks: Sequence[csr_matrix]) -> csr_matrix:
    """Features of the items that the projection is learned from: all, or a fixed random part of a large pool."""
    places = np.arange(len(data.items))
    if len(places) > SAMPLE:
        places = np.sort(np.random.default_rng(0).choice(len(places), SAMPLE, replace=False))
    return data.rows(pipeline, blocks, places)


def _sentences(data: TrainingData, encoder: Encoder) -> Any:
    """Sentence vectors of all items, from disk as far as they are there."""
    n = len(data.items)
    with tempfile.TemporaryDirectory(prefix="labeler-vectors-") as spare:
        store = VectorStore(data.cache or Path(spare), encoder)
        for number in store.missing(n):
            store.read(number, n, data.contents)
        return store.load(n)


def _folder(data: TrainingData) -> Path:
    assert data.cache is not None
    return data.cache
