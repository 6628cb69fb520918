"""Language models of projects, the versions of what each is asked, and every question with what came back.

Keys are stored as they are, since they are sent: a hash would be of no use. They are protected as those of webhooks
are: the database file and backups are readable by the service's user alone, and no answer, log line, audit row, export
or event holds one.
"""

import sqlalchemy as sa

from labeler.kit.columns import Id, Json, Timestamp, created_at, id_column, metadata, reference

llm_labelers = sa.Table(
    "llm_labelers",
    metadata,
    sa.Column("user_id", Id, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    reference("project_id", "projects.id"),
    sa.Column("endpoint", sa.String(2000), nullable=False),
    sa.Column("model", sa.String(200), nullable=False),
    sa.Column("api_key", sa.String(500), nullable=True),
    sa.Column("key_name", sa.String(100), nullable=True),  # of one in the settings
    sa.Column("cost_per_1k_tokens", sa.Float, nullable=True),
    sa.Column("blind_share", sa.Float, nullable=False),
    sa.Column("bar", sa.Float, nullable=True),
    sa.Column("per_minute", sa.Integer, nullable=False),
    sa.Column("money_limit", sa.Float, nullable=True),
    sa.Column("max_tokens", sa.Integer, nullable=False),
    sa.Column("examples", sa.Integer, nullable=False),
    sa.Column("prompt_version", sa.Integer, nullable=False),
    sa.Column("dialect", Json, nullable=False),  # what its endpoint takes, see `calling.py`
    # Another model or prompt is another labeler, which is measured again.
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("use", sa.String(8), nullable=False),  # measure, suggest, weigh, count
    sa.Column("counts_after", Id, nullable=True),  # the label after which its labels count; none: they don't
    sa.Column("revised_after", Id, nullable=False),  # the last label that an earlier revision may have given
    sa.Column("paused", sa.Boolean, nullable=False),
    sa.Column("pause_reason", sa.String(16), nullable=True),
    sa.Column("pause_detail", sa.Text, nullable=True),
    sa.Column("watched_until", Id, nullable=False),  # the label up to which its drift was looked at
    sa.Column("created_by", Id, nullable=True),
    created_at(),
    sa.Column("deleted_at", Timestamp, nullable=True),
    sa.Index("ix_llm_labelers_project_id", "project_id"),
)

llm_prompts = sa.Table(
    "llm_prompts",
    metadata,
    reference("user_id", "llm_labelers.user_id"),
    sa.Column("version", sa.Integer, nullable=False),
    reference("project_id", "projects.id"),
    sa.Column("system", sa.Text, nullable=False),
    sa.Column("user", sa.Text, nullable=False),
    sa.Column("created_by", Id, nullable=True),
    created_at(),
    sa.PrimaryKeyConstraint("user_id", "version"),
)

# Texts of the oldest are forgotten (`keeping.py`); what they were is told by their hash.
llm_asks = sa.Table(
    "llm_asks",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    reference("user_id", "llm_labelers.user_id"),
    reference("item_id", "items.id"),
    sa.Column("job_id", Id, nullable=False),
    sa.Column("purpose", sa.String(8), nullable=False),  # trial, run
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("prompt_version", sa.Integer, nullable=False),
    sa.Column("guideline_version", sa.Integer, nullable=True),
    sa.Column("schema_version", sa.Integer, nullable=False),
    sa.Column("sent", sa.Text, nullable=True),
    sa.Column("sent_sha256", sa.String(64), nullable=False),
    sa.Column("reply", sa.Text, nullable=True),
    sa.Column("outcome", sa.String(16), nullable=False),  # label, or the kind of refusal
    sa.Column("label_id", Id, nullable=True),
    sa.Column("tokens", sa.Integer, nullable=False),
    sa.Column("cost", sa.Float, nullable=True),
    sa.Column("ms", sa.Integer, nullable=False),
    sa.Column("blind", sa.Boolean, nullable=False),
    sa.Column("probability", sa.Float, nullable=True),  # the chance with which it was drawn to be blind
    created_at(),
    sa.Index("ix_llm_asks_user_id_id", "user_id", "id"),
    sa.Index("ix_llm_asks_item_id", "item_id"),
    sa.Index("ix_llm_asks_job_id", "job_id"),
    sa.Index("ix_llm_asks_project_id", "project_id"),
)
sa.Index(
    "ix_llm_asks_blind",
    llm_asks.c.user_id,
    llm_asks.c.label_id,
    sqlite_where=llm_asks.c.blind,
    postgresql_where=llm_asks.c.blind,
)
