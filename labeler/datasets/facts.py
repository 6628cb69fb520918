"""How a dataset version was labeled, counted from its own files: for its card and its Croissant description."""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from labeler.datasets.segments import Segment, read_rows
from labeler.items.versions import VersionSchema

_COLUMNS = ["label", "item", "value", "labeler", "kind", "schema_version", "supersedes", "suggestion", "pick"]


def facts_of(folder: Path, labels: Sequence[Segment], schema: VersionSchema) -> dict[str, Any]:
    """Of the labels in force: how many by kind of labeler (`by_kind`), how many labelers of each kind (`labelers`), how
    many items have so many labels (`per_item`), how many were given beside a suggestion (`suggested`) or for an item
    chosen in a way (`chosen_by`), when the first and last came, and `agreement`: over all pairs of labels of one item,
    the mean of 1 - `TaskType.distance` (observed agreement; Krippendorff 2004), None without such a pair."""
    table = _in_force(folder, labels)
    by_kind = _counts(table["kind"], {None: "person"})
    people = table.group_by(["labeler", "kind"]).aggregate([])
    per_item = table.group_by("item").aggregate([([], "count_all")])
    picks: Counter[str] = Counter()
    for pick, times in _counts(table["pick"], {}).items():
        picks[orjson.loads(pick).get("by", "unknown") if pick else "unknown"] += times
    times = table["created_at"]
    several = per_item.filter(pc.greater(per_item["count_all"], 1))["item"]
    return {
        "by_kind": dict(sorted(by_kind.items())),
        "labelers": dict(sorted(_counts(people["kind"], {None: "person"}).items())),
        "per_item": {str(n): times for n, times in sorted(_counts(per_item["count_all"], {}).items())},
        "suggested": len(table) - table["suggestion"].null_count,
        "chosen_by": dict(sorted(picks.items())),
        "agreement": _agreement(table.filter(pc.is_in(table["item"], value_set=several)), schema),
        "first": _text(pc.min(times)),
        "last": _text(pc.max(times)),
    }


def _in_force(folder: Path, labels: Sequence[Segment]) -> pa.Table:
    wanted = [*_COLUMNS, "created_at"]
    if not labels:
        from labeler.datasets.segments import LABELS

        return LABELS.empty_table().select(wanted)
    table = pa.concat_tables(read_rows(folder, labels, wanted))
    corrected = pc.is_in(table["label"], value_set=table["supersedes"].drop_null())
    return table.filter(pc.and_(pc.invert(corrected), pc.is_valid(table["value"])))


def _counts(column: Any, named: dict[Any, Any]) -> dict[Any, int]:
    return {named.get(one["values"], one["values"]): one["counts"] for one in column.value_counts().to_pylist()}


def _agreement(table: pa.Table, schema: VersionSchema) -> float | None:
    by_item: dict[int, list[Any]] = {}
    rows = zip(*(table[name].to_pylist() for name in ("item", "value", "schema_version")), strict=True)
    for item, value, under in rows:
        if (read := schema.read(value, under)) is not None:
            by_item.setdefault(item, []).append(read)
    distance = schema.task.distance
    apart = [distance(a, b, schema.schema) for values in by_item.values() for a, b in combinations(values, 2)]
    return round(1 - sum(apart) / len(apart), 6) if apart else None


def _text(moment: pa.Scalar) -> str | None:
    return moment.as_py().isoformat().replace("+00:00", "Z") if moment.is_valid else None
