"""How a dataset version was labeled, counted from its own files: for its card and its Croissant description."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from labeler.datasets.segments import Segment, read_rows
from labeler.items.versions import VersionSchema

_COLUMNS = ["label", "item", "value", "labeler", "kind", "schema_version", "guideline_version", "supersedes"]
_COLUMNS += ["suggestion", "pick"]
SURE = 0.9
DRAWS = 200
"""Samples of items for the interval of the agreement; drawn with a fixed seed."""
MOST_DRAWN = 20_000


def facts_of(
    folder: Path,
    labels: Sequence[Segment],
    schema: VersionSchema,
    current: Iterable[Mapping[str, Any]] = (),
    flags: Iterable[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Of the labels in force: how many by kind of labeler (`by_kind`), how many labelers of each kind (`labelers`), how
    many items have so many labels (`per_item`), how many were given beside a suggestion (`suggested`) or for an item
    chosen in a way (`chosen_by`), when the first and last came, and `agreement`: over all pairs of labels of one item,
    the mean of 1 - `TaskType.distance` (observed agreement; Krippendorff 2004), None without such a pair; with its 95 %
    interval over items (`agreement_interval`, [low, high]), None with fewer than two of them. How many labels there are
    of each schema and guideline version (`by_schema`, `by_guideline`).

    Of `current`, the answers in force: by which method they were made (`methods`), of how many it is known how sure
    they are (`certain`: `known`, their `mean`, how many are at least 0.9 `sure`). Of `flags`: how many by reason
    (`flagged`), and how many were `resolved`."""
    table = _in_force(folder, labels)
    by_kind = _counts(table["kind"], {None: "person"})
    people = table.group_by(["labeler", "kind"]).aggregate([])
    per_item = table.group_by("item").aggregate([([], "count_all")])
    picks: Counter[str] = Counter()
    for pick, times in _counts(table["pick"], {}).items():
        picks[orjson.loads(pick).get("by", "unknown") if pick else "unknown"] += times
    times = table["created_at"]
    several = per_item.filter(pc.greater(per_item["count_all"], 1))["item"]
    agreement, interval = _agreement(table.filter(pc.is_in(table["item"], value_set=several)), schema)
    return {
        "by_kind": dict(sorted(by_kind.items())),
        "labelers": dict(sorted(_counts(people["kind"], {None: "person"}).items())),
        "per_item": {str(n): times for n, times in sorted(_counts(per_item["count_all"], {}).items())},
        "suggested": len(table) - table["suggestion"].null_count,
        "chosen_by": dict(sorted(picks.items())),
        "agreement": agreement,
        "agreement_interval": interval,
        "by_schema": _versions(table["schema_version"], 1),
        "by_guideline": _versions(table["guideline_version"], None),
        **_answers(current),
        **_flags(flags),
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


def _versions(column: Any, absent: int | None) -> dict[str, int]:
    """How many of each version; none at all: "none"."""
    counts = _counts(column, {None: absent})
    return {str(one or "none"): counts[one] for one in sorted(counts, key=lambda version: version or 0)}


def _answers(current: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    methods: Counter[str] = Counter()
    known: list[float] = []
    for row in current:
        methods[row["method"] or "majority"] += 1
        if row["confidence"] is not None:
            known.append(float(row["confidence"]))
    sure = sum(one >= SURE for one in known)
    certain = {"known": len(known), "mean": round(sum(known) / len(known), 4), "sure": sure} if known else None
    return {"methods": dict(sorted(methods.items())), "certain": certain}


def _flags(flags: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    reasons: Counter[str] = Counter()
    resolved = 0
    for row in flags:
        reasons[row["reason"] or "without a reason"] += 1
        resolved += row["resolved_at"] is not None
    return {"flagged": dict(sorted(reasons.items())), "resolved": resolved}


def _agreement(table: pa.Table, schema: VersionSchema) -> tuple[float | None, list[float] | None]:
    """Of all pairs of labels of one item, and its interval: items are drawn with all of their pairs."""
    by_item: dict[int, list[Any]] = {}
    rows = zip(*(table[name].to_pylist() for name in ("item", "value", "schema_version")), strict=True)
    for item, value, under in rows:
        if (read := schema.read(value, under)) is not None:
            by_item.setdefault(item, []).append(read)
    distance = schema.task.distance
    found = [
        [distance(a, b, schema.schema) for a, b in combinations(values, 2)] for values in by_item.values() if values[1:]
    ]
    if not found:
        return None, None
    sums, pairs = np.array([sum(one) for one in found]), np.array([len(one) for one in found], dtype=np.float64)
    agreed = round(1 - float(sums.sum() / pairs.sum()), 6)
    if len(found) < 2:
        return agreed, None
    rng, size = np.random.default_rng(0), min(len(found), MOST_DRAWN)
    drawn = [rng.integers(0, len(found), size) for _ in range(DRAWS)]
    low, high = np.percentile([1 - sums[one].sum() / pairs[one].sum() for one in drawn], [2.5, 97.5])
    return agreed, [round(float(low), 6), round(float(high), 6)]


def _text(moment: pa.Scalar) -> str | None:
    return moment.as_py().isoformat().replace("+00:00", "Z") if moment.is_valid else None
