"""Export formats: one encoder per file, registered by its decorator; found by being here, or by an entry point."""

from labeler.datasets.writers.options import BadOption, Options, TableOptions, Wants, described, parse_options
from labeler.datasets.writers.registry import (
    Columns,
    Export,
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
    "BadOption",
    "Columns",
    "Export",
    "ExportRow",
    "Options",
    "TableOptions",
    "UnknownFormat",
    "Wants",
    "Writer",
    "described",
    "formats",
    "parse_options",
    "register_folder_writer",
    "register_writer",
    "writer",
    "writers",
]
