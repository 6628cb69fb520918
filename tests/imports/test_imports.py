"""Importing files through jobs: all rows or told which not (G7), and nothing hostile gets further (G18)."""

import gzip
import io
import json
import os
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from labeler.client import Project
from labeler.imports import jobs as import_jobs
from labeler.imports import pace as import_pace
from labeler.imports import reading as import_reading
from labeler.kit.jobs import engine, process

TEXT = {"key": "id", "text": "text", "label": "label"}


def send(project: Project, data: bytes, mapping: Any = None, name: str = "a.csv") -> httpx.Response:
    form = {"mapping": mapping if isinstance(mapping, str) else json.dumps(mapping)} if mapping else None
    answer: httpx.Response = project.client._http.post(
        f"{project.path}/imports", files={"file": (name, data)}, data=form
    )
    return answer


def import_bytes(service: Any, project: Project, data: bytes, mapping: Any = None, name: str = "a.csv") -> Any:
    answer = send(project, data, mapping, name)
    assert answer.status_code == 202, answer.text
    service.run_jobs(kinds=("items.import",))
    return service.db.read(engine.get, answer.json()["id"])


def table(rows: int) -> list[dict[str, Any]]:
    return [
        {"id": f"k{n}", "text": f"naïve café number {n}, “quoted”", "label": ["spam", "ham", ""][n % 3]}
        for n in range(rows)
    ]


def as_csv(rows: list[dict[str, Any]], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    import csv

    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, rows[0].keys(), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def as_parquet(rows: list[dict[str, Any]]) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), out)
    return out.getvalue()


FATES = ("taken", "already_there", "repeated", "refused")
ROWS = table(60)
FILES = {
    "csv": as_csv(ROWS),
    "csv with BOM": as_csv(ROWS, encoding="utf-8-sig"),
    "csv in Windows-1252": as_csv(ROWS, encoding="cp1252"),
    "csv in UTF-16": as_csv(ROWS, encoding="utf-16"),
    "csv with semicolons": as_csv(ROWS, ";"),
    "tsv": as_csv(ROWS, "\t"),
    "jsonl": b"".join(json.dumps(row).encode() + b"\n" for row in ROWS),
    "parquet": as_parquet(ROWS),
}


@pytest.mark.parametrize("kind", FILES)
def test_every_format_gives_the_same_items_and_labels(service: Any, project: Project, kind: str) -> None:
    row = import_bytes(service, project, FILES[kind], name="any.name")
    assert row.state == "done", row.error
    assert {name: row.result[name] for name in ("rows", "taken", "already_there", "refused")} == {
        "rows": 60, "taken": 60, "already_there": 0, "refused": 0,
    }  # fmt: skip
    found = {item.key: item for item in project.items}
    for given in ROWS:
        item = found[given["id"]]
        assert item.content == {"text": given["text"]}
        assert [label.value for label in item.labels] == ([given["label"]] if given["label"] else [])
    again = import_bytes(service, project, FILES[kind])
    assert (again.result["taken"], again.result["already_there"]) == (0, 60)
    assert len(list(project.items)) == 60 and len(list(project.labels)) == 40
    assert not list((service.settings.home / "uploads").iterdir())


def test_refused_rows_are_told_and_the_sum_is_right(service: Any, project: Project) -> None:
    lines = [
        "id,text,label",
        "a,fine,ham",
        "b,,ham",
        "c,wrong label,spma",
        "d,too,many,cells",
        "e",
        ",no key,ham",
        "a,again,spam",
        'f,"never closed,ham',
        "g,fine too,",
    ]
    row = import_bytes(service, project, "\n".join(lines).encode(), TEXT)
    result = row.result
    assert sum(result[name] for name in FATES) == result["rows"] == len(lines) - 1
    told = {error["row"]: (error["field"], error["reason"]) for error in result["errors"]}
    assert sorted(told) == [2, 4, 5, 6] and len(result["errors"]) == result["refused"]
    assert told[2][0] == "text"
    noted = {note["row"]: note["reason"] for note in result["notes"]}
    assert noted[3] == '"label" is "spma", expected one of spam, ham' and "another content" in noted[7]
    assert "expected 3" in told[4][1] and told[6][0] == "id"
    assert "quot" in noted[8]
    assert sorted(item.key for item in project.items) == ["a", "c", "f", "g"]


def test_formulas_and_markup_are_kept_as_they_are(service: Any, project: Project) -> None:
    texts = ["=cmd|'/c calc'!A0", "<img src=x onerror=alert(1)>", "+1", "-1", "@x", "'=1", "{{7*7}}", "\ttab"]
    rows = [{"id": f"=k{n}", "text": text} for n, text in enumerate(texts)]
    row = import_bytes(service, project, as_csv(rows), {"key": "id", "text": "text"})
    assert row.result["taken"] == len(texts), row.result
    assert {item.key: item.content["text"] for item in project.items} == {r["id"]: r["text"] for r in rows}


