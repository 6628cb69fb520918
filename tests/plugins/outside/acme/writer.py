from collections.abc import Iterable
from pathlib import Path

from labeler.datasets.writers import Export, ExportRow, register_folder_writer


@register_folder_writer("acme_folders", title="one folder per label", needs_columns=False, tasks=("choice",))
def write_folders(rows: Iterable[ExportRow], export: Export, folder: Path) -> None:
    """Each text is a file in the folder of its label."""
    for row in rows:
        (folder / (row["label"] or "none")).mkdir(exist_ok=True)
        (folder / (row["label"] or "none") / f"{row['key']}.txt").write_text(row["text"])
