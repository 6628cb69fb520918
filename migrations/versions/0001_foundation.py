"""Foundation: accounts, projects, guidelines, items, labels, queue, dataset versions, models, jobs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.BigInteger()  # microseconds since 1970, UTC
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "audit_events",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("actor_id", ID, nullable=True),
        sa.Column("actor", sa.String(length=254), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("project_id", ID, nullable=True),
        sa.Column("target", sa.String(length=300), server_default="", nullable=False),
        sa.Column("detail", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_events"),
    )
    op.create_index("ix_audit_events_project_id_id", "audit_events", ["project_id", "id"], unique=False)

    op.create_table(
        "job_schedules",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("next_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_job_schedules"),
    )
    op.create_table(
        "jobs",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("project_id", ID, nullable=True),
        sa.Column("args", JSON, nullable=False),
        sa.Column("dedup", sa.String(length=128), nullable=True),
        sa.Column("lane", sa.String(length=128), nullable=True),
        sa.Column("state", sa.String(length=16), server_default="queued", nullable=False),
        sa.Column("run_at", TIME, nullable=False),
        sa.Column("first_at", TIME, nullable=False),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stalled", sa.Integer(), server_default="0", nullable=False),
        sa.Column("worker", sa.String(length=128), nullable=True),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("cancel_requested", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("done", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        sa.Column("result", JSON, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_by", ID, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("started_at", TIME, nullable=True),
        sa.Column("finished_at", TIME, nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed', 'cancelled', 'superseded')", name="ck_jobs_state"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
    )
    op.create_index("ix_jobs_project_id_id", "jobs", ["project_id", "id"], unique=False)
    op.create_index("ix_jobs_state_run_at", "jobs", ["state", "run_at"], unique=False)
    op.create_index(
        "uq_jobs_dedup_queued",
        "jobs",
        ["dedup"],
        unique=True,
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index(
        "uq_jobs_lane_running",
        "jobs",
        ["lane"],
        unique=True,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )

    op.create_table(
        "login_failures",
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", TIME, nullable=False),
        sa.Column("locked_until", TIME, nullable=True),
        sa.PrimaryKeyConstraint("subject", name="pk_login_failures"),
    )
    op.create_table(
        "projects",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("task_type", sa.String(length=32), nullable=False),
        sa.Column("labels", JSON, nullable=False),
        sa.Column("settings", JSON, nullable=False),
        sa.Column("created_by", ID, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("deleted_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_projects"),
        sa.UniqueConstraint("slug", name="uq_projects_slug"),
    )
    op.create_table(
        "users",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), server_default="person", nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint("kind IN ('person', 'pipeline', 'heuristic', 'model', 'simulated')", name="ck_users_kind"),
        sa.CheckConstraint("role IN ('admin', 'manager', 'labeler', 'reader')", name="ck_users_role"),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email", name="uq_users_email"),
    )
    op.create_table(
        "acknowledgements",
        sa.Column("project_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_acknowledgements_project_id_projects", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_acknowledgements_user_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", "user_id", "version", name="pk_acknowledgements"),
    )
    op.create_table(
        "answers",
        sa.Column("user_id", ID, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("body", JSON, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_answers_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "key", name="pk_answers"),
    )
    op.create_index("ix_answers_created_at", "answers", ["created_at"], unique=False)

    op.create_table(
        "api_tokens",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("scopes", JSON, nullable=False),
        sa.Column("project_id", ID, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=True),
        sa.Column("last_used_at", TIME, nullable=True),
        sa.Column("revoked_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_api_tokens_project_id_projects", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_api_tokens_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_api_tokens"),
        sa.UniqueConstraint("token_hash", name="uq_api_tokens_token_hash"),
    )
    op.create_table(
        "dataset_versions",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(length=80), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("created_by", ID, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("git_commit", sa.String(length=64), nullable=False),
        sa.Column("dvc_hash", sa.String(length=64), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("counts", JSON, nullable=False),
        sa.Column("marks", JSON, nullable=False),
        sa.Column("guideline_version", sa.Integer(), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("new_bytes", sa.BigInteger(), nullable=False),
        sa.Column("pushed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_dataset_versions_project_id_projects", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_dataset_versions"),
        sa.UniqueConstraint("project_id", "version", name="uq_dataset_versions_project_id_version"),
    )
    op.create_table(
        "guideline_versions",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("author_id", ID, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("published_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_guideline_versions_project_id_projects", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_guideline_versions"),
        sa.UniqueConstraint("project_id", "version", name="uq_guideline_versions_project_id_version"),
    )
    op.create_table(
        "invitations",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("used_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_invitations_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_invitations"),
    )
    op.create_table(
        "items",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("metadata", JSON, nullable=False),
        sa.Column("split", sa.String(length=8), nullable=False),
        sa.Column("shuffle", sa.BigInteger(), nullable=False),
        sa.Column("needed", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint("split IN ('train', 'holdout')", name="ck_items_split"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_items_project_id_projects", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_items"),
        sa.UniqueConstraint("project_id", "key", name="uq_items_project_id_key"),
    )
    op.create_index(
        "ix_items_open",
        "items",
        ["project_id", "shuffle"],
        unique=False,
        sqlite_where=sa.text("needed > 0"),
        postgresql_where=sa.text("needed > 0"),
    )
    op.create_index("ix_items_project_id_id", "items", ["project_id", "id"], unique=False)

    op.create_table(
        "members",
        sa.Column("project_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint("role IN ('manager', 'labeler', 'reader')", name="ck_members_role"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_members_project_id_projects", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_members_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("project_id", "user_id", name="pk_members"),
    )
    op.create_index("ix_members_user_id", "members", ["user_id"], unique=False)

    op.create_table(
        "rankings",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("model_id", ID, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint("kind IN ('coverage', 'model', 'outside')", name="ck_rankings_kind"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_rankings_project_id_projects", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_rankings"),
    )
    op.create_index("ix_rankings_project_id", "rankings", ["project_id"], unique=False)

    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("csrf_token", sa.String(length=64), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sessions_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
    )
    op.create_table(
        "stage_changes",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("model_id", ID, nullable=False),
        sa.Column("from_stage", sa.String(length=16), nullable=False),
        sa.Column("to_stage", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("changed_by", ID, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_stage_changes_project_id_projects", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_stage_changes"),
    )
    op.create_index("ix_stage_changes_project_id_id", "stage_changes", ["project_id", "id"], unique=False)

    op.create_table(
        "training_marks",
        sa.Column("project_id", ID, nullable=False),
        sa.Column("label_id", ID, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_training_marks_project_id_projects", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", name="pk_training_marks"),
    )
    op.create_table(
        "aside",
        sa.Column("project_id", ID, nullable=False),
        sa.Column("labeler_id", ID, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_aside_item_id_items", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["labeler_id"], ["users.id"], name="fk_aside_labeler_id_users", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_aside_project_id_projects", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("labeler_id", "item_id", name="pk_aside"),
    )
    op.create_index(
        "ix_aside_project_id_labeler_id_created_at", "aside", ["project_id", "labeler_id", "created_at"], unique=False
    )

    op.create_table(
        "flags",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("labeler_id", ID, nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("label_id", ID, nullable=True),
        sa.Column("guideline_version", sa.Integer(), nullable=True),
        sa.Column("idempotency_key", sa.String(length=200), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("undone_at", TIME, nullable=True),
        sa.Column("resolved_at", TIME, nullable=True),
        sa.Column("resolved_by", ID, nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_flags_item_id_items", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["labeler_id"], ["users.id"], name="fk_flags_labeler_id_users", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_flags_project_id_projects", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_flags"),
        sa.UniqueConstraint(
            "project_id", "labeler_id", "idempotency_key", name="uq_flags_project_id_labeler_id_idempotency_key"
        ),
    )
    op.create_index("ix_flags_item_id", "flags", ["item_id"], unique=False)
    op.create_index("ix_flags_project_id_id", "flags", ["project_id", "id"], unique=False)

    op.create_table(
        "labels",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("labeler_id", ID, nullable=False),
        sa.Column("value", JSON, nullable=True),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("guideline_version", sa.Integer(), nullable=True),
        sa.Column("elapsed_ms", sa.Integer(), nullable=True),
        sa.Column("supersedes", ID, nullable=True),
        sa.Column("suggestion", JSON, nullable=True),
        sa.Column("idempotency_key", sa.String(length=200), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint("source IN ('queue', 'api', 'import', 'simulated', 'resolution')", name="ck_labels_source"),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_labels_item_id_items", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["labeler_id"], ["users.id"], name="fk_labels_labeler_id_users", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_labels_project_id_projects", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_labels"),
        sa.UniqueConstraint(
            "project_id", "labeler_id", "idempotency_key", name="uq_labels_project_id_labeler_id_idempotency_key"
        ),
    )
    op.create_index("ix_labels_item_id_id", "labels", ["item_id", "id"], unique=False)
    op.create_index("ix_labels_project_id_id", "labels", ["project_id", "id"], unique=False)

    op.create_table(
        "leases",
        sa.Column("item_id", ID, nullable=False),
        sa.Column("slot", sa.SmallInteger(), nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("labeler_id", ID, nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("suggestion", JSON, nullable=True),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_leases_item_id_items", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["labeler_id"], ["users.id"], name="fk_leases_labeler_id_users", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_leases_project_id_projects", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", "slot", name="pk_leases"),
        sa.UniqueConstraint("item_id", "labeler_id", name="uq_leases_item_id_labeler_id"),
    )
    op.create_index("ix_leases_project_id_labeler_id", "leases", ["project_id", "labeler_id"], unique=False)

    op.create_table(
        "model_versions",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("dataset_version_id", ID, nullable=False),
        sa.Column("stage", sa.String(length=16), server_default="candidate", nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("trained_on", sa.Integer(), nullable=False),
        sa.Column("holdout_size", sa.Integer(), nullable=False),
        sa.Column("labels_seen", sa.Integer(), nullable=False),
        sa.Column("metrics", JSON, nullable=True),
        sa.Column("baselines", JSON, nullable=True),
        sa.Column("config", JSON, nullable=False),
        sa.Column("packages", JSON, nullable=False),
        sa.Column("code_revision", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("duration_s", sa.Float(), nullable=False),
        sa.Column("stop", JSON, nullable=True),
        sa.CheckConstraint(
            "stage IN ('candidate', 'shadow', 'canary', 'live', 'retired')", name="ck_model_versions_stage"
        ),
        sa.ForeignKeyConstraint(
            ["dataset_version_id"],
            ["dataset_versions.id"],
            name="fk_model_versions_dataset_version_id_dataset_versions",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_model_versions_project_id_projects", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_model_versions"),
        sa.UniqueConstraint("project_id", "number", name="uq_model_versions_project_id_number"),
    )
    op.create_index(
        "uq_model_versions_live",
        "model_versions",
        ["project_id"],
        unique=True,
        sqlite_where=sa.text("stage = 'live'"),
        postgresql_where=sa.text("stage = 'live'"),
    )

    op.create_table(
        "queue_entries",
        sa.Column("ranking_id", ID, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("suggestion", JSON, nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_queue_entries_item_id_items", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["ranking_id"], ["rankings.id"], name="fk_queue_entries_ranking_id_rankings", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("ranking_id", "rank", name="pk_queue_entries"),
    )
    op.create_index("ix_queue_entries_item_id", "queue_entries", ["item_id"], unique=False)

    op.create_table(
        "queues",
        sa.Column("project_id", ID, nullable=False),
        sa.Column("ranking_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_queues_project_id_projects", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["ranking_id"], ["rankings.id"], name="fk_queues_ranking_id_rankings", ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("project_id", name="pk_queues"),
    )
    op.create_table(
        "skips",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("labeler_id", ID, nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("guideline_version", sa.Integer(), nullable=True),
        sa.Column("idempotency_key", sa.String(length=200), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("undone_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_skips_item_id_items", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["labeler_id"], ["users.id"], name="fk_skips_labeler_id_users", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_skips_project_id_projects", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_skips"),
        sa.UniqueConstraint(
            "project_id", "labeler_id", "idempotency_key", name="uq_skips_project_id_labeler_id_idempotency_key"
        ),
    )
    op.create_index("ix_skips_item_id_labeler_id", "skips", ["item_id", "labeler_id"], unique=False)
    op.create_index("ix_skips_project_id_labeler_id", "skips", ["project_id", "labeler_id"], unique=False)

    op.create_table(
        "current_labels",
        sa.Column("item_id", ID, nullable=False),
        sa.Column("labeler_id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("label_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_current_labels_item_id_items", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["label_id"], ["labels.id"], name="fk_current_labels_label_id_labels", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["labeler_id"], ["users.id"], name="fk_current_labels_labeler_id_users", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_current_labels_project_id_projects", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", "labeler_id", name="pk_current_labels"),
    )
    op.create_index("ix_current_labels_project_id_label_id", "current_labels", ["project_id", "label_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_current_labels_project_id_label_id", table_name="current_labels")

    op.drop_table("current_labels")
    op.drop_index("ix_skips_project_id_labeler_id", table_name="skips")
    op.drop_index("ix_skips_item_id_labeler_id", table_name="skips")

    op.drop_table("skips")
    op.drop_table("queues")
    op.drop_index("ix_queue_entries_item_id", table_name="queue_entries")

    op.drop_table("queue_entries")
    op.drop_index(
        "uq_model_versions_live",
        table_name="model_versions",
        sqlite_where=sa.text("stage = 'live'"),
        postgresql_where=sa.text("stage = 'live'"),
    )

    op.drop_table("model_versions")
    op.drop_index("ix_leases_project_id_labeler_id", table_name="leases")

    op.drop_table("leases")
    op.drop_index("ix_labels_project_id_id", table_name="labels")
    op.drop_index("ix_labels_item_id_id", table_name="labels")

    op.drop_table("labels")
    op.drop_index("ix_flags_project_id_id", table_name="flags")
    op.drop_index("ix_flags_item_id", table_name="flags")

    op.drop_table("flags")
    op.drop_index("ix_aside_project_id_labeler_id_created_at", table_name="aside")

    op.drop_table("aside")
    op.drop_table("training_marks")
    op.drop_index("ix_stage_changes_project_id_id", table_name="stage_changes")

    op.drop_table("stage_changes")
    op.drop_table("sessions")
    op.drop_index("ix_rankings_project_id", table_name="rankings")

    op.drop_table("rankings")
    op.drop_index("ix_members_user_id", table_name="members")

    op.drop_table("members")
    op.drop_index("ix_items_project_id_id", table_name="items")
    op.drop_index(
        "ix_items_open", table_name="items", sqlite_where=sa.text("needed > 0"), postgresql_where=sa.text("needed > 0")
    )

    op.drop_table("items")
    op.drop_table("invitations")
    op.drop_table("guideline_versions")
    op.drop_table("dataset_versions")
    op.drop_table("api_tokens")
    op.drop_index("ix_answers_created_at", table_name="answers")

    op.drop_table("answers")
    op.drop_table("acknowledgements")
    op.drop_table("users")
    op.drop_table("projects")
    op.drop_table("login_failures")
    op.drop_index(
        "uq_jobs_lane_running",
        table_name="jobs",
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.drop_index(
        "uq_jobs_dedup_queued",
        table_name="jobs",
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.drop_index("ix_jobs_state_run_at", table_name="jobs")
    op.drop_index("ix_jobs_project_id_id", table_name="jobs")

    op.drop_table("jobs")
    op.drop_table("job_schedules")
    op.drop_index("ix_audit_events_project_id_id", table_name="audit_events")

    op.drop_table("audit_events")
