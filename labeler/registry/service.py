"""Model versions: recording, listing, and which of them is live."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.tables import users
from labeler.datasets.tables import dataset_versions
from labeler.kit.columns import clock
from labeler.kit.config import Settings
from labeler.kit.errors import NotFound
from labeler.kit.events import Event, emit
from labeler.kit.jobs.engine import enqueue, get
from labeler.kit.jobs.out import job_out
from labeler.projects.access import Member, Project
from labeler.registry.artifacts import folder_of
from labeler.registry.overrides import last_override
from labeler.registry.packages import versions_now
from labeler.registry.requirements import conditions_of, lead_of
from labeler.registry.slice_scores import scores_of
from labeler.registry.soundness import soundness_out
from labeler.registry.tables import model_pins, model_versions, stage_changes
from labeler.registry.test_runs import get_run, runs_of
from labeler.wire.jobs import JobOut
from labeler.wire.registry import DatasetTie, ModelOut
from labeler.wire.test_cases import CaseRunDetail

models = model_versions


@dataclass(frozen=True)
class ModelTrained(Event):
    """A model version was recorded, for the first time. dataset_version: the tag of the one it was trained on."""

    name: ClassVar[str] = "model.trained"
    project_id: int
    model: int
    stage: str
    dataset_version: str


def next_number(tx: Connection, project_id: int) -> int:
    newest = sa.select(sa.func.max(models.c.number)).where(models.c.project_id == project_id)
    return int(tx.execute(newest).scalar() or 0) + 1


def record_model(tx: Connection, values: dict[str, Any]) -> int:
    """Insert a model version; returns its row id."""
    insert = sa.insert(models).values(**values, created_at=clock()).returning(models.c.id)
    model_id = int(tx.execute(insert).scalar_one())
    tag = sa.select(dataset_versions.c.tag).where(dataset_versions.c.id == values["dataset_version_id"])
    emit(
        tx,
        ModelTrained(values["project_id"], values["number"], values["stage"], tx.execute(tag).scalar_one()),
    )
    return model_id


def set_file(tx: Connection, model_id: int, sha256: str) -> None:
    """A model's file was made again, in a form that this version reads; it says the same of every item."""
    tx.execute(sa.update(models).where(models.c.id == model_id).values(sha256=sha256))


def set_cost(tx: Connection, model_id: int, cost: dict[str, Any]) -> None:
    """What a prediction of this model costs was measured."""
    tx.execute(sa.update(models).where(models.c.id == model_id).values(cost=cost))


def _select(project_id: int) -> Any:
    return (
        sa.select(models, dataset_versions.c.version, dataset_versions.c.tag)
        .join(dataset_versions, dataset_versions.c.id == models.c.dataset_version_id)
        .where(models.c.project_id == project_id)
        .order_by(models.c.number.desc())
    )


def get_model(tx: Connection, settings: Settings, project: Project, number: int) -> ModelOut:
    return _models_out(tx, [find_model(tx, project.id, number)], settings, project)[0]


def get_model_run(tx: Connection, project: Project, number: int, case_id: int) -> CaseRunDetail:
    """What a model said of the items of a test case. Raises `NotFound`."""
    return get_run(tx, project, find_model(tx, project.id, number).id, case_id)


def _models_out(tx: Connection, rows: Sequence[Any], settings: Settings, project: Project) -> list[ModelOut]:
    """These models, each with when and by whom it was moved to its stage, what it holds and passes, and what was
    overridden for a live one."""
    moved, ids = _last_moves(tx, rows), [row.id for row in rows]
    ran, measured = runs_of(tx, project, ids), scores_of(tx, project, ids)
    return [
        _model_out(row, moved.get(row.id), settings, project).model_copy(
            update={
                "requirements": conditions_of(tx, project, row),
                "test_cases": ran[row.id],
                "slices": measured[row.id],
                **(last_override(tx, project.id, row.number) if row.stage == "live" else {}),
            }
        )
        for row in rows
    ]


def _last_moves(tx: Connection, rows: Sequence[Any]) -> dict[int, Any]:
    last = sa.select(sa.func.max(stage_changes.c.id)).where(
        stage_changes.c.project_id.in_({row.project_id for row in rows}),
        stage_changes.c.model_id.in_([row.id for row in rows]),
    )
    statement = (
        sa.select(stage_changes, users.c.name)
        .outerjoin(users, users.c.id == stage_changes.c.changed_by)
        .where(stage_changes.c.id.in_(last.group_by(stage_changes.c.model_id)))
    )
    return {row.model_id: row for row in tx.execute(statement)}


def _model_out(row: Any, moved: Any, settings: Settings, project: Project) -> ModelOut:
    fields = {name: row._mapping[name] for name in ModelOut.model_fields if name in row._mapping}
    report = None if row.metrics is None else {**row.metrics, "primary": lead_of(project, row.metrics)}
    fields |= {
        "report": report,
        "metrics": None if report is None else report["metrics"],
        "baselines": {name: one["metrics"] for name, one in (row.baselines or {}).items()},
        "stage_since": row.created_at if moved is None else moved.created_at,
        "stage_by": None if moved is None else moved.name,
        "packages_now": versions_now(row.packages),
        "soundness": soundness_out(row),
        "stage_reason": "" if moved is None else moved.reason,
    }
    kept = (folder_of(settings, row.project_id, row.number) / "model.skops").exists()
    return ModelOut(**fields, dataset=DatasetTie(version=row.version, tag=row.tag), artifacts=kept)


def list_models(tx: Connection, settings: Settings, project: Project, before: int | None, limit: int) -> list[ModelOut]:
    statement = _select(project.id).limit(limit)
    if before is not None:
        statement = statement.where(models.c.number < before)
    return _models_out(tx, tx.execute(statement).all(), settings, project)


def find_model(tx: Connection, project_id: int, number: int) -> Any:
    row = tx.execute(_select(project_id).where(models.c.number == number)).one_or_none()
    if row is None:
        raise NotFound(f"There is no model {number} in this project.")
    return row


def live_model(tx: Connection, project_id: int) -> Any:
    """The live model's row, or None."""
    return tx.execute(_select(project_id).where(models.c.stage == "live")).one_or_none()


def newest_model(tx: Connection, project_id: int) -> Any:
    return tx.execute(_select(project_id).limit(1)).one_or_none()


def request_reproduction(tx: Connection, member: Member, number: int) -> JobOut:
    find_model(tx, member.project.id, number)
    job_id = enqueue(
        tx,
        "training.reproduce",
        {"number": number},
        project_id=member.project.id,
        lane=f"reproduce:{member.project.id}",
        created_by=member.user_id,
    )
    return job_out(get(tx, job_id))


def kept_numbers(tx: Connection, project_id: int, newest: int) -> set[int]:
    """Models whose files stay: the newest few, any that ever left the stage of candidate, and what programs ask for."""
    statement = sa.select(models.c.number).where(models.c.project_id == project_id).order_by(models.c.number.desc())
    staged = sa.select(models.c.number).where(models.c.project_id == project_id, models.c.stage != "candidate")
    pinned = sa.select(models.c.number).join(model_pins, model_pins.c.model_id == models.c.id)
    pinned = pinned.where(models.c.project_id == project_id)
    return {number for one in (statement.limit(newest), staged, pinned) for number in tx.execute(one).scalars()}
