"""Beginning a campaign: what it asks is written in short transactions. The first of it is asked at once, the rest as it
is written; the campaign runs when all is there.

Labelers wait for nothing meanwhile: SQLite has one writer, which is left to them between two parts.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.campaigns import split
from labeler.campaigns.answered import end_when_done, settle_since
from labeler.campaigns.select import IN_FORCE, about_labels, chosen_ids, comes_back, in_order, who_can
from labeler.campaigns.service import KIND, CampaignStarted, close, of_campaign, write_group
from labeler.campaigns.split import SplitLabels
from labeler.campaigns.tables import campaigns
from labeler.items.tables import items
from labeler.kit.bulk import insert_many
from labeler.kit.columns import Timestamp, among, clock
from labeler.kit.compiled import CompiledStatement
from labeler.kit.counting import counted
from labeler.kit.db import lock
from labeler.kit.events import emit
from labeler.kit.jobs.registry import JobRun, job
from labeler.labels.queries import newest_label
from labeler.labels.tables import current_labels, labels
from labeler.projects.access import REMEMBERED_SECONDS, Project, find_project
from labeler.quality.tables import answers
from labeler.queue.tables import campaign_groups, campaign_items
from labeler.wire.campaigns import CampaignIn
from labeler.wire.labels import LabelerOut

PART = 2_000
PAUSE_SECONDS = 0.005
TELLS = 10  # parts
MOST_GROUPS = 200
"""Beyond them items share one: only many labelers and several labels an item make more."""
COLUMNS = ("group_id", "rank", "item_id", "open", "was", "was_by", "likely")
People = tuple[tuple[int, ...] | None, tuple[int, ...]]
"""Who is asked (None: everybody), and who is not."""


ANSWERS = CompiledStatement(
    sa.select(answers.c.item_id, answers.c.value).where(among(answers.c.item_id, sa.bindparam("ids")))
)
PRESENT = CompiledStatement(
    sa.select(items.c.id).where(among(items.c.id, sa.bindparam("ids")), items.c.removed_at.is_(None))
)


def _listed(ids: Iterable[int]) -> str:
    return str(list(ids))


@job(KIND)
def start(run: JobRun) -> dict[str, int]:
    campaign_id = int(run.args["campaign"])
    project = run.db.read(find_project, run.project_id or 0)
    row = run.db.read(lambda tx: tx.execute(sa.select(campaigns).where(campaigns.c.id == campaign_id)).one())
    if row.state != "starting":  # cancelled before it began
        return run.finish(lambda tx: {"items": 0})  # type: ignore[no-any-return]
    body = CampaignIn(name=row.name, **row.asked)
    until = run.args["until"] if "until" in run.args else run.db.read(newest_label, project.id)
    told = run.args.get("split")
    likely: dict[int, str] = {}
    if told is None:
        ids = chosen_ids(run.db, run.settings, project, body.select)
        chosen = run.db.read(in_order, project, body.select, ids)
    else:
        chosen, likely = split.in_order(run.db, run.settings, project, told)
    was_split = None if told is None else SplitLabels.of(project, told)
    asking = _Asking(body, campaign_id, project, run.db.read(who_can, project), was_split)
    there = run.db.read(asking.take_up)  # what an attempt before this one wrote
    left = [item_id for item_id in chosen if item_id not in there]
    ranks = {item_id: place for place, item_id in enumerate(left, asking.next_place)}
    number = len(there) + len(left)
    for at, part in enumerate(_parts(left)):
        rows = run.db.read(asking.rows, part, ranks, likely)
        began = time.monotonic()
        groups = run.write(partial(asking.write, rows=rows))
        if groups is None:  # it was cancelled meanwhile
            return run.finish(lambda tx: {"items": 0})  # type: ignore[no-any-return]
        asking.groups = groups
        if at == 0 and len(left) > PART:
            wait_until_known(run, campaign_id)
            asking.asked = run.write(lambda tx: _ask(tx, project, campaign_id, number, until))
        time.sleep(PAUSE_SECONDS + min(0.1, (time.monotonic() - began) / 4))
        if at % TELLS == 0:
            done = len(there) + at * PART
            run.progress(done, number, counted("{n} item", "{n} items", done))
    wait_until_known(run, campaign_id)
    return run.finish(lambda tx: _all_is_asked(tx, project, row, asking, until, number))  # type: ignore[no-any-return]


def _parts(chosen: Sequence[int]) -> Iterator[Sequence[int]]:
    """The first ones, which are asked while the rest is written; of that what lies together is read and written
    together, whatever order it is asked in."""
    by_id = [*sorted(chosen[:PART]), *sorted(chosen[PART:])]
    for begin in range(0, len(by_id), PART):
        yield by_id[begin : begin + PART]


def wait_until_known(run: JobRun, campaign_id: int) -> None:
    """Who answers knows of the campaign only when what processes remember of the project is new."""
    time.sleep(max(0.0, REMEMBERED_SECONDS - run.db.read(_age, campaign_id)))


def _age(tx: Connection, campaign_id: int) -> float:
    """Seconds since it was asked for, by the database's clock."""
    now = sa.type_coerce(clock(), Timestamp)
    row = tx.execute(sa.select(campaigns.c.created_at, now.label("now")).where(campaigns.c.id == campaign_id)).one()
    return max(0.0, float((row.now - row.created_at).total_seconds()))


