"""The fate of every row and every label of a batch, given what is there already. Pure: a dry run judges alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from labeler.imports.tally import Tally
from labeler.items.content import ItemRow

Numbered = tuple[int, ItemRow]
MOST_SHOWN = 60


@dataclass
class There:
    """An item that is there: what it says, who gave it which label, and its answer in force. own: whether this import
    brought it."""

    id: int
    content: Any
    metadata: dict[str, Any] = field(default_factory=dict)
    labels: dict[int, Any] = field(default_factory=dict)
    answer: Any = None
    own: bool = False

    def fate(self, name: str) -> str:
        """Of a row or label that comes upon it: repeated where the same import brought the item."""
        return f"repeated_{name}" if self.own else name

    @property
    def where(self) -> str:
        """Where what it has comes from, in words."""
        return "stands further up in this file" if self.own else "is there already"


class NewLabel(NamedTuple):
    item_id: int
    labeler_id: int
    value: Any


class Rules(NamedTuple):
    """What becomes of items that are there already: see `ImportMapping`."""

    labels: str = "add"
    items: str = "leave"
    metadata: str = "leave"


class Judged(NamedTuple):
    """What is to be written: labels, and the metadata of items that are there, by their ids."""

    labels: list[NewLabel]
    metadata: dict[int, dict[str, Any]]


def judge(
    rows: Sequence[Numbered],
    new: Mapping[str, int],
    there: Mapping[str, There],
    labelers: Mapping[str | None, int],
    rules: Rules,
    tally: Tally,
    updated: frozenset[str] = frozenset(),
) -> Judged:
    """Counts every row and label, and returns what is to be written.

    rows: (row number, row). new: ids by key of the items that this batch adds, of which `updated` are new revisions of
    what was there. there: the others. labelers: ids by the
    name in the file; None is who imports. A label without a name is recorded only where an item has no answer yet; one
    with a name, where its labeler has given none.
    """
    found: list[NewLabel] = []
    metadata: dict[int, dict[str, Any]] = {}
    items = dict(there)
    for number, row in rows:
        for lost in row.lost:
            tally.label(lost.fate, number, row.key, "label", lost.reason)
        item = items.get(row.key)
        if item is None:
            item = items[row.key] = There(new[row.key], row.content, row.metadata, own=True)
            taken = _labels(number, row, item, labelers, tally, found)
            fate = "updated" if row.key in updated else "labeled" if taken else "unlabeled"
            tally.row(fate, number, row.key)
            tally.predictions += len(row.suggested)
        elif item.content != row.content:
            reason = f'key "{row.key}" {item.where} with another content; this one was not taken'
            tally.row(item.fate("different"), number, row.key, "key", reason)
            for _ in row.labels:
                tally.label("with_row", number, row.key, "label", reason)
        else:
            tally.predictions += len(row.suggested)
            _metadata(number, row, item, rules.metadata == "update", tally, metadata)
            if rules.labels == "add" or item.own:
                _labels(number, row, item, labelers, tally, found)
            else:
                for _ in row.labels:
                    tally.label("left_out", number, row.key, "label", "items that are there already keep their labels")
    return Judged(found, metadata)


def _metadata(
    number: int, row: ItemRow, item: There, take: bool, tally: Tally, found: dict[int, dict[str, Any]]
) -> None:
    """The fate of a row whose item is there with this content. What the row does not name stays as it is."""
    name = None if row.metadata == item.metadata else _other(row.metadata, item.metadata)
    if name is None:
        tally.row(item.fate("same"), number, row.key)
    elif take:
        item.metadata = found[item.id] = {**item.metadata, **row.metadata}
        tally.row(item.fate("new_metadata"), number, row.key, name)
    else:
        given, known = (_shown(one.get(name)) for one in (row.metadata, item.metadata))
        tally.row(item.fate("other_metadata"), number, row.key, name, f"{given} is given, {known} {item.where}")


def _other(given: Mapping[str, Any], known: Mapping[str, Any]) -> str | None:
    """The first name under which something else is given."""
    return next((name for name, value in given.items() if value != known.get(name)), None)


def _shown(value: Any) -> str:
    text = "nothing" if value is None else f'"{value}"'
    return text if len(text) <= MOST_SHOWN else f'{text[:MOST_SHOWN]}…"'


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
            tally.label(item.fate("same"), number, row.key)
        else:
            reason = f'"{label.value}" is given, "{before}" {item.where}'
            tally.label(item.fate("different"), number, row.key, "label", reason)
    return taken


def landing(rows: Sequence[Numbered], there: Mapping[str, There], rules: Rules) -> list[Numbered]:
    """The rows whose labels are asked for: those of rows with a content that their item does not have are not."""
    contents = {key: item.content for key, item in there.items()}
    if rules.items == "update":
        contents.update((key, row.content) for key, row in changed_rows(rows, there).items())
    found = []
    for number, row in rows:
        known = there.get(row.key)
        asked = rules.labels == "add" or known is None or known.own
        if asked and contents.setdefault(row.key, row.content) == row.content:
            found.append((number, row))
    return found


def changed_rows(rows: Sequence[Numbered], there: Mapping[str, There]) -> dict[str, ItemRow]:
    """The rows that are new revisions of what is there. Of several rows with one key, the first says what the item is,
    so that a file that contradicts itself does not change it back and forth."""
    first: dict[str, ItemRow] = {}
    for _, row in rows:
        first.setdefault(row.key, row)
    known = {key: there[key] for key, row in first.items() if key in there and not row.repeated}
    return {key: first[key] for key, item in known.items() if not item.own and item.content != first[key].content}
