"""What a campaign changed: old answers against new ones, by label and by labeler, and what it did to the model."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.tables import users
from labeler.campaigns.plan import hours_between, hours_for, pace_of
from labeler.campaigns.service import find, get, of_campaign
from labeler.labels.tables import labels
from labeler.learning.evaluation.intervals import wilson
from labeler.projects.access import Project
from labeler.queue.tables import campaign_groups, campaign_items
from labeler.registry.tables import model_versions
from labeler.wire.campaigns import (
    AnswerChange,
    CampaignDetail,
    CampaignReport,
    CampaignWork,
    ChangedShare,
    LabelChanged,
    LabelerChanged,
    LikelyLabel,
    ModelEffect,
)
from labeler.wire.labels import LabelerOut
from labeler.wire.quality import Figure

MOST_CHANGES = 200
one = campaign_items.c


def detail(tx: Connection, project: Project, campaign_id: int) -> CampaignDetail:
    """One campaign, with how far everybody is and what changed so far. Raises `NotFound`."""
    row, told = find(tx, project.id, campaign_id), get(tx, project.id, campaign_id)
    pace = pace_of(tx, project.id) if told.state == "running" else None
    return CampaignDetail(
        **told.model_dump(),
        by_labeler=_progress(tx, campaign_id),
        hours_left=hours_for(told.left, pace),
        hours_left_between=hours_between(told.left, pace),
        report=_report(tx, project, row),
    )


def _progress(tx: Connection, campaign_id: int) -> list[CampaignWork]:
    """Everybody who answered something, or of whom alone something is still wanted; most work first."""
    mine = of_campaign(campaign_id)
    done = sa.select(one.answered_by, sa.func.count().label("done")).where(mine, one.label_id.is_not(None))
    answered = Counter({row.answered_by: row.done for row in tx.execute(done.group_by(one.answered_by))})
    wanted = (
        sa.select(campaign_groups.c.people, sa.func.count().label("left"))
        .join(campaign_items, one.group_id == campaign_groups.c.id)
        .where(mine, one.open, campaign_groups.c.people.is_not(None))
        .group_by(campaign_groups.c.id, campaign_groups.c.people)
    )
    left: Counter[int] = Counter()
    for row in tx.execute(wanted):
        if len(row.people) == 1:
            left[row.people[0]] += row.left
    names = _names(tx, {*answered, *left})
    ordered = sorted(names, key=lambda who: (-left[who] - answered[who], who))
    return [CampaignWork(labeler=names[who], done=answered[who], left=left[who]) for who in ordered]


def _report(tx: Connection, project: Project, row: Any) -> CampaignReport:
    pairs = _pairs(tx, project, row)
    names = _names(tx, {who for _, _, new, old in pairs for who in (new, old) if who is not None})
    changes: dict[tuple[str, str], AnswerChange] = {}
    total, by_label = Tally(), Tallies()
    now_by, was_by = Tallies(), Tallies()
    dump = project.task.dump
    for (before, now, new, old), number in pairs.items():
        was, is_now = project.task.load(before), project.task.load(now)
        change = changes.setdefault((before, now), AnswerChange(before=was, now=is_now, labels=0))
        change.labels += number
        is_other = before != now
        total.add(number, is_other)
        for label in project.task.counted_as(was):
            by_label.add(label, number, is_other)
        now_by.add(new, number, is_other)
        if old is not None:
            was_by.add(old, number, is_other)
    frequent = sorted(changes.values(), key=lambda change: (-change.labels, dump(change.before), dump(change.now)))
    return CampaignReport(
        total=total.out(),
        changes=frequent[:MOST_CHANGES],
        by_label=[LabelChanged(label=name, **vars(found)) for name, found in by_label.most()],
        by_labeler=_by_people(now_by, names),
        of=_by_people(was_by, names),
        likely=_likely(tx, project, row.id),
        model_before=_model(tx, project, model_versions.c.created_at < (row.started_at or row.created_at)),
        model_after=_model(tx, project, model_versions.c.created_at > row.ended_at) if row.ended_at else None,
    )


def _pairs(tx: Connection, project: Project, row: Any) -> dict[tuple[str, str, int, int | None], int]:
    """How often an answer was one thing and is another, by who answered and whose it was; values as `dump` writes them,
    as they are read in the newest schema; an old one of which nothing is left there in the words it had."""
    statement = (
        sa.select(
            one.was, labels.c.value, labels.c.schema_version, one.answered_by, one.was_by, sa.func.count().label("n")
        )
        .join(labels, labels.c.id == one.label_id)
        .where(of_campaign(row.id))
        .group_by(one.was, labels.c.value, labels.c.schema_version, one.answered_by, one.was_by)
    )
    dump, found = project.task.dump, Counter[tuple[str, str, int, int | None]]()
    for pair in tx.execute(statement):
        now = project.read(pair.value, pair.schema_version)
        if now is None or pair.was is None:
            continue
        kept = project.read(pair.was, row.schema_version)  # a label that was only renamed since is no change
        found[dump(pair.was if kept is None else kept), dump(now), pair.answered_by, pair.was_by] += pair.n
    return found


def _likely(tx: Connection, project: Project, campaign_id: int) -> list[LikelyLabel]:
    statement = (
        sa.select(one.likely, labels.c.value, labels.c.schema_version, sa.func.count().label("n"))
        .outerjoin(labels, labels.c.id == one.label_id)
        .where(of_campaign(campaign_id), one.likely.is_not(None))
        .group_by(one.likely, labels.c.value, labels.c.schema_version)
    )
    found: dict[str, LikelyLabel] = {}
    for row in tx.execute(statement):
        line = found.setdefault(row.likely, LikelyLabel(label=row.likely, items=0, answered=0, same=0))
        line.items += row.n
        if row.value is not None:
            now = project.read(row.value, row.schema_version)
            line.answered += row.n
            line.same += row.n * (now is not None and row.likely in project.task.counted_as(now))
    return sorted(found.values(), key=lambda line: (-line.items, line.label))


class Tally:
    """How many answers there are, and how many are others now."""

    def __init__(self) -> None:
        self.answered = self.changed = 0

    def add(self, number: int, is_other: bool) -> None:
        self.answered += number
        self.changed += number * is_other

    def out(self) -> ChangedShare:
        low, high = wilson(self.changed, self.answered)
        if not self.answered:
            return ChangedShare(answered=0, changed=0, share=Figure(value=None, low=None, high=None))
        share = Figure(value=self.changed / self.answered, low=low, high=high)
        return ChangedShare(answered=self.answered, changed=self.changed, share=share)


class Tallies:
    """The same by something."""

    def __init__(self) -> None:
        self.found: dict[Any, Tally] = {}

    def add(self, key: Any, number: int, is_other: bool) -> None:
        self.found.setdefault(key, Tally()).add(number, is_other)

    def most(self) -> Iterable[tuple[Any, ChangedShare]]:
        """Those with the most changes first."""
        ordered = sorted(self.found.items(), key=lambda pair: (-pair[1].changed, -pair[1].answered, str(pair[0])))
        return [(key, tally.out()) for key, tally in ordered]


def _by_people(found: Tallies, names: Mapping[int, LabelerOut]) -> list[LabelerChanged]:
    return [LabelerChanged(labeler=names[who], **vars(tally)) for who, tally in found.most() if who in names]


def _names(tx: Connection, ids: set[int]) -> dict[int, LabelerOut]:
    rows = tx.execute(sa.select(users.c.id, users.c.name, users.c.kind).where(users.c.id.in_(ids)))
    return {row.id: LabelerOut(id=row.id, name=row.name, kind=row.kind) for row in rows}


def _model(tx: Connection, project: Project, when: Any) -> ModelEffect | None:
    """The newest model of these."""
    statement = sa.select(model_versions.c.number, model_versions.c.metrics).where(
        model_versions.c.project_id == project.id, when
    )
    row = tx.execute(statement.order_by(model_versions.c.number.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    report = row.metrics or {"primary": None, "metrics": {}}
    score = report["metrics"].get(report["primary"]) or {}
    figures = {name: score.get(name) for name in ("value", "low", "high")}
    return ModelEffect(number=row.number, metric=report["primary"], **figures)
