"""What an estimate says, and what all kinds of answers share."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Any

import numpy as np

from labeler.learning.consensus import calibration
from labeler.learning.consensus.quality import Qualities
from labeler.learning.numeric.types import Array
from labeler.projects.access import Project
from labeler.quality.consensus import MAJORITY, majority
from labeler.quality.fits import Fit
from labeler.quality.judgments import Given

ENOUGH_ITEMS = 30
"""Items that several people labeled, from which on "auto" asks how often each of them is right."""
AUTO = "auto"


@dataclass(frozen=True)
class LabelerQuality:
    """accuracy: how often they are right, with its 95 % interval; items: what it rests on, gold: of them gold."""

    accuracy: float
    low: float
    high: float
    items: int
    gold: int
    detail: dict[str, Any]


@dataclass(frozen=True)
class Estimate:
    """rows: item id to the columns of `item_answers`; qualities: by the labeler's id."""

    fit: Fit
    rows: dict[int, dict[str, Any]]
    qualities: dict[int, LabelerQuality] = field(default_factory=dict)


@dataclass(frozen=True)
class Numbered:
    """Labels with items and people numbered from 0: by their places among the ids, which rise."""

    project: Project
    given: Given

    @cached_property
    def items(self) -> Array:
        return np.unique(self.given.items)

    @cached_property
    def people(self) -> Array:
        return np.unique(self.given.people)

    @cached_property
    def item_of(self) -> Array:
        return np.searchsorted(self.items, self.given.items)

    @cached_property
    def person_of(self) -> Array:
        return np.searchsorted(self.people, self.given.people)

    @cached_property
    def several(self) -> int:
        """Items with more than one label that counts."""
        per_item = np.bincount(self.item_of[self.given.counted], minlength=len(self.items))
        return int((per_item > 1).sum())

    def method(self, best: str, gold: int) -> str:
        """The one that is set; "auto" is `best` where there is enough to tell people apart, else the majority."""
        wanted = self.project.settings.answers
        if wanted != AUTO:
            return wanted
        others = len(np.unique(self.given.people[self.given.counted])) > 1
        return best if others and (self.several >= ENOUGH_ITEMS or gold >= calibration.ENOUGH) else MAJORITY

    def majorities(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """By item: what most say, as columns of the table. Each combination of labels is counted once."""
        task, schema = self.project.task, self.project.schema
        values = self.given.values
        known: dict[tuple[int, ...], dict[str, Any]] = {}
        counted = np.flatnonzero(self.given.counted)
        pairs = zip(self.given.items[counted].tolist(), self.given.codes[counted].tolist(), strict=True)
        for item, codes in groupby(pairs, key=lambda pair: pair[0]):
            said = tuple(code for _, code in codes)
            if said not in known:
                value, agreement = values[said[0]], 1.0
                if len(said) > 1:
                    value, agreement = majority(
                        [values[code] for code in said], lambda a, b: task.distance(a, b, schema)
                    )
                known[said] = {
                    "value": value,
                    "labels": task.labels_in(value),
                    "confidence": agreement,
                    "method": MAJORITY,
                    "posterior": None,
                    "agreement": agreement,
                    "contested": False,
                    "given": len(said),
                }
            yield item, known[said]

    def with_answer(self, row: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        """A majority's row with another answer in it."""
        task = self.project.task
        contested = task.dump(answer["value"]) != task.dump(row["value"])
        return {**row, **answer, "labels": task.labels_in(answer["value"]), "contested": contested}

    def qualities(self, measured: Qualities, details: Sequence[dict[str, Any]]) -> dict[int, LabelerQuality]:
        return {
            int(who): LabelerQuality(
                float(measured.accuracy[n]),
                float(measured.low[n]),
                float(measured.high[n]),
                int(measured.items[n]),
                int(measured.gold[n]),
                details[n],
            )
            for n, who in enumerate(self.people)
            if measured.items[n]
        }

    def fit(self, method: str, measured: Qualities, prior: dict[str, float], sharpness: float, gold: int) -> Fit:
        whole = measured.items.sum()
        return Fit(
            method=method,
            accuracy=round(float(measured.accuracy @ measured.items / whole), 4) if whole else 0.8,
            people={
                str(who): round(float(measured.accuracy[n]), 4)
                for n, who in enumerate(self.people)
                if measured.items[n]
            },
            prior={name: round(p, 6) for name, p in prior.items()},
            sharpness=round(sharpness, 4),
            gold=gold,
        )
