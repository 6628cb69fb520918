"""The human-readable card of a dataset version."""

from typing import Any

from labeler.projects.access import Project


def cell(text: object) -> str:
    """Text in a Markdown table: it can't end its cell or become markup (G15)."""
    flat = " ".join(str(text).split())
    for character in "\\`*_{}[]<>|#":
        flat = flat.replace(character, "\\" + character)
    return flat


def write_card(project: Project, manifest: dict[str, Any]) -> str:
    counts = manifest["counts"]
    labeled = counts["labeled"] or 1
    balance = "\n".join(
        f"| {cell(name)} | {number:,} | {100 * number / labeled:.1f} % |" for name, number in counts["by_label"].items()
    )
    written = project.schema.descriptions().items()
    meaning = "\n".join(f"- **{cell(name)}**: {cell(text or '–')}" for name, text in written)
    guideline = manifest["guideline_version"]
    return f"""# {cell(project.name)}, dataset version {manifest["version"]}

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

- `items/*.parquet`: every item, in the order it came; never rewritten once full.
- `labels/*.parquet`: every label as it was given, with labeler, time, how the item was picked, guideline and schema
  version, and the row it supersedes. `schema.json` says how labels of an earlier schema version are read.
- `current.parquet`: one row per answered item: its answer, how sure it is, and by which method.
- `flags.parquet`: what labelers found hard, and how it was resolved.
- `guideline.md`, `schema.json`: the instructions and labels in force; `manifest.json`: SHA-256 of each file.

The holdout (`split`) is a random sample that no model is trained on: measure on it.

## Getting it

    dvc get REPOSITORY data --rev {manifest["tag"]}
"""
