"""Task types, kinds of content and versions of label schemas; answers in one table; what was picked, and by what.

What was there reads as before: a schema becomes version 1 of itself, answers are the majority of the labels in force,
and every kind of labeler that a project has labels of goes on counting. Going back, later versions of schemas are
forgotten, and projects of task types other than `choice` keep their labels without a way to show them.
"""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TIME = sa.BigInteger()
PEOPLE = ["person", "import"]
# As revision 0001 named them, and as they came out: with the naming convention before them once more.
CHECKS = {
    "items": {"ck_items_split": "split IN ('train', 'holdout')"},
    "jobs": {
        "ck_jobs_state": "state IN ('queued', 'running', 'done', 'failed', 'cancelled', 'superseded')",
    },
    "labels": {"ck_labels_source": "source IN ('queue', 'api', 'import', 'simulated', 'resolution')"},
    "members": {"ck_members_role": "role IN ('manager', 'labeler', 'reader')"},
    "model_versions": {"ck_model_versions_stage": "stage IN ('candidate', 'shadow', 'canary', 'live', 'retired')"},
    "rankings": {"ck_rankings_kind": "kind IN ('coverage', 'model', 'outside')"},
    "users": {
        "ck_users_kind": "kind IN ('person', 'pipeline', 'heuristic', 'model', 'simulated')",
        "ck_users_role": "role IN ('admin', 'manager', 'labeler', 'reader')",
    },
}
ADDED: dict[str, list[Callable[[], sa.Column[Any]]]] = {
    "labels": [
        lambda: sa.Column("kind", sa.String(16), nullable=False, server_default="person"),
        lambda: sa.Column("schema_version", sa.Integer(), nullable=False, server_default="1"),
        lambda: sa.Column("pick", JSON, nullable=True),
    ],
    "current_labels": [lambda: sa.Column("counted", sa.Boolean(), nullable=False, server_default=sa.true())],
    "queue_entries": [lambda: sa.Column("pick", JSON, nullable=True)],
    "leases": [lambda: sa.Column("pick", JSON, nullable=True)],
    "dataset_versions": [lambda: sa.Column("schema_version", sa.Integer(), nullable=False, server_default="1")],
}
KIND_OF_LABELS = """
UPDATE labels SET kind = (
  SELECT CASE WHEN u.kind IN ('heuristic', 'model', 'simulated') THEN u.kind
    WHEN labels.source = 'import' OR u.kind = 'pipeline' THEN 'import' ELSE 'person' END
  FROM users u WHERE u.id = labels.labeler_id)
"""
ANSWERS = """
INSERT INTO item_answers (item_id, project_id, value, labels, confidence, method, given, created_at, changed_at)
SELECT item_id, project_id, {value}, {labels}, 1.0 * votes / given, 'majority', given, first_at, last_at FROM (
  SELECT item_id, project_id, written, votes, sum(votes) OVER (PARTITION BY item_id) AS given,
    min(first_at) OVER (PARTITION BY item_id) AS first_at, max(last_at) OVER (PARTITION BY item_id) AS last_at,
    row_number() OVER (PARTITION BY item_id ORDER BY votes DESC, first_id) AS place
  FROM (
    SELECT c.item_id, c.project_id, CAST(l.value AS TEXT) AS written, count(*) AS votes, min(l.id) AS first_id,
      min(l.created_at) AS first_at, max(l.created_at) AS last_at
    FROM current_labels c JOIN labels l ON l.id = c.label_id WHERE l.value IS NOT NULL
    GROUP BY c.item_id, c.project_id, CAST(l.value AS TEXT)
  ) counted
) placed WHERE place = 1
"""


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _make_tables() -> None:
    op.create_table(
        "label_schemas",
        sa.Column("project_id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("schema", JSON, nullable=False),
        sa.Column("mapping", JSON, nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("created_by", ID, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_label_schemas_project_id_projects", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", "version", name="pk_label_schemas"),
    )
    op.create_table(
        "item_answers",
        sa.Column("item_id", ID, autoincrement=False, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("value", JSON, nullable=False),
        sa.Column("labels", JSON, nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("method", sa.String(32), nullable=False),
        sa.Column("given", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_item_answers_item_id_items", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_item_answers_project_id_projects", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", name="pk_item_answers"),
    )
    op.create_index("ix_item_answers_project_id_created_at", "item_answers", ["project_id", "created_at"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("project_id", ID, nullable=True),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )


def upgrade() -> None:
    _make_tables()
    for name in sorted({*CHECKS, *ADDED}):
        with op.batch_alter_table(name) as table:
            for check in CHECKS.get(name, {}):
                table.drop_constraint(op.f(f"ck_{name}_{check}"), type_="check")
            for column in ADDED.get(name, []):
                table.add_column(column())
    with op.batch_alter_table("model_searches") as table:
        table.alter_column("sight", new_column_name="representation")
    op.execute("UPDATE rankings SET kind = 'external' WHERE kind = 'outside'")
    op.execute(KIND_OF_LABELS)
    _schemas_from_labels()
    value, several = (
        ("written", "json_array(json(written))")
        if _is_sqlite()
        else (
            "CAST(written AS JSONB)",
            "jsonb_build_array(CAST(written AS JSONB))",
        )
    )
    op.execute(ANSWERS.format(value=value, labels=several))
    _each("model_versions", ("metrics", "baselines"), _as_report)


def _schemas_from_labels() -> None:
    with op.batch_alter_table("projects") as table:
        table.add_column(sa.Column("content", sa.String(32), nullable=True))
        table.add_column(sa.Column("schema", JSON, nullable=True))
        table.add_column(sa.Column("schema_version", sa.Integer(), nullable=False, server_default="1"))
    tx = op.get_bind()
    kinds: dict[int, set[str]] = {}
    for row in tx.execute(sa.text("SELECT DISTINCT project_id, kind FROM labels")):
        kinds.setdefault(row.project_id, set()).add(row.kind)
    projects = _table(
        "projects",
        id=ID,
        task_type=sa.String(),
        labels=JSON,
        schema=JSON,
        settings=JSON,
        created_by=ID,
        created_at=TIME,
    )
    schemas = _table(
        "label_schemas", project_id=ID, version=sa.Integer(), schema=JSON, mapping=JSON, created_by=ID, created_at=TIME
    )
    for row in tx.execute(sa.select(projects)).all():
        counting = [*PEOPLE, *sorted(kinds.get(row.id, set()) - set(PEOPLE))]
        settings = _settings_forward(row.settings) | {"counting": counting}
        schema = settings.pop(KEPT, None) or {"type": row.task_type, "labels": row.labels}
        tx.execute(sa.update(projects).where(projects.c.id == row.id).values(schema=schema, settings=settings))
        first = {"project_id": row.id, "version": 1, "schema": schema, "mapping": {}}
        tx.execute(sa.insert(schemas).values(**first, created_by=row.created_by, created_at=row.created_at))
    op.execute(
        "UPDATE projects SET content = (SELECT CASE WHEN CAST(content AS TEXT) LIKE '{\"text\"%' THEN 'text' ELSE 'table' END"
        " FROM items WHERE items.id = (SELECT min(id) FROM items WHERE items.project_id = projects.id))"
    )
    with op.batch_alter_table("projects") as table:
        table.alter_column("schema", existing_type=JSON, nullable=False)
        table.drop_column("labels")


def _settings_forward(settings: Mapping[str, Any]) -> dict[str, Any]:
    changed = dict(settings)
    wanted = changed.pop("target_accuracy", None)
    changed["target"] = None if wanted is None else {"metric": "accuracy", "value": wanted}
    return changed


def _settings_back(settings: Mapping[str, Any]) -> dict[str, Any]:
    changed = dict(settings)
    changed.pop("counting", None)
    target = changed.pop("target", None) or {}
    changed["target_accuracy"] = target.get("value") if target.get("metric") == "accuracy" else None
    if changed.get("strategy") == "auto":
        changed["strategy"] = "graph_margin"
    return changed


KEPT = "schema"
"""Among the settings: a schema that is more than its labels, for when the database is brought up to date again."""


def _labels_alone(row: Mapping[str, Any]) -> dict[str, Any]:
    schema = row["schema"]
    kept = {} if set(schema) <= {"type", "labels"} and schema.get("labels") else {KEPT: schema}
    return {"labels": schema.get("labels") or [], "settings": {**row["settings"], **kept}}


VIEWS = ("confusion", "per_label")
RENAMED = {"ece": "calibration_error"}


def _as_report(row: Mapping[str, Any]) -> dict[str, Any]:
    baselines = row["baselines"] or {}
    return {
        "metrics": _report(row["metrics"]),
        "baselines": {name: _report(one) for name, one in baselines.items()} or None,
    }


def _report(flat: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if flat is None:
        return None
    n = (flat.get("accuracy") or {}).get("n", 0)
    metrics = {}
    for name, one in flat.items():
        if name not in VIEWS and one is not None:
            given = one if isinstance(one, dict) else {"value": one, "low": None, "high": None, "n": n}
            metrics[RENAMED.get(name, name)] = given
    return {"primary": "accuracy", "metrics": metrics, "views": {name: flat[name] for name in VIEWS if name in flat}}


def _as_flat(row: Mapping[str, Any]) -> dict[str, Any]:
    baselines = row["baselines"] or {}
    return {
        "metrics": _flat(row["metrics"]),
        "baselines": {name: _flat(one) for name, one in baselines.items()},
    }


def _flat(report: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if report is None or "metrics" not in report:
        return None
    flat = dict(report["metrics"]) | dict(report["views"])
    error = flat.pop("calibration_error", None)
    return flat | {"ece": None if error is None else error["value"]}


def _table(name: str, **columns: Any) -> sa.Table:
    return sa.Table(name, sa.MetaData(), *(sa.Column(one, kind) for one, kind in columns.items()))


def _each(name: str, columns: tuple[str, ...], change: Callable[[Mapping[str, Any]], dict[str, Any]]) -> None:
    table, tx = _table(name, id=ID, **dict.fromkeys(columns, JSON)), op.get_bind()
    for row in tx.execute(sa.select(table)).mappings().all():
        tx.execute(sa.update(table).where(table.c.id == row["id"]).values(**change(row)))


def downgrade() -> None:
    _each("model_versions", ("metrics", "baselines"), _as_flat)
    _each("projects", ("settings",), lambda row: {"settings": _settings_back(row["settings"])})
    with op.batch_alter_table("projects") as table:
        table.add_column(sa.Column("labels", JSON, nullable=True))
    _each("projects", ("schema", "labels", "settings"), _labels_alone)
    with op.batch_alter_table("projects") as table:
        table.alter_column("labels", existing_type=JSON, nullable=False)
        table.drop_column("schema")
        table.drop_column("schema_version")
        table.drop_column("content")
    op.execute("UPDATE rankings SET kind = 'outside' WHERE kind = 'external'")
    op.execute(
        "UPDATE labels SET source = 'api' WHERE source NOT IN ('queue', 'api', 'import', 'simulated', 'resolution')"
    )
    with op.batch_alter_table("model_searches") as table:
        table.alter_column("representation", new_column_name="sight")
    for name in sorted({*CHECKS, *ADDED}):
        with op.batch_alter_table(name) as table:
            for column in reversed(ADDED.get(name, [])):
                table.drop_column(column().name)
            for check, condition in CHECKS.get(name, {}).items():
                table.create_check_constraint(op.f(f"ck_{name}_{check}"), condition)
    for gone in ("outbox", "item_answers", "label_schemas"):
        op.drop_table(gone)
