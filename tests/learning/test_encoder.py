"""Sentence embeddings by ONNX Runtime, and words as a prior."""

import numpy as np
import pytest

from labeler.learning import ActiveLearner
from labeler.learning.errors import EncoderBroken, EncoderMissing
from labeler.learning.features.encoder import DEFAULT_SHA256, Encoder, default_encoder, encoder_of
from labeler.learning.features.installed import is_installed
from labeler.learning.semi_supervised.label_descriptions import texts_of

needs_extra = pytest.mark.skipif(not is_installed(), reason="the extra `embeddings` is not installed")
GUIDELINE = """# Messages

Read the whole message.

## spam
Unwanted advertising, prizes and premium numbers.
- You won a prize, call now

### Edge cases
Newsletters count too.

## Ham
A message somebody wanted.
"""


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return default_encoder()


@needs_extra
def test_alike_sentences_are_near(encoder):
    cat, kitten, stocks = encoder.encode(["a cat sat on the mat", "the kitten sits on a rug", "stocks fell sharply"])
    assert cat @ kitten > cat @ stocks + 0.2 and np.isclose(cat @ cat, 1, atol=1e-5)


@needs_extra
def test_a_vector_depends_on_its_text_alone(encoder):
    texts = ["short", "a much longer sentence that goes on and on about nothing in particular", "mid length text"] * 20
    vectors = encoder.encode(texts)
    assert vectors.shape == (60, 384)
    assert np.array_equal(vectors[:3], np.vstack([encoder.encode([text]) for text in texts[:3]]))
    assert np.array_equal(vectors[::-1], encoder.encode(texts[::-1]))


@needs_extra
def test_a_model_that_was_given_up_is_loaded_again(encoder):
    before = encoder.encode(["the same text"])
    encoder.rest()
    assert "_session" not in vars(encoder) and np.array_equal(encoder.encode(["the same text"]), before)


@needs_extra
@pytest.mark.parametrize("texts", [[], [""], ["\x00", "\ud800", "x" * 500_000], ["日本語", "🙂"]])
def test_odd_texts_have_vectors(encoder, texts):
    vectors = encoder.encode(texts)
    assert vectors.shape == (len(texts), 384) and np.isfinite(vectors).all()


@needs_extra
def test_a_wrong_hash_is_refused_before_anything_is_read(encoder):
    with pytest.raises(EncoderBroken, match="another hash"):
        Encoder(encoder.file, "0" * 64)


def test_a_missing_or_broken_file_is_told(tmp_path):
    with pytest.raises(EncoderMissing, match="is not there"):
        Encoder(tmp_path / "nothing.onnx")
    with pytest.raises(EncoderMissing, match="not installed or set here"):
        encoder_of("f" * 64)
    (tmp_path / "model.onnx").write_bytes(b"no model")
    if is_installed():
        with pytest.raises(EncoderBroken, match="no model"):
            Encoder(tmp_path).encode(["a"])


def test_what_a_guideline_says_is_found_by_heading():
    said = texts_of(["spam", "ham"], {"ham": "wanted messages"}, GUIDELINE)
    assert said[0] == [
        "spam",
        "Unwanted advertising, prizes and premium numbers.",
        "You won a prize, call now",
        "Newsletters count too.",
    ]
    assert said[1] == ["ham", "wanted messages", "A message somebody wanted."]


@needs_extra
def test_label_names_alone_guess_before_the_first_label():
    texts = ["The striker scored twice", "Stocks fell on inflation fears", "The goalkeeper saved a penalty"]
    texts += ["The central bank raised interest rates", "The team won the cup", "Shares of the company rose"]
    learner = ActiveLearner(labels={"sports": "matches, teams, players", "business": "companies, markets, money"})
    learner.fit(texts, [None] * 6)
    assert learner.predict(texts).tolist() == ["sports", "business"] * 3
    assert learner.predict(["A new goal record"]).tolist() == ["sports"]
    assert encoder_of(DEFAULT_SHA256).dimensions == 384
