import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest

from labeler.items.readers import BadRow, FileRefused, Limits, Row, arrow_messages, parquet_pages, read_rows

FILES = Path(__file__).parent / "files"


def parquet(path, table, **options):
    pq.write_table(table, path, **options)


def feather(path, table, compression=None, **options):
    with pa.ipc.new_file(path, table.schema, options=pa.ipc.IpcWriteOptions(compression=compression)) as out:
        out.write_table(table)


def stream(path, table, compression=None, **options):
    with pa.ipc.new_stream(path, table.schema, options=pa.ipc.IpcWriteOptions(compression=compression)) as out:
        out.write_table(table)


@pytest.fixture(params=[parquet, feather, stream])
def columns(request, reading):
    """Writes columns as Parquet, as Arrow file, as Arrow stream."""

    def write(columns, **options):
        request.param(reading.path, pa.table(columns), **options)
        return reading

    return write


def test_all_kinds_of_values_become_what_json_knows(columns):
    rows = columns(
        {
            "text": ["a", None],
            "n": [1.5, float("nan")],
            "day": [datetime.date(2024, 1, 2), None],
            "at": [datetime.datetime(2024, 1, 2, 3, 4, tzinfo=datetime.UTC), None],
            "took": [datetime.timedelta(seconds=90), None],
            "price": [Decimal("1.50"), None],
            "tags": [["x"], []],
            "inner": [{"a": [float("nan")]}, None],
            "kind": pa.array(["k", None]).dictionary_encode(),
            "bytes": [b"caf\xc3\xa9", None],
            "big": pa.array([2**63 - 1, None], pa.int64()),
        }
    ).values()
    assert rows[0] == {
        "text": "a", "n": 1.5, "day": "2024-01-02", "at": "2024-01-02T03:04:00+00:00", "took": 90.0, "price": 1.5,
        "tags": ["x"], "inner": {"a": [None]}, "kind": "k", "bytes": "café", "big": 2**63 - 1,
    }  # fmt: skip
    assert rows[1] == dict.fromkeys(rows[0]) | {"tags": []}


@pytest.mark.parametrize("compression", ["zstd", "lz4"])
def test_compressed_columns_are_read(compression, columns):
    rows = columns({"text": [f"text {at % 10}" for at in range(5_000)]}, compression=compression).values()
    assert [row["text"] for row in rows] == [f"text {at % 10}" for at in range(5_000)]


def test_what_can_not_be_kept_is_told_where_it_is_asked_for(columns):
    """An image beside its caption, say: the captions can be labeled."""
    reading = columns(
        {
            "text": ["a", "b"],
            "image": pa.array([b"\x89PNG", None]),
            "inside": pa.array([{"bytes": b"\x89PNG", "path": "a.png"}, None]),
            "pairs": pa.array([[("a", 1)], None], pa.map_(pa.string(), pa.int64())),
        }
    )
    rows = list(read_rows(reading.path, reading.sniff()))
    assert [row.values["text"] for row in rows] == ["a", "b"]
    assert rows[0].bad["image"] == "holds bytes that are no text"
    assert rows[0].bad["pairs"].startswith("is of type map")
    assert "inside" in rows[0].bad and rows[0].values["inside"] is None
    assert list(rows[1].bad or {}) == ["pairs"], "nothing else is in the second row"


def test_infinity_and_long_cells_cost_their_row(columns):
    rows = columns({"text": ["a" * 50, "b", "c\0", "d"], "n": [1.0, float("inf"), 3.0, 4.0]}).rows(
        None, Limits(max_cell=10)
    )
    assert [row.field for row in rows if isinstance(row, BadRow)] == ["text", "n", "text"]
    assert rows[3].values == {"text": "d", "n": 4.0}


def test_few_bytes_that_stand_for_many_long_cells_take_little_memory(columns, peak):
    """A dictionary holds each text once; rows only point there."""
    one = pa.DictionaryArray.from_arrays(pa.array([0] * 3_000, pa.int32()), pa.array(["x" * 1_000_000]))
    many = pa.DictionaryArray.from_arrays(pa.array([0] * 30_000, pa.int32()), pa.array(["y" * 500_000]))
    lists = pa.ListArray.from_arrays(pa.array(range(0, 30_001, 10), pa.int32()), many)
    reading = columns({"text": one, "n": range(3_000)})
    found = []
    assert peak(lambda: found.extend({type(row.values["text"]) for row in reading.rows()})) < 20_000_000
    assert found == [str]
    reading = columns({"text": ["a"] * 3_000, "tags": lists})
    assert peak(lambda: found.append([row.reason for row in reading.rows(None, Limits(max_cell=100_000))])) < 20_000_000
    assert all("bytes, at most 100,000 characters are taken" in reason for reason in found[-1])


