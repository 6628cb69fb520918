"""Columns of tables: what each is worth to a model, and what a model is without one."""

from typing import Annotated

from fastapi import APIRouter, Query

from labeler.accounts.write import Write
from labeler.column_use import service
from labeler.kit.web import Config, Db
from labeler.projects.access import CanManage, CanRead
from labeler.wire.column_use import ColumnUse, LookIn, TryIn
from labeler.wire.jobs import JobOut

router = APIRouter(prefix="/projects/{project_id}/columns", tags=["columns"])
Number = Annotated[int | None, Query(ge=1, lt=2**31, description="Default: the live model, else the newest.")]


@router.get("")
async def get_column_use(member: CanRead, db: Db, model: Number = None) -> ColumnUse:
    """What is known of a model's columns: usefulness with its interval, columns that say the same, hints, trials."""
    return await db.aread(service.column_use, member.project, model)


@router.post("/look", status_code=202)
async def look_at_columns(body: LookIn, member: CanManage, write: Write, settings: Config) -> JobOut:
    """Look at a model's columns now, behind other jobs. What was known of them before is replaced."""
    return await write(service.request_look, settings, member, body)


@router.post("/try-without", status_code=202)
async def try_without_column(body: TryIn, member: CanManage, write: Write, settings: Config) -> JobOut:
    """Train a model again without a column, and compare it with the one that has it. No model is made or replaced."""
    return await write(service.request_trial, settings, member, body)
