"""How a training sees its pool: through sentence vectors when its items have one, else through projected features."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import structlog
from scipy.sparse import csr_matrix

from labeler.kit.config import Settings
from labeler.learning.batch_predict import between
from labeler.learning.errors import LearningError
from labeler.learning.features.base import FeaturePipeline
from labeler.learning.features.centering import center_of
from labeler.learning.features.encoder import Encoder, encoder_key, encoder_of
from labeler.learning.features.projection import SAMPLE, Projection, joined
from labeler.learning.features.text import TextPipeline
from labeler.learning.fitting import UnlabeledData
from labeler.learning.numeric.parallel import in_threads
from labeler.learning.numeric.types import Array
from labeler.learning.semi_supervised.label_spreading import NeighborGraph, graph_of
from labeler.registry.encoders import encoder_for, why_without
from labeler.training.pool.data import TrainingData
from labeler.training.pool.embedding_store import GROUP, EmbeddingStore
from labeler.training.pool.graph_store import GraphStore, StoredGraph
from labeler.training.pool.said_vectors import SaidVectors
from labeler.training.pool.subsample import SIZES, members, sizes

AT_ONCE = 2 * GROUP  # items that are read within a training; more of them in a job of their own
PROJECTED = 20_000  # larger pools are not mapped as a whole within a training
MANY = 300  # labels: with more, a linear SVM on all texts is as good as what a map of a part makes of them, or better


@dataclass(frozen=True)
class Representation:
    """A pool's map for training, and in `config` what it was made from, so that it can be made again.

    places: rising places in the pool of the items that the map holds (`subsample`); None: all of them.
    """

    pooling: UnlabeledData
    config: dict[str, Any]
    places: Array | None = None

    def inside(self, places: Array) -> Array:
        """Where in the map the items at these places of the pool are."""
        return places if self.places is None else np.searchsorted(self.places, places)


def represent(
    settings: Settings, data: TrainingData, pipeline: FeaturePipeline, blocks: Sequence[csr_matrix]
) -> Representation | None:
    """The best representation that is to be had at once; None for a model on features alone.

    Fits the pipeline: to all items, or to those there were when the map was made that has grown since.
    """
    encoder = None if why_without(settings) else encoder_for(settings)
    if encoder is not None and isinstance(pipeline, TextPipeline):
        for one in (encoder, *encoder.parts):
            try:
                found = _through(one, data, pipeline, blocks)
            except LearningError as error:  # one of several: the others go on
                if not encoder.parts:
                    raise
                structlog.get_logger().warning("went on without an encoder", reason=str(error))
                continue
            if found is not None:
                return found
    if 2 < len(data.items) <= PROJECTED:
        return representation_of(data, pipeline, blocks, None)
    is_text, labels = isinstance(pipeline, TextPipeline), data.labeled(holdout=False)[1]
    if len(data.items) > PROJECTED and not (is_text and len(labels) > MANY):
        return part_of(data, pipeline, blocks, None, SIZES[-1])
    pipeline.fit(blocks)
    return None


def represent_by(
    encoder: Encoder, data: TrainingData, pipeline: FeaturePipeline, blocks: Sequence[csr_matrix]
) -> Representation | None:
    """The pool through another encoder than the first, as `represent` has it; None while too little is read, for items
    that are no texts, or where it fails: the first one goes on."""
    try:
        return _through(encoder, data, pipeline, blocks) if isinstance(pipeline, TextPipeline) else None
    except LearningError as error:
        structlog.get_logger().warning("went on without an encoder", reason=str(error))
        return None


def _through(
    encoder: Encoder, data: TrainingData, pipeline: FeaturePipeline, blocks: Sequence[csr_matrix]
) -> Representation | None:
    """The pool through this encoder, or a part of it, where nearly all of that is read; else None."""
    read = EmbeddingStore(data.cache, encoder).read(len(data.items))
    if len(read) - np.count_nonzero(read) <= AT_ONCE:
        return representation_of(data, pipeline, blocks, encoder)
    for size in sizes(len(read)):
        if np.count_nonzero(~read[members(data, size)]) <= AT_ONCE:
            return part_of(data, pipeline, blocks, encoder, size)
    return None


def represent_again(
    config: Mapping[str, Any] | None, data: TrainingData, pipeline: FeaturePipeline, blocks: Sequence[csr_matrix]
) -> Representation | None:
    """The representation that a model was trained with. Raises EncoderMissing when its encoder is not here."""
    if config is None:
        pipeline.fit(blocks)
        return None
    encoder = encoder_of(config["sha256"]) if config["kind"] == "encoder" else None
    about = (data, pipeline, blocks, encoder)
    if config.get("part"):
        return part_of(*about, config["part"], is_centered=is_centered(config))
    return representation_of(*about, config.get("steps") or [len(data.items)], is_centered=is_centered(config))


def is_centered(config: Mapping[str, Any]) -> bool:
    """Whether sentence vectors were centered; those of earlier versions' models were not."""
    return bool(config.get("centered"))


