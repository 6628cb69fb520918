"""How much the messages of an Arrow stream unpack to, by what they say of themselves, before anything is unpacked.

A message is a flatbuffer (format/Message.fbs of Apache Arrow) and a body. In the body of a compressed record batch,
each buffer begins with its unpacked length.
"""

import struct
from typing import Any

from labeler.items.readers.registry import FileRefused

MOST = 200_000_000
"""Bytes that one record batch may unpack to, and all dictionaries together."""
_DICTIONARY = 2


def check_messages(source: Any, start: int) -> None:
    """Look through the messages from this byte on. Raises FileRefused for one that unpacks to too much."""
    import pyarrow as pa

    source.seek(start)
    kept = 0
    reader = pa.ipc.MessageReader.open_stream(source)
    while True:
        try:
            message = reader.read_next_message()
        except StopIteration:
            return
        if message.type not in ("record batch", "dictionary"):
            continue
        size = _unpacked(message.metadata.to_pybytes(), message.body)
        kept += size if message.type == "dictionary" else 0
        if max(size, kept) > MOST:
            raise FileRefused("the Arrow file unpacks to too much; write it in smaller batches, or as Parquet")


def _unpacked(metadata: bytes, body: Any) -> int:
    """Bytes that the buffers of this message unpack to; 0 where they are not compressed. Raises ValueError."""
    try:
        message = _Table(metadata, struct.unpack_from("<I", metadata)[0])
        kind = metadata[message.field(1)]
        header = message.table(2)
        batch = header.table(1) if kind == _DICTIONARY else header
        if not batch.has(3):
            return 0
        buffers = batch.vector(2)
        count = struct.unpack_from("<I", metadata, buffers)[0]
        total = 0
        for at in range(count):
            offset, length = struct.unpack_from("<qq", metadata, buffers + 4 + 16 * at)
            if length >= 8:
                size = struct.unpack("<q", body.slice(offset, 8).to_pybytes())[0]
                total += length if size < 0 else size
        return int(total)
    except (struct.error, IndexError) as error:
        raise ValueError(f"a message is broken: {error}") from error


class _Table:
    """A table of a flatbuffer."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data, self.at = data, at
        self.fields = at - struct.unpack_from("<i", data, at)[0]
        self.size = struct.unpack_from("<H", data, self.fields)[0]

    def has(self, number: int) -> bool:
        return self._offset(number) > 0

    def field(self, number: int) -> int:
        return self.at + self._offset(number)

    def vector(self, number: int) -> int:
        place = self.field(number)
        return int(place + struct.unpack_from("<I", self.data, place)[0])

    def table(self, number: int) -> "_Table":
        return _Table(self.data, self.vector(number))

    def _offset(self, number: int) -> int:
        place = 4 + 2 * number
        return struct.unpack_from("<H", self.data, self.fields + place)[0] if place < self.size else 0