@pytest.mark.parametrize("write", [feather, stream])
def test_what_unpacks_to_too_much_is_refused_before_it_is_unpacked(write, reading, monkeypatch):
    monkeypatch.setattr(arrow_messages, "MOST", 1_000_000)
    write(reading.path, pa.table({"n": [0] * 1_000_000}), compression="zstd")
    assert reading.path.stat().st_size < 10_000
    with pytest.raises(FileRefused, match="unpacks to too much"):
        reading.rows()
    write(reading.path, pa.table({"text": pa.array(["x" * 2_000_000]).dictionary_encode()}), compression="zstd")
    with pytest.raises(FileRefused, match="unpacks to too much"):
        reading.rows()


def a_list(count):
    return pa.ListArray.from_arrays(pa.array([0, count], pa.int32()), pa.array([0] * count, pa.int8()))


@pytest.mark.parametrize(
    ("limit", "most", "columns", "reason"),
    [
        ("MOST_PAGE", 1_000_000, {"text": ["x" * 20_000] * 100}, "unpacks to too much"),
        ("MOST_GROUP", 1_000_000, {"text": ["x" * 20_000] * 100}, "unpacks to too much"),
        ("MOST_VALUES", 100_000, {"text": ["a"], "n": a_list(200_000)}, "a column has 200,000 values in one row group"),
    ],
)
def test_pages_that_unpack_to_too_much_are_refused_before_that(limit, most, columns, reason, reading, monkeypatch):
    """Whatever the file's table of contents says of their size."""
    monkeypatch.setattr(parquet_pages, limit, most)
    parquet(reading.path, pa.table(columns), compression="zstd", use_dictionary=False)
    assert reading.path.stat().st_size < 5_000
    with pytest.raises(FileRefused, match=reason):
        reading.rows()


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("compression", ["none", "snappy", "gzip", "zstd"])
@pytest.mark.parametrize("dictionary", [True, False])
def test_headers_of_pages_are_understood(version, compression, dictionary, reading):
    rows = 20_000
    table = pa.table(
        {"text": [f"text {at % 7000}" for at in range(rows)], "n": range(rows), "l": [[1, 2], []] * 10_000}
    )
    options = {"data_page_version": version, "compression": compression, "use_dictionary": dictionary}
    parquet(reading.path, table, row_group_size=8_000, data_page_size=10_000, write_page_index=True, **options)
    metadata = pq.read_metadata(reading.path)
    said = sum(metadata.row_group(at).column(place).total_uncompressed_size for at in range(3) for place in range(3))
    total, widest = parquet_pages.look_through(reading.path, metadata)
    assert 0.9 * said < total < 1.1 * said
    assert widest < 100
    assert len(reading.values()) == rows


def test_long_texts_are_read_in_small_batches(reading, monkeypatch):
    monkeypatch.setattr("labeler.items.readers.parquet._BATCH_BYTES", 100_000)
    seen = []
    monkeypatch.setattr(
        "labeler.items.readers.parquet.rows_of", lambda batches, *_: seen.extend(map(len, batches)) or ()
    )
    parquet(reading.path, pa.table({"text": ["x" * 20_000] * 100}), compression="zstd", use_dictionary=False)
    assert reading.rows() == [] and max(seen) <= 5 and sum(seen) in (100, 200)  # looked at, then read


def test_a_file_that_is_cut_off_or_changed_is_refused_or_read(columns):
    reading = columns({"text": [f"text {at}" for at in range(300)], "tags": [["a", "b"]] * 300}, compression="lz4")
    whole = reading.path.read_bytes()
    for at in range(8, len(whole), max(1, len(whole) // 60)):
        for data in (whole[:at], whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]):
            reading.path.write_bytes(data)
            try:
                rows = reading.rows()
            except FileRefused:
                continue
            assert all(isinstance(row, Row | BadRow) for row in rows)


@pytest.mark.parametrize("name", ["dataset.parquet", "dataset.zip"])
def test_class_ids_of_hugging_face_datasets_become_names(name, reading):
    """Files that the library `datasets` wrote."""
    assert reading.values((FILES / name).read_bytes()) == [
        {"id": 1, "text": "text 1", "label": "spam", "topics": ["money"]},
        {"id": 2, "text": "text 2", "label": "ham", "topics": ["money", "time"]},
        {"id": 3, "text": "text 3", "label": None, "topics": []},
    ]


def test_the_splits_of_a_hugging_face_dataset_become_a_column(reading):
    rows = reading.values((FILES / "dataset-splits.zip").read_bytes())
    assert [(row["id"], row["label"], row["split"]) for row in rows] == [
        (1, "spam", "train"), (2, "ham", "train"), (3, None, "train"), (4, "ham", "test"), (5, "spam", "test"),
    ]  # fmt: skip
    assert '"train", "test"' in reading.sniff().warnings[0]


def test_a_dataset_that_lacks_a_file_is_refused_by_its_name(reading):
    import io
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(FILES / "dataset-splits.zip") as source, zipfile.ZipFile(out, "w") as target:
        for one in source.infolist():
            if not one.filename.startswith("splits/test/data-"):
                target.writestr(one, source.read(one))
    reading.write(out.getvalue())
    with pytest.raises(FileRefused, match=r'lacks "splits/test/data-00000-of-00001.arrow"'):
        reading.rows()
