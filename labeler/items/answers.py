"""Labels and predictions that come along with items, read by the project's schema."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from labeler.contents import Content
from labeler.items.given import GivenLabel
from labeler.projects.access import Project
from labeler.tasks import InvalidValue, UnknownLabel

REMEMBERED = 10_000


class Refused(Exception):
    """This row can't be taken: `field` and `reason` are shown to the sender."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class ReadLabel(NamedTuple):
    """A label as the project's schema knows it, and who gave it (None: who imports it)."""

    value: Any
    labeler: str | None


class LostLabel(NamedTuple):
    """A label that came along and is none of this project's: its fate (`wire.imports.LABEL_FATES`), and why. names: the
    labels that the project does not have."""

    fate: str
    reason: str
    names: tuple[str, ...] = ()


class Suggested(NamedTuple):
    """What a model elsewhere predicts."""

    value: Any
    score: float | None
    model: str | None


@dataclass(frozen=True)
class LabelRules:
    """What becomes of labels that do not fit. unknown: report, add or refuse; renamed: as written to as meant."""

    unknown: str = "refuse"
    renamed: Mapping[str, str | None] = field(default_factory=dict)


STRICT = LabelRules()


class Answers:
    """Reads the labels and predictions of rows. What was read once is remembered: labels come again and again."""

    def __init__(self, project: Project, rules: LabelRules = STRICT) -> None:
        self.project, self.rules = project, rules
        self._known: dict[str, Any] | None = None if project.task.reads_content else {}

    def labels(self, raw: Mapping[str, Any], content: Content) -> tuple[tuple[ReadLabel, ...], tuple[LostLabel, ...]]:
        """Raises `Refused` for one that does not fit, where the rules refuse it."""
        found, lost = [], []
        for one in given_in(raw):
            if one.lost is not None:
                lost.append(LostLabel(*one.lost))
                continue
            read = self._remembered(one.value, content)
            if isinstance(read, LostLabel):
                lost.append(read)
            elif read is not None:
                found.append(ReadLabel(read, one.labeler))
        return tuple(found), tuple(lost)

    def predictions(self, raw: Mapping[str, Any], content: Content) -> tuple[tuple[Suggested, ...], tuple[str, ...]]:
        """Those that are answers to the project's question, and what is said of the others."""
        found, told = [], []
        for one in raw.get("predictions") or ():
            given = one if isinstance(one, GivenLabel) else _given(one, "predictions")
            try:
                read = self.project.task.parse(self._renamed(given.value), self.project.schema, content)
            except InvalidValue as invalid:
                told.append(f"a prediction is left out: {invalid}")
                continue
            if read is not None:
                found.append(Suggested(read, given.score, given.model))
        return tuple(found), tuple(told)

    def _remembered(self, written: Any, content: Content) -> Any:
        if self._known is None or not isinstance(written, str):
            return self._read(written, content)
        if written not in self._known:
            if len(self._known) > REMEMBERED:
                self._known.clear()
            self._known[written] = self._read(written, content)
        return self._known[written]

    def _read(self, written: Any, content: Content) -> Any:
        renamed = self._renamed(written) if self.rules.renamed else written
        if renamed is None:
            return LostLabel("left_out", f'"{written}" is left out by the plan')
        try:
            return self.project.task.parse(renamed, self.project.schema, content)
        except InvalidValue as invalid:
            if self.rules.unknown == "refuse":
                raise Refused("label", str(invalid)) from None
            if isinstance(invalid, UnknownLabel):
                return LostLabel("unknown", str(invalid), invalid.names)
            return LostLabel("unclear", str(invalid))

    def _renamed(self, written: Any) -> Any:
        names = self.rules.renamed
        if isinstance(written, list):
            moved = [names.get(_word(one), one) for one in written]
            return [one for one in moved if one is not None]
        return names.get(_word(written), written) if names else written


def _word(value: Any) -> str:
    """A value as it is written: 1.0, as columns of numbers with gaps have it, is 1."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def given_in(raw: Mapping[str, Any]) -> list[GivenLabel]:
    """The labels of a row. Raises `Refused` for what is none."""
    found = [] if raw.get("label") in (None, "") else [GivenLabel(raw["label"])]
    labels = raw.get("labels") or ()
    if not isinstance(labels, list | tuple):
        raise Refused("labels", "must be a list of objects with a value")
    return found + [one if isinstance(one, GivenLabel) else _given(one, "labels") for one in labels]


def _given(one: Any, where: str) -> GivenLabel:
    """A label or prediction as a request has it: {value, labeler} or {value, score, model}."""
    if not isinstance(one, dict) or "value" not in one:
        raise Refused(where, "must be objects with a value")
    names = ("labeler",) if where == "labels" else ("score", "model")
    about = {name: one[name] for name in names if one.get(name) is not None}
    for name, value in about.items():
        if name == "score" and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise Refused(f"{where}/score", "must be a number")
        if name != "score" and (not isinstance(value, str) or not 0 < len(value) <= 200):
            raise Refused(f"{where}/{name}", "must be text of at most 200 characters")
    return GivenLabel(one["value"], **about)
