"""The pieces that multilingual-e5-small reads, as the `tokenizer.json` of the library `tokenizers`."""

import json
import unicodedata
from collections.abc import Iterable
from typing import Any

from labeler.learning.features.e5.weights import Weights

PREFIX = ("▁que", "ry", ":")
"""Put before every text, as the model was trained with: "query: " where two texts are compared that are of one kind.
Source: Wang et al. 2024, "Multilingual E5 Text Embeddings".
"""


def tokenizer_json(weights: Weights, prefix: tuple[str, ...] = PREFIX) -> bytes:
    """The file's content. Characters are replaced as SentencePiece does it: by NFKC, beside which the weights' table
    only drops some, and makes others blanks."""
    replaced = weights.replaced
    gone = [one for one, by in replaced.items() if by == "" and unicodedata.normalize("NFKC", one) != ""]
    blank = [one for one, by in replaced.items() if by == " " and unicodedata.normalize("NFKC", one) != " "]
    ids = {piece: place for place, (piece, _) in enumerate(weights.pieces)}
    around = {
        "<s>": ([weights.first], ["<s>"]),
        "[PREFIX]": ([ids[piece] for piece in prefix], list(prefix)),
        "</s>": ([weights.last], ["</s>"]),
    }
    written: dict[str, Any] = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": _sequence("normalizers", _replace(gone, ""), _replace(blank, " "), {"type": "NFKC"}),
        "pre_tokenizer": _sequence(
            "pretokenizers",
            {"type": "WhitespaceSplit"},
            {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
        ),
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [_special("<s>"), _special("[PREFIX]"), _text("A", 0), _special("</s>")],
            "pair": [_text("A", 0), _text("B", 1)],
            "special_tokens": {
                name: {"id": name, "ids": found, "tokens": tokens} for name, (found, tokens) in around.items()
            },
        },
        "decoder": None,
        "model": {"type": "Unigram", "unk_id": weights.unknown, "vocab": weights.pieces, "byte_fallback": False},
    }
    return json.dumps(written, ensure_ascii=False, separators=(",", ":")).encode()


def _sequence(field: str, *parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Sequence", field: list(parts)}


def _replace(characters: Iterable[str], by: str) -> dict[str, Any]:
    several = "".join(f"\\x{{{ord(one):x}}}" for one in sorted(characters))
    return {"type": "Replace", "pattern": {"Regex": f"[{several}]"}, "content": by}


def _special(name: str) -> dict[str, Any]:
    return {"SpecialToken": {"id": name, "type_id": 0}}


def _text(name: str, kind: int) -> dict[str, Any]:
    return {"Sequence": {"id": name, "type_id": kind}}
