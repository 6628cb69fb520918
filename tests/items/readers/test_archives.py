import gzip
import io
import json
import os
import random
import sqlite3
import struct
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from labeler.items.readers import BadRow, FileRefused, Limits, Row, unpack

FILES = Path(__file__).parent / "files"
CSV = "id,text\n1,a\n2,b\n"
FORMS = {
    "csv": CSV.encode(),
    "tsv": CSV.replace(",", "\t").encode(),
    "jsonl": b'{"id": "1", "text": "a"}\n{"id": "2", "text": "b"}\n',
    "json": b'[{"id": "1", "text": "a"}, {"id": "2", "text": "b"}]',
    "utf-16": CSV.encode("utf-16"),
}


def packed(files, **options):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("form", FORMS)
def test_what_is_packed_is_read_as_what_it_is(form, reading):
    for data in (gzip.compress(FORMS[form]), packed({"data": FORMS[form]})):
        assert reading.values(data) == [{"id": "1", "text": "a"}, {"id": "2", "text": "b"}]


def test_parquet_may_be_packed_too(reading):
    out = io.BytesIO()
    pq.write_table(pa.table({"text": ["a", "b"]}), out)
    assert reading.values(packed({"train.parquet": out.getvalue()})) == [{"text": "a"}, {"text": "b"}]


def test_several_files_are_read_in_order_and_each_row_says_of_which_it_is(reading):
    rows = reading.rows(packed({"b.csv": "id,text\n1,a\n2\n", "sub/a.csv": "id;text\n3;c\n", "x.csv": "file,t\nf,d\n"}))
    assert rows[0].values == {"id": "1", "text": "a", "file": "b.csv"}
    assert rows[1] == BadRow(2, None, 'has 1 column, expected 2 as in the header (row 2 of "b.csv")')
    assert rows[2].values == {"id": "3", "text": "c", "file": "sub/a.csv"}
    assert rows[3].values == {"file": "f", "t": "d", "file_in_zip": "x.csv"}
    assert [row.number for row in rows] == [1, 2, 3, 4]
    assert "the rows of 3 files" in reading.sniff().warnings[0]


def test_what_systems_put_into_archives_is_no_data(reading):
    clutter = {"__MACOSX/._a.csv": b"\0\1", ".DS_Store": b"\0", "sub/": b"", "Thumbs.db": b"\0", "empty.csv": b""}
    assert len(reading.values(packed({**clutter, "a.csv": CSV}))) == 2


def test_what_is_said_of_the_file_counts_for_what_is_packed(reading):
    data = gzip.compress("1,Straße;x\n2,b;y\n".encode("latin-1"))
    found = reading.values(data, format="csv", header=False, delimiter=";", encoding="latin-1")
    assert found[0] == {"column_1": "1,Straße", "column_2": "x"}
    assert reading.sniff(format="gzip").format == "gzip"
    with pytest.raises(FileRefused, match="is not Parquet"):
        reading.sniff(format="parquet")


def encrypted():
    data = bytearray(packed({"a.csv": CSV}))
    data[6] |= 1  # the flag in the file's own header, and in the table of contents
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


