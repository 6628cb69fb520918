"""Export formats: one encoder per file, registered by its decorator; found by being here, or by an entry point."""

from labeler.datasets.writers.registry import (
    Columns,
    ExportRow,
    UnknownFormat,
    Writer,
    formats,
    register_folder_writer,
    register_writer,
    writer,
    writers,
)

__all__ = [
    "Columns",
    "ExportRow",
    "UnknownFormat",
    "Writer",
    "formats",
    "register_folder_writer",
    "register_writer",
    "writer",
    "writers",
]
