"""Sentence vectors without what their pool shares: in the pool, for new items, for what is written about labels."""

import zlib

import numpy as np
import pytest

from labeler.learning import trained_model
from labeler.learning.features.centering import center_of, centered
from labeler.learning.features.encoder import use
from labeler.learning.features.pipeline import pipeline_for
from labeler.learning.features.projection import Projection, joined
from labeler.learning.fitting import UnlabeledData, fit_pooled
from labeler.learning.numeric.types import Array
from labeler.learning.semi_supervised import reference_set
from labeler.learning.semi_supervised.label_spreading import graph_of, unit
from labeler.learning.trained_model import TrainedModel

RNG = np.random.default_rng(0)
SHARED = 6 * np.eye(24)[0]
SAYS = {"good": ["fine", "great", "lovely"], "bad": ["awful", "broken", "poor"]}
NEW = [{"text": "a lovely phone 9"}, {"text": "an awful camera 8"}, {"text": "something else"}]


class Words:
    """An encoder: the sum of a text's words, and much that all texts share."""

    sha256 = "c" * 64

    def encode(self, texts: list[str]) -> Array:
        return unit(np.array([SHARED + sum(map(self._word, text.split())) for text in texts]))

    def _word(self, word: str) -> Array:
        return np.random.default_rng(zlib.crc32(word.encode())).standard_normal(24)


@pytest.fixture(scope="module")
def encoder():
    made = Words()
    use(made)
    return made


@pytest.fixture(scope="module")
def contents():
    words = [SAYS[name][place // 2 % 3] for place, name in enumerate(["good", "bad"] * 150)]
    return [{"text": f"a {word} {('phone', 'camera')[place // 6 % 2]} {place}"} for place, word in enumerate(words)]


def fitted(encoder, contents, is_centered, said=None):
    """A model of 20 labels, and its map."""
    pipeline = pipeline_for(contents)
    block = pipeline.extract(contents)
    pipeline.fit([block])
    features = pipeline.transform(block)
    projection = Projection.of(features)
    sentences = encoder.encode([content["text"] for content in contents])
    center = center_of(sentences) if is_centered else None
    graph = graph_of(joined(sentences, projection.transform(features), center))
    pool = UnlabeledData(
        graph, graph.affinity(), projection, encoder, said, features=features.__getitem__, center=center
    )
    places = np.arange(20)
    model, _ = fit_pooled(pipeline, features[places], places, np.array(["good", "bad"] * 10), pool, 0)
    return model, graph


def test_what_a_pool_shares_is_gone_and_rows_stay_of_length_1():
    vectors = unit(SHARED + RNG.standard_normal((500, 24)))
    seen = centered(vectors, center_of(vectors))
    assert seen.dtype == center_of(vectors).dtype == np.float32
    assert np.allclose(np.linalg.norm(seen, axis=1), 1, atol=1e-6)
    assert (vectors @ vectors.T).mean() > 0.5 and abs((seen @ seen.T).mean()) < 0.01


def test_without_a_center_vectors_stay_as_they_are():
    vectors = unit(RNG.standard_normal((5, 24)))
    assert centered(vectors, None) is vectors
    assert np.array_equal(center_of(vectors[:0]), np.zeros(24))
    assert np.array_equal(centered(vectors, np.zeros(24, dtype=np.float32)), unit(vectors))


def test_the_only_item_of_a_pool_and_items_in_its_middle_have_vectors():
    vectors = unit(RNG.standard_normal((1, 24)))
    assert np.array_equal(centered(vectors, center_of(vectors)), np.zeros((1, 24)))


def test_a_stored_model_centers_new_items_as_it_did(encoder, contents, tmp_path):
    said = {"good": ["good", "fine and lovely"], "bad": ["bad", "poor and broken"]}
    model, graph = fitted(encoder, contents, True, said)
    sha256 = model.save(tmp_path)
    loaded = TrainedModel.load(tmp_path, sha256)
    kept, again = model.reference_set, loaded.reference_set
    assert np.array_equal(kept.center, again.center) and again.center.dtype == np.float32
    assert np.allclose(loaded.predict_proba(NEW), model.predict_proba(NEW), atol=1e-3), "the basis is kept in float16"
    twice = TrainedModel.load(tmp_path, loaded.save(tmp_path))
    assert np.array_equal(twice.predict_proba(NEW), loaded.predict_proba(NEW))
    assert loaded.predict_proba(NEW)[:2].argmax(axis=1).tolist() == [1, 0]
    # An item of the pool is seen as the pool sees it.
    features = model.pipeline.transform(model.pipeline.extract(contents[:5]))
    assert np.allclose(kept.vectors_of(contents[:5], features, model.pipeline), graph.vectors[:5], atol=1e-6)


def test_a_text_alone_is_answered_as_among_others(encoder, contents):
    model, _ = fitted(encoder, contents, True)
    alone = np.vstack([model.predict_proba([content]) for content in contents[100:140] + NEW])
    assert np.allclose(alone, model.predict_proba(contents[100:140] + NEW), atol=1e-5)


def test_a_model_of_an_earlier_version_answers_as_before(encoder, contents, tmp_path, monkeypatch):
    model, graph = fitted(encoder, contents, False)
    whole = reference_set.ReferenceSet.state
    monkeypatch.setattr(
        reference_set.ReferenceSet, "state", lambda one: {k: v for k, v in whole(one).items() if k != "center"}
    )
    monkeypatch.setattr(trained_model, "FORMAT", 5)
    sha256 = model.save(tmp_path)
    monkeypatch.undo()
    loaded = TrainedModel.load(tmp_path, sha256)
    assert loaded.reference_set.center is None
    features = loaded.pipeline.transform(loaded.pipeline.extract(contents[:5]))
    plain = loaded.reference_set.vectors_of(contents[:5], features, loaded.pipeline)
    assert np.allclose(plain, graph.vectors[:5], atol=1e-3) and (plain @ plain.T).mean() > 0.5
    assert np.allclose(loaded.predict_proba(NEW), model.predict_proba(NEW), atol=1e-3)


def test_what_is_written_about_labels_is_centered_too(encoder, contents):
    said = {"good": ["fine great lovely"], "bad": ["awful broken poor"]}
    model, graph = fitted(encoder, contents, True, said)
    words = model.reference_set.words
    expected = centered(encoder.encode([said["bad"][0], said["good"][0]]), model.reference_set.center)
    assert np.allclose(words.toward, expected, atol=1e-6)
    truth = np.array([1, 0] * 150)
    assert np.mean(words.prior(graph.vectors).argmax(axis=1) == truth) > 0.8