class _Asking:
    """What one campaign asks of whom. people: who can be asked; was_split: it is about labels that were split."""

    def __init__(
        self,
        body: CampaignIn,
        campaign_id: int,
        project: Project,
        people: Sequence[LabelerOut],
        was_split: SplitLabels | None,
    ) -> None:
        self.body, self.was_split = body, was_split
        self.can = {one.id for one in people}
        self.comes_back = comes_back(people)
        self.project = project if was_split is None else was_split.project
        self.campaign_id = campaign_id
        self.groups: dict[People, int] = {}
        self.asked = False  # what is written is asked at once
        self.unasked = self.next_place = 0

    def take_up(self, tx: Connection) -> set[int]:
        """Go on after what an earlier attempt wrote; returns its items."""
        groups = tx.execute(sa.select(campaign_groups).where(campaign_groups.c.campaign_id == self.campaign_id)).all()
        mine = sa.select(campaign_items.c.item_id, campaign_items.c.rank).where(of_campaign(self.campaign_id))
        found = tx.execute(mine).all()
        for row in groups:
            self.groups[None if row.people is None else tuple(row.people), tuple(row.not_people)] = row.id
        self.asked = any(row.active for row in groups)
        self.next_place = max((row.rank // self.per_item + 1 for row in found), default=0)
        return {row.item_id for row in found}

    @cached_property
    def statement(self) -> CompiledStatement:
        """Finds the labels of the items `ids`, a JSON list."""
        columns = (labels.c.id, labels.c.item_id, labels.c.labeler_id, labels.c.value, labels.c.schema_version)
        found = sa.select(*columns).select_from(IN_FORCE).where(among(current_labels.c.item_id, sa.bindparam("ids")))
        if self.body.to == "same":
            found = found.where(current_labels.c.counted, *about_labels(self.body.select))
        return CompiledStatement(found)

    def rows(
        self, tx: Connection, ids: Sequence[int], ranks: Mapping[int, int], likely: Mapping[int, str]
    ) -> list[tuple[People, tuple[Any, ...]]]:
        """A row for each label that is asked for, with who is asked. ranks: the items' places in the campaign."""
        given = self._labels(tx, ids)
        several = [] if self.body.to == "same" else [item_id for item_id in ids if len(given[item_id]) > 1]
        in_force = dict(ANSWERS.tuples(tx, ids=_listed(several))) if several else {}
        found = []
        for item_id in ids:
            asked = list(self._of_item(given[item_id], in_force.get(item_id)))
            self.unasked += not asked
            for place, (people, was, by) in enumerate(asked, ranks[item_id] * self.per_item):
                found.append((people, (place, item_id, True, was, by, likely.get(item_id))))
        return found

    @property
    def per_item(self) -> int:
        """More places than an item can take, so that no two items share one."""
        return 64 if self.body.to == "same" else 1

    def _labels(self, tx: Connection, ids: Sequence[int]) -> dict[int, list[Any]]:
        """The labels in force of these items, earliest first; of `same` those that are selected. Of labels that were
        split those that they had."""
        found: dict[int, list[Any]] = defaultdict(list)
        rows = self.statement(tx, ids=_listed(ids)) if self.was_split is None else self._split_labels(tx, ids)
        for row in rows:
            found[row.item_id].append(row)
        for several in found.values():
            several.sort(key=lambda row: row.id)
        return found

    def _split_labels(self, tx: Connection, ids: Sequence[int]) -> Sequence[Any]:
        assert self.was_split is not None
        statement = self.was_split.last_words(tx).where(labels.c.item_id.in_(ids))
        return tx.execute(statement).all()

    def _of_item(self, given: Sequence[Any], answer: Any) -> Iterator[tuple[People, Any, int | None]]:
        """Who is asked about an item, what was said before, and by whom."""
        if self.body.to == "same":
            for row in given[: self.per_item]:
                who = row.labeler_id
                people: People = ((who,), ()) if who in self.comes_back else (None, (who,))
                yield people, self.project.read(row.value, row.schema_version), who
            return
        labelers = {row.labeler_id for row in given}
        by = next(iter(labelers)) if len(labelers) == 1 else None
        if given and (self.was_split is not None or len(given) == 1):
            answer = self.project.read(given[0].value, given[0].schema_version)
        if isinstance(self.body.to, list):
            yield (tuple(sorted(self.body.to)), ()), answer, by
        elif self.can - labelers:
            yield (None, tuple(sorted(labelers & self.can))), answer, by

    def write(self, tx: Connection, rows: Sequence[tuple[People, tuple[Any, ...]]]) -> dict[People, int] | None:
        """Returns the groups that there are then: kept by the caller once it is certain that they are. None where it
        was cancelled. Items that were removed since are left out; who removes others later hears of the rows."""
        lock(tx, "items", self.project.id)
        there = PRESENT.tuples(tx, ids=_listed({row[1] for _, row in rows}))
        present, groups = {item_id for (item_id,) in there}, dict(self.groups)
        mine = [(people, row) for people, row in rows if row[1] in present]
        begins = (campaigns.c.id == self.campaign_id, campaigns.c.state == "starting")
        more = sa.update(campaigns).where(*begins).values(wanted=campaigns.c.wanted + len(mine))
        if tx.execute(more).rowcount == 0:
            return None
        made = [(self._group(tx, groups, people), *row) for people, row in mine]
        insert_many(tx, campaign_items, COLUMNS, made, {"campaign_id": self.campaign_id})
        return groups

    def _group(self, tx: Connection, groups: dict[People, int], people: People) -> int:
        if people not in groups and people[0] is None and len(groups) >= MOST_GROUPS:
            people = (None, ())
        if people not in groups:
            more = {"by_anybody": self.was_split is not None, "blind": self.body.blind, "active": self.asked}
            asked, not_asked = people
            groups[people] = write_group(tx, self.project.id, self.campaign_id, asked, not_asked, **more)
        return groups[people]


def _ask(tx: Connection, project: Project, campaign_id: int, number: int, until: int) -> bool:
    """From now on it is asked, as far as it is written. Labels that came in meanwhile are answers of it, too: nobody is
    asked for them again. Returns whether it was not cancelled."""
    lock(tx, "labels", project.id)
    begins = (campaigns.c.id == campaign_id, campaigns.c.state == "starting")
    since = sa.func.coalesce(campaigns.c.started_at, clock())
    if tx.execute(sa.update(campaigns).where(*begins).values(items=number, started_at=since)).rowcount == 0:
        return False
    tx.execute(sa.update(campaign_groups).where(campaign_groups.c.campaign_id == campaign_id).values(active=True))
    settle_since(tx, project, until)
    return True


def _all_is_asked(
    tx: Connection, project: Project, row: Any, asking: _Asking, until: int, number: int
) -> dict[str, int]:
    """Nothing more is written: it ends when all is answered."""
    if not _ask(tx, project, row.id, number, until):
        return {"items": 0}
    runs = sa.update(campaigns).where(campaigns.c.id == row.id).values(state="running", unasked=asking.unasked)
    wanted = int(tx.execute(runs.returning(campaigns.c.wanted)).scalar_one())
    if wanted:
        emit(tx, CampaignStarted(project.id, row.id, row.name, number, wanted), project)
        end_when_done(tx, project, row.id)
    else:
        close(tx, project, row, "ended", None)
        if asking.was_split is not None:  # nobody had said these labels: nothing to tell
            tx.execute(sa.delete(campaigns).where(campaigns.c.id == row.id))
    return {"items": number, "wanted": wanted, "unasked": asking.unasked}