def graph_at(data: TrainingData, pipeline: FeaturePipeline, config: Mapping[str, Any]) -> NeighborGraph | None:
    """The map on disk that a model was trained with, or None when it is gone, or was never there."""
    if config.get("part"):
        return None
    sha256 = config["sha256"] if config["kind"] == "encoder" else None
    n = len(data.items)
    stored = GraphStore(data.cache, source_of(pipeline, sha256, is_centered(config))).find(config.get("steps") or [n])
    return None if stored is None else stored.first(n)


def newest_graph(data: TrainingData, pipeline: FeaturePipeline, sha256: str | None) -> NeighborGraph | None:
    """The map on disk of all items, or None while there is none."""
    stored = _newest(data, pipeline, sha256)
    return None if stored is None else stored.first(len(data.items))


def newest_center(data: TrainingData, pipeline: FeaturePipeline, sha256: str) -> Array | None:
    """What was taken off the sentence vectors of the map of all items; None while there is none."""
    stored = _newest(data, pipeline, sha256)
    return None if stored is None else stored.state()[2]


def _newest(data: TrainingData, pipeline: FeaturePipeline, sha256: str | None) -> StoredGraph | None:
    maps = GraphStore(data.cache, source_of(pipeline, sha256))
    return maps.find(maps.steps_for(len(data.items)))


def source_of(pipeline: FeaturePipeline, sha256: str | None, is_centered: bool = True) -> str:
    """Names maps by what makes their vectors: the features, and the sentence encoder with this hash, whose vectors are
    centered or, for models of earlier versions, are not."""
    if sha256 is None:
        return pipeline.key()
    return f"{pipeline.key()}-{encoder_key(sha256)}{'-centered' if is_centered else ''}"


def representation_of(
    data: TrainingData,
    pipeline: FeaturePipeline,
    blocks: Sequence[csr_matrix],
    encoder: Encoder | None,
    steps: Sequence[int] | None = None,
    is_centered: bool = True,
) -> Representation:
    """The pool by its projected features and, with an encoder, its sentence vectors; kept on disk with the features.

    Fits the pipeline, see `see`. Items that the encoder has not read are read now. steps: how the map was made and
    grew (`graph_store`); None: what suits the pool. is_centered: whether sentence vectors are.
    """
    n, sha256 = len(data.items), None if encoder is None else encoder.sha256
    maps = GraphStore(data.cache, source_of(pipeline, sha256, is_centered))
    steps = list(steps or maps.steps_for(n))
    stored = maps.find(steps)
    if stored is None:
        with maps.making(steps) as stored:
            for step in steps[len(stored.steps) :]:
                _grow(stored, step, data, pipeline, blocks, encoder, is_centered)
    state, basis, center = stored.state()
    pipeline.set_state(state)
    graph = stored.first(n)
    assert graph is not None
    said, encode = (None, None) if encoder is None else (data.said, SaidVectors(data.cache, encoder, data.said))

    def features(places: Array) -> csr_matrix:
        return data.rows(pipeline, blocks, places)

    pooling = UnlabeledData(graph, stored.affinity(n), Projection(basis), encoder, said, encode, features, center)
    config = _config(encoder, center) | {"dimensions": int(graph.vectors.shape[1]), "steps": steps}
    return Representation(pooling, config)


