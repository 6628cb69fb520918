"""The job table: the database holds the promises (one waiting wish, one running job a lane)."""

import sqlalchemy as sa

from labeler.kit.columns import Id, Json, Timestamp, created_at, deadline, id_column, metadata

jobs = sa.Table(
    "jobs",
    metadata,
    id_column(),
    sa.Column("kind", sa.String(64), nullable=False),
    sa.Column("project_id", Id, nullable=True),
    sa.Column("args", Json, nullable=False),
    sa.Column("dedup", sa.String(128), nullable=True),
    sa.Column("lane", sa.String(128), nullable=True),
    # queued, running, done, failed, cancelled, superseded
    sa.Column("state", sa.String(16), nullable=False, server_default="queued"),
    deadline("run_at"),
    deadline("first_at"),
    sa.Column("attempt", sa.Integer, nullable=False, server_default="0"),
    sa.Column("stalled", sa.Integer, nullable=False, server_default="0"),
    sa.Column("worker", sa.String(128), nullable=True),
    deadline("lease_until", nullable=True),
    sa.Column("cancel_requested", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("done", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("total", sa.BigInteger, nullable=True),
    sa.Column("message", sa.Text, nullable=False, server_default=""),
    sa.Column("result", Json, nullable=True),
    sa.Column("error", sa.Text, nullable=True),
    sa.Column("created_by", Id, nullable=True),
    created_at(),
    sa.Column("started_at", Timestamp, nullable=True),
    sa.Column("finished_at", Timestamp, nullable=True),
    sa.Index("ix_jobs_state_run_at", "state", "run_at"),
    sa.Index("ix_jobs_project_id_id", "project_id", "id"),
)
QUEUED = jobs.c.state == sa.literal_column("'queued'")
"""In the statement itself, as the index of what waits has it."""

sa.Index(
    "uq_jobs_dedup_queued",
    jobs.c.dedup,
    unique=True,
    sqlite_where=jobs.c.state == "queued",
    postgresql_where=jobs.c.state == "queued",
)
sa.Index(
    "uq_jobs_lane_running",
    jobs.c.lane,
    unique=True,
    sqlite_where=jobs.c.state == "running",
    postgresql_where=jobs.c.state == "running",
)

job_schedules = sa.Table(
    "job_schedules",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    deadline("next_at"),
)
