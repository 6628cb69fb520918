"""How the labels of an item are shared out among the answers: soft labels."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from labeler.tasks import TaskSchema, task_type

Row = dict[str, Any]


def with_shares(rows: Iterable[Row], schema: TaskSchema, counts: Callable[[str], bool]) -> Iterator[Row]:
    """Each row with `shares`: for every answer of the schema (of several labels: for every label) the part of the
    item's labels that say it, in [0, 1]; empty where no label counts. counts: whether labels of this kind do."""
    counted_as, names = task_type(schema.type).counted_as, schema.names()
    for row in rows:
        given = [counted_as(one["value"]) for one in row["labels"] if counts(one["kind"] or "person")]
        votes = Counter(name for answer in given for name in answer)
        row["shares"] = {name: votes[name] / len(given) for name in names} if given else {}
        yield row


def by_label(rows: Iterable[Row]) -> Iterator[Row]:
    """One row for each label, the item's content beside it; `history`, where it was read, in the place of `labels`."""
    for row in rows:
        about = {name: value for name, value in row.items() if name not in _OF_ITEM}
        for label in row["history"] if "history" in row else row["labels"]:
            said = {("label" if name == "value" else name): value for name, value in label.items()}
            yield about | said


_OF_ITEM = frozenset(("label", "confidence", "method", "labels", "flags", "history", "prediction"))
