"""An exported model, loaded from its folder, and its answers: the same as `POST /projects/<p>/predict` gives."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from labeler.contents import Content, ContentRefused, registry
from labeler.learning.decoding import Decoder
from labeler.learning.features.encoder import Encoder, default_encoder, use
from labeler.learning.features.encoders import make_encoder
from labeler.learning.features.pair import Pair
from labeler.learning.numeric.types import Array
from labeler.learning.trained_model import TrainedModel
from labeler.wire.untrusted import Bounds, fault

ABOUT = "model.json"
EXPECTED = "expected.jsonl"
ENCODER = "encoder"
"""The folder of an encoder that no package brings."""


class ItemRefused(ValueError):
    """An item that can't be answered; the message says which, and why."""


class Exported:
    """An exported model. folder: what `labeler export-model` wrote.

    Raises FileNotFoundError, and a LearningError where the model's file was changed, or its encoder is not here.
    """

    def __init__(self, folder: Path) -> None:
        self.about: dict[str, Any] = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        _use_encoder(folder, self.about["encoder"])
        self._model = TrainedModel.load(folder, self.about["sha256"])
        self._decoder = Decoder(self.about["mappings"], self.about["config"])
        self._kind = registry.find(self.about["content"])
        self._bounds = Bounds(**self.about["bounds"])

    def predict(self, items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Answers in the items' order; raises `ItemRefused` for the first that is none.

        items: each {"text"} or {"fields"}, as the model's items have it, and perhaps {"key"}, which comes back.
        """
        found = [self._decoder(line) for line in self.probabilities(items)]
        keyed = [{"key": item.get("key"), **one} for item, one in zip(items, found, strict=True)]
        return {"model": self.about["model"], "dataset": self.about["dataset"], "predictions": keyed}

    def probabilities(self, items: Sequence[Mapping[str, Any]]) -> Array:
        """float32 (items, the classes that the model learned)."""
        return self._model.predict_proba([self._content(item, place) for place, item in enumerate(items)])

    def _content(self, item: Mapping[str, Any], place: int) -> Content:
        field = self._kind.field
        if unknown := sorted(item.keys() - {field, "key"}):
            raise ItemRefused(f"items/{place}/{unknown[0]} is not known here; known: {field}, key")
        if field not in item:
            raise ItemRefused(f"items/{place}/{field} is missing")

        def check(where: str, value: Any) -> None:
            if (wrong := fault(value, self._bounds, where)) is not None:
                raise ContentRefused(*wrong)

        try:
            return self._kind.validate(item[field], check)
        except ContentRefused as refused:
            raise ItemRefused(f"items/{place}/{refused.field} {refused.reason}") from None


def _use_encoder(folder: Path, encoder: Mapping[str, Any] | None) -> None:
    """Make the sentence encoder known to the model that was trained with it."""
    if encoder is not None:
        use(_encoder(folder, encoder))


def _encoder(folder: Path, encoder: Mapping[str, Any]) -> Encoder:
    if encoder["from"] == "parts":
        return Pair(*(_encoder(folder, part) for part in encoder["parts"]))
    if encoder["from"] == "folder":
        return Encoder(folder / ENCODER, encoder["sha256"])
    return default_encoder() if encoder["from"] == "package" else make_encoder(encoder["from"])
