"""How far people follow what a model suggests: answers given beside a suggestion against answers given without it.

Whether a suggestion is shown is drawn at random for each item and labeler (`labeler/queue/suggestions.py`), and what
was not shown is kept. So both kinds of labels are of alike items, people, times and models, and the difference in how
often they say what the model says is what showing it does: the anchoring. It is about what people said first of an
item, whatever they made of it later. Only labels that were drawn with one share are compared, the one in force where
there are any: with several, the two kinds would be of unlike times.

What is right is told by gold items and reviews, and by two or more others who saw no suggestion and say the same. Who
was shown one might have followed it, too, and the measure would say that following is right.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.labels.tables import current_labels, labels
from labeler.learning.evaluation.intervals import Estimate, wilson
from labeler.learning.evaluation.two_shares import NINETY_FIVE, difference, more_to_tell, together
from labeler.projects.access import Project
from labeler.quality.judgments import read_given
from labeler.quality.known import known_answers, says_the_same
from labeler.quality.tables import answers
from labeler.wire.insight import Anchoring, AnchoringArm, LabelShift
from labeler.wire.quality import Figure

MOST = 50_000
"""Labels that are looked at, the newest."""
MOST_LABELS = 50
ENOUGH = 30
"""Labels of each kind from which on there are figures."""
OTHERS = 2


@dataclass(frozen=True)
class Drawn:
    """A label whose suggestion was shown or not by a draw. value, model: as the newest schema reads them."""

    item: int
    labeler: int
    value: Any
    model: Any
    shown: bool


def anchoring(tx: Connection, project: Project) -> Anchoring:
    """Of the newest answers that people gave beside a suggestion, or without one that there was."""
    share, drawn = _drawn(tx, project)
    shown, unshown = ([one for one in drawn if one.shown is is_shown] for is_shown in (True, False))
    settings = project.settings
    if share is None:
        is_on = settings.show_suggestions and settings.unsuggested_share > 0
        state, share = ("too_few", settings.unsuggested_share) if is_on else ("off", None)
        more = None if share is None else _more(share, 0, 0)
        return _nothing(state, share, 0, 0, more)
    if min(len(shown), len(unshown)) < ENOUGH:
        return _nothing("too_few", share, len(shown), len(unshown), _more(share, len(shown), len(unshown)))

    def as_model(one: Drawn) -> bool:
        return says_the_same(project, one.value, one.model)

    apart, _ = _compared(shown, unshown, as_model)
    truth = _truth(tx, project, drawn)

    def is_right(one: Drawn) -> bool:
        return says_the_same(project, one.value, truth[one.item, one.labeler])

    judged = [[one for one in arm if (one.item, one.labeler) in truth] for arm in (shown, unshown)]
    is_enough = min(map(len, judged)) >= ENOUGH
    right, right_of = Estimate.nothing(), (_NONE, _NONE)
    if is_enough:
        right, right_of = _compared(judged[0], judged[1], is_right)
    more = more_to_tell(apart)
    arms = [
        AnchoringArm(labels=len(arm), as_model=_share(arm, as_model), judged=len(known), right=figure)
        for arm, known, figure in zip((shown, unshown), judged, right_of, strict=True)
    ]
    return Anchoring(
        state="told" if more == 0 else "could_be_chance",
        share=share,
        more=more,
        shown=arms[0],
        unshown=arms[1],
        difference=_figure(apart),
        right_difference=_figure(right),
        labels=_shifts(project, shown, unshown),
    )


_NONE = Figure(value=None, low=None, high=None)


def _nothing(state: Any, share: float | None, shown: int, unshown: int, more: int | None) -> Anchoring:
    arms = [AnchoringArm(labels=n, as_model=_NONE, judged=0, right=_NONE) for n in (shown, unshown)]
    return Anchoring(
        state=state,
        share=share,
        more=more,
        shown=arms[0],
        unshown=arms[1],
        difference=_NONE,
        right_difference=_NONE,
        labels=[],
    )


def _more(share: float, shown: int, unshown: int) -> int:
    """About how many labels until there are enough of each kind."""
    return math.ceil(max((ENOUGH - unshown) / share, (ENOUGH - shown) / (1 - share), 1))


def _drawn(tx: Connection, project: Project) -> tuple[float | None, list[Drawn]]:
    """The share that counts, and the answers that were drawn with it."""
    statement = (
        sa.select(
            labels.c.item_id,
            labels.c.labeler_id,
            labels.c.value,
            labels.c.schema_version,
            labels.c.suggestion,
            labels.c.suggestion_draw,
        )
        .where(
            labels.c.project_id == project.id,
            labels.c.suggestion_draw.is_not(None),
            labels.c.value.is_not(None),
            labels.c.kind == "person",
        )
        .order_by(labels.c.id.desc())
        .limit(MOST)
    )
    rows = tx.execute(statement).all()
    if not rows:
        return None, []
    shares = {row.suggestion_draw["share"] for row in rows}
    now = project.settings.unsuggested_share
    share = now if now in shares else rows[0].suggestion_draw["share"]
    found: dict[tuple[int, int], Drawn] = {}
    for row in rows:  # the newest first: what stays is what somebody said first of an item
        kept = row.suggestion_draw.get("unshown")
        value = project.read(row.value, row.schema_version)
        said = (kept or row.suggestion or {}).get("value")
        model = None if said is None else project.read(said, row.schema_version)
        if row.suggestion_draw["share"] == share and value is not None and model is not None:
            found[row.item_id, row.labeler_id] = Drawn(row.item_id, row.labeler_id, value, model, kept is None)
    return float(share), list(found.values())


def _truth(tx: Connection, project: Project, drawn: Sequence[Drawn]) -> dict[tuple[int, int], Any]:
    """What is right of an item, for a labeler: known, or what others who saw no suggestion say of one mind."""
    known = known_answers(tx, project)
    wanted = {one.item for one in drawn}
    found = {(one.item, one.labeler): known[one.item] for one in drawn if one.item in known}
    several = sa.select(answers.c.item_id).where(answers.c.project_id == project.id, answers.c.given > OTHERS)
    given = read_given(
        tx, project, current_labels.c.item_id.in_(several), current_labels.c.counted, labels.c.suggestion.is_(None)
    )
    said: dict[int, dict[int, Any]] = defaultdict(dict)
    for item, who, code in zip(given.items.tolist(), given.people.tolist(), given.codes.tolist(), strict=True):
        if item in wanted:
            said[item][who] = given.values[code]
    for one in drawn:
        others = [value for who, value in said.get(one.item, {}).items() if who != one.labeler]
        is_one_mind = len(others) >= OTHERS and all(says_the_same(project, value, others[0]) for value in others)
        if is_one_mind and one.item not in known:
            found[one.item, one.labeler] = others[0]
    return found


def _compared(
    shown: Sequence[Drawn], unshown: Sequence[Drawn], counts: Callable[[Drawn], bool]
) -> tuple[Estimate, tuple[Figure, Figure]]:
    hits, other = sum(map(counts, shown)), sum(map(counts, unshown))
    return difference(hits, len(shown), other, len(unshown)), (_share(shown, counts), _share(unshown, counts))


def _share(arm: Sequence[Drawn], counts: Callable[[Drawn], bool]) -> Figure:
    hits = sum(map(counts, arm))
    low, high = wilson(hits, len(arm))
    return Figure(value=hits / len(arm), low=low, high=high)


def _shifts(project: Project, shown: Sequence[Drawn], unshown: Sequence[Drawn]) -> list[LabelShift]:
    """How often each label, or number of a scale, was given with and without; intervals that hold all at once."""
    names = project.schema.names()[:MOST_LABELS]
    level = together(NINETY_FIVE, len(names))
    inside = [[set(project.task.counted_as(one.value)) for one in arm] for arm in (shown, unshown)]
    rows = []
    for name in names:
        hits, other = (sum(name in one for one in arm) for arm in inside)
        apart = difference(hits, len(shown), other, len(unshown), level)
        if hits or other:
            figures = [
                Figure(value=n / len(arm), low=low, high=high)
                for n, arm in ((hits, shown), (other, unshown))
                for low, high in (wilson(n, len(arm)),)
            ]
            rows.append(LabelShift(label=name, shown=figures[0], unshown=figures[1], difference=_figure(apart)))
    return rows


def _figure(estimate: Estimate) -> Figure:
    return Figure(value=estimate.value, low=estimate.low, high=estimate.high)
