"""The fate of every row and every label of a batch, given what is there already. Pure: a dry run judges alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from labeler.contents import Content
from labeler.imports.tally import Tally
from labeler.items.content import ItemRow

Numbered = tuple[int, ItemRow]


@dataclass
class There:
    """An item that is there: what it says, who gave it which label, and its answer in force."""

    id: int
    content: Content
    labels: dict[int, Any] = field(default_factory=dict)
    answer: Any = None


class NewLabel(NamedTuple):
    item_id: int
    labeler_id: int
    value: Any


def judge(
    rows: Sequence[Numbered],
    new: Mapping[str, int],
    there: Mapping[str, There],
    labelers: Mapping[str | None, int],
    known_labels: str,
    tally: Tally,
    updated: frozenset[str] = frozenset(),
) -> list[NewLabel]:
    """Counts every row and label, and returns the labels that are to be recorded.

    rows: (row number, row). new: ids by key of the items that this batch adds, of which `updated` are new revisions of
    what was there. there: the others. labelers: ids by the
    name in the file; None is who imports. A label without a name is recorded only where an item has no answer yet; one
    with a name, where its labeler has given none.
    """
    found: list[NewLabel] = []
    items = dict(there)
    fresh = set(new.values())
    for number, row in rows:
        for lost in row.lost:
            tally.label(lost.fate, number, row.key, "label", lost.reason)
        item = items.get(row.key)
        if item is None:
            item = items[row.key] = There(new[row.key], row.content)
            taken = _labels(number, row, item, labelers, tally, found)
            fate = "updated" if row.key in updated else "labeled" if taken else "unlabeled"
            tally.row(fate, number, row.key)
        elif item.content != row.content:
            reason = f'key "{row.key}" is there already with another content; this one was not taken'
            tally.row("different", number, row.key, "key", reason)
            for _ in row.labels:
                tally.label("with_row", number, row.key, "label", reason)
        else:
            tally.row("same", number, row.key)
            if known_labels == "add" or item.id in fresh:
                _labels(number, row, item, labelers, tally, found)
            else:
                for _ in row.labels:
                    tally.label("left_out", number, row.key, "label", "items that are there already keep their labels")
    return found


def _labels(
    number: int,
    row: ItemRow,
    item: There,
    labelers: Mapping[str | None, int],
    tally: Tally,
    found: list[NewLabel],
) -> int:
    """Judges the labels of one row; returns how many of them are recorded."""
    taken = 0
    for label in row.labels:
        who = labelers[label.labeler]
        before = item.labels.get(who)
        if before is None and label.labeler is None:
            before = item.answer
        if before is None:
            item.labels[who] = label.value
            if label.labeler is None:
                item.answer = label.value
            found.append(NewLabel(item.id, who, label.value))
            tally.label("recorded", number, row.key)
            taken += 1
        elif before == label.value:
            tally.label("same", number, row.key)
        else:
            reason = f'"{label.value}" is given, "{before}" is there already'
            tally.label("different", number, row.key, "label", reason)
    return taken