def _config(encoder: Encoder | None, center: Array | None) -> dict[str, Any]:
    """What makes the vectors, as it is recorded with a model."""
    if encoder is None:
        return {"kind": "projection"}
    how: dict[str, Any] = {} if center is None else {"centered": True}
    if encoder.parts:
        how |= {"parts": [part.sha256 for part in encoder.parts]}
    return {"kind": "encoder", "sha256": encoder.sha256} | how


def part_of(
    data: TrainingData,
    pipeline: FeaturePipeline,
    blocks: Sequence[csr_matrix],
    encoder: Encoder | None,
    size: int,
    is_centered: bool = True,
) -> Representation:
    """A part of the pool by its projected features and, with an encoder, its sentence vectors, which are read as far as
    they are not there; its map is in memory.

    Fits the pipeline, to all items. size: of the part's sample, see `subsample`; is_centered: whether sentence vectors
    are, on the part's own mean.
    """
    places = members(data, size)
    pipeline.fit(blocks)
    similarity = pipeline.similarity(data.rows(pipeline, blocks, places))
    projection = Projection.of(similarity)
    vectors, center = projection.transform(similarity), None
    if encoder is not None:
        sentences = _sentences(data, encoder, places).load(places)
        center = center_of(sentences, encoder.views) if is_centered else None
        vectors = joined(sentences, vectors, center)
    graph = graph_of(vectors)
    said, encode = (None, None) if encoder is None else (data.said, SaidVectors(data.cache, encoder, data.said))

    def features(inside: Array) -> csr_matrix:
        return data.rows(pipeline, blocks, places[inside])

    pooling = UnlabeledData(graph, graph.affinity(), projection, encoder, said, encode, features, center)
    more = {"dimensions": int(vectors.shape[1]), "part": size, "of": len(data.items)}
    return Representation(pooling, _config(encoder, center) | more, places)


def _grow(
    stored: StoredGraph,
    n: int,
    data: TrainingData,
    pipeline: FeaturePipeline,
    blocks: Sequence[csr_matrix],
    encoder: Encoder | None,
    is_centered: bool,
) -> None:
    """Make a map of the first n items, or let it grow to them."""
    sentences = None if encoder is None else _sentences(data, encoder, np.arange(n))
    if not stored.steps:
        pipeline.fit(blocks if n == len(data.items) else list(between(blocks, 0, n)))
        sample = _sample(n)
        basis = Projection.of(pipeline.similarity(data.rows(pipeline, blocks, sample))).basis
        center = None
        if sentences is not None and is_centered:
            center = center_of(sentences.load(sample), sentences.encoder.views)
        stored.keep_state(pipeline.state(), basis, center)
    state, basis, center = stored.state()
    pipeline.set_state(state)
    projection, first = Projection(basis), (stored.steps or [0])[-1]

    def vectors(part: tuple[slice, csr_matrix]) -> tuple[slice, Array]:
        place, rows = part
        words = projection.transform(pipeline.similarity(pipeline.transform(rows)))
        return place, words if sentences is None else joined(sentences.load(place), words, center)

    dimensions = basis.shape[1] + (0 if sentences is None else sentences.dimensions)
    stored.grow(n, dimensions, in_threads(vectors, _placed(blocks, first, n)))


def _placed(blocks: Sequence[csr_matrix], first: int, n: int) -> Iterator[tuple[slice, csr_matrix]]:
    for rows in between(blocks, first, n):
        yield slice(first, first + rows.shape[0]), rows
        first += rows.shape[0]


def _sample(n: int) -> Array:
    """Places of the items that projection and center are learned from: all, or a fixed random part of a large pool."""
    if n <= SAMPLE:
        return np.arange(n)
    return np.sort(np.random.default_rng(0).choice(n, SAMPLE, replace=False))


def _sentences(data: TrainingData, encoder: Encoder, places: Array) -> EmbeddingStore:
    """Sentence vectors of the items at these places, read as far as they are not there."""
    store = EmbeddingStore(data.cache, encoder)
    missing = places[~store.read(len(data.items))[places]]
    for _ in store.read_all(missing, data.contents, data.scheduler):
        pass
    return store
