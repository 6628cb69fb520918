"""Labels that come along with an item, as they were written."""

from typing import Any, NamedTuple


class GivenLabel(NamedTuple):
    """One label, or one prediction, of one item.

    labeler: who gave it, None where the file does not say. lost: the file itself says that it is no label ("rejected",
    "ignored", ...), and why. score, model: of predictions.
    """

    value: Any
    labeler: str | None = None
    lost: "tuple[str, str] | None" = None
    score: float | None = None
    model: str | None = None


class Given(list[GivenLabel]):
    """A cell that holds labels with who gave them, as readers of other tools' files make it."""
