"""What is written about labels is embedded once: trainings read it, and need no encoder."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labeler.learning.numeric.types import Array
from labeler.training.pool.said_vectors import SaidVectors


class Counting:
    """An encoder that counts what it is asked."""

    key = "an-encoder"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: list[str]) -> Array:
        self.asked += texts
        return np.array([[len(text), ord(text[0])] for text in texts], dtype=np.float32)


@pytest.fixture
def encoder() -> Any:
    return Counting()


def test_vectors_are_made_once_and_given_in_the_order_asked_for(tmp_path: Path, encoder: Any) -> None:
    said = {"spam": ["spam", "unasked for"], "ham": ["ham", "unasked for"]}
    first = SaidVectors(tmp_path, encoder, said)(["spam", "ham", "unasked for"])
    again = SaidVectors(tmp_path, encoder, said)(["unasked for", "spam"])
    assert encoder.asked == ["ham", "spam", "unasked for"]
    assert again.tolist() == [first[2].tolist(), first[0].tolist()] == encoder.encode(["unasked for", "spam"]).tolist()


def test_other_texts_are_made_and_the_old_ones_go(tmp_path: Path, encoder: Any) -> None:
    SaidVectors(tmp_path, encoder, {"spam": ["spam"]}).keep()
    SaidVectors(tmp_path, encoder, {"spam": ["spam", "a line of the guideline"]}).keep()
    assert encoder.asked == ["spam", "a line of the guideline", "spam"]
    assert len(list(tmp_path.rglob("*.npy"))) == 1


def test_a_file_that_is_damaged_is_made_again(tmp_path: Path, encoder: Any) -> None:
    vectors = SaidVectors(tmp_path, encoder, {"spam": ["spam"]})
    whole = vectors.keep()
    next(tmp_path.rglob("*.npy")).write_bytes(b"cut off")
    assert vectors.keep().tolist() == whole.tolist() and len(encoder.asked) == 2
