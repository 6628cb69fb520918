"""Model versions: each tied to exactly one dataset version."""

import sqlalchemy as sa

from labeler.kit.columns import Id, Json, Timestamp, created_at, id_column, metadata, reference

model_versions = sa.Table(
    "model_versions",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    sa.Column("number", sa.Integer, nullable=False),
    reference("dataset_version_id", "dataset_versions.id", ondelete="RESTRICT"),
    sa.Column("stage", sa.String(16), nullable=False, server_default="candidate"),  # see wire/registry.py: StageIn
    created_at(),
    sa.Column("trained_on", sa.Integer, nullable=False),
    sa.Column("holdout_size", sa.Integer, nullable=False),
    sa.Column("labels_seen", sa.Integer, nullable=False),
    sa.Column("metrics", Json, nullable=True),  # the report: primary, metrics, views
    sa.Column("baselines", Json, nullable=True),
    sa.Column("config", Json, nullable=False),
    sa.Column("packages", Json, nullable=False),
    sa.Column("code_revision", sa.String(64), nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("duration_s", sa.Float, nullable=False),
    sa.Column("stop", Json, nullable=True),
    sa.Column("share", sa.Float, nullable=True),  # of the items, that a canary answers
    sa.Column("cost", Json, nullable=True),  # p95_ms, memory_mb: see training/measuring.py
    sa.Column("soundness", Json, nullable=True),  # see wire/registry.py: SoundnessOut
    sa.UniqueConstraint("project_id", "number"),
)
sa.Index(
    "uq_model_versions_live",
    model_versions.c.project_id,
    unique=True,
    sqlite_where=model_versions.c.stage == "live",
    postgresql_where=model_versions.c.stage == "live",
)

sa.Index(
    "uq_model_versions_canary",
    model_versions.c.project_id,
    unique=True,
    sqlite_where=model_versions.c.stage == "canary",
    postgresql_where=model_versions.c.stage == "canary",
)

stage_changes = sa.Table(
    "stage_changes",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    sa.Column("model_id", Id, nullable=False),
    sa.Column("from_stage", sa.String(16), nullable=False),
    sa.Column("to_stage", sa.String(16), nullable=False),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("changed_by", Id, nullable=True),
    created_at(),
    sa.Index("ix_stage_changes_project_id_id", "project_id", "id"),
)

# What a model came to on a test case, when it was run: as it was then, whatever becomes of the test case.
model_test_runs = sa.Table(
    "model_test_runs",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    reference("model_id", "model_versions.id"),
    sa.Column("test_case_id", Id, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("must_pass", sa.Boolean, nullable=False),
    sa.Column("min_share", sa.Float, nullable=False),
    sa.Column("counts", Json, nullable=False),  # items by outcome
    sa.Column("entries", Json, nullable=False),  # key, expected, said, outcome of each
    created_at(),
    sa.UniqueConstraint("model_id", "test_case_id"),
)

# How a model does on a slice, when it was measured: as it was then, whatever belongs to the slice later.
model_slice_scores = sa.Table(
    "model_slice_scores",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    reference("model_id", "model_versions.id"),
    sa.Column("slice_id", Id, nullable=False),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("query", Json, nullable=False),
    sa.Column("why", sa.String(16), nullable=True),  # there is no figure
    sa.Column("items", sa.Integer, nullable=False),
    sa.Column("labels", sa.Integer, nullable=False),
    sa.Column("figures", Json, nullable=False),  # right, and metrics by name
    created_at(),
    sa.UniqueConstraint("model_id", "slice_id"),
)

# What a model was asked since it came to its stage, by who asked: counts, no contents.
model_use = sa.Table(
    "model_use",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    reference("model_id", "model_versions.id"),
    sa.Column("change_id", Id, nullable=False),  # how it came to its stage
    sa.Column("user_id", Id, nullable=False),
    sa.Column("token_id", Id, nullable=False),  # 0: logged in, without a token
    sa.Column("bucket", sa.Integer, nullable=False),  # how long it took, see use.py; FAILED
    sa.Column("requests", sa.BigInteger, nullable=False),
    sa.Column("items", sa.BigInteger, nullable=False),
    sa.Column("last_at", Timestamp, nullable=False),
    sa.UniqueConstraint("change_id", "user_id", "token_id", "bucket"),
    sa.Index("ix_model_use_model_id", "model_id"),
    sa.Index("ix_model_use_project_id", "project_id"),
)

# How long models took, by day, for requests of about as many items: what slower is told by.
model_use_days = sa.Table(
    "model_use_days",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    reference("model_id", "model_versions.id"),
    sa.Column("change_id", Id, nullable=False),  # how it came to its stage
    sa.Column("day", sa.Integer, nullable=False),  # since 1970-01-01, by the database's clock
    sa.Column("size", sa.Integer, nullable=False),  # of the request, see speed.py
    sa.Column("bucket", sa.Integer, nullable=False),  # how long it took, see use.py
    sa.Column("requests", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("change_id", "day", "size", "bucket"),
    sa.Index("ix_model_use_days_model_id", "model_id"),
    sa.Index("ix_model_use_days_project_id_day", "project_id", "day"),
)

# What the live model and the canary answered, newest last: a sample of the items, see served.py.
served_items = sa.Table(
    "served_items",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    reference("model_id", "model_versions.id"),
    sa.Column("key", sa.String(200), nullable=True),
    sa.Column("content", Json, nullable=True),  # while there is a shadow to be asked about it
    sa.Column("value", Json, nullable=False),
    sa.Column("schema_version", sa.Integer, nullable=False),
    created_at(),
    sa.Index("ix_served_items_project_id_id", "project_id", "id"),
    sa.Index("ix_served_items_model_id", "model_id"),
)

# A program that asks for one model, whatever is live.
model_pins = sa.Table(
    "model_pins",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    reference("model_id", "model_versions.id"),
    reference("token_id", "api_tokens.id"),
    created_at(),
    sa.UniqueConstraint("project_id", "token_id"),
    sa.Index("ix_model_pins_model_id", "model_id"),
    sa.Index("ix_model_pins_token_id", "token_id"),
)
