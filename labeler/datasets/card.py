"""The human-readable card of a dataset version."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from labeler.contents import ContentKind
from labeler.datasets.answered import answered_of, columns_of, fields_of
from labeler.datasets.hub import found_by
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

{_how(manifest)}## Files

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


def _how(manifest: Mapping[str, Any]) -> str:
    """How it was labeled, part by part: what there is nothing of is left out. Versions of earlier times know less."""
    facts = manifest["labeling"]
    parts = (_chosen(facts), _labelers(facts), _versions(facts), _agreed(facts), _certain(facts), _hard(facts))
    return "".join(f"{one}\n\n" for one in parts if one)


def _chosen(facts: Mapping[str, Any]) -> str:
    total = sum(facts["chosen_by"].values())
    if not total:
        return ""
    rows = [(cell(by), f"{n:,}", f"{100 * n / total:.1f} %") for by, n in facts["chosen_by"].items()]
    told = "Only `holdout` was drawn at random; the others are ways to choose what is worth labeling."
    return "\n\n".join(["## How the items were chosen", told, _table(("chosen by", "labels", "share"), rows)])


def _labelers(facts: Mapping[str, Any]) -> str:
    if not facts["by_kind"]:
        return ""
    people = facts["labelers"]
    rows = [(cell(kind), f"{n:,}", f"{people.get(kind, 0):,}") for kind, n in facts["by_kind"].items()]
    more = f"\n\nGiven beside a model's suggestion: {facts['suggested']:,}." if facts["suggested"] else ""
    when = f"\n\nFrom {facts['first'][:10]} to {facts['last'][:10]}." if facts["first"] else ""
    return f"## Who labeled\n\n{_table(('kind of labeler', 'labels in force', 'labelers'), rows)}{more}{when}"


def _versions(facts: Mapping[str, Any]) -> str:
    rows = [("label schema", cell(one), f"{n:,}") for one, n in facts.get("by_schema", {}).items()]
    rows += [("guideline", cell(one), f"{n:,}") for one, n in facts.get("by_guideline", {}).items()]
    if not rows:
        return ""
    return f"## Under which version\n\n{_table(('', 'version', 'labels in force'), rows)}"


def _agreed(facts: Mapping[str, Any]) -> str:
    if facts["agreement"] is None:
        return ""
    low_high = facts.get("agreement_interval")
    between = f" (95 % interval {low_high[0]:.3f} to {low_high[1]:.3f})" if low_high else ""
    rows = [(cell(n), f"{items:,}") for n, items in facts["per_item"].items()]
    told = f"Two labels of one item agree at {facts['agreement']:.3f}{between}: 1 is always."
    return "\n\n".join(["## How far labelers agree", told, _table(("labels of an item", "items"), rows)])


def _certain(facts: Mapping[str, Any]) -> str:
    known, methods = facts.get("certain"), facts.get("methods") or {}
    if known is None:
        return ""
    made = ", ".join(f"{cell(name)} {n:,}" for name, n in methods.items())
    share = known["sure"] / known["known"]
    told = f"Of {known['known']:,} answers it is known how sure they are: {known['mean']:.3f} on average; "
    return f"## How sure the answers are\n\n{told}{share:.1%} are at least 0.9 sure. Made by: {made}."


def _hard(facts: Mapping[str, Any]) -> str:
    flagged = facts.get("flagged")
    if not flagged:
        return ""
    rows = [(cell(reason), f"{n:,}") for reason, n in flagged.items()]
    told = f"Labelers flagged items as hard; {facts['resolved']:,} of these flags are resolved."
    return "\n\n".join(["## What was hard", told, _table(("reason", "flags"), rows)])


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(one) + " |" for one in lines)


def _about(project: Project, kind: ContentKind, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What Hugging Face's library reads of a card: which files are what, and the classes of the answers."""
    answered = answered_of(manifest)
    splits = sorted({one.split for one in answered}, reverse=True)
    configs = [_config("answered", {split: f"answered/{split}/*.parquet" for split in splits})] if splits else []
    configs += [_config("items", {"items": "items/*.parquet"})] if manifest["segments"]["items"] else []
    configs += [_config("labels", {"labels": "labels/*.parquet"})] if manifest["segments"]["labels"] else []
    configs += [_config("flags", {"flags": "flags.parquet"})]
    configs[0]["default"] = True
    about = {"pretty_name": project.name, **found_by(kind.name, project.task_type, manifest["counts"]["items"])}
    about["configs"] = configs
    by_kind = manifest["labeling"]["by_kind"]
    if by_kind and "person" not in by_kind:
        about["annotations_creators"] = ["machine-generated"]
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
