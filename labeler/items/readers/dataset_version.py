"""Our own dataset versions: the folder that `dvc get` brings, packed as zip."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile, ZipInfo

import orjson

from labeler.items.readers.parquet import read_parquet
from labeler.items.readers.registry import BadRow, Detected, FileRefused, Head, Limits, Row, reader
from labeler.items.readers.unpack import files_in, json_in, opened, unpacked_file
from labeler.items.versions import VersionSchema, told_apart
from labeler.kit.beside import Beside
from labeler.tasks import TaskError

_MANIFEST, _SCHEMA = "manifest.json", "schema.json"
_LABEL = 0
_MOST_LABELS = 10_000
"""Of one item."""
_KEPT = ("label", "value", "labeler", "labeler_name", "schema_version", "supersedes")


def looks_like_version(head: Head) -> Detected | None:
    """A zip archive with our manifest in it. Raises FileRefused for an archive that can't be read."""
    if not head.raw.startswith(b"PK\x03\x04"):
        return None
    with opened(head.path) as archive:
        found = _top(archive, files_in(archive, Limits()))
        if found is None:
            return None
        folder, by_name = found
        manifest = json_in(archive, by_name, folder + _MANIFEST)
    told = f'dataset version {str(manifest.get("version"))[:20]} of the project "{str(manifest["project"])[:100]}"'
    return Detected("dataset_version", warnings=(f"{told}: every item, and every label that was in force",))


@reader(
    "dataset_version",
    title="our own dataset version (its folder as zip)",
    endings=(),
    matches=looks_like_version,
    binary=True,
    whole_file=True,
    count=lambda path: 0,
)
def read_version(path: Path, detected: Detected, limits: Limits) -> Iterator[Row | BadRow]:
    """Rows as our JSON export has them: an item with the labels in force, read in the version's schema.

    Raises FileRefused, also for a file that is missing or is not the one that the manifest names by its SHA-256.
    """
    with opened(path) as archive, Beside() as beside:
        folder, by_name = _top(archive, files_in(archive, limits)) or ("", {})
        manifest = json_in(archive, by_name, folder + _MANIFEST)
        schema = _schema(archive, by_name, folder)

        def rows(kind: str) -> Iterator[Row | BadRow]:
            for name, digest in _segments(manifest, kind):
                with _unchanged(archive, by_name, folder + name, digest, limits) as file:
                    yield from read_parquet(file, detected, limits)

        names = _keep_labels(rows("labels"), beside)
        for number, row in enumerate(rows("items"), start=1):
            if isinstance(row, Row):
                try:
                    row = replace(row, values=_item(row.values, beside, schema, names))
                except (LookupError, TypeError, ValueError, AttributeError) as error:
                    row = BadRow(number, None, f"the item or a label of it can't be read: {str(error)[:200]}")
            yield replace(row, number=number)


def _top(archive: ZipFile, files: list[ZipInfo]) -> tuple[str, dict[str, ZipInfo]] | None:
    """The folder of the version in the archive, and all files by name; None where there is no version."""
    by_name = {one.filename: one for one in files}
    found = [name.removesuffix(_MANIFEST) for name in by_name if name.rsplit("/", 1)[-1] == _MANIFEST]
    if len(found) != 1 or found[0] + _SCHEMA not in by_name:
        return None
    manifest = json_in(archive, by_name, found[0] + _MANIFEST)
    return (found[0], by_name) if "segments" in manifest and "project" in manifest else None


def _segments(manifest: dict[str, Any], kind: str) -> list[tuple[str, str]]:
    try:
        return [(str(one["file"]), str(one["sha256"])) for one in manifest["segments"][kind]]
    except (KeyError, TypeError) as error:
        raise FileRefused(f'"{_MANIFEST}" in the archive does not list the files of the version') from error


def _schema(archive: ZipFile, by_name: dict[str, ZipInfo], folder: str) -> VersionSchema:
    stored = json_in(archive, by_name, folder + _SCHEMA)
    try:
        found = VersionSchema.of(stored)
        found.content_columns()
        if not all(isinstance(mapping, dict) for mapping in found.mappings):
            raise ValueError("a mapping is no object")
    except (TaskError, LookupError, TypeError, ValueError) as error:
        raise FileRefused(f'"{_SCHEMA}" in the archive is no label schema: {str(error)[:200]}') from error
    return found


@contextmanager
def _unchanged(archive: ZipFile, by_name: dict[str, ZipInfo], name: str, digest: str, limits: Limits) -> Iterator[Path]:
    if name not in by_name:
        raise FileRefused(f'the dataset version in the archive lacks "{name[:200]}"; pack its whole folder')
    with unpacked_file(archive, by_name[name], limits) as path:
        with open(path, "rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                raise FileRefused(f'"{name[:200]}" is not what the version was made with: its SHA-256 is another')
        yield path


def _keep_labels(rows: Iterator[Row | BadRow], beside: Beside) -> dict[int, str]:
    """Let the labels wait by item; the names of labelers whose name another has, too."""
    people: set[tuple[int, str]] = set()

    def kept() -> Iterator[tuple[int, Any]]:
        for row in rows:
            if not isinstance(row, Row):
                raise FileRefused(f"a label of the dataset version can't be read: {row.reason}")
            values = row.values
            try:
                people.add((values["labeler"], values["labeler_name"]))
                yield values["item"], {name: values[name] for name in _KEPT}
            except KeyError as error:
                raise FileRefused(f"the labels of the dataset version lack the column {error}") from error

    beside.keep(_LABEL, kept())
    beside.sort()
    return told_apart(people)


def _item(values: dict[str, Any], beside: Beside, schema: VersionSchema, names: dict[int, str]) -> dict[str, Any]:
    labels = beside.of(values["item"], _LABEL, _MOST_LABELS + 1)
    if len(labels) > _MOST_LABELS:
        raise FileRefused(f'the item "{values["key"]}" of the dataset version has more than {_MOST_LABELS:,} labels')
    corrected = {label["supersedes"] for label in labels}
    given = []
    for label in labels:
        if label["value"] is None or label["label"] in corrected:
            continue
        value = schema.read(label["value"], label["schema_version"])
        if value is not None:
            given.append({"labeler": names.get(label["labeler"], label["labeler_name"]), "value": value})
    content = schema.kind_of(values).from_columns(values)
    metadata = orjson.loads(values["metadata"] or "{}")
    row = {"key": values["key"], **content, "metadata": metadata, "split": values["split"]}
    return row | {"label": None, "labels": given, "flags": []}
