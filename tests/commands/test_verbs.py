"""The command line's verbs against a running service: what they print, in words and as JSON."""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from planted_columns import loans
from processes import wait_for
from pydantic import SecretStr
from typer.testing import CliRunner

from labeler.cli import app
from labeler.client import ApiError, Client
from labeler.kit import telemetry
from labeler.kit.config import Settings
from labeler.local import local_client

Run = Callable[..., str]
MAPPING = '{"key": "id", "text": "text", "label": "label"}'
ROWS = [f'{{"id": "m{n}", "text": "message number {n}", "label": "{"spam" if n % 3 else "ham"}"}}' for n in range(9)]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Where a service with a job worker is, and a token for it."""
    home = tmp_path_factory.mktemp("verbs")
    with closing(sqlite3.connect(home / "crm.db")) as db, db:
        db.execute(
            "CREATE TABLE messages AS SELECT value AS id, 'number ' || value AS text FROM json_each('[1, 2, 3]')"
        )
    databases = {"crm": SecretStr(f"sqlite:///{home / 'crm.db'}")}
    settings = Settings(home=home, log_level="ERROR", import_databases=databases)
    telemetry.configure(settings, process="test")
    with local_client(settings, with_worker=True) as client:
        yield client.url, client.tokens.create("verbs", ["*"]).token


@pytest.fixture
def run(address: tuple[str, str]) -> Run:
    """`run("projects", "list")`: what the verb prints, once it has ended well."""

    def command(*words: object) -> str:
        url, token = address
        done = CliRunner().invoke(app, ["--url", url, "--token", token, *map(str, words)])
        assert done.exit_code == 0, (done.output, done.exception)
        return done.stdout.strip()

    return command


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    path.write_text("\n".join([*ROWS, '{"id": "", "text": ""}']) + "\n")
    return path


def as_json(run: Run, *words: object) -> Any:
    return json.loads(run("--json", *words))


def test_heuristics_are_listed_with_how_good_they_are(run: Run, file: Path, address: tuple[str, str]) -> None:
    run("projects", "create", "Rules", "--labels", "spam,ham")
    run("import", "rules", file, "--mapping", MAPPING)
    url, token = address
    with Client(url, token=token) as client:
        rules = client.projects.get("rules").heuristics
        rules.create("numbers", "regex", "spam", pattern="number [0-9]")
        wait_for(lambda: [one.state for one in rules] == ["ready"], 60, "the rule to be counted")
    said = run("heuristics", "rules")
    assert "numbers" in said and "Together they cover 100.0%; right: 66.7% (35.4% to 87.9%)" in said
    (rule,) = as_json(run, "heuristics", "rules")["items"]
    assert (rule["hits"], rule["judged"]) == (9, 9) and 0 < rule["accuracy"]["low"] < rule["accuracy"]["value"]


def test_from_a_project_to_a_dataset_version(run: Run, file: Path, tmp_path: Path) -> None:
    assert run("projects", "create", "Verbs", "--labels", "spam,ham") == (
        "Project verbs is there. Next: labeler import verbs FILE"
    )
    said = run("import", "verbs", file, "--mapping", MAPPING).splitlines()
    assert said[0].startswith("Taken for jsonl") and said[1].startswith('  key        "')
    assert "10 rows: 9 taken, 0 already there, 1 refused" in said and said[-1].startswith("  row 10, ")
    assert as_json(run, "import", "verbs", file, "--mapping", MAPPING)["already_there"] == 9
    listed = {one["slug"]: one for one in as_json(run, "projects", "list")}["verbs"]
    assert (listed["items"], listed["schema"]["type"]) == (9, "choice")
    assert run("label", "verbs", "m0", "spam") == "m0: spam"
    assert as_json(run, "label", "verbs", "m0", "ham")["value"] == "ham"
    first = as_json(run, "snapshot", "verbs", "-m", "first")["version"]
    run("label", "verbs", "m1", "ham")
    assert ": 9 items, 9 labeled.\n  dvc get " in run("snapshot", "verbs", "-m", "second")
    newest = as_json(run, "datasets", "verbs")[0]
    assert "## Who labeled" in run("dataset-card", "verbs", newest["version"])
    assert newest["counts"]["items"] == newest["items"] == 9
    assert "labels: 0 added, 1 changed, 0 removed\n  m1: spam -> ham" in run("diff", "verbs", first, newest["version"])
    assert run("export", "verbs", "-o", tmp_path / "all.jsonl").endswith(" bytes")
    kinds = {job["kind"] for job in as_json(run, "jobs")}
    assert {"items.import", "datasets.snapshot"} <= kinds and "items.import" in run("jobs")


def test_guidelines_are_pushed_and_pulled(run: Run, tmp_path: Path) -> None:
    run("projects", "create", "Guided", "--labels", "yes,no")
    path = tmp_path / "guided.md"
    path.write_text("# Guided\n\nSay yes.\n")
    assert run("guidelines", "push", "guided", path, "-m", "first") == "Guideline version 1 is published."
    assert run("guidelines", "push", "guided", path) == "The service has this text already."
    path.write_text("# Guided\n\nSay no.\n")
    assert run("guidelines", "push", "guided", path, "--draft") == "Guideline version 2 is draft."
    assert "-Say yes.\n+Say no." in run("guidelines", "diff", "guided", 1, 2)
    assert as_json(run, "guidelines", "pull", "guided", tmp_path / "pulled.md")["version"] == 1
    assert (tmp_path / "pulled.md").read_text() == "# Guided\n\nSay yes."


def test_accounts_and_formats(run: Run) -> None:
    assert run("users", "create", "Ada@Example.org").startswith("ada@example.org is invited. ")
    assert run("tokens", "create", "ada@example.org", "--scope", "label").startswith("lab_")
    formats = {(one["for"], one["name"]) for one in as_json(run, "formats")}
    assert {("import", "csv"), ("export", "parquet")} <= formats


def test_items_are_assigned_and_quotas_are_said(run: Run, address: tuple[str, str], tmp_path: Path) -> None:
    run("projects", "create", "Shared out", "--labels", "spam,ham")
    with Client(address[0], token=address[1]) as client:
        project = client.projects.get("shared-out")
        rows = [{"key": f"m{n}", "text": f"offer {n}", "split": "train"} for n in range(10)]
        project.items.add(rows, progress=False)
        run("users", "create", "gus@example.org")
        project.members.add("gus@example.org", "labeler")
    who = ("--to", "gus@example.org")
    listed = tmp_path / "keys.txt"
    listed.write_text("m1\nm2\n")
    assert run("assign", "shared-out", *who, "--keys", listed, "--dry-run").startswith("It would be 2 of 2 items.")
    made = as_json(run, "assign", "shared-out", *who, "--keys", listed, "--only")
    assert run("assign", "shared-out", *who, "-n", 3).endswith(": 3 items for gus@example.org.")
    wait_for(lambda: {one["state"] for one in as_json(run, "assignments", "shared-out")} == {"running"}, 60)
    rows = as_json(run, "assignments", "shared-out")
    assert [(row["items"], row["open"], row["only"], row["who"]) for row in rows] == [
        (3, 3, False, ["gus"]),
        (2, 2, True, ["gus"]),
    ]
    ended = run("assignments", "shared-out", "--end", made["id"])
    assert ended == f"Assignment {made['id']} has ended; 2 of its items were open."
    said = run("quota", "shared-out", "gus@example.org", "--per-day", 40, "--only-assigned")
    assert said == "gus@example.org: 40 a day, assigned items only"
    said = run("quota", "shared-out", "gus@example.org", "--in-all", 900, "--per-day", 0, "--any-item")
    assert said == "gus@example.org: 900 in all, any item"
    nobody = CliRunner().invoke(
        app, ["--url", address[0], "--token", address[1], "quota", "shared-out", "nobody@example.org"]
    )
    assert nobody.exit_code == 2 and "there is no member" in nobody.output


def test_a_table_of_a_named_database_is_imported(run: Run, address: tuple[str, str], file: Path) -> None:
    run("projects", "create", "Tables", "--labels", "spam,ham")
    table = ("import", "tables", "--database", "crm", "--table", "messages")
    assert as_json(run, *table, "--dry-run")["taken"] == 3
    said = run(*table).splitlines()
    assert said[0].startswith("Taken for table") and "3 rows: 3 taken, 0 already there, 0 refused" in said
    for wrong in (["--database", "crm"], [str(file), "--database", "crm", "--table", "messages"], []):
        done = CliRunner().invoke(app, ["--url", address[0], "--token", address[1], "import", "tables", *wrong])
        assert done.exit_code == 2 and "give a file, or --database and" in done.output, wrong


def test_an_export_takes_options(run: Run, address: tuple[str, str], file: Path, tmp_path: Path) -> None:
    run("projects", "create", "Optional", "--labels", "spam,ham")
    run("import", "optional", file, "--mapping", MAPPING)
    out = tmp_path / "out.csv"
    run("export", "optional", "-o", out, "--format", "csv", "--option", "rows=labels", "--option", "excel=true")
    first, *rows = out.read_text("utf-8-sig").splitlines()
    assert first.startswith("key,text,split,label,labeler,") and len(rows) == 9
    assert "rows=answers|labels" in " ".join(one["how"] for one in as_json(run, "formats") if one["for"] == "export")
    wrong = ["--url", address[0], "--token", address[1], "export", "optional", "-o", str(out), "--option", "excel"]
    done = CliRunner().invoke(app, wrong)
    assert done.exit_code == 2 and "expected NAME=VALUE" in done.output


def test_what_a_model_must_hold_is_said_shown_and_decides(run: Run, address: tuple[str, str], file: Path) -> None:
    run("projects", "create", "Required", "--labels", "spam,ham")
    assert run("requirements", "required") == "Nothing is required: every model can go live."
    said = run("requirements", "required", "--min", "recall:spam=0.8", "--max", "age_days=30", "--optimize", "macro_f1")
    assert "recall of spam" in said and "at least 0.8" in said and "at most 30" in said
    run("import", "required", file, "--mapping", MAPPING)
    run("train", "required")
    told = as_json(run, "requirements", "required")
    assert told["requirements"]["optimize"] == "macro_f1"
    assert [(one["metric"], one["state"]) for one in told["conditions"]][1] == ("age_days", "holds")
    start = ["--url", address[0], "--token", address[1]]
    failed = CliRunner().invoke(app, [*start, "requirements", "required", "--min", "log_loss=1000", "--model", "1"])
    assert failed.exit_code == 1 and "log_loss" in failed.output
    with pytest.raises(ApiError, match="does not meet what is required"):
        CliRunner().invoke(app, [*start, "promote", "required", "1"], catch_exceptions=False)
    run("promote", "required", 1, "--override", "--reason", "a test")
    run("requirements", "required", "--clear")
    assert run("requirements", "required", "--model", 1) == "Nothing is required: every model can go live."
    wrong = CliRunner().invoke(app, [*start, "requirements", "required", "--min", "accuracy"])
    assert wrong.exit_code == 2 and "is not METRIC=NUMBER" in wrong.output


def test_test_cases_come_from_a_file_and_gate_a_pipeline(
    run: Run, address: tuple[str, str], file: Path, tmp_path: Path
) -> None:
    start = ["--url", address[0], "--token", address[1]]

    def tried(*words: str) -> Any:
        return CliRunner().invoke(app, [*start, *words])

    def tested() -> tuple[int, Any]:
        done = tried("--json", "test", "tested", "2")
        return done.exit_code, json.loads(done.stdout)

    run("projects", "create", "Tested", "--labels", "spam,ham")
    run("import", "tested", file, "--mapping", MAPPING)
    run("train", "tested")
    assert run("test", "tested", 1) == "There are no test cases."
    project = Client(address[0], token=address[1]).projects.get("tested")
    keys = [item.key for item in project.items.find()][:3]
    cases = tmp_path / "cases.csv"
    cases.write_text("item_key,value\n" + "".join(f"{key},ham\n" for key in keys))
    assert "must" in run("test-cases", "tested", "--add", "All ham", "--file", cases)
    (made,) = project.test_cases
    assert (made.name, made.items, made.must_pass) == ("All ham", 3, True)
    run("train", "tested")
    code, told = tested()
    (one,) = project.model(2).test_cases
    assert (code, told["passes"]) == ((0, True) if one.state == "passes" else (1, False))
    assert told["test_cases"][0]["right"] == one.right
    run("test-cases", "tested", "--add", "All ham", "--file", cases, "--min-share", "0.01", "--optional")
    assert tried("test", "tested", "2").exit_code == 0
    assert tried("test", "tested", "2", "x").exit_code == 2
    cases.write_text("item_key,value\n" + f"{keys[0]},spma\n")
    wrong = tried("test-cases", "tested", "--add", "All ham", "--file", str(cases))
    assert wrong.exit_code == 2 and "cases.csv, line 2" in wrong.output.replace("\n", " ")
    cases.write_text("key,value\n")
    assert tried("test-cases", "tested", "--add", "All ham", "--file", str(cases)).exit_code == 2
    assert run("test-cases", "tested", "--remove", "All ham") == "There are no test cases."


def test_slices_are_named_and_a_model_is_measured_on_them(run: Run, address: tuple[str, str], file: Path) -> None:
    run("projects", "create", "Sliced", "--labels", "spam,ham")
    run("import", "sliced", file, "--mapping", MAPPING)
    assert run("slices", "sliced") == "There are no slices."
    assert "Ones" in run("slices", "sliced", "--add", "Ones", "--words", "number 1")
    (made,) = as_json(run, "slices", "sliced", "--add", "Spam", "--label", "spam")[1:]
    assert (made["name"], made["items"]) == ("Spam", 6)
    run("train", "sliced")
    assert "too few" in run("slices", "sliced", "--model", 1) or "holdout" in run("slices", "sliced", "--model", 1)
    assert {one["right"]["value"] for one in as_json(run, "slices", "sliced", "--model", 1)} == {None}
    run("requirements", "sliced", "--min", "accuracy@Spam=0.5")
    assert 'accuracy on slice "Spam"' in run("requirements", "sliced").replace("\n", " ")
    start = ["--url", address[0], "--token", address[1]]
    for wrong in ("--add None", "--words free", "--add A --metadata region", "--remove Nothing"):
        assert CliRunner().invoke(app, [*start, "slices", "sliced", *wrong.split()]).exit_code == 2
    assert "Spam" not in run("slices", "sliced", "--remove", "Spam")
    for wrong in (("--like", "a prize"), ("--add", "A", "--like", "a", "--like-item", "m1")):
        assert CliRunner().invoke(app, [*start, "slices", "sliced", *wrong]).exit_code == 2
    meant = CliRunner().invoke(app, [*start, "slices", "sliced", "--add", "Prizes", "--like", "a prize"])
    assert meant.exit_code == 1 and "sentence encoder" in str(meant.exception)


def test_drift_says_how_many_items_are_missing(run: Run, address: tuple[str, str], file: Path) -> None:
    run("projects", "create", "Drifting", "--labels", "spam,ham")
    assert run("drift", "drifting") == "There is no model yet."  # before labels come: a model trains by itself of them
    run("import", "drifting", file, "--mapping", MAPPING)
    run("train", "drifting")
    told = run("drift", "drifting").replace("\n", " ")
    assert re.fullmatch(r"0 items came since model \d learned: can't tell yet: 50 more items\.", told), told
    start = ["--url", address[0], "--token", address[1]]
    for wrong in ("--check", "--sample 5", "--sample 501"):
        assert CliRunner().invoke(app, [*start, "drift", "drifting", *wrong.split()]).exit_code != 0


def test_savings_say_what_is_missing(run: Run, file: Path) -> None:
    run("projects", "create", "Saving", "--labels", "spam,ham")
    assert run("savings", "saving") == "Nothing is known: no model."
    run("import", "saving", file, "--mapping", MAPPING)
    run("train", "saving")
    assert run("savings", "saving", "--count").startswith("Nothing is known: few holdout; it takes ")
    assert as_json(run, "savings", "saving")["why"] == "few_holdout"


def test_failure_modes_are_looked_for_and_what_is_not_kept_is_refused(
    run: Run, address: tuple[str, str], file: Path
) -> None:
    run("projects", "create", "Failing", "--labels", "spam,ham")
    run("import", "failing", file, "--mapping", MAPPING)
    assert run("failure-modes", "failing") == "There are no failure modes."
    run("train", "failing")
    assert "None found: no labels." in run("failure-modes", "failing", "--find").replace("\n", " ")
    assert as_json(run, "failure-modes", "failing") == []
    start = ["--url", address[0], "--token", address[1]]
    for wrong in ("--keep A", "--keep x=A", "--collect Nothing", "--stop Nothing", "--remove Nothing"):
        assert CliRunner().invoke(app, [*start, "failure-modes", "failing", *wrong.split()]).exit_code == 2


def test_columns_are_weighed_and_one_is_left_out(run: Run, address: tuple[str, str], tmp_path: Path) -> None:
    run("projects", "create", "Loans", "--labels", "paid,lost")
    rows = tmp_path / "loans.jsonl"
    given = ({"id": one["key"], **one["fields"], "label": one["label"], "split": one["split"]} for one in loans())
    rows.write_text("\n".join(map(json.dumps, given)))
    assert run("columns", "loans") == "Nothing is known: no items."
    fields = [name for name in loans()[0]["fields"] if name != "country"]
    mapping = {"key": "id", "label": "label", "split": "split", "fields": fields}
    run("import", "loans", rows, "--mapping", json.dumps(mapping))
    run("train", "loans")
    told = run("columns", "loans", "--look", "--without", "mood")
    assert "collector" in told and "useful" in told and "alone" in told
    found = as_json(run, "columns", "loans")
    assert [one["column"] for one in found["trials"]] == ["mood"]
    assert "Left out of new models: mood." in run("columns", "loans", "--leave-out", "mood")
    assert "Left out" not in run("columns", "loans", "--learn-again", "mood")
    start = ["--url", address[0], "--token", address[1]]
    for wrong in ("--leave-out nothing", "--learn-again mood"):
        assert CliRunner().invoke(app, [*start, "columns", "loans", *wrong.split()]).exit_code == 2


def test_strategies_are_simulated_on_the_labels(run: Run, address: tuple[str, str], tmp_path: Path) -> None:
    run("projects", "create", "Simulated", "--labels", "spam,ham")
    rows = tmp_path / "rows.jsonl"
    given = ({"id": f"m{n}", "text": f"note {n % 7}", "label": "spam" if n % 7 > 3 else "ham"} for n in range(70))
    rows.write_text("\n".join(map(json.dumps, given)))
    run("import", "simulated", rows, "--mapping", MAPPING)
    run("train", "simulated")
    told = run("simulate", "simulated", "--strategy", "margin", "--seeds", 2)
    assert "Labels used: 70" in told and "margin: " in told and "random: " in told
    found = as_json(run, "simulate", "simulated", "--strategy", "entropy", "--seeds", 2)
    assert [one["name"] for one in found["strategies"]] == ["entropy", "random"]
    start = ["--url", address[0], "--token", address[1], "simulate", "simulated"]
    refused = CliRunner().invoke(app, [*start, "--strategy", "oracle"])
    assert isinstance(refused.exception, ApiError) and "there are auto" in str(refused.exception)
    assert run("savings", "simulated").startswith("Nothing is known: not counted")


def test_predictions_say_which_row_they_are_of(run: Run, address: tuple[str, str], file: Path, tmp_path: Path) -> None:
    run("projects", "create", "Predicting", "--labels", "spam,ham")
    run("import", "predicting", file, "--mapping", MAPPING)
    run("train", "predicting")
    run("promote", "predicting", 1)
    path = tmp_path / "new.jsonl"
    path.write_text('{"id": "a", "text": "message number 1"}\nnot JSON\n{"id": "", "text": "message number 2"}\n')
    done = CliRunner().invoke(app, ["--url", address[0], "--token", address[1], "predict", "predicting", str(path)])
    assert done.exit_code == 0 and done.stderr.startswith("row 2 left out: is not valid JSON")
    predicted = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["row"] for one in predicted] == [1, 3]
    assert all(one["value"] in ("spam", "ham") and one["key"] for one in predicted)
