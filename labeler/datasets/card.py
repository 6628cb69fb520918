"""The human-readable card of a dataset version."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from labeler.contents import ContentKind
from labeler.datasets.answered import answered_of, columns_of, fields_of
from labeler.datasets.markdown import cell, front_matter
from labeler.projects.access import Project
from labeler.tasks import OF_LABELS

_DTYPES = {pa.string(): "string", pa.bool_(): "bool", pa.float32(): "float32", pa.float64(): "float64"}
_DTYPES |= {pa.int16(): "int16", pa.int64(): "int64"}


def write_card(project: Project, kind: ContentKind, manifest: Mapping[str, Any]) -> str:
    counts = manifest["counts"]
    labeled = counts["labeled"] or 1
    balance = "\n".join(
        f"| {cell(name)} | {number:,} | {100 * number / labeled:.1f} % |" for name, number in counts["by_label"].items()
    )
    written = project.schema.descriptions().items()
    meaning = "\n".join(f"- **{cell(name)}**: {cell(text or '–')}" for name, text in written)
    guideline = manifest["guideline_version"]
    return f"""{front_matter(_about(project, kind, manifest))}
# {cell(project.name)}, dataset version {manifest["version"]}

{cell(manifest["message"])}

| | |
|---|---|
| items | {counts["items"]:,} |
| labeled | {counts["labeled"]:,} (of them holdout: {counts["holdout"]:,}) |
| label rows, corrections included | {counts["labels"]:,} |
| hard flags | {counts["flags"]:,} |
| guideline | {"none" if guideline is None else f"version {guideline}"} |
| label schema | version {manifest["schema_version"]} |
| content hash | {manifest["content_hash"]} |

## Labels

{meaning}

| label | items | share |
|---|---|---|
{balance}

## Files

- `answered/train`, `answered/test`: the answered items, content and answer in one row; `test` is the holdout.
- `items/*.parquet`: every item, in the order it came; never rewritten once full.
- `labels/*.parquet`: every label as it was given, with labeler, time, how the item was picked, guideline and schema
  version, and the row it supersedes. `schema.json` says how labels of an earlier schema version are read.
- `current.parquet`: one row per answered item: its answer, how sure it is, and by which method.
- `flags.parquet`: what labelers found hard, and how it was resolved.
- `guideline.md`, `schema.json`: the instructions and labels in force; `manifest.json`: SHA-256 of each file;
  `croissant.json`: this version in the Croissant format.

The holdout (`split`) is a random sample that no model is trained on: measure on it.

## Getting it

    dvc get REPOSITORY data --rev {manifest["tag"]}
    labeler verify data

    import datasets
    datasets.load_dataset("data")           # the answered items; "items", "labels", "flags" as second argument: all
"""


def _about(project: Project, kind: ContentKind, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What Hugging Face's library reads of a card: which files are what, and the classes of the answers."""
    answered = answered_of(manifest)
    splits = sorted({one.split for one in answered}, reverse=True)
    configs = [_config("answered", {split: f"answered/{split}/*.parquet" for split in splits})] if splits else []
    configs += [_config("items", {"items": "items/*.parquet"})] if manifest["segments"]["items"] else []
    configs += [_config("labels", {"labels": "labels/*.parquet"})] if manifest["segments"]["labels"] else []
    configs += [_config("flags", {"flags": "flags.parquet"})]
    configs[0]["default"] = True
    about: dict[str, Any] = {"pretty_name": project.name, "configs": configs}
    if splits:
        columns = columns_of(kind, project.task, fields_of(answered))
        features = [_feature(name, type, project) for name, type in columns.items()]
        about["dataset_info"] = [{"config_name": "answered", "features": features}]
    return about


def _config(name: str, files: Mapping[str, str]) -> dict[str, Any]:
    return {"config_name": name, "data_files": [{"split": split, "path": path} for split, path in files.items()]}


def _feature(name: str, type: pa.DataType, project: Project) -> dict[str, Any]:
    several = pa.types.is_list(type)
    inner: Any = _DTYPES.get(type.value_type if several else type, "string")
    if name == "label" and project.task_type in OF_LABELS:
        inner = {"class_label": {"names": {str(n): label for n, label in enumerate(project.schema.label_names)}}}
    return {"name": name, "list" if several else "dtype": inner}
