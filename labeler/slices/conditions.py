"""What items are asked for by, as conditions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from labeler.items.tables import items
from labeler.kit.columns import among, holds
from labeler.kit.entries import entry
from labeler.kit.errors import Invalid
from labeler.labels.tables import current_labels, flags, labels
from labeler.projects.access import Project
from labeler.quality.tables import answers

SORTS = ("oldest", "newest", "uncertain")


@dataclass(frozen=True)
class Filter:
    """Which items, in what order. `after`: where the last page ended (an item id, or a rank)."""

    label: str | None = None
    min: float | None = None
    max: float | None = None
    flagged: bool = False
    unlabeled: bool = False
    disagreement: bool = False
    contested: bool = False
    split: str | None = None
    q: str | None = None
    sort: str = "oldest"
    after: int | None = None
    labeled: bool = False
    labeler: int | None = None
    model_differs: bool = False
    model_confidence_min: float | None = None
    model_confidence_max: float | None = None
    labeled_since: datetime | None = None
    labeled_before: datetime | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    import_id: int | None = None
    alike: str | None = None  # ids as JSON, of items that mean about the same: see `alike.py`

    @property
    def by_model(self) -> bool:
        """Whether what the newest model says matters."""
        return self.model_differs or self.by_confidence

    @property
    def by_confidence(self) -> bool:
        return self.model_confidence_min is not None or self.model_confidence_max is not None


def conditions(project: Project, wanted: Filter) -> list[Any]:
    """What the database can tell of an item by itself, but for the words in it (`items/search.py`) and what a model
    says. Raises `Invalid` for what no item can be."""
    _check_bounds("model_confidence_min", wanted.model_confidence_min, wanted.model_confidence_max)
    found: list[Any] = []
    if wanted.label is not None or wanted.min is not None or wanted.max is not None:
        answer = sa.select(sa.literal(1)).where(answers.c.item_id == items.c.id, *_answered(project, wanted))
        found.append(sa.exists(answer))
    if wanted.unlabeled:
        given = sa.select(sa.literal(1)).where(current_labels.c.item_id == items.c.id)
        found.append(sa.not_(sa.exists(given)))
    if wanted.labeled or wanted.model_differs:
        found.append(sa.exists(sa.select(sa.literal(1)).where(answers.c.item_id == items.c.id)))
    if wanted.labeled_since is not None or wanted.labeled_before is not None:
        found.append(items.c.id.in_(_labeled_then(project, wanted)))
    elif wanted.labeler is not None:
        theirs = (current_labels.c.item_id == items.c.id, current_labels.c.labeler_id == wanted.labeler)
        found.append(sa.exists(sa.select(sa.literal(1)).where(*theirs)))
    if wanted.disagreement:
        split = sa.select(sa.literal(1)).where(answers.c.item_id == items.c.id, answers.c.agreement < 1)
        found.append(sa.exists(split))
    if wanted.contested:
        other = sa.select(sa.literal(1)).where(answers.c.item_id == items.c.id, answers.c.contested)
        found.append(sa.exists(other))
    if wanted.flagged:
        open_flag = (
            sa.select(sa.literal(1))
            .select_from(flags)
            .where(flags.c.item_id == items.c.id, flags.c.resolved_at.is_(None), flags.c.undone_at.is_(None))
        )
        found.append(sa.exists(open_flag))
    if wanted.split is not None:
        found.append(items.c.split == wanted.split)
    if wanted.import_id is not None:
        found.append(items.c.import_id == wanted.import_id)
    if wanted.alike is not None:
        found.append(among(items.c.id, wanted.alike))
    found += [entry(items.c.metadata, name) == value for name, value in wanted.metadata.items()]
    return found


def _answered(project: Project, wanted: Filter) -> list[Any]:
    """Raises `Invalid` when numbers are asked for where answers are none."""
    found: list[Any] = []
    if wanted.label is not None:
        found.append(holds(answers.c.labels, wanted.label))
    if wanted.min is not None or wanted.max is not None:
        if not hasattr(project.schema, "scale"):
            raise Invalid("min and max filter by numbers, and the answers of this project are none.")
        number = sa.cast(sa.cast(answers.c.value, sa.Text), sa.Float)
        _check_bounds("min", wanted.min, wanted.max)
        if wanted.min is not None:
            found.append(number >= wanted.min)
        if wanted.max is not None:
            found.append(number <= wanted.max)
    return found


def _check_bounds(name: str, low: float | None, high: float | None) -> None:
    if low is not None and high is not None and low > high:
        other = name.replace("min", "max")
        raise Invalid(
            f"{name} is {low:g}, expected at most {other} ({high:g}).",
            errors=[{"pointer": f"/{name}", "detail": f"is above {other}"}],
        )


def _labeled_then(project: Project, wanted: Filter) -> Any:
    """The ids of items with a label in force that was given in this time (and by this labeler)."""
    since, before = wanted.labeled_since, wanted.labeled_before
    if since is not None and before is not None and since >= before:
        raise Invalid(
            "labeled_since is not before labeled_before: no label is from that time.",
            errors=[{"pointer": "/labeled_since", "detail": "is not before labeled_before"}],
        )
    given = sa.select(current_labels.c.item_id).join(labels, labels.c.id == current_labels.c.label_id)
    given = given.where(current_labels.c.project_id == project.id)
    if wanted.labeler is not None:
        given = given.where(current_labels.c.labeler_id == wanted.labeler)
    if since is not None:
        given = given.where(labels.c.created_at >= since)
    if before is not None:
        given = given.where(labels.c.created_at < before)
    return given
