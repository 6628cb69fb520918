"""One look at a model's columns: what each is worth, which say the same, and which one should look at twice.

A column's figures depend on the items, the model and the seed alone, so a look that is interrupted goes on where it
was.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.column_use.holdout import Held, judge_of, read
from labeler.contents import Content
from labeler.items.tables import items
from labeler.kit.counting import counted
from labeler.learning.column_use.alone import MOST_LABELS, alone, is_nearly_perfect
from labeler.learning.column_use.cells import Cells, columns_of
from labeler.learning.column_use.importance import FEWEST, MOST_COLUMNS, importance, repeats_for
from labeler.learning.column_use.redundancy import FEWEST_EACH, groups, redundant
from labeler.learning.column_use.signs import Share, follows_labeling, is_after_arrival, is_id
from labeler.learning.decoding import Decoder
from labeler.learning.evaluation.judge import samples
from labeler.learning.evaluation.metrics import Metric
from labeler.learning.numeric.types import Array
from labeler.projects.access import Project
from labeler.quality.tables import answers
from labeler.training.pool.data import TrainingData

MOST_COMPARED = 2_000
"""Items whose cells are compared."""
AT_ONCE = 4_000
"""Contents that a model answers at once."""
Tell = Callable[[int, int, str, Mapping[str, Any]], None]
"""(done, of, what, what is known of each column so far)."""


@dataclass(frozen=True)
class Look:
    """A model, and what it is judged by. known: what an attempt before found of columns, by name."""

    project: Project
    data: TrainingData
    model: Any
    config: Mapping[str, Any]
    held: Held
    metric: Metric | None
    times: Mapping[int, tuple[float, float]]
    known: Mapping[str, Any] = field(default_factory=dict)

    @property
    def why(self) -> str | None:
        if self.metric is None:
            return "no_metric"
        if not len(self.held.values):
            return "no_holdout"
        return "few_holdout" if len(self.held.values) < FEWEST else None

    @cached_property
    def compared(self) -> Array:
        """Positions of the items whose cells are compared, rising."""
        n = len(self.data.items)
        rng = np.random.default_rng([self.project.settings.seed, n])
        return np.sort(rng.permutation(n)[:MOST_COMPARED])

    @cached_property
    def learned(self) -> tuple[Array, list[Any]]:
        """Positions and answers of what it learned from, of many a random part."""
        positions, values = self.data.labeled(holdout=False)
        rng = np.random.default_rng([self.project.settings.seed, len(values)])
        some = np.sort(rng.permutation(len(values))[:MOST_LABELS])
        return positions[some], [values[place] for place in some.tolist()]


def fingerprint(look: Look) -> str:
    """Names what a look's figures depend on beside the model."""
    told = [look.data.items[look.held.positions].tolist(), look.held.values, look.metric and look.metric.name]
    return hashlib.sha256(repr(told).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def take(look: Look, tell: Tell) -> dict[str, Any]:
    """What is kept of a look: see `service.py`, which reads it."""
    columns = columns_of(look.data.contents(look.compared))
    chosen, rest = _chosen(look, columns)
    steps = len(chosen) + 1
    tell(0, steps, "comparing columns", look.known)
    pairs = redundant(chosen)
    positions, values = look.learned
    contents = look.data.contents(positions)
    known = dict(look.known)
    weigh = _weighing(look, len(chosen)) if look.why is None else None
    schema = look.data.schema.schema.model_dump()
    for place, cells in enumerate(chosen):
        if cells.name not in known:
            done = counted("weighing {n} column", "weighing {n} columns", len(chosen))
            tell(place + 1, steps, done, known)
            about = (look.data.problem, contents, values, cells.name, schema, look.project.settings.seed)
            known[cells.name] = {
                "importance": None if weigh is None else asdict(weigh(cells.name)),
                "signs": [*_alone(*about), *_signs(look, cells)],
            }
    read_by = {one["name"] for one in look.model.pipeline.config().get("columns", [])}
    return {
        "metric": look.metric.name if look.metric is not None else "",
        "why": look.why,
        "more": None if look.why in (None, "no_metric") else FEWEST - len(look.held.values),
        "holdout": look.held.known,
        "judged": len(look.held.values),
        "repeats": 0 if weigh is None else repeats_for(len(look.held.values), len(chosen)),
        "sampled": len(look.compared),
        "learned": len(values),
        "columns": len(columns),
        "not_looked_at": rest,
        "worth": [
            {"name": one.name, "kind": one.kind, "is_read": not read_by or one.name in read_by, **known[one.name]}
            for one in chosen
        ],
        "pairs": [asdict(pair) for pair in pairs],
        "groups": groups(pairs),
    }


def times_of(tx: Connection, ids: Sequence[int]) -> dict[int, tuple[float, float]]:
    """When each item came, and when it got its answer (NaN: it has none), in seconds since 1970."""
    found: dict[int, tuple[float, float]] = {}
    for start in range(0, len(ids), 500):
        part = items.c.id.in_(ids[start : start + 500])
        when = sa.select(items.c.id, items.c.created_at, answers.c.created_at.label("labeled_at"))
        when = when.outerjoin(answers, answers.c.item_id == items.c.id).where(part)
        for row in tx.execute(when):
            labeled = float("nan") if row.labeled_at is None else row.labeled_at.timestamp()
            found[row.id] = (row.created_at.timestamp(), labeled)
    return found


def _chosen(look: Look, columns: Sequence[Cells]) -> tuple[list[Cells], list[str]]:
    """Of more columns than are looked at, those that tell most of the labels by themselves; and the names of the
    others."""
    if len(columns) <= MOST_COLUMNS:
        return list(columns), []
    positions, values = look.learned
    labels = [repr(value) for value in values]
    labeled = {one.name: one for one in columns_of(look.data.contents(positions))} if labels else {}
    told = [_told(labeled[one.name], labels) if one.name in labeled else 0.0 for one in columns]
    best = set(np.argsort(-np.array(told), kind="stable")[:MOST_COLUMNS].tolist())
    return (
        [one for place, one in enumerate(columns) if place in best],
        [one.name for place, one in enumerate(columns) if place not in best],
    )


def _told(cells: Cells, labels: Sequence[str]) -> float:
    """What a column's values tell of labels, in nats, less what they would by chance (Miller 1955); to lack one is a
    value, too. Nothing for values that hardly repeat, such as ids; free texts come first: their words are not compared.
    """
    from sklearn.metrics import mutual_info_score

    if cells.kind == "text":
        return float("inf")
    codes, known = cells.codes, np.array(labels, dtype=np.str_)
    n, distinct = len(codes), len(np.unique(codes))
    if n < FEWEST_EACH * distinct:
        return 0.0
    chance = (distinct - 1) * (len(np.unique(known)) - 1) / (2 * n)
    return float(mutual_info_score(codes, known) - chance)


def _weighing(look: Look, columns: int) -> Callable[[str], Any]:
    """Gives the importance of a column."""
    assert look.metric is not None
    decoder = Decoder(look.project.mappings, look.config)
    judge = judge_of(look.project, decoder, look.held.values, look.metric)
    contents, n = look.data.contents(look.held.positions), len(look.held.values)

    def predict(some: Sequence[Content]) -> Array:
        parts = [some[start : start + AT_ONCE] for start in range(0, len(some), AT_ONCE)]
        return read(decoder, np.concatenate([look.model.predict_proba(part) for part in parts]))

    seed, proba, repeats = look.project.settings.seed, predict(contents), repeats_for(n, columns)
    weights = samples(n, np.random.default_rng(seed))

    def weigh(name: str) -> Any:
        place = int.from_bytes(hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()[:8], "big")
        rng = np.random.default_rng([seed, place])
        return importance(predict, judge, contents, name, proba, weights, repeats, rng)

    return weigh


def _alone(*about: Any) -> list[dict[str, Any]]:
    score, usual = alone(*about)
    if not is_nearly_perfect(score, usual):
        return []
    figures = {"value": score.value, "low": score.low, "high": score.high, "n": score.n}
    return [{"sign": "alone", **figures, "usual": usual.value}]


def _signs(look: Look, cells: Cells) -> list[dict[str, Any]]:
    unknown = (float("nan"), float("nan"))  # of an item that is erased
    times = [look.times.get(item_id, unknown) for item_id in look.data.items[look.compared].tolist()]
    arrived, labeled = (np.array(side, dtype=np.float64) for side in zip(*times, strict=True))
    found: list[tuple[str, Share | None]] = [
        ("id", is_id(cells)),
        ("labeling_time", follows_labeling(cells, labeled, arrived)),
        ("after_arrival", is_after_arrival(cells, arrived)),
    ]
    return [{"sign": sign, **asdict(share)} for sign, share in found if share is not None]
