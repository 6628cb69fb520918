"""Hugging Face datasets: the folder that `save_to_disk` writes, packed as zip."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile, ZipInfo

from labeler.items.readers.arrow import batches_of
from labeler.items.readers.arrow_rows import class_names, names_in, rows_of
from labeler.items.readers.registry import BadRow, Detected, FileRefused, Head, Limits, Row, reader
from labeler.items.readers.unpack import files_in, json_in, opened, unpacked_file

_STATE, _INFO, _SPLITS = "state.json", "dataset_info.json", "dataset_dict.json"


def looks_like_dataset(head: Head) -> Detected | None:
    """A zip archive with the description of a dataset in it. Raises FileRefused for an archive that can't be read."""
    if not head.raw.startswith(b"PK\x03\x04"):
        return None
    with opened(head.path) as archive:
        parts = _parts(archive, files_in(archive, Limits()))
    if not parts:
        return None
    splits = ", ".join(f'"{name}"' for name in parts if name)
    note = (f'the rows of the splits {splits}, one after the other; the column "split" says of which',)
    return Detected("huggingface", warnings=note if splits else ())


@reader(
    "huggingface",
    title="Hugging Face dataset (the folder of save_to_disk as zip)",
    endings=(),
    matches=looks_like_dataset,
    binary=True,
    whole_file=True,
    count=lambda path: 0,
)
def read_dataset(path: Path, detected: Detected, limits: Limits) -> Iterator[Row | BadRow]:
    """Rows of a dataset, or of the splits of several with the column "split". Class ids become their names.

    Raises FileRefused, also where a file is missing.
    """
    number = 0
    with opened(path) as archive:
        files = files_in(archive, limits)
        by_name = {one.filename: one for one in files}
        for split, folder in _parts(archive, files).items():
            info = json_in(archive, by_name, folder + _INFO) if folder + _INFO in by_name else {}
            features = info.get("features")
            for name in _data_files(json_in(archive, by_name, folder + _STATE), folder):
                with (
                    unpacked_file(archive, _there(by_name, name), limits) as file,
                    batches_of(file, limits) as (schema, batches),
                ):
                    names = names_in(features) if isinstance(features, dict) else class_names(schema)
                    for row in rows_of(batches, names, limits):
                        number += 1
                        if split and isinstance(row, Row):
                            row.values.setdefault("split", split)
                        yield replace(row, number=number)


def _parts(archive: ZipFile, files: list[ZipInfo]) -> dict[str, str]:
    """The folder of each split; of a dataset without splits, its folder under an empty name."""
    by_name = {one.filename: one for one in files}
    top = next((name for name in by_name if name.rsplit("/", 1)[-1] == _SPLITS), None)
    if top is not None:
        folder = top.removesuffix(_SPLITS)
        splits = json_in(archive, by_name, top).get("splits")
        names = [name for name in splits if isinstance(name, str)] if isinstance(splits, list) else []
        return {name: f"{folder}{name}/" for name in names}
    found = [name.removesuffix(_STATE) for name in by_name if name.rsplit("/", 1)[-1] == _STATE]
    if len(found) != 1 or not any(name.startswith(found[0]) and name.endswith(".arrow") for name in by_name):
        return {}
    return {"": found[0]}


def _data_files(state: dict[str, Any], folder: str) -> list[str]:
    listed = state.get("_data_files")
    if not isinstance(listed, list) or not all(isinstance(one, dict) and "filename" in one for one in listed):
        raise FileRefused(f'"{folder}{_STATE}" in the archive does not list the files of the dataset')
    return [f"{folder}{one['filename']}" for one in listed]


def _there(by_name: dict[str, ZipInfo], name: str) -> ZipInfo:
    if name not in by_name:
        raise FileRefused(f'the dataset in the archive lacks "{name[:200]}"; pack its whole folder')
    return by_name[name]
