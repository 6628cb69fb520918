"""The fate of every row and of every label of an import, counted, with examples (G25)."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from labeler.wire.imports import EXAMPLES, LABEL_FATES, ROW_FATES

MOST_ERRORS = 1000  # rows that are described; all of them are counted
_OF_LABELS = {fate: f"label_{fate}" for fate in LABEL_FATES}
TAKEN = ("labeled", "unlabeled", "updated")
THERE = ("same", "different", "new_metadata", "other_metadata")
REPEATED = tuple(f"repeated_{fate}" for fate in THERE)
TOLD = ("different", "other_metadata", "repeated_different", "repeated_other_metadata")


@dataclass
class Tally:
    """`rows` of them were seen; each has one fate."""

    rows: int = 0
    fates: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    predictions: int = 0
    labels_added: list[str] = field(default_factory=list)
    examples: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    errors: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, saved: dict[str, Any] | None) -> "Tally":
        """As `dump` gave it."""
        known = dict(saved or {})
        for name in ("fates", "labels"):
            known[name] = Counter(known.get(name) or {})
        for name in ("errors", "notes", "labels_added"):
            known[name] = list(known.get(name) or ())
        known["examples"] = {fate: list(shown) for fate, shown in (known.get("examples") or {}).items()}
        return cls(**known)

    def copy(self) -> "Tally":
        """One of its own, for a batch that may have to be judged again."""
        return Tally.of(self.dump())

    def become(self, other: "Tally") -> None:
        """Take over what another one counted."""
        vars(self).update(vars(other))

    def dump(self) -> dict[str, Any]:
        return dict(vars(self))

    def row(self, fate: str, number: int, key: str | None = None, where: str | None = None, reason: str = "") -> None:
        self.fates[fate] += 1
        if fate == "refused":
            if len(self.errors) < MOST_ERRORS:
                self.errors.append({"row": number, "field": where or "", "reason": reason})
        elif fate in TOLD:
            self.note(number, where, reason)
        self._example(fate, number, key, where, reason)

    def label(self, fate: str, number: int, key: str | None = None, where: str | None = None, reason: str = "") -> None:
        self.labels[fate] += 1
        if fate not in ("recorded", "same", "repeated_same"):
            self.note(number, where, reason)
        self._example(_OF_LABELS[fate], number, key, where, reason)

    def refuse(self, number: int, where: str | None, reason: str) -> None:
        self.row("refused", number, where=where, reason=reason)

    def note(self, number: int, where: str | None, reason: str) -> None:
        """Something that somebody should know of a row."""
        if len(self.notes) < MOST_ERRORS:
            self.notes.append({"row": number, "field": where or "", "reason": reason})

    def _example(self, fate: str, number: int, key: str | None, where: str | None, reason: str) -> None:
        shown = self.examples.get(fate)
        if shown is None:
            shown = self.examples[fate] = []
        if len(shown) < EXAMPLES:
            shown.append({"row": number, "key": key, "field": where or "", "reason": reason})

    @property
    def taken(self) -> int:
        return sum(self.fates[fate] for fate in TAKEN)

    @property
    def already_there(self) -> int:
        return sum(self.fates[fate] for fate in THERE)

    @property
    def repeated(self) -> int:
        return sum(self.fates[fate] for fate in REPEATED)

    def result(self) -> dict[str, Any]:
        """What the job, and a request that adds items, come to."""
        return {
            "rows": self.rows,
            "taken": self.taken,
            "already_there": self.already_there,
            "repeated": self.repeated,
            "refused": self.fates["refused"],
            "errors": self.errors,
            "notes": self.notes,
            "balance": {
                "rows": {fate: self.fates[fate] for fate in ROW_FATES},
                "labels": {fate: self.labels[fate] for fate in LABEL_FATES if self.labels[fate]},
                "predictions": self.predictions,
                "labels_added": self.labels_added,
                "examples": self.examples,
            },
        }
