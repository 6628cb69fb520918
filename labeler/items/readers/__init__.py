"""Import formats: one file a format, registered by its decorator; what a file is, its content says.

`sniff` a file, `read_rows` from it in constant memory, and make each an item with `to_item`.
"""

import importlib
import pkgutil

from labeler.items.readers.mapping import check_mapping, content_key, guess_mapping, to_item
from labeler.items.readers.preview import preview
from labeler.items.readers.registry import (
    BadRow,
    Detected,
    FileRefused,
    Limits,
    Row,
    RowRefused,
    accepted,
    endings,
    read_rows,
    reader,
)
from labeler.items.readers.sniff import sniff

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

__all__ = [
    "BadRow",
    "Detected",
    "FileRefused",
    "Limits",
    "Row",
    "RowRefused",
    "accepted",
    "check_mapping",
    "content_key",
    "endings",
    "guess_mapping",
    "preview",
    "read_rows",
    "reader",
    "sniff",
    "to_item",
]
