"""Import formats: one file per format, registered by its decorator; found by being here, or by an entry point.

What a file is, its content says: `sniff` a file, `read_rows` from it in constant memory, and make each an item with
`to_item`.
"""

from labeler.items.readers.mapping import check_mapping, guess_mapping, to_item
from labeler.items.readers.preview import preview
from labeler.items.readers.registry import (
    BadRow,
    Detected,
    FileRefused,
    Head,
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
    "Limits",
    "Reader",
    "Row",
    "RowRefused",
    "accepted",
    "check_mapping",
    "endings",
    "guess_mapping",
    "preview",
    "read_rows",
    "reader",
    "reader_of",
    "readers",
    "sniff",
    "to_item",
]
