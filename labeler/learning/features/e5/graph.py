"""multilingual-e5-small as a graph of ONNX Runtime's own fused operators, weights of its layers in bytes.

A layer: attention (QAttention), its output and the two products of its feed-forward part (DynamicQuantizeMatMul), each
with activations in bytes by one scale for the text, weights by one for each column. Word vectors stay in the 4 bits
that they come in. Input: one text, without padding; output: its tokens' vectors, whose mean is the text's.
"""

from collections.abc import Sequence

import numpy as np

from labeler.learning.features.e5.onnx_file import MICROSOFT, Value, model, node, tensor
from labeler.learning.features.e5.weights import BLOCK, Weights
from labeler.learning.numeric.types import Array

NAME = "multilingual-e5-small"
STEPS = 63
"""Of a weight on either side of 0. Processors without instructions for products of 8 bits add two of them in 16, which
overflow with more steps; of weights that come in 4 bits, nothing is lost by it."""


def onnx_model(weights: Weights, notes: dict[str, str]) -> bytes:
    """The model's file. notes: what its hash stands for besides."""
    return _Graph(weights).written(notes)


class _Graph:
    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.nodes: list[bytes] = []
        self.tensors: list[bytes] = []

    def written(self, notes: dict[str, str]) -> bytes:
        sizes = self.weights.sizes
        x = self._embedded()
        for layer in range(sizes.layers):
            x = self._layer(x, f"l{layer}.", "tokens" if layer == sizes.layers - 1 else f"l{layer}.out")
        shape = ("batch", "length")
        return model(NAME, self.nodes, self.tensors, {"input_ids": shape}, {x: (*shape, sizes.width)}, notes)

    def _embedded(self) -> str:
        """Words, places and the one kind of token, added and normed."""
        weights, width = self.weights, self.weights.sizes.width
        codes, scales = weights.blocks("emb.word", width)
        halves = codes[:, ::2] | (codes[:, 1::2] << 4)  # two neighbors in a byte, the first one low
        given = [self._kept("words", halves), "input_ids", self._kept("words.scales", scales)]
        packed = {"gather_axis": 0, "quantize_axis": 1, "block_size": BLOCK, "bits": 4}
        self._add("GatherBlockQuantized", given, "words.16", MICROSOFT, **packed)
        self._add("Cast", ["words.16"], "words.32", to=1)
        places = weights.floats("emb.pos").reshape(-1, width) + weights.floats("emb.type").reshape(-1, width)[0]
        self._add("Shape", ["input_ids"], "length", start=1, end=2)
        zero = self._kept("zero", np.array([0], dtype=np.int64))
        self._add("Slice", [self._kept("places", places), zero, "length", zero], "placed")
        self._add("Add", ["words.32", "placed"], "seen")
        norm = [self._floats(f"emb.ln.{part}") for part in "wb"]
        return self._add("LayerNormalization", ["seen", *norm], "embedded", epsilon=weights.epsilon, axis=-1)

    def _layer(self, x: str, at: str, out: str) -> str:
        weights, sizes = self.weights, self.weights.sizes
        joined = np.concatenate([weights.matrix(f"{at}{one}.w", sizes.width) for one in "qkv"])
        codes, scales, zeros = self._quantized(f"{at}qkv", joined)
        bias = self._kept(f"{at}qkv.b", np.concatenate([weights.floats(f"{at}{one}.b") for one in "qkv"]))
        seen = [f"{at}seen", f"{at}seen.scale", f"{at}seen.zero"]
        self.nodes.append(node("DynamicQuantizeLinear", [x], seen))
        given = [seen[0], codes, bias, seen[1], scales, "", seen[2], zeros]
        attended = self._add("QAttention", given, f"{at}attended", MICROSOFT, num_heads=sizes.heads)
        x = self._normed(self._times(attended, f"{at}ao", sizes.width), x, f"{at}aln", f"{at}ao.b", f"{at}mid")
        inner = self._times(x, f"{at}fi", sizes.width)
        inner = self._add("BiasGelu", [inner, self._floats(f"{at}fi.b")], f"{at}gelu", MICROSOFT)
        return self._normed(self._times(inner, f"{at}fo", sizes.inner), x, f"{at}oln", f"{at}fo.b", out)

    def _times(self, x: str, name: str, columns: int) -> str:
        parts = self._quantized(name, self.weights.matrix(f"{name}.w", columns))
        return self._add("DynamicQuantizeMatMul", [x, *parts], name, MICROSOFT)

    def _normed(self, y: str, x: str, norm: str, bias: str, out: str) -> str:
        given = [y, x, self._floats(f"{norm}.w"), self._floats(f"{norm}.b"), self._floats(bias)]
        return self._add("SkipLayerNormalization", given, out, MICROSOFT, epsilon=self.weights.epsilon)

    def _quantized(self, name: str, matrix: Array) -> tuple[str, str, str]:
        """Names of the codes int8 (columns, rows) of a matrix (rows, columns), their scales and zeros (rows,)."""
        scales = np.abs(matrix).max(axis=1) / np.float32(STEPS)
        codes = np.rint(matrix / scales[:, None]).astype(np.int8)
        zeros = np.zeros(len(scales), dtype=np.int8)
        return (
            self._kept(f"{name}.codes", codes.T),
            self._kept(f"{name}.scales", scales),
            self._kept(f"{name}.zeros", zeros),
        )

    def _floats(self, name: str) -> str:
        return self._kept(name, self.weights.floats(name))

    def _kept(self, name: str, values: Array) -> str:
        self.tensors.append(tensor(name, values))
        return name

    def _add(self, kind: str, inputs: Sequence[str], out: str, domain: str = "", **attributes: Value) -> str:
        self.nodes.append(node(kind, inputs, [out], domain, **attributes))
        return out
