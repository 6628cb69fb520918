"""A graph that is written operator by operator: `g("Add", x, y)` adds a node, and gives the name of what it makes.

Operators: https://onnx.ai/onnx/operators (opset 20, for strings; ai.onnx.ml 3, for trees), and those of ONNX Runtime
(com.microsoft) that cut texts and hash words.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from labeler import DISTRIBUTION
from labeler.learning.errors import OnnxMissing

OPSETS = {"": 20, "ai.onnx.ml": 3, "com.microsoft": 1}
IR_VERSION = 9
ML, RUNTIME = "ai.onnx.ml", "com.microsoft"
Tensor = str
"""The name of what an operator made."""


def installed() -> Any:
    """The library that writes the format. Raises OnnxMissing where a part of the extra is not there."""
    try:
        import onnx
        import onnxruntime  # noqa: F401
        import skl2onnx  # noqa: F401
    except ImportError as error:
        raise OnnxMissing(
            f"what writes ONNX is not installed; install the extra: pip install {DISTRIBUTION}[onnx]"
        ) from error
    return onnx


class Graph:
    """Nodes and constants. prefix: of all names, so that a graph within another one has names of its own."""

    def __init__(self, prefix: str = "_") -> None:
        self._onnx = installed()
        self._prefix, self._made = prefix, 0
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._inputs: list[Any] = []
        self._outputs: list[Any] = []

    def __call__(self, kind: str, *inputs: Any, domain: str = "", outputs: int = 1, **attributes: Any) -> Any:
        """Add an operator; returns the name of what it makes, or a list of them.

        inputs: names, None for one that is left out, or arrays and NumPy numbers, which become constants.
        """
        given = ["" if one is None else one if isinstance(one, str) else self.constant(one) for one in inputs]
        made = [self._name() for _ in range(outputs)]
        self._nodes.append(self._onnx.helper.make_node(kind, given, made, domain=domain, **attributes))
        return made[0] if outputs == 1 else made

    def constant(self, value: Any) -> Tensor:
        """An array, a number of a NumPy type, or an array of strings, as a constant."""
        array, name = np.asarray(value), self._name()
        if array.dtype.kind in "UO":
            written = [str(one).encode() for one in array.ravel()]
            made = self._onnx.helper.make_tensor(name, self._onnx.TensorProto.STRING, array.shape, written)
        else:
            made = self._onnx.numpy_helper.from_array(np.ascontiguousarray(array).reshape(array.shape), name)
        self._constants.append(made)
        return name

    def text(self, value: str) -> Tensor:
        """One string, as a constant."""
        return self.constant(np.array(value, dtype=object))

    def whole(self, *values: int) -> Tensor:
        """Whole numbers (values,), as axes and shapes are given."""
        return self.constant(np.array(values, dtype=np.int64))

    def cast(self, x: Tensor, kind: Any) -> Tensor:
        """x as another NumPy type."""
        made: Tensor = self("Cast", x, to=self._type(kind))
        return made

    def size(self, x: Tensor, axis: int) -> Tensor:
        """How long an axis is: int64 (1,)."""
        made: Tensor = self("Shape", x, start=axis, end=axis + 1)
        return made

    def columns(self, x: Tensor, start: int, end: int | None = None) -> Tensor:
        """Columns of x, negative ones counted from the end; end: None for all from `start` on."""
        made: Tensor = self("Slice", x, self.whole(start), self.whole(2**31 if end is None else end), self.whole(1))
        return made

    def picked(self, x: Tensor, columns: Any) -> Tensor:
        """These columns of x."""
        made: Tensor = self("Gather", x, np.asarray(columns, dtype=np.int64), axis=1)
        return made

    def filled(self, value: Any, shape: Tensor) -> Tensor:
        """One value everywhere. shape: int64 (axes,)."""
        constant = self.text(value) if isinstance(value, str) else value
        made: Tensor = self("Expand", constant, shape)
        return made

    def sum(self, x: Tensor, axis: int = 1, keep: bool = True) -> Tensor:
        """The sum along an axis."""
        made: Tensor = self("ReduceSum", x, self.whole(axis), keepdims=int(keep))
        return made

    def joined(self, *parts: Tensor) -> Tensor:
        """Side by side."""
        if len(parts) == 1:
            return parts[0]
        made: Tensor = self("Concat", *parts, axis=1)
        return made

    def input(self, name: str, kind: Any, shape: Sequence[int | str | None] | None) -> Tensor:
        """What is given from outside. shape: a str for a size that varies; None: anything."""
        self._inputs.append(self._onnx.helper.make_tensor_value_info(name, self._type(kind), shape))
        return name

    def output(self, x: Tensor, name: str, kind: Any, shape: Sequence[int | str | None] | None) -> None:
        """What the graph gives."""
        self("Identity", x)
        self._nodes[-1].output[0] = name
        self._outputs.append(self._onnx.helper.make_tensor_value_info(name, self._type(kind), shape))

    def embed(self, other: Any, inputs: dict[str, Tensor]) -> list[Tensor]:
        """Another model's graph within this one. inputs: what each of its inputs is here; returns its outputs."""
        own = self._onnx.compose.add_prefix(other, f"{self._name()}/").graph
        named = {one.name: inputs[one.name.split("/", 1)[1]] for one in own.input}
        for node in own.node:
            node.input[:] = [named.get(one, one) for one in node.input]
        self._nodes.extend(own.node)
        self._constants.extend(own.initializer)
        return [one.name for one in own.output]

    def loop(self, x: Tensor, body: "Graph") -> Tensor:
        """x after a loop that goes on while its body says so. body: takes the number of the round, whether to go on
        and x, and gives whether to go on and x, in this order."""
        made: Tensor = self("Loop", None, np.bool_(True), x, body=body.proto("body"))
        return made

    def proto(self, name: str) -> Any:
        """As the format has a graph."""
        return self._onnx.helper.make_graph(self._nodes, name, self._inputs, self._outputs, self._constants)

    def model(self, name: str, notes: dict[str, str]) -> bytes:
        """As a file. notes: kept in it."""
        opsets = [self._onnx.helper.make_opsetid(domain, version) for domain, version in OPSETS.items()]
        made = self._onnx.helper.make_model(
            self.proto(name), opset_imports=opsets, ir_version=IR_VERSION, producer_name="labeler"
        )
        self._onnx.helper.set_model_props(made, notes)
        written: bytes = made.SerializeToString()
        return written

    def _type(self, kind: Any) -> int:
        if kind is str:
            return int(self._onnx.TensorProto.STRING)
        return int(self._onnx.helper.np_dtype_to_tensor_dtype(np.dtype(kind)))

    def _name(self) -> str:
        self._made += 1
        return f"{self._prefix}{self._made}"
