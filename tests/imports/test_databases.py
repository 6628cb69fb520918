"""Tables of databases that the operator named: read only, by name, balanced like files, and without their secrets."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import postgres
import pytest
import sqlalchemy as sa

from labeler.client import ApiError, Client, Job, JobFailed, Project
from labeler.imports.databases import rows
from labeler.imports.table_file import write_rows
from labeler.items.readers import FileRefused, read_rows, sniff
from labeler.kit.config import Settings
from labeler.kit.jobs.tables import jobs
from labeler.wire.items import ImportResult

SECRET = "s3cr3t-of-the-crm"


@dataclass
class Other:
    """Another database, and the settings of an installation in which it is called crm."""

    engine: sa.Engine
    url: str

    def run(self, *statements: str) -> None:
        with self.engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)


@pytest.fixture
def other(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Other]:
    """A database of the kind that the service runs on, with 30 messages, two columns of labels and a view."""
    server: postgres.Server | None = None
    name = f"crm{uuid.uuid4().hex[:12]}"
    if database_kind == "sqlite":
        url = f"sqlite:///{tmp_path / name}.db"
    else:
        server = request.getfixturevalue("postgres_server")
        url = server.create(name).replace("postgres@", f"postgres:{SECRET}@")
    found = Other(sa.create_engine(url), url)
    found.run(
        "CREATE TABLE messages (id INTEGER PRIMARY KEY, message TEXT, label TEXT)",
        *(f"INSERT INTO messages VALUES ({n}, 'message {n}', '{('spam', 'ham')[n % 2]}')" for n in range(30)),
        "CREATE VIEW spam AS SELECT * FROM messages WHERE label = 'spam'",
    )
    yield found
    found.engine.dispose()
    if server is not None:
        server.drop(name)


@pytest.fixture
def settings(settings: Settings, other: Other) -> Settings:
    return Settings(**{**settings.model_dump(), "import_databases": {"crm": other.url}})


def imported(service: Any, job: Job) -> ImportResult:
    service.run_jobs(kinds=("items.import",))
    return job.refresh().result_as(ImportResult)


def counted(fates: dict[str, int]) -> dict[str, int]:
    return {fate: number for fate, number in fates.items() if number}


def test_a_table_comes_in_like_a_file(service: Any, project: Project) -> None:
    assert [one.name for one in project.databases()] == ["crm"]
    assert {(one.name, one.view) for one in project.tables("crm")} >= {("messages", False), ("spam", True)}
    planned = project.preview_table("crm", "messages")
    assert planned.plan.mapping.key == "id" and planned.plan.mapping.label == "label"
    assert planned.balance is not None and counted(planned.balance.rows) == {"labeled": 30}
    assert planned.format == "table"
    done = imported(service, project.import_table("crm", "messages"))
    assert (done.rows, done.taken, counted(done.balance.labels)) == (30, 30, {"recorded": 30})
    assert project.items.get("7").content == {"text": "message 7"}


def test_a_table_can_be_looked_at_before_there_is_a_project(project: Project) -> None:
    client = project.client
    assert isinstance(client, Client) and [one.name for one in client.databases()] == ["crm"]
    assert client.tables("crm") == project.tables("crm")
    assert client.preview_table("crm", "messages", {"text": "message"}).plan.mapping.label is None
    planned = client.preview_table("crm", "messages")
    assert planned.plan.mapping.text == "message" and planned.balance is None
    assert planned.task is not None and {one["name"] for one in planned.task["labels"]} == {"spam", "ham"}
    with pytest.raises(ApiError, match='no table "nothing"'):
        client.preview_table("crm", "nothing")


def test_a_table_without_rows_is_told_as_such(service: Any, project: Project, other: Other) -> None:
    other.run("CREATE TABLE no_rows (id INTEGER, message TEXT)")
    with pytest.raises(ApiError, match=r"[Tt]he table has no rows"):
        project.preview_table("crm", "no_rows")
    job = project.import_table("crm", "no_rows")
    service.run_jobs(kinds=("items.import",))
    with pytest.raises(JobFailed, match="the table has no rows"):
        job.wait(1)


def test_a_dry_run_of_a_table_changes_nothing(service: Any, project: Project) -> None:
    done = imported(service, project.import_table("crm", "spam", dry_run=True))
    assert (done.dry_run, done.rows) == (True, 15) and list(project.items) == []


def test_a_table_imported_again_brings_what_is_new(service: Any, project: Project, other: Other) -> None:
    imported(service, project.import_table("crm", "messages"))
    other.run("INSERT INTO messages VALUES (100, 'a new one', NULL)", "UPDATE messages SET message = 'x' WHERE id = 1")
    done = imported(service, project.import_table("crm", "messages"))
    assert counted(done.balance.rows) == {"same": 29, "different": 1, "unlabeled": 1}


def test_a_mapping_goes_for_tables_too(service: Any, project: Project) -> None:
    mapping = {"key": "id", "text": "message", "label": "label", "label_map": {"ham": None}}
    done = imported(service, project.import_table("crm", "messages", mapping))
    assert counted(done.balance.labels) == {"recorded": 15, "left_out": 15}


def test_the_copy_of_a_table_is_gone_when_it_is_imported(service: Any, project: Project) -> None:
    imported(service, project.import_table("crm", "messages"))
    assert list((service.settings.home / "uploads").iterdir()) == []


def test_an_import_that_goes_on_reads_the_copy_that_it_began_with(service: Any, project: Project) -> None:
    job = project.import_table("crm", "messages")
    with service.db.engine.connect() as connection:
        args = connection.execute(sa.select(jobs.c.args).where(jobs.c.id == job.row.id)).scalar_one()
    Path(args["path"]).write_bytes(b'{"id": 1, "message": "as it was"}\n')
    assert imported(service, job).rows == 1


def test_nothing_is_written_to_another_database(service: Any, settings: Settings, other: Other) -> None:
    from labeler.imports.databases import opened

    with pytest.raises(FileRefused, match=r"can't be read: .*(readonly|read-only)"), opened(settings, "crm", 5) as db:
        db.exec_driver_sql("DELETE FROM messages")
    with other.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM messages").scalar() == 30


@pytest.mark.parametrize(
    ("database", "table", "said"),
    [
        ("erp", "messages", 'no database "erp" to import from; there are: crm.*LABELER_IMPORT_DATABASES'),
        ("crm", "mesages", 'no table "mesages" in the database "crm"'),
        ("crm", "messages; DROP TABLE messages", "no table"),
        ("postgresql://db/crm", "messages", "no database"),
    ],
)
def test_what_was_not_named_is_refused(project: Project, database: str, table: str, said: str) -> None:
    with pytest.raises(ApiError, match=said):
        project.import_table(database, table)
    with pytest.raises(ApiError, match=said):
        project.preview_table(database, table)


def test_a_database_out_of_reach_tells_no_secret(
    service: Any, project: Project, other: Other, settings: Settings, database_kind: str, capfd: Any
) -> None:
    gone = other.url.replace("crm", "gone")
    service.settings.import_databases["crm"] = type(settings.import_databases["crm"])(gone)
    with pytest.raises(ApiError, match="can't be reached") as refused:
        project.preview_table("crm", "messages")
    told = str(refused.value) + "".join(capfd.readouterr())
    assert SECRET not in told and gone not in told


def test_a_password_gets_nowhere(service: Any, project: Project, settings: Settings) -> None:
    job = project.import_table("crm", "messages")
    imported(service, job)
    seen = [repr(settings), str(settings.model_dump()), json.dumps(job.row.model_dump(mode="json"))]
    with service.db.engine.connect() as connection:
        for table in ("jobs", "audit_events"):
            seen += [str(row) for row in connection.exec_driver_sql(f"SELECT * FROM {table}")]
    assert [text for text in seen if SECRET in text] == []


def test_a_job_process_sees_the_same_databases(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    assert Settings().import_databases == settings.import_databases


def test_a_wrong_address_is_refused_at_the_start_without_showing_it() -> None:
    with pytest.raises(ValueError, match="crm: expected a URL that begins with") as refused:
        Settings(import_databases={"crm": f"mysql://reader:{SECRET}@db/crm"})  # type: ignore[dict-item]
    assert SECRET not in str(refused.value)


def test_labelers_see_no_databases(service: Any, labelers: list[Project]) -> None:
    with pytest.raises(ApiError, match="right to write"):
        labelers[0].databases()


def test_a_table_that_takes_too_long_is_given_up(settings: Settings, other: Other) -> None:
    forever = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000)"
    other.run(f"CREATE VIEW forever AS {forever} SELECT count(*) AS total FROM n")
    with pytest.raises(FileRefused, match=r"can't be read: .*(interrupted|timeout)"):
        list(rows(settings, "crm", "forever", 0.2))


def test_rows_that_are_too_many_bytes_leave_no_file(tmp_path: Path) -> None:
    endless = ({"text": "x" * 1000} for _ in iter(int, 1))
    with pytest.raises(FileRefused, match="more than 100,000 bytes: import a view"):
        write_rows(endless, tmp_path / "rows", 10**9, 100_000)
    assert list(tmp_path.iterdir()) == []


def test_a_long_text_is_refused_by_the_reader_and_never_fetched_whole(settings: Settings, other: Other) -> None:
    short = Settings(**{**settings.model_dump(), "max_cell_chars": 1_000})
    other.run("CREATE TABLE long (id INTEGER, message TEXT)", f"INSERT INTO long VALUES (1, '{'x' * 5_000}')")
    (row,) = rows(short, "crm", "long", 5)
    assert len(row["message"]) == (1_001 if other.url.startswith("postgresql") else 5_000)


def test_every_row_comes_once_whatever_their_sizes(settings: Settings, other: Other) -> None:
    sizes = [n * 997 % 5_000 for n in range(300)] * 3
    values = ", ".join(f"({n}, '{'y' * size}')" for n, size in enumerate(sizes))
    other.run("CREATE TABLE sized (id INTEGER, message TEXT)", f"INSERT INTO sized VALUES {values}")
    found = list(rows(settings, "crm", "sized", 5))
    assert sorted(row["id"] for row in found) == list(range(900))
    assert sum(len(row["message"]) for row in found) == sum(sizes)


def test_values_keep_what_they_are(settings: Settings, other: Other, database_kind: str, tmp_path: Path) -> None:
    if database_kind == "sqlite":
        other.run(
            "CREATE TABLE kinds (big, exact, whole, share, made, raw, none)",
            "INSERT INTO kinds VALUES (9223372036854775807, '1.10', 3, 0.5, '2026-11-26', x'ff', NULL)",
        )
    else:
        other.run(
            "CREATE TABLE kinds (big NUMERIC, exact TEXT, whole NUMERIC, share NUMERIC, made DATE, raw BYTEA,"
            " none TEXT, tags TEXT[], doc JSONB, id UUID, at TIMESTAMPTZ, precise NUMERIC)",
            "INSERT INTO kinds VALUES (123456789012345678901234567890, '1.10', 3, 0.5, '2026-11-26', '\\xff', NULL,"
            " '{a,b}', '{\"deep\": [1, null]}', '00000000-0000-0000-0000-000000000001', '2026-11-26T10:00:00Z',"
            " 0.1234567890123456789)",
        )
    write_rows(rows(settings, "crm", "kinds", 5), tmp_path / "rows", 10, 10**6)
    values = json.loads((tmp_path / "rows").read_bytes())
    kept = {"exact": "1.10", "whole": 3, "share": 0.5, "made": "2026-11-26", "none": None}
    assert {name: values[name] for name in kept} == kept
    assert values["big"] in (9223372036854775807, 123456789012345678901234567890)
    if database_kind == "postgresql":
        assert (values["tags"], values["doc"]) == (["a", "b"], {"deep": [1, None]})
        assert values["id"] == "00000000-0000-0000-0000-000000000001" and values["at"].startswith("2026-11-26T")
        assert values["precise"] == "0.1234567890123456789"
    (bad,) = read_rows(tmp_path / "rows", sniff(tmp_path / "rows"))
    assert list(bad.bad) == ["raw"] and "encoding" in bad.bad["raw"]
