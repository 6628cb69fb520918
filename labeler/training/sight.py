"""How a training sees its pool: through sentence vectors when all items have one, else through projected features."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scipy.sparse import csr_matrix, vstack

from labeler.kit.config import Settings
from labeler.learning.features.encoder import Encoder, encoder_key, encoder_of
from labeler.learning.features.pipeline import FeaturePipeline
from labeler.learning.features.projection import Projection
from labeler.learning.features.text import TextPipeline
from labeler.learning.graph import PoolMap, map_of
from labeler.learning.pooled import Pooling
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
            return _by_vectors(data, encoder)
    return _by_projection(data, pipeline, blocks) if 2 < len(data.items) <= PROJECTED else None


def see_again(
    config: Mapping[str, Any] | None, data: TrainingData, pipeline: FeaturePipeline, blocks: Sequence[csr_matrix]
) -> Sight | None:
    """The sight that a model was trained with. Raises EncoderMissing when its encoder is not here."""
    if config is None:
        return None
    if config["kind"] == "projection":
        return _by_projection(data, pipeline, blocks)
    return _by_vectors(data, encoder_of(config["sha256"]))


def map_at(data: TrainingData, pipeline: FeaturePipeline, config: Mapping[str, Any]) -> PoolMap | None:
    """The map on disk that a model was trained with, or None when it is gone."""
    source = f"projection-{pipeline.key()}"
    if config["kind"] == "encoder":
        source = encoder_key(config["sha256"])
    return MapStore(_folder(data), source).find(len(data.items))


def _by_vectors(data: TrainingData, encoder: Encoder) -> Sight:
    n = len(data.items)
    if data.cache is None:
        around = map_of(_all_vectors(data, encoder))
    else:
        maps = MapStore(data.cache, encoder.key)
        found = maps.find(n)
        around = found if found is not None else maps.make(_all_vectors(data, encoder))
    pooling = Pooling(around, around.affinity(), encoder=encoder, said=data.said)
    return Sight(pooling, {"kind": "encoder", "sha256": encoder.sha256, "dimensions": encoder.dimensions})


def _all_vectors(data: TrainingData, encoder: Encoder) -> Any:
    n = len(data.items)
    if data.cache is None:
        import tempfile

        with tempfile.TemporaryDirectory(prefix="labeler-vectors-") as folder:
            return _read(VectorStore(Path(folder), encoder), n, data)
    return _read(VectorStore(data.cache, encoder), n, data)


def _read(store: VectorStore, n: int, data: TrainingData) -> Any:
    for number in store.missing(n):
        store.read(number, n, data.contents)
    return store.load(n)


def _by_projection(data: TrainingData, pipeline: FeaturePipeline, blocks: Sequence[csr_matrix]) -> Sight:
    n, maps = len(data.items), None
    if data.cache is not None:
        maps = MapStore(data.cache, f"projection-{pipeline.key()}")
        around = maps.find(n)
        if around is not None:
            return _projected(around, Projection(maps.extra("basis", n)))
    features = vstack([pipeline.transform(block) for block in blocks], format="csr")
    projection = Projection.of(features)
    vectors = projection.transform(features)
    around = map_of(vectors) if maps is None else maps.make(vectors, {"basis": projection.basis})
    return _projected(around, projection)


def _projected(around: Any, projection: Projection) -> Sight:
    pooling = Pooling(around, around.affinity(), projection=projection)
    return Sight(pooling, {"kind": "projection", "dimensions": int(projection.basis.shape[1])})


def _folder(data: TrainingData) -> Path:
    assert data.cache is not None
    return data.cache
