"""Import formats: one file per format, registered by its decorator; found by being here, or by an entry point.

What a file is, its content says: `sniff` a file, and `read_rows` from it in constant memory
(docs/decisions/0020-files-of-others.md).
"""

from labeler.items.readers.registry import (
    BadRow,
    Detected,
    FileRefused,
    Head,
    Hints,
    Limits,
    Reader,
    Row,
    RowRefused,
    accepted,
    endings,
    read_rows,
    reader,
    reader_of,
    readers,
)
from labeler.items.readers.sniff import sniff

__all__ = [
    "BadRow",
    "Detected",
    "FileRefused",
    "Head",
    "Hints",
    "Limits",
    "Reader",
    "Row",
    "RowRefused",
    "accepted",
    "endings",
    "read_rows",
    "reader",
    "reader_of",
    "readers",
    "sniff",
]
