"""Migrations run up and down on both databases with data in them (G11)."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from labeler.api.bootstrap import SchemaTooOld, prepare_schema
from labeler.client import Project
from labeler.kit.columns import metadata
from labeler.kit.db import Database
from labeler.kit.schema import alembic_config, is_ours, migrate, revisions, schema_state


def test_down_and_up_with_data(service: Any, project: Project, add_texts: Callable[..., Any], db: Database) -> None:
    add_texts(20)
    for item in project.queue.next(5):
        project.label(item, "ham", hard={"reason": "Ambiguous"})
    project.guidelines.publish("# One")
    project.snapshot("before")
    project.webhooks.test(project.webhooks.create("https://hooks.example.org/").id)
    service.run_jobs()
    for revision in reversed(revisions()[:-1]):
        migrate(db, revision)
        assert db.read(schema_state) == "old"
    migrate(db, "base")
    assert db.read(schema_state) == "empty"
    migrate(db)
    assert db.read(schema_state) == "current"


def test_the_schema_is_what_the_tables_say(db: Database) -> None:
    def differences(tx: sa.Connection) -> list[Any]:
        return compare_metadata(MigrationContext.configure(tx, opts={"include_name": is_ours}), metadata)

    assert db.read(differences) == []


def test_the_newest_revision_is_alembics_head() -> None:
    assert revisions()[-1] == ScriptDirectory.from_config(alembic_config()).get_current_head()


def test_an_old_schema_is_refused_with_the_command_that_mends_it(db: Database) -> None:
    db.write(lambda tx: tx.execute(sa.text("DELETE FROM alembic_version")).rowcount)
    with pytest.raises(SchemaTooOld, match="labeler migrate"):
        prepare_schema(db)
    db.write(lambda tx: tx.execute(sa.text("INSERT INTO alembic_version VALUES ('9999')")).rowcount)
    with pytest.raises(SchemaTooOld, match="newer version"):
        prepare_schema(db)


def test_nothing_is_lost_between_the_last_two_versions(
    service: Any, project: Project, add_texts: Callable[..., Any], db: Database
) -> None:
    add_texts(20)
    for item in project.queue.next(5):
        project.label(item, "ham")
    kept = ("projects", "items", "labels", "current_labels", "users", "members", "item_answers")
    before = {name: _rows(db, name) for name in kept}
    migrate(db, "0002")
    settings = _rows(db, "projects")[0]["settings"]
    assert ("target_accuracy" in settings, "counting" in settings) == (True, False)
    assert [row["name"] for row in _rows(db, "projects")[0]["labels"]] == ["spam", "ham"]
    migrate(db)
    for name in kept:
        # When an item was first answered is all that is computed again, from the labels' own times.
        assert _without(_rows(db, name), "changed_at", "created_at", "settings", "pick") == _without(
            before[name], "changed_at", "created_at", "settings", "pick"
        )
    first = _rows(db, "label_schemas")[0]
    assert (first["version"], first["mapping"], first["schema"]) == (1, {}, before["projects"][0]["schema"])
    assert project.info.content is None
    assert _rows(db, "projects")[0]["content"] == "text"


def _rows(db: Database, name: str) -> list[dict[str, Any]]:
    def read(tx: sa.Connection) -> list[dict[str, Any]]:
        table = sa.Table(name, sa.MetaData(), autoload_with=tx)
        return [dict(row) for row in tx.execute(sa.select(table).order_by(*table.primary_key)).mappings()]

    return db.read(read)


def _without(rows: list[dict[str, Any]], *names: str) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name not in names} for row in rows]


def test_the_newest_prediction_of_an_item_is_kept(service: Any, project: Project, db: Database) -> None:
    def predicted(tx: sa.Connection) -> list[Any]:
        return [
            tuple(row) for row in tx.execute(sa.text("SELECT value, import_id FROM outside_predictions ORDER BY 2"))
        ]

    project.items.add([{"key": "x", "text": "a text", "predictions": [{"value": "ham"}]}])
    mapping = {"key": "id", "text": "text", "prediction": "guess"}
    job = project.import_file("a.csv", mapping, data=b"id,text,guess\nx,a text,spam\n")
    service.run_jobs(kinds=("items.import",))
    both = db.read(predicted)
    assert [number for _, number in both] == [0, job.id]
    migrate(db, "0004")
    assert db.read(predicted) == both[1:]
    migrate(db)
    assert db.read(predicted) == both[1:]
