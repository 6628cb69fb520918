"""Checking what is to become an item: one path for REST, files and the client.

A refused row names its field and a reason that the sender can act on (G7, G24). A label that does not fit refuses the
row, or is left out of it and told, as the rules say (G25).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from labeler.contents import Content, ContentKind, ContentRefused, registry
from labeler.items.given import GivenLabel
from labeler.items.keys import InvalidKey, as_key, content_key
from labeler.kit.config import Settings
from labeler.projects.access import Project
from labeler.tasks import InvalidValue, UnknownLabel
from labeler.wire.untrusted import Bounds, fault

SPLIT_NAMES = {"train": "train", "holdout": "holdout", "test": "holdout", "": None}
KNOWN = {"key", "metadata", "split", "label", "labels", "predictions"}


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


class ItemRow(NamedTuple):
    """An item that was checked, ready for the database."""

    key: str
    kind: str
    content: Content
    metadata: dict[str, Any]
    split: str | None
    labels: tuple[ReadLabel, ...] = ()
    lost: tuple[LostLabel, ...] = ()
    suggested: tuple[Suggested, ...] = ()


@dataclass(frozen=True)
class LabelRules:
    """What becomes of labels that do not fit. unknown: report, add or refuse; renamed: as written to as meant."""

    unknown: str = "refuse"
    renamed: Mapping[str, str | None] = field(default_factory=dict)


STRICT = LabelRules()


def bounds_of(limits: Settings) -> Bounds:
    """How much an item may hold in this installation."""
    return Bounds(text=limits.max_cell_chars, entries=limits.max_columns, depth=limits.max_depth + 1)


def check_item(
    raw: Any, project: Project, bounds: Bounds, wanted: str | None = None, rules: LabelRules = STRICT
) -> ItemRow:
    """Raises `Refused` for the first thing that is wrong with the row. wanted: the kind of content, None: any."""
    if not isinstance(raw, dict):
        raise Refused("", "not an object: expected a key and the content, such as text or fields")
    rest = raw.keys() - KNOWN
    given = [kind for kind in registry if kind.field in rest and raw[kind.field] is not None]
    if len(rest) > len(given):
        known = KNOWN | {kind.field for kind in registry}
        if unknown := sorted(set(map(str, rest)) - known):
            raise Refused(unknown[0][:100], f"unknown field; known: {', '.join(sorted(known))}")
    kind = _kind(given, project, wanted or project.content)

    def check(where: str, value: Any) -> None:
        if (found := fault(value, bounds, where)) is not None:
            raise Refused(*found)

    try:
        content = kind.validate(raw[kind.field], check)
    except ContentRefused as refused:
        raise Refused(refused.field, refused.reason) from None
    metadata = raw.get("metadata") or {}
    if metadata:
        if not isinstance(metadata, dict):
            raise Refused("metadata", "must be an object")
        check("metadata", metadata)
    key, split = _key(raw.get("key"), content), _split(raw.get("split"))
    if raw.get("label") in (None, "") and not raw.get("labels") and not raw.get("predictions"):
        return ItemRow(key, kind.name, content, metadata, split)
    answers = Answers(project, content, rules)
    labels, lost = answers.labels(raw)
    return ItemRow(key, kind.name, content, metadata, split, labels, lost, answers.predictions(raw))


def _key(value: Any, content: Content) -> str:
    if value is None or value == "":
        return content_key(content)
    try:
        return as_key(value)
    except InvalidKey as invalid:
        raise Refused("key", str(invalid)) from None


def _kind(given: list[ContentKind], project: Project, held: str | None) -> ContentKind:
    """The one kind of content that a row has, if this project takes it."""
    if not given:
        wanted = [kind.field for kind in registry if held in (None, kind.name)]
        raise Refused(" or ".join(wanted), "is missing")
    kind = given[0]
    if len(given) > 1:
        raise Refused(kind.field, f"give {' or '.join(one.field for one in given)}, not both")
    if held not in (None, kind.name):
        field = registry.find(str(held)).field
        raise Refused(kind.field, f'is of another kind than this project\'s items ("{held}"): expected {field}')
    served = project.task.contents
    if served is not None and kind.name not in served:
        raise Refused(kind.field, f"task type {project.task_type} is asked about {', '.join(sorted(served))}")
    return kind


def _split(value: Any) -> str | None:
    if value is None:
        return None
    name = str(value).strip().lower()
    if name not in SPLIT_NAMES:
        raise Refused("split", f'is "{name[:50]}", expected train, holdout or test')
    return SPLIT_NAMES[name]


class Answers:
    """Reads the labels and predictions of one row, by the project's schema."""

    def __init__(self, project: Project, content: Content, rules: LabelRules) -> None:
        self.project, self.content, self.rules = project, content, rules

    def labels(self, raw: Mapping[str, Any]) -> tuple[tuple[ReadLabel, ...], tuple[LostLabel, ...]]:
        """Raises `Refused` for one that does not fit, where the rules refuse it."""
        found, lost = [], []
        for one in given_in(raw):
            if one.lost is not None:
                lost.append(LostLabel(*one.lost))
                continue
            read = self._read(one.value)
            if isinstance(read, LostLabel):
                lost.append(read)
            elif read is not None:
                found.append(ReadLabel(read, one.labeler))
        return tuple(found), tuple(lost)

    def predictions(self, raw: Mapping[str, Any]) -> tuple[Suggested, ...]:
        """Those that are answers to the project's question."""
        found = []
        for one in raw.get("predictions") or ():
            given = one if isinstance(one, GivenLabel) else _given(one, "predictions")
            try:
                read = self.project.task.parse(self._renamed(given.value), self.project.schema, self.content)
            except InvalidValue:
                continue
            if read is not None:
                found.append(Suggested(read, given.score, given.model))
        return tuple(found)

    def _read(self, written: Any) -> Any:
        renamed = self._renamed(written) if self.rules.renamed else written
        if renamed is None:
            return LostLabel("left_out", f'"{written}" is left out by the plan')
        try:
            return self.project.task.parse(renamed, self.project.schema, self.content)
        except InvalidValue as invalid:
            if self.rules.unknown == "refuse":
                raise Refused("label", str(invalid)) from None
            if isinstance(invalid, UnknownLabel):
                return LostLabel("unknown", str(invalid), invalid.names)
            return LostLabel("unclear", str(invalid))

    def _renamed(self, written: Any) -> Any:
        names = self.rules.renamed
        if isinstance(written, list):
            moved = [names.get(str(one), one) for one in written]
            return [one for one in moved if one is not None]
        return names.get(str(written), written) if names else written


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
