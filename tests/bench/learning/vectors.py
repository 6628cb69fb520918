"""Sentence vectors made once: an encoder that remembers what it encoded, on disk."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from labeler.learning.features import installed
from labeler.learning.features.encoder import DEFAULT_SHA256, Encoder, default_encoder, use

Array = np.ndarray[Any, Any]


class RememberingEncoder(Encoder):
    """The default encoder; texts that `learn` saw are looked up."""

    def __init__(self, folder: Path) -> None:
        super().__init__(default_encoder().file, DEFAULT_SHA256)
        self._folder = folder
        self._known: dict[str, Array] = {}

    def learn(self, texts: Sequence[str]) -> None:
        """Vectors of these texts, from the file that an earlier run left, or made now and kept."""
        different = list(dict.fromkeys(texts))
        file = self.file_of(different)
        if file.exists():
            vectors = np.load(file, allow_pickle=False)
        else:
            vectors = super().encode(different)
            self._folder.mkdir(parents=True, exist_ok=True)
            unfinished = file.with_suffix(".unfinished.npy")
            np.save(unfinished, vectors, allow_pickle=False)
            unfinished.replace(file)
        self._known.update(zip(different, vectors, strict=True))

    def file_of(self, texts: Sequence[str]) -> Path:
        """Where the vectors of these texts are kept: another text or encoder, another file."""
        digest = hashlib.sha256(self.key.encode())
        for text in texts:
            digest.update(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())
        return self._folder / f"{digest.hexdigest()[:16]}.npy"

    def encode(self, texts: Sequence[str]) -> Array:
        missing = [text for text in texts if text not in self._known]
        if missing:
            return super().encode(texts)
        return np.array([self._known[text] for text in texts], dtype=np.float32)


def remembering(folder: Path) -> RememberingEncoder:
    """The encoder that every learner of this process uses from now on, peers and ours: one alone."""
    installed.BESIDE.clear()
    encoder = use(RememberingEncoder(folder))
    assert isinstance(encoder, RememberingEncoder)
    return encoder
