"""Choice: the answer is exactly one of the project's labels."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from labeler.tasks.registry import InvalidValue, Label, task

_SHOWN = 20


@task("choice")
class Choice:
    """One of the labels; also yes or no."""

    name: str

    def validate(self, value: Any, labels: Sequence[Label]) -> str:
        """The label's name. Raises InvalidValue when the value is none of the labels' names."""
        names = [str(label["name"]) for label in labels]
        if not isinstance(value, str):
            raise InvalidValue(f'"label" is of type {_kind(value)}, expected text: one of {_listed(names)}')
        if value not in names:
            raise InvalidValue(f'"label" is "{_short(value)}", expected one of {_listed(names)}')
        return value

    def consensus(self, values: Sequence[str]) -> tuple[str, float]:
        """The most frequent label, the earliest given among equals, and its share of the values.

        Raises ValueError when there are no values.
        """
        if not values:
            raise ValueError("no labels, no consensus")
        label, count = Counter(values).most_common(1)[0]  # equals come in order of first occurrence
        return label, count / len(values)

    def agreement(self, a: str, b: str) -> float:
        """1.0 for the same label, else 0.0."""
        return float(a == b)

    def training_target(self, value: str) -> str:
        """The label itself."""
        return value


def _kind(value: Any) -> str:
    names = {
        bool: "boolean",
        int: "number",
        float: "number",
        list: "list",
        dict: "object",
        type(None): "null",
    }
    return names.get(type(value), type(value).__name__)


def _short(value: str) -> str:
    return value if len(value) <= 100 else value[:100] + "…"


def _listed(names: Sequence[str]) -> str:
    more = f", … ({len(names)} in all)" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
