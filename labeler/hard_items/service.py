"""Hard items that are alike, as managers see them: asking for a look, the clusters, and the items in one."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.accounts.tables import users
from labeler.hard_items.asking import IS_OPEN, want_clusters
from labeler.hard_items.tables import hard_cluster_items, hard_clusters, hard_looks
from labeler.items.tables import items
from labeler.kit.errors import NotFound
from labeler.kit.jobs.engine import get
from labeler.kit.jobs.out import job_out
from labeler.labels.flags import labels_of
from labeler.labels.tables import current_labels, flags, labels
from labeler.projects.access import Member, Project
from labeler.wire.hard_items import (
    MOST_DECIDED,
    HardCluster,
    HardClusterDetail,
    HardClusters,
    HardFlag,
    HardItem,
    HardLook,
    ReasonCount,
    ValueCount,
)
from labeler.wire.jobs import JobOut
from labeler.wire.labels import LabelerOut

MOST_CLUSTERS = 200
PART = 2_000
HOLDOUT = "holdout"
one = hard_cluster_items.c


def request_look(tx: Connection, member: Member) -> JobOut:
    job_id = want_clusters(tx, member.project.id, created_by=member.user_id)
    audit(tx, member.caller, "hard_items.clustered", project_id=member.project.id)
    return job_out(get(tx, job_id))


def _open_items(project_id: int) -> Any:
    """Which items of the last look are still hard: the cluster, its words, and the item, in order."""
    waits = sa.exists(sa.select(sa.literal(1)).where(flags.c.item_id == one.item_id, IS_OPEN))
    return (
        sa.select(hard_clusters.c.id, hard_clusters.c.words, one.item_id)
        .join(hard_cluster_items, one.cluster_id == hard_clusters.c.id)
        .join(items, items.c.id == one.item_id)
        .where(hard_clusters.c.project_id == project_id, items.c.removed_at.is_(None), waits)
        .order_by(hard_clusters.c.rank, one.place)
    )


def list_clusters(tx: Connection, project: Project) -> HardClusters:
    """As far as their flags are open: what was decided since is not in them."""
    members: dict[int, list[int]] = defaultdict(list)
    words: dict[int, list[str]] = {}
    for row in tx.execute(_open_items(project.id)):
        words[row.id] = row.words
        members[row.id].append(row.item_id)
    several = {cluster: ids for cluster, ids in members.items() if len(ids) > 1}
    chosen = sorted(several, key=lambda cluster: -len(several[cluster]))[:MOST_CLUSTERS]
    of = {item_id: cluster for cluster in chosen for item_id in several[cluster]}
    said, given = _said(tx, of), _given(tx, project, of)
    look = tx.execute(sa.select(hard_looks).where(hard_looks.c.project_id == project.id)).one_or_none()
    newer = sa.select(sa.func.count()).select_from(flags).where(flags.c.project_id == project.id, IS_OPEN)
    newer = newer.where(flags.c.id > (0 if look is None else look.flags_until))
    return HardClusters(
        clusters=[
            _out(cluster, words[cluster], several[cluster], said[cluster], given.get(cluster, [])) for cluster in chosen
        ],
        alone=len(members) - len(several),
        newer=int(tx.execute(newer).scalar_one()),
        looked=None if look is None else _look(look),
    )


def _look(row: Any) -> HardLook:
    names = ("items", "flags", "left_out", "by", "took_ms")
    return HardLook(at=row.created_at, **{name: row._mapping[name] for name in names})


def _out(
    cluster: int, words: list[str], ids: Sequence[int], said: Counter[str], given: list[ValueCount]
) -> HardCluster:
    return HardCluster(
        id=cluster,
        items=len(ids),
        flags=said.total(),
        words=words,
        reasons=[ReasonCount(reason=reason, flags=n) for reason, n in said.most_common()],
        labels=given,
    )


def _said(tx: Connection, of: Mapping[int, int]) -> dict[int, Counter[str]]:
    """How often each reason was given, by cluster. of: item to cluster."""
    found: dict[int, Counter[str]] = defaultdict(Counter)
    number = sa.func.count().label("n")
    for ids in _parts(list(of)):
        counted = sa.select(flags.c.item_id, flags.c.reason, number).where(flags.c.item_id.in_(ids), IS_OPEN)
        for row in tx.execute(counted.group_by(flags.c.item_id, flags.c.reason)):
            found[of[row.item_id]][row.reason] += row.n
    return found


def _given(tx: Connection, project: Project, of: Mapping[int, int]) -> dict[int, list[ValueCount]]:
    """How often each value was given, by cluster, as the newest schema reads it; the most frequent first."""
    values: dict[str, Any] = {}
    counted: dict[int, Counter[str]] = defaultdict(Counter)
    for ids in _parts(list(of)):
        said = sa.select(labels.c.item_id, labels.c.value, labels.c.schema_version)
        said = said.join(current_labels, current_labels.c.label_id == labels.c.id)
        for row in tx.execute(said.where(current_labels.c.item_id.in_(ids)).order_by(labels.c.id)):
            value = project.read(row.value, row.schema_version)
            if value is not None:
                code = project.task.dump(value)
                values[code] = value
                counted[of[row.item_id]][code] += 1
    return {
        cluster: [ValueCount(value=values[code], labels=n) for code, n in found.most_common()]
        for cluster, found in counted.items()
    }


def _parts(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + PART] for start in range(0, len(ids), PART)]


def get_cluster(tx: Connection, project: Project, cluster_id: int) -> HardClusterDetail:
    """With its items. Raises `NotFound`: also when there was another look since, or all was decided."""
    rows = tx.execute(_open_items(project.id).where(hard_clusters.c.id == cluster_id)).all()
    if not rows:
        raise NotFound(f"There is no cluster {cluster_id} of hard items any more: list them again.")
    ids = [row.item_id for row in rows]
    of = dict.fromkeys(ids, cluster_id)
    said, given = _said(tx, of)[cluster_id], _given(tx, project, of).get(cluster_id, [])
    whole = _out(cluster_id, rows[0].words, ids, said, given)
    return HardClusterDetail(**vars(whole), hard_items=_items(tx, project, ids[:MOST_DECIDED]))


def _items(tx: Connection, project: Project, ids: list[int]) -> list[HardItem]:
    there = sa.select(items.c.id, items.c.key, items.c.content, items.c.split).where(items.c.id.in_(ids))
    known = {row.id: row for row in tx.execute(there)}
    given = labels_of(tx, project, ids)
    flagged: dict[int, list[HardFlag]] = defaultdict(list)
    said = sa.select(flags, users.c.name, users.c.kind).join(users, users.c.id == flags.c.labeler_id)
    for row in tx.execute(said.where(flags.c.item_id.in_(ids), IS_OPEN).order_by(flags.c.id)):
        labeler = LabelerOut(id=row.labeler_id, name=row.name, kind=row.kind)
        names = ("id", "reason", "note", "created_at")
        flagged[row.item_id].append(HardFlag(labeler=labeler, **{name: row._mapping[name] for name in names}))
    return [
        HardItem(
            key=known[item_id].key,
            content=known[item_id].content,
            holdout=known[item_id].split == HOLDOUT,
            flags=flagged[item_id],
            labels=given.get(item_id, []),
        )
        for item_id in ids
    ]