def link():
    one = zipfile.ZipInfo("a.csv")
    one.external_attr = 0o120777 << 16
    return packed({one: "/etc/passwd"})


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (packed({"../../a.csv": CSV}), r'outside of it, "../../a.csv"'),
        (packed({"/etc/a.csv": CSV}), "outside of it"),
        (packed({"C:\\a.csv": CSV}), "outside of it"),
        (packed({"a\\..\\..\\b.csv": CSV}), "outside of it"),
        (encrypted(), '"a.csv" in the archive is encrypted; pack it without a password'),
        (link(), '"a.csv" in the archive is a link'),
        (packed({"in.zip": packed({"a.csv": CSV})}), '"in.zip" in the archive: .* another archive'),
        (packed({"in.gz": gzip.compress(CSV.encode())}), '"in.gz" in the archive: .* another archive'),
        (gzip.compress(gzip.compress(CSV.encode())), "the gzip archive: .* another archive"),
        (gzip.compress(b"x" * 257 + b"ustar" + b"\0" * 300), "the gzip archive: .* tar archive"),
        (packed({"a.csv": CSV, "b.jsonl": FORMS["jsonl"]}), r'several formats: "a.csv" \(csv\), "b.jsonl" \(jsonl\)'),
        (packed({"photo.png": b"\x89PNG\r\n\x1a\n"}), '"photo.png" in the archive: .* PNG'),
        (packed({}), "holds no file with data"),
        (packed({"word/document.xml": "<x/>"}), "a Word document"),
        (packed({f"{at}.csv": CSV for at in range(1_001)}), "1,001 files, at most 1,000"),
        (packed({"a.csv": CSV * 2_000})[:-30], "can't be read"),
        (gzip.compress(os.urandom(50_000).hex().encode())[:-2_000], "cut off or broken"),
    ],
    ids=lambda value: value if isinstance(value, str) else "archive",  # bytes of archives have the time in them
)
def test_archives_that_nobody_should_unpack_are_refused_with_the_place(data, reason, reading):
    with pytest.raises(FileRefused, match=reason):
        reading.rows(data)


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: packed({"a.csv": data})])
def test_bombs_are_refused(pack, reading, monkeypatch):
    data = pack(b"id,text\n" + b"1,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n" * 100_000)
    with pytest.raises(FileRefused, match="unpacks to more than 1,000,000 bytes"):
        reading.rows(data, Limits(max_bytes=1_000_000))
    monkeypatch.setattr(unpack, "_SMALL", 1_000_000)
    with pytest.raises(FileRefused, match="unpacks to more than 200 times its size"):
        reading.rows(data)


def test_a_size_that_lies_does_not_count(reading):
    data = bytearray(packed({"a.csv": CSV * 100_000}))
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.index(mark) + place, 20)
    with pytest.raises(FileRefused, match="cut off or broken"):
        reading.rows(bytes(data))


def binary_files(folder):
    """One of each binary format, by name."""
    with sqlite3.connect(folder / "db") as db:
        db.execute("CREATE TABLE a (id INTEGER PRIMARY KEY, text TEXT)")
        db.executemany("INSERT INTO a VALUES (?, ?)", [(at, f"text {at}") for at in range(300)])
    db.close()
    table = {"text": [f"text {at}" for at in range(500)], "l": [["x"] * (at % 4) for at in range(500)]}
    pq.write_table(pa.table(table), folder / "parquet", compression="zstd")
    found = {name: (folder / name).read_bytes() for name in ("db", "parquet")}
    found |= {"gz": gzip.compress(CSV.encode() * 50), "zip": packed({"a.csv": CSV * 20, "b.csv": CSV})}
    return found | {path.name: path.read_bytes() for path in FILES.iterdir()}


@pytest.mark.parametrize("seed", range(4))
def test_a_broken_file_of_any_format_is_refused_or_read_and_nothing_else(seed, tmp_path, reading, monkeypatch):
    monkeypatch.setattr("labeler.kit.telemetry.logger", lambda: pytest.fail("a reader failed to tell its format"))
    rng = random.Random(seed)
    for name, data in binary_files(tmp_path).items():
        for _ in range(2 if name in ("old.xls", "open.ods") else 30):
            changed = bytearray(data)
            for _ in range(rng.choice([1, 1, 2, 8])):
                changed[rng.randrange(len(changed))] = rng.randrange(256)
            try:
                rows = reading.rows(bytes(changed[: rng.choice([len(changed), rng.randrange(1, len(changed))])]))
            except FileRefused:
                continue
            assert all(isinstance(row, Row | BadRow) for row in rows)


def test_packed_rows_take_constant_memory(reading, peak):
    rows = "".join(json.dumps({"id": at, "text": f"text {at}"}) + "\n" for at in range(100_000))
    reading.write(packed({"a.jsonl": rows}))
    assert peak(lambda: sum(1 for _ in reading.iterate())) < 12_000_000


def test_what_is_written_about_the_data_is_no_data(reading):
    about = {"README.md": b"# A card\n\nwith words\n", "LICENSE": b"MIT\n", "data/a.csv": CSV.encode()}
    assert [row["text"] for row in reading.values(packed(about))] == ["a", "b"]
    assert "README.md, LICENSE: written about the data, and not read" in reading.sniff().warnings
    assert reading.values(packed({"readme.txt": b"only a text\n"}))
    assert len(reading.values(packed({"readme.csv": CSV.encode(), "notice.csv": CSV.encode()}))) == 4, "these are data"
