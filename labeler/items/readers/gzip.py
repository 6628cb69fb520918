"""gzip: one packed file, whatever it is."""

import gzip
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from labeler.items.readers.registry import BadRow, Detected, Head, Limits, Row, read_rows, reader
from labeler.items.readers.sniff import sniff_packed
from labeler.items.readers.unpack import BEGINNING, unpacked

_WHAT = "the gzip archive"


def looks_like_gzip(head: Head) -> Detected | None:
    """What is in it. Raises FileRefused."""
    if not head.raw.startswith(b"\x1f\x8b"):
        return None
    with (
        gzip.open(head.path) as source,
        unpacked(source, head.path.stat().st_size, Limits(), _WHAT, BEGINNING) as path,
    ):
        inner = sniff_packed(path, head.hints, _WHAT)
    return replace(inner, format="gzip", dialect=inner.dialect or inner.format, hints=head.hints)


@reader(
    "gzip",
    title="gzip of one of these",
    endings=(".gz",),
    matches=looks_like_gzip,
    binary=True,
    whole_file=True,
    same_columns=False,
    count=lambda path: 0,
    packs=True,
)
def read_gzip(path: Path, detected: Detected, limits: Limits) -> Iterator[Row | BadRow]:
    """Rows of the file in it. Raises FileRefused for one that is cut off, or unpacks to too much."""
    with gzip.open(path) as source, unpacked(source, path.stat().st_size, limits, _WHAT) as file:
        yield from read_rows(file, sniff_packed(file, detected.hints, _WHAT), limits)