HOSTILE = {
    "empty": b"",
    "a program": b"\x7fELF" + bytes(range(256)) * 50,
    "noise": bytes((n * 7919) % 256 for n in range(50_000)),
    "an archive": b"PK\x03\x04" + b"\x00" * 5000,
    "a gzip bomb": gzip.compress(b"0" * 30_000_000),
    "a picture": b"\x89PNG\r\n\x1a\n" + b"\x00" * 500,
    "one giant line": b"text\n" + b"x" * 9_000_000,
    "only NULs": b"\x00" * 100_000,
    "NULs in cells": b"id,text\n1,a\x00b\n2,fine\n",
    "broken UTF-8": b"id,text\n" + b"".join(b"%d,caf\xc3\xa9 and more\n" % n for n in range(50)) + b"99,\xff\xfe\xc3\n",
    "10,000 columns": ",".join(f"c{n}" for n in range(10_000)).encode() + b"\n" + b"," * 9_999 + b"\n",
    "the same column twice": b"text,text\na,b\n",
    "a broken Parquet file": b"PAR1" + b"\x00" * 1000 + b"PAR1",
    "a Parquet file cut off": as_parquet(ROWS)[:-20],
    "a column of bytes": as_parquet([{"id": "a", "text": b"\x00\x01"}]),
    "deep JSON": b'{"id": "a", "text": "x", "deep": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n" + b'{"text": "b"}\n',
    "JSON that is no object": b'[1, 2]\n"text"\n{"text": "fine"}\n',
    "a JSON list": b'[{"text": "a"}, {"text": "b"}]',
    "quotes without end": b"id,text\n" + b'1,"a\n' * 5000,
    "a label that is too long": b"text,label\nabc," + b"x" * 5000 + b"\n",
}


@pytest.mark.one_database
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_or_its_rows_are(service: Any, project: Project, kind: str) -> None:
    preview = project.client._http.post("/imports/preview", files={"file": ("a.csv", HOSTILE[kind])})
    assert preview.status_code in (200, 422), preview.text
    answer = send(project, HOSTILE[kind])
    assert answer.status_code in (202, 422)
    if answer.status_code == 202:
        service.run_jobs(kinds=("items.import",))
        row = service.db.read(engine.get, answer.json()["id"])
        if row.state == "done":
            counted = row.result
            assert sum(counted[name] for name in FATES) == counted["rows"]
        else:
            assert row.state == "failed" and row.error and "The full report is in the log" not in row.error, row.error
    assert not list((service.settings.home / "uploads").iterdir())


def test_a_file_name_is_only_shown(service: Any, project: Project) -> None:
    for name in ("../../../etc/cron.d/x", "/etc/passwd", "a\r\nb.csv", "x" * 500, "<b>.csv"):
        assert import_bytes(service, project, b"text\nhello there world\n", name=name).state == "done"


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ("{", "JSON object"),
        ("[]", "JSON object"),
        ({"text": "nowhere"}, "nowhere"),
        ({"key": "id"}, "text"),
        ({"text": "text", "color": "id"}, "color"),
        ({"text": [1]}, "text"),
        ({"fields": "text"}, "fields"),
        ({"fields": [{"a": 1}]}, "fields"),
    ],
)
def test_a_mapping_that_does_not_fit_is_explained(service: Any, project: Project, mapping: Any, said: str) -> None:
    answer = send(project, as_csv(ROWS), mapping)
    if answer.status_code == 422:
        assert said in answer.text
        return
    service.run_jobs(kinds=("items.import",))
    row = service.db.read(engine.get, answer.json()["id"])
    assert row.state == "failed" and said in row.error, (row.state, row.error, row.result)


def test_the_preview_says_what_is_what(project: Project) -> None:
    found = project.client.post("/imports/preview", files={"file": ("a.csv", as_csv(ROWS))})
    assert found["format"] == "csv" and found["mapping"]["text"] == "text" and found["mapping"]["key"] == "id"
    assert set(found["labels_found"]) == {"spam", "ham"} and len(found["rows"]) == 20


def test_table_rows_become_fields(service: Any, project: Project) -> None:
    data = b"id,age,city,label\n1,34,Oslo,ham\n2,28,Rome,\n"
    mapping = {"key": "id", "fields": ["age", "city"], "label": "label"}
    assert import_bytes(service, project, data, mapping).result["taken"] == 2
    assert project.items.get("1").content == {"fields": {"age": "34", "city": "Oslo"}}


