"""A model as ONNX, outside of the service: copied into its folder, where NumPy and ONNX Runtime are all that it needs.

    python onnx_model.py                          does it say here what it said in the service?
    python onnx_model.py predict < items.jsonl    a JSON line with an answer for each item

A line of items is {"text": "..."}, or {"fields": {"column": value}} for a table; a "key" comes back with the answer.
A model that reads sentence vectors needs `tokenizers` to make them; the check brings its own.
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from labeler.learning.features import cells

NEAR = 1e-5
"""Probabilities that differ by less are those of another processor, not of another model."""
BLOCK = 32
"""Items at once: a text's features are as wide as the words that the model knows."""


class OnnxModel:
    """folder: what `labeler export-model --onnx` wrote."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.labels: dict[str, Any] = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
        about = json.loads((folder / "inputs.json").read_text(encoding="utf-8"))
        self.inputs, self._encoder = about["inputs"], about["encoder"]
        self._session = _session(folder / "model.onnx")
        self._encoders: list[tuple[Any, Any]] = []

    def predict(self, items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """{"key", "value", "proba"} of each item; items: {"text"} or {"fields"}, and perhaps {"key"}."""
        names, decided = self.labels["labels"], self.labels["decided"]
        found = []
        for item, line in zip(items, self.probabilities(items), strict=True):
            value: Any = names[int(line.argmax())]
            if decided == "thresholds":
                least = self.labels["thresholds"]
                value = [name for name, share in zip(names, line, strict=True) if share >= least[name]]
            elif decided == "median":
                reached = np.cumsum(line.astype(np.float64)) >= 0.5 - 1e-9
                level = float(names[int(reached.argmax()) if reached.any() else -1])
                value = int(level) if level.is_integer() else level
            proba = {name: round(float(share), 5) for name, share in zip(names, line, strict=True)}
            found.append({"key": item.get("key"), "value": value, "proba": proba})
        return found

    def probabilities(self, items: Sequence[Mapping[str, Any]]) -> Any:
        """float32 (items, labels)."""
        parts = [np.zeros((0, len(self.labels["labels"])), dtype=np.float32)]
        for start in range(0, len(items), BLOCK):
            parts += self._session.run(["probabilities"], self.inputs_of(items[start : start + BLOCK]))
        return np.concatenate(parts)

    def inputs_of(self, items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """The graph's inputs for these items, as inputs.json describes them."""
        made: dict[str, Any] = {}
        for one in self.inputs:
            if one["name"] == "sentence_vectors":
                made[one["name"]] = self._vectors(items)
            elif "column" in one:
                made[one["name"]] = _column([item["fields"].get(one["column"]) for item in items], one["kind"])
            else:
                made[one["name"]] = np.array([item["text"] for item in items], dtype=object)
        return made

    def _vectors(self, items: Sequence[Mapping[str, Any]]) -> Any:
        if all("sentence_vectors" in item for item in items):
            return np.array([item["sentence_vectors"] for item in items], dtype=np.float32)
        if not self._encoders:
            self._encoders = [_encoder(self.folder / name, self._encoder["tokens"]) for name in self._encoder["parts"]]
        texts = [_text_of(item)[: self._encoder["characters"]] for item in items]
        views = [np.stack([_vector(session, tokens, text) for text in texts]) for session, tokens in self._encoders]
        return np.hstack(views) / np.sqrt(np.float32(len(views)))


def _text_of(item: Mapping[str, Any]) -> str:
    if "text" in item:
        return str(item["text"])
    return " ".join(str(value) for value in item["fields"].values() if value is not None)


def _column(values: Sequence[Any], kind: str) -> Any:
    if kind in cells.READ:
        read = [cells.READ[kind](value) for value in values]
        return np.array([np.nan if one is None else one for one in read], dtype=np.float64)
    words = ["" if cells.is_missing(value) else str(value) for value in values]
    return np.array([word[:1000] if kind == "categorical" else word for word in words], dtype=object)


def _session(file: Path) -> Any:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


def _encoder(folder: Path, most: int) -> tuple[Any, Any]:
    """The sentence encoder of a folder, and what cuts texts into its pieces."""
    from tokenizers import BertWordPieceTokenizer, Tokenizer

    whole = folder / "tokenizer.json"
    tokens: Any = Tokenizer.from_file(str(whole)) if whole.exists() else None
    if tokens is None:
        tokens = BertWordPieceTokenizer(str(folder / "vocab.txt"), lowercase=True)
    tokens.no_padding()
    tokens.enable_truncation(most)
    return _session(folder / "model.onnx"), tokens


def _vector(session: Any, tokens: Any, text: str) -> Any:
    """Of length 1: the mean of the vectors of a text's pieces."""
    ids = np.array([tokens.encode(text).ids or [0]], dtype=np.int64)
    given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    found = session.run(None, {one.name: given[one.name] for one in session.get_inputs()})[0][0]
    pooled = found if found.ndim == 1 else found.mean(axis=0)
    return np.asarray(pooled / max(float(np.linalg.norm(pooled)), 1e-12), dtype=np.float32)


def check(folder: Path) -> tuple[bool, str]:
    """Whether every answer is as near as it has to be, and that in words."""
    lines = [json.loads(line) for line in (folder / "expected.jsonl").read_text(encoding="utf-8").splitlines()]
    if not lines:
        return True, "There is nothing to compare: the model was exported without examples."
    found = OnnxModel(folder).probabilities([line["item"] | line["inputs"] for line in lines])
    expected = np.array([line["probabilities"] for line in lines], dtype=np.float32)
    apart = np.abs(found.astype(np.float64) - expected).max(axis=1)
    same = int((apart <= NEAR).sum())
    return same == len(lines), f"{same} of {len(lines)} answers are the same, the farthest within {apart.max():.1e}."


def read(lines: Iterable[str], model: OnnxModel) -> list[dict[str, Any]]:
    """The items of JSON lines; empty lines are left out. Raises ValueError with the number of one that is no item."""
    needed = "fields" if any("column" in one for one in model.inputs) else "text"
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
        except ValueError as error:
            raise ValueError(f"line {number} is no JSON: {error}") from error
        if not isinstance(item, dict) or not isinstance(item.get(needed), dict if needed == "fields" else str):
            raise ValueError(f'line {number} is no item: an object with "{needed}" is expected, as in expected.jsonl')
        found.append(item)
    return found


def main(arguments: Sequence[str]) -> int:
    folder = Path(__file__).resolve().parent
    if list(arguments) == ["predict"]:
        model = OnnxModel(folder)
        try:
            items = read(sys.stdin, model)
        except ValueError as error:
            print(error, file=sys.stderr)
            return 1
        for one in model.predict(items):
            print(json.dumps(one, ensure_ascii=False))
        return 0
    if arguments:
        print(__doc__, file=sys.stderr)
        return 2
    is_same, words = check(folder)
    print(words)
    return int(not is_same)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
