"""Our own dataset versions as files to import: read as they were made, or refused."""

import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from labeler import contents
from labeler.datasets import segments
from labeler.items.readers import dataset_version
from labeler.items.readers.registry import BadRow, FileRefused, Limits, Row, read_rows
from labeler.items.readers.sniff import sniff

NOW = datetime(2026, 11, 26, tzinfo=UTC)
SCHEMA = {
    "task_type": "choice",
    "content": "text",
    "schema": {"labels": ["ham", "spam"]},
    "version": 2,
    "mappings": [{"junk": "spam", "old": None}],
}


def a_label(label: int, item: int, value: str | None, labeler: int = 1, **more: Any) -> dict[str, Any]:
    row = dict.fromkeys(segments.LABELS.names)
    row |= {"label": label, "item": item, "key": f"k{item}", "value": value}
    return row | {"labeler": labeler, "labeler_name": "Ann", "schema_version": 2, "created_at": NOW} | more


@pytest.fixture
def packed(tmp_path: Path) -> Callable[..., Path]:
    """packed(labels, change=..., inside=...): a version of three texts as zip. change: edits its folder before."""

    def pack(
        labels: list[dict[str, Any]],
        change: Callable[[Path], None] | None = None,
        inside: str = "data/",
        metadata: str = "{}",
    ) -> Path:
        folder = tmp_path / "version"
        schema = segments.items_schema(contents.registry.find("text"))
        items = [
            {"item": n, "key": f"k{n}", "text": f"text {n}", "metadata": metadata, "split": "train", "created_at": NOW}
            for n in range(1, 4)
        ]
        made = {"items": segments.write(folder, "items", schema, items)}
        if labels:
            made["labels"] = segments.write(folder, "labels", segments.LABELS, labels)
        listed = {kind: [made[kind].as_dict()] if kind in made else [] for kind in ("items", "labels")}
        manifest = {"project": "mine", "version": 3, "segments": listed}
        (folder / "manifest.json").write_text(json.dumps(manifest))
        (folder / "schema.json").write_text(json.dumps(SCHEMA))
        if change is not None:
            change(folder)
        path = tmp_path / "version.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for one in sorted(one for one in folder.rglob("*") if one.is_file()):
                archive.write(one, inside + one.relative_to(folder).as_posix())
        return path

    return pack


def read(path: Path) -> list[Row]:
    rows = list(read_rows(path, sniff(path), Limits()))
    assert all(isinstance(row, Row) for row in rows)
    return rows


def said(rows: list[Row]) -> dict[str, list[tuple[str, str]]]:
    return {row.values["key"]: [(one["labeler"], one["value"]) for one in row.values["labels"]] for row in rows}


@pytest.mark.parametrize("inside", ["", "data/"])
def test_labels_in_force_are_read_in_the_versions_schema(packed: Any, inside: str) -> None:
    labels = [
        a_label(1, 1, "junk", schema_version=1),
        a_label(2, 1, "ham", labeler=2),
        a_label(3, 2, "ham"),
        a_label(4, 2, "spam", supersedes=3),
        a_label(5, 3, "ham", labeler=3, labeler_name="Bob"),
        a_label(6, 3, None, labeler=3, labeler_name="Bob", supersedes=5),
        a_label(7, 3, "old", schema_version=1, labeler=2),
    ]
    path = packed(labels, inside=inside)
    assert sniff(path).format == "dataset_version"
    assert said(read(path)) == {"k1": [("Ann", "spam"), ("Ann #2", "ham")], "k2": [("Ann", "spam")], "k3": []}


def test_a_version_without_labels_is_items(packed: Any) -> None:
    assert said(read(packed([]))) == {"k1": [], "k2": [], "k3": []}


def _changed(folder: Path) -> None:
    path = next((folder / "labels").iterdir())
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _without_labels(folder: Path) -> None:
    next((folder / "labels").iterdir()).unlink()


def _listing(value: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / "manifest.json").write_text(json.dumps({"project": "mine", "segments": value}))

    return change


def _schema(value: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / "schema.json").write_text(json.dumps(value))

    return change


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_changed, "is not what the version was made with"),
        (_without_labels, "lacks .*labels/"),
        (_listing({"items": []}), "does not list the files"),
        (_listing([]), "does not list the files"),
        (_listing({"items": [3], "labels": []}), "does not list the files"),
        (_schema([]), "no JSON object"),
        (_schema({}), "no label schema"),
        (_schema({**SCHEMA, "task_type": "unheard of"}), "no label schema"),
        (_schema({**SCHEMA, "content": "unheard of"}), "no label schema"),
        (_schema({**SCHEMA, "mappings": 3}), "no label schema"),
    ],
)
def test_what_is_not_as_it_was_made_is_refused(packed: Any, change: Any, reason: str) -> None:
    with pytest.raises(FileRefused, match=reason):
        read(packed([a_label(1, 1, "ham", schema_version=1)], change))


def test_an_item_with_too_many_labels_is_refused(packed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset_version, "_MOST_LABELS", 2)
    with pytest.raises(FileRefused, match="has more than 2 labels"):
        read(packed([a_label(n, 1, "ham", labeler=n) for n in range(1, 4)]))


def test_an_item_that_is_no_json_costs_its_row(packed: Any) -> None:
    path = packed([a_label(1, 1, "ham")], metadata="{")
    assert [(row.number, type(row)) for row in read_rows(path, sniff(path), Limits())] == [
        (1, BadRow),
        (2, BadRow),
        (3, BadRow),
    ]