class _PowerCut(BaseException):
    """Nobody catches this: the process is gone."""


def ten_rows_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_reading, "FEW_ROWS", 10)
    monkeypatch.setattr(import_pace, "ROWS", 10)


@pytest.mark.parametrize("cut_at", range(4))
def test_an_import_that_was_killed_goes_on_and_its_counts_add_up(
    service: Any, project: Project, monkeypatch: pytest.MonkeyPatch, cut_at: int
) -> None:
    ten_rows_at_once(monkeypatch)
    rows = [{"id": f"k{n}", "text": "" if n % 7 == 0 else f"text {n}", "label": "ham"} for n in range(45)]
    job_id = send(project, as_csv(rows), TEXT).json()["id"]
    whole_take = import_jobs.take
    steps = 0

    def cut(*arguments: Any) -> Any:
        nonlocal steps
        steps += 1
        if steps == cut_at + 1:
            whole_take(*arguments)
            raise _PowerCut
        return whole_take(*arguments)

    monkeypatch.setattr(import_jobs, "take", cut)
    claim = engine.claim(service.db, "test/0/a")
    assert claim is not None and claim.id == job_id
    with pytest.raises(_PowerCut):
        process.run_one(service.db, service.settings, {"job": claim.id, **vars(claim)})
    assert len(list(project.items)) == len([r for r in rows[: 10 * cut_at] if r["text"]])
    service.db.write(engine.give_back, job_id, claim.attempt)
    service.run_jobs(kinds=("items.import",))
    row = service.db.read(engine.get, job_id)
    assert row.state == "done" and row.attempt == 2
    assert {name: row.result[name] for name in ("rows", "taken", "already_there", "refused")} == {
        "rows": 45, "taken": 38, "already_there": 0, "refused": 7,
    }  # fmt: skip
    assert [error["row"] for error in row.result["errors"]] == [n + 1 for n in range(0, 45, 7)]
    assert len(list(project.labels)) == 38


def test_imports_of_one_project_run_one_after_the_other(service: Any, project: Project) -> None:
    first, second = (send(project, as_csv(ROWS)).json()["id"] for _ in range(2))
    assert engine.claim(service.db, "test/0/a").id == first  # type: ignore[union-attr]
    claimed = []
    while (claim := engine.claim(service.db, "test/1/a")) is not None:
        claimed.append(claim.id)
    assert second not in claimed


def test_a_long_import_lets_others_go_first(
    service: Any, admin: Any, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    ten_rows_at_once(monkeypatch)
    monkeypatch.setattr(import_jobs, "TURN_SECONDS", 0)
    monkeypatch.setattr(import_jobs, "LOOK_SECONDS", 0)
    rows = [{"id": f"k{n}", "text": f"text {n}", "label": "ham"} for n in range(45)]
    long = send(project, as_csv(rows), TEXT).json()["id"]
    short = send(admin.client.projects.create("Other", labels=["ham"]), as_csv(rows[:5]), TEXT).json()["id"]
    run = service.run_jobs(kinds=("items.import",))
    ended = [(row.id, row.state) for row in run]
    assert ended[0] == (long, "queued") and ended.index((short, "done")) < ended.index((long, "done"))
    done = service.db.read(engine.get, long)
    assert done.result["rows"] == done.result["taken"] == len(list(project.items)) == 45
    assert len(list(project.labels)) == 45


def test_a_cancelled_import_leaves_whole_batches(service: Any, project: Project) -> None:
    job_id = send(project, as_csv(ROWS)).json()["id"]
    service.db.write(engine.cancel, job_id)
    service.run_jobs(kinds=("items.import",))
    assert service.db.read(engine.get, job_id).state == "cancelled" and list(project.items) == []


def test_the_upload_is_gone_when_the_job_is_refused(service: Any, project: Project) -> None:
    row = import_bytes(service, project, b"\x89PNG\r\n\x1a\n" + b"\x00" * 500)
    assert row.state == "failed" and "PNG" in row.error
    assert not list((service.settings.home / "uploads").iterdir())


def test_uploads_of_imports_that_never_ran_are_cleared_away(service: Any, project: Project, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("id,text\n1,one\n")
    cancelled = project.import_file(file)
    left = {path.name for path in (service.settings.home / "uploads").iterdir()}
    cancelled.cancel()
    for path in (service.settings.home / "uploads").iterdir():
        os.utime(path, (0, 0))
    project.import_file(file)
    service.run_jobs(kinds=("items.import",))
    assert left and not list((service.settings.home / "uploads").iterdir())
