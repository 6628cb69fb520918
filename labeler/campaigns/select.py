"""Which items a campaign asks again, and which labels on them it is about."""

from collections.abc import Sequence
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.tables import members, users
from labeler.insight.said import newest_predictions
from labeler.items.tables import items, present
from labeler.kit.columns import among, holds
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.kit.errors import Conflict, Invalid
from labeler.labels.tables import current_labels, labels
from labeler.projects.access import Project
from labeler.quality.tables import answers
from labeler.slices.conditions import Filter, conditions
from labeler.wire.campaigns import CampaignIn, Selection
from labeler.wire.labels import LabelerOut

WORKERS = ("person", "simulated")
"""Kinds of accounts that can be asked."""


def chosen_ids(db: Database, settings: Settings, project: Project, wanted: Selection) -> list[int] | None:
    """The items that a model's files tell of, in their order; None where the database knows alone.

    Raises `NotFound` for an unknown key, `Conflict` while there is no model that could tell.
    """
    found: list[int] | None = None
    if wanted.comparable_to is not None:
        from labeler.insight.similar import nearest_items  # brings SciPy along: not at every start

        found = nearest_items(db, settings, project, wanted.comparable_to, wanted.nearest)
    if wanted.model_disagrees:
        differing = db.read(_differing, settings, project)
        found = differing if found is None else [one for one in found if one in set(differing)]
    return found


def _differing(tx: Connection, settings: Settings, project: Project) -> list[int]:
    """Items of whose answer the newest model says something else, those it is surest of first."""
    said = newest_predictions(tx, settings, project)
    if said is None:
        raise Conflict("There is no model yet that could disagree. Label some more, or select by something else.")
    rows = tx.execute(sa.select(answers.c.item_id, answers.c.value).where(answers.c.project_id == project.id))
    found: list[tuple[float, int]] = []
    for item_id, value in rows:
        told = said.of(item_id)
        if told is not None and told["value"] != value:
            found.append((-told["confidence"], item_id))
    return [item_id for _, item_id in sorted(found)]


def selected(project: Project, wanted: Selection, ids: Sequence[int] | None) -> Any:
    """Ids of the answered items that are meant, in no order. ids: of `chosen_ids`."""
    found = sa.select(items.c.id).where(present(project.id), _is_answered())
    if wanted.label is not None:
        names = [wanted.label] if isinstance(wanted.label, str) else wanted.label
        unknown = [name for name in names if name not in project.label_names]
        if unknown and wanted.schema_version is None:
            detail = f'"{unknown[0]}" is not a label of this project'
            raise Invalid(
                f"select/label: {detail}.",
                errors=[{"pointer": "/select/label", "detail": "not a label of the project"}],
            )
        found = found.where(_is_answered(sa.or_(*(holds(answers.c.labels, name) for name in names))))
    others = Filter(flagged=bool(wanted.flagged), disagreement=bool(wanted.disagreeing))
    found = found.where(*conditions(project, others))
    if about := about_labels(wanted):
        given = sa.select(sa.literal(1)).select_from(IN_FORCE).where(current_labels.c.item_id == items.c.id, *about)
        found = found.where(sa.exists(given.correlate(items)))
    if wanted.keys is not None:
        found = found.where(items.c.key.in_(wanted.keys))
    if ids is not None:
        found = found.where(among(items.c.id, orjson.dumps(list(ids)).decode()))
    return found


def _is_answered(*conditions: Any) -> Any:
    answered = sa.select(sa.literal(1)).where(answers.c.item_id == items.c.id, *conditions)
    return sa.exists(answered.correlate(items))


IN_FORCE = current_labels.join(labels, labels.c.id == current_labels.c.label_id)


def about_labels(wanted: Selection) -> list[Any]:
    """What is said of single labels in force, as conditions."""
    found: list[Any] = []
    if wanted.labeler is not None:
        found.append(current_labels.c.labeler_id == wanted.labeler)
    if wanted.guideline_version is not None:
        found.append(labels.c.guideline_version == wanted.guideline_version)
    if wanted.guideline_before is not None:
        earlier = labels.c.guideline_version < wanted.guideline_before
        found.append(sa.or_(earlier, labels.c.guideline_version.is_(None)))
    if wanted.schema_version is not None:
        found.append(labels.c.schema_version == wanted.schema_version)
    return [*found, current_labels.c.counted] if found else []


def in_order(tx: Connection, project: Project, wanted: Selection, ids: Sequence[int] | None) -> list[int]:
    """The same as a list: as given by keys or a model, else in the fixed random order of the items, so that half a
    campaign is half of everything."""
    statement = selected(project, wanted, ids)
    if wanted.keys is not None:
        rows = {row.key: row.id for row in tx.execute(statement.add_columns(items.c.key))}
        return [rows[key] for key in dict.fromkeys(wanted.keys) if key in rows]
    if ids is not None:
        there = set(tx.execute(statement).scalars())
        return [one for one in ids if one in there]
    return list(tx.execute(statement.order_by(items.c.shuffle, items.c.id)).scalars())


def who_can(tx: Connection, project: Project) -> list[LabelerOut]:
    """People of the project who can be asked."""
    statement = (
        sa.select(users.c.id, users.c.name, users.c.kind)
        .join(members, members.c.user_id == users.c.id)
        .where(
            members.c.project_id == project.id,
            members.c.role.in_(("labeler", "manager")),
            users.c.active,
            users.c.kind.in_(WORKERS),
        )
    )
    return [LabelerOut(**row._mapping) for row in tx.execute(statement.order_by(users.c.name, users.c.id))]


def comes_back(people: Sequence[LabelerOut]) -> set[int]:
    """Those whose own labels are asked of them once more: a simulated labeler may never run again."""
    return {one.id for one in people if one.kind == "person"}


def check_people(body: CampaignIn, people: Sequence[LabelerOut]) -> None:
    """Raises `Invalid` for somebody who can't be asked, `Conflict` where nobody can."""
    if isinstance(body.to, list):
        check_ids(body.to, people)
    if not people:
        raise Conflict("Nobody labels in this project: add a labeler first.")


def check_ids(to: Sequence[int], people: Sequence[LabelerOut]) -> None:
    """Raises `Invalid` for somebody who can't be asked."""
    known = {one.id for one in people}
    if strangers := [one for one in to if one not in known]:
        detail = f"account {strangers[0]} is nobody who labels in this project"
        raise Invalid(f"to: {detail}.", errors=[{"pointer": "/to", "detail": detail}])
