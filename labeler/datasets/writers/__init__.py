"""Export formats: one encoder a file, registered by its decorator and found by being here."""

import importlib
import pkgutil

from labeler.datasets.writers.registry import Columns, ExportRow, UnknownFormat, Writer, formats, writer

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

__all__ = ["Columns", "ExportRow", "UnknownFormat", "Writer", "formats", "writer"]
