"""The graph of a BERT for ONNX Runtime: from embedded tokens to their last states."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

Weights = Mapping[str, np.ndarray]
# Weights are rounded to so many steps beside a zero in the middle of 8 bits: signed ones AVX2 multiplies in pairs of 16
# bits, which large ones would overflow.
_LARGEST, _ZERO = 127, 128
_OWN = "com.microsoft"  # the runtime's own operators
_OPSETS = {"": 18, _OWN: 1}
_IR = 8  # of these opsets


@dataclass(frozen=True, slots=True)
class Outliers:
    """Inputs of a layer that are so much larger than others that these would be rounded to nothing beside them."""

    channels: np.ndarray
    limit: float


class _Graph:
    """Nodes and what they are given; each method gives the name of what it makes."""

    def __init__(self, weights: Weights, integers: bool, epsilon: float):
        self.nodes: list[onnx.NodeProto] = []
        self.given: list[onnx.TensorProto] = []
        self.weights, self._integers, self._epsilon = weights, integers, epsilon

    def const(self, value: np.ndarray | np.float32) -> str:
        name = f"c{len(self.given)}"
        self.given.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def op(self, kind: str, *inputs: str, domain: str = "", outputs: int = 1, **attributes: Any) -> list[str]:
        names = [f"n{len(self.nodes)}.{n}" for n in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, names, domain=domain, **attributes))
        return names

    def one(self, kind: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        return self.op(kind, *inputs, domain=domain, **attributes)[0]

    def dense(self, hidden: str, *names: str) -> str:
        """The dense layers of these names, side by side."""
        weight = np.concatenate([self.weights[f"{name}.weight"] for name in names]).T
        bias = self.const(np.concatenate([self.weights[f"{name}.bias"] for name in names]))
        if not self._integers:
            return self.one("Add", self.one("MatMul", hidden, self.const(weight)), bias)
        steps = (np.abs(weight).max(0).clip(1e-9) / _LARGEST).astype(np.float32)
        rounded, zeros = (np.rint(weight / steps) + _ZERO).astype(np.uint8), np.full(len(steps), _ZERO, np.uint8)
        given = [self.const(value) for value in (rounded, steps, zeros)]
        return self.one("DynamicQuantizeMatMul", hidden, *given, bias, domain=_OWN)

    def normal(self, name: str, hidden: str) -> str:
        """The layer norm `name`, in steps that the runtime does many numbers at a time, unlike its own layer norm."""
        weight, bias = (self.const(self.weights[f"{name}.{part}"]) for part in ("weight", "bias"))
        size = len(self.weights[f"{name}.bias"])
        mean = self.one("MatMul", hidden, self.const(np.full((size, 1), 1 / size, np.float32)))
        around = self.one("Sub", hidden, mean)
        return self.one(
            "Add", self.one("SimplifiedLayerNormalization", around, weight, axis=-1, epsilon=self._epsilon), bias
        )

    def attend(self, hidden: str, name: str, bias: str, heads: int) -> str:
        joined = self.dense(hidden, *(f"{name}.{part}" for part in ("query", "key", "value")))
        parts = self.op("Split", joined, axis=-1, num_outputs=3, outputs=3)
        return self.one("MultiHeadAttention", *parts, "", "", bias, domain=_OWN, num_heads=heads)

    def behind_gelu(self, inner: str, name: str, outliers: Outliers | None) -> str:
        """The dense layer `name`; outliers are cut off before it, and what was cut off is added, in float32."""
        if not (self._integers and outliers):
            return self.dense(inner, name)
        limit, chosen = self.const(np.float32(outliers.limit)), outliers.channels
        limits = np.full(self.weights[f"{name}.weight"].shape[1], np.inf, np.float32)
        limits[chosen] = outliers.limit
        large = self.one("Gather", inner, self.const(chosen), axis=-1)
        over = self.one("Relu", self.one("Sub", large, limit))
        rest = self.one("MatMul", over, self.const(self.weights[f"{name}.weight"].T[chosen]))
        inside = self.one("Min", inner, self.const(limits))
        return self.one("Add", self.dense(inside, name), rest)


def bert_graph(
    weights: Weights, layers: int, heads: int, epsilon: float, outliers: Mapping[int, Outliers], integers: bool
) -> bytes:
    """A model of `hidden` (rows, n, d) and `bias` (rows, 1, n, n) that gives the last states; dense layers in 8 bits.

    `outliers` are those behind the GELU, by layer. Without `integers` all is float32.
    """
    graph = _Graph(weights, integers, epsilon)
    hidden = graph.normal("embeddings.LayerNorm", "hidden")
    for layer in range(layers):
        name = f"encoder.layer.{layer}"
        attended = graph.attend(hidden, f"{name}.attention.self", "bias", heads)
        attended = graph.dense(attended, f"{name}.attention.output.dense")
        hidden = graph.normal(f"{name}.attention.output.LayerNorm", graph.one("Add", attended, hidden))
        inner = graph.one("FastGelu", graph.dense(hidden, f"{name}.intermediate.dense"), domain=_OWN)
        inner = graph.behind_gelu(inner, f"{name}.output.dense", outliers.get(layer))
        hidden = graph.normal(f"{name}.output.LayerNorm", graph.one("Add", inner, hidden))
    size = len(weights["embeddings.LayerNorm.weight"])
    shapes: dict[str, list[str | int | None]] = {
        "hidden": ["rows", "n", size],
        "bias": ["rows", 1, "n", "n"],
        hidden: ["rows", "n", size],
    }
    values = [helper.make_tensor_value_info(key, TensorProto.FLOAT, shape) for key, shape in shapes.items()]
    made = helper.make_graph(graph.nodes, "bert", values[:2], values[2:], graph.given)
    opsets = [helper.make_opsetid(domain, version) for domain, version in _OPSETS.items()]
    return helper.make_model(made, opset_imports=opsets, ir_version=_IR).SerializeToString()
