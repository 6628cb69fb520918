"""A cell that can't be taken costs its row only where it is asked for."""

import io
import json
import sqlite3
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from labeler.client import Project

TEXT = {"key": "id", "text": "text", "label": "label"}


def as_csv(_: Path) -> bytes:
    return b"id,text,label,note\n1,one,spam,fine\n2,two,ham,a\0b\n3,th\0ree,ham,fine\n"


def as_jsonl(_: Path) -> bytes:
    rows = [
        {"id": 1, "text": "one", "label": "spam", "note": "fine"},
        {"id": 2, "text": "two", "label": "ham", "note": {"deep": "a\0b"}},
        {"id": 3, "text": "th\0ree", "label": "ham", "note": "fine"},
    ]
    return "\n".join(map(json.dumps, rows)).encode()


def as_parquet(_: Path) -> bytes:
    columns = {
        "id": [1, 2, 3],
        "text": ["one", "two", "th\0ree"],
        "label": ["spam", "ham", "ham"],
        "note": pa.array([b"fine", b"\x89PNG", b"fine"]),
    }
    pq.write_table(pa.table(columns), out := io.BytesIO())
    return out.getvalue()


def as_sqlite(folder: Path) -> bytes:
    with sqlite3.connect(folder / "rows.db") as db:
        db.execute("CREATE TABLE rows (id, text, label, note)")
        rows = [(1, "one", "spam", "fine"), (2, "two", "ham", b"\xff"), (3, "th\0ree", "ham", None)]
        db.executemany("INSERT INTO rows VALUES (?, ?, ?, ?)", rows)
    return (folder / "rows.db").read_bytes()


@pytest.mark.one_database
@pytest.mark.parametrize("written", [as_csv, as_jsonl, as_parquet, as_sqlite])
def test_a_cell_costs_its_row_where_it_is_asked_for(project: Project, bring: Any, written: Any, tmp_path: Path) -> None:
    data = written(tmp_path)
    asked = bring(project, data, {**TEXT, "metadata": ["note"]}, name="rows", dry_run=True)
    assert (asked.result["taken"], asked.result["refused"]) == (1, 2)
    assert asked.result["balance"]["labels"] == {"recorded": 1, "with_row": 2}
    assert [(one["row"], one["field"]) for one in asked.result["errors"]] == [(2, "note"), (3, "text")]
    done = bring(project, data, TEXT, name="rows")
    assert (done.result["taken"], done.result["refused"]) == (2, 1)
    assert done.result["balance"]["labels"] == {"recorded": 2, "with_row": 1}
    assert project.items.get("2").content == {"text": "two"}


@pytest.mark.one_database
def test_a_column_of_images_is_left_out_and_told(project: Project, bring: Any) -> None:
    """Captions beside images, as datasets have them: the captions can be labeled."""
    image = pa.array([{"bytes": b"\x89PNG", "path": "a.png"}, {"bytes": b"\xff\xd8", "path": "b.jpg"}])
    pq.write_table(pa.table({"image": image, "caption": ["a dog on grass", "two cats"]}), out := io.BytesIO())
    done = bring(project, out.getvalue(), name="images.parquet")
    assert (done.result["taken"], done.result["refused"]) == (2, 0)
    planned = {column["name"]: column for column in done.result["plan"]["columns"]}
    assert planned["image"]["role"] == "unused" and planned["caption"]["role"] == "text"
    assert any(warning.startswith('"image" is not taken') for warning in done.result["plan"]["warnings"])
