"""ONNX models written as bytes: the few messages of the format that a sentence encoder needs.

The same graph is always the same bytes, whatever else is installed: its hash can be known in advance, as it could not
be if a library's version had a say. Nothing but ONNX Runtime is needed to read what was written.
Source: the field numbers of onnx/onnx.proto (ONNX 1.x); encoding: Protocol Buffers, proto3.
"""

import struct
from collections.abc import Mapping, Sequence

import numpy as np

from labeler.learning.numeric.types import Array

TYPES = {"float32": 1, "uint8": 2, "int8": 3, "int32": 6, "int64": 7, "float16": 10}
IR_VERSION = 10
MICROSOFT = "com.microsoft"
OPSETS = {"": 20, MICROSOFT: 1}

Value = int | float
Shape = Sequence[int | str]


def node(
    kind: str, inputs: Sequence[str], outputs: Sequence[str], domain: str = "", **attributes: Value | Sequence[int]
) -> bytes:
    """A NodeProto. kind: of the operator; inputs: "" for one that is left out; attributes: numbers by name."""
    parts = [_text(1, name) for name in inputs] + [_text(2, name) for name in outputs]
    parts += [_text(3, outputs[0]), _text(4, kind)]
    parts += [_message(5, _attribute(name, value)) for name, value in attributes.items()]
    return b"".join([*parts, _text(7, domain)])


def tensor(name: str, values: Array) -> bytes:
    """A TensorProto of an array in one of TYPES."""
    little = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
    dims = b"".join(_number(1, size) for size in values.shape)
    return dims + _number(2, TYPES[values.dtype.name]) + _text(8, name) + _message(9, little.tobytes())


def model(
    name: str,
    nodes: Sequence[bytes],
    tensors: Sequence[bytes],
    inputs: Mapping[str, Shape],
    outputs: Mapping[str, Shape],
    notes: Mapping[str, str],
) -> bytes:
    """A ModelProto. inputs: int64, outputs: float32, each with its shape, a str for a size that varies; notes: kept in
    the file, so that its hash stands for them, too."""
    graph = [_message(1, one) for one in nodes] + [_text(2, name)] + [_message(5, one) for one in tensors]
    graph += [_message(11, _described(one, TYPES["int64"], shape)) for one, shape in inputs.items()]
    graph += [_message(12, _described(one, TYPES["float32"], shape)) for one, shape in outputs.items()]
    opsets = [_message(8, _text(1, domain) + _number(2, version)) for domain, version in OPSETS.items()]
    kept = [_message(14, _text(1, key) + _text(2, value)) for key, value in notes.items()]
    return b"".join([_number(1, IR_VERSION), _text(2, "labeler"), _message(7, b"".join(graph)), *opsets, *kept])


def _attribute(name: str, value: Value | Sequence[int]) -> bytes:
    if isinstance(value, float):
        return _text(1, name) + _tag(2, 5) + struct.pack("<f", value) + _number(20, 1)
    if isinstance(value, int):
        return _text(1, name) + _number(3, value) + _number(20, 2)
    return _text(1, name) + b"".join(_number(8, one) for one in value) + _number(20, 7)


def _described(name: str, kind: int, shape: Shape) -> bytes:
    sizes = [_message(1, _text(2, size) if isinstance(size, str) else _number(1, size)) for size in shape]
    return _text(1, name) + _message(2, _message(1, _number(1, kind) + _message(2, b"".join(sizes))))


def _text(field: int, text: str) -> bytes:
    return _message(field, text.encode())


def _message(field: int, content: bytes) -> bytes:
    return _tag(field, 2) + _varint(len(content)) + content


def _number(field: int, value: int) -> bytes:
    return _tag(field, 0) + _varint(value & 0xFFFFFFFFFFFFFFFF)


def _tag(field: int, kind: int) -> bytes:
    return _varint(field << 3 | kind)


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)
