"""The same BERT in torch, for many texts: a GPU or bfloat16 where there is one, else 8-bit integers; no padding.

Loading torch takes a second or two, sentence-transformers several; only this and
`reference.py` load them, and neither is needed to encode a query.
"""

import os
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from store.encoders.bert import BertEncoder

if TYPE_CHECKING:
    import torch

AGREEMENT = 0.995  # least cosine at which bfloat16 or integers stand for float32
_GPU_ROWS = 16_384  # tokens in one pass that fill a GPU
# Not that behind the GELU: some inputs there are so much larger than others that rounding would turn texts.
_ROUNDED = ("query", "key", "value", "attention.output.dense", "intermediate.dense")
_LARGEST = 63  # what weights are rounded to: AVX2 adds products in pairs of 16 bits, which larger ones would overflow
SAMPLE = [
    "We present a method that halves the training cost of large language models.",
    "A robot arm learns to pour water from demonstrations.",
    "The benchmark holds 12,000 questions about medical images.",
]


class FastBert(BertEncoder):
    """A BERT whose texts lie end to end in one row of tokens, so that nothing is spent on padding."""

    def __init__(self, folder: Path) -> None:
        """Reads `folder`, as BertEncoder does, and tries bfloat16 or integers against its float32."""
        # Threads that wait must not spin: beside other work that would cost most of the processor.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        import torch

        super().__init__(folder)
        self._torch = torch
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._tensors = self._cast(torch.float32)
        self._rounded: dict[str, torch.ScriptObject] = {}  # dense layers, in integers
        exact = super().encode(SAMPLE)
        if self._device.type == "cuda":
            self.row_budget = _GPU_ROWS
        if self._device.type == "cuda" or _has_bfloat16():
            self._tensors = self._cast(torch.bfloat16)
        elif torch.backends.quantized.engine in ("x86", "fbgemm"):
            names = [name.removesuffix(".weight") for name in self._tensors]
            self._rounded = {name: self._round(name) for name in names if name.endswith(_ROUNDED)}
        if (exact * self.encode(SAMPLE)).sum(1).min() < AGREEMENT:
            self._tensors, self._rounded = self._cast(torch.float32), {}

    def _round(self, name: str) -> "torch.ScriptObject":
        """The dense layer `name` with its weights in 8 bits, each row rounded for itself; inputs are as they come."""
        torch, weight = self._torch, self._tensors[name + ".weight"]
        steps, zeros = weight.abs().amax(1) / _LARGEST, torch.zeros(len(weight), dtype=torch.long)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a later torch will leave them out
            rows = torch.quantize_per_channel(weight, steps, zeros, 0, torch.qint8)
        return torch.ops.quantized.linear_prepack(rows, self._tensors[name + ".bias"])

    def _cast(self, kind: "torch.dtype") -> dict[str, "torch.Tensor"]:
        tensor = self._torch.tensor
        return {name: tensor(value, dtype=kind, device=self._device) for name, value in self._weights.items()}

    def _forward_all(self, batches: list[list[list[int]]]) -> Iterator[list[np.ndarray]]:
        """A batch a core, each in one thread: threads that share a batch wait for each other at every step."""
        if self._device.type == "cuda" or len(batches) < 2:
            yield from map(self._forward, batches)
            return
        alone = partial(self._torch.set_num_threads, 1)
        with ThreadPoolExecutor(self._torch.get_num_threads(), initializer=alone) as pool:
            yield from pool.map(self._forward, batches)

    def _forward(self, ids: list[list[int]]) -> list[np.ndarray]:
        torch, lengths = self._torch, [len(row) for row in ids]
        with torch.inference_mode(), self._device:
            inside = torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]
            hidden = self._embed_packed(ids)
            for layer in range(self.layers):
                hidden = self._layer_packed(f"encoder.layer.{layer}.", hidden, inside)
            return [state.numpy() for state in hidden.float().cpu().split(lengths)]

    def _embed_packed(self, ids: list[list[int]]) -> "torch.Tensor":
        tensors, torch = self._tensors, self._torch
        tokens = torch.tensor([token for row in ids for token in row])
        places = torch.cat([torch.arange(len(row)) for row in ids])
        hidden = (
            tensors["embeddings.word_embeddings.weight"][tokens]
            + tensors["embeddings.position_embeddings.weight"][places]
            + tensors["embeddings.token_type_embeddings.weight"][0]
        )
        return self._normal("embeddings.LayerNorm", hidden)

    def _layer_packed(self, name: str, hidden: "torch.Tensor", inside: "torch.Tensor") -> "torch.Tensor":
        attended = self._dense(name + "attention.output.dense", self._attend_packed(name, hidden, inside))
        hidden = self._normal(name + "attention.output.LayerNorm", hidden + attended)
        inner = self._torch.nn.functional.gelu(self._dense(name + "intermediate.dense", hidden))
        return self._normal(name + "output.LayerNorm", hidden + self._dense(name + "output.dense", inner))

    def _attend_packed(self, name: str, hidden: "torch.Tensor", inside: "torch.Tensor") -> "torch.Tensor":
        """Attention within each text: padded for this step alone, then laid end to end again."""
        query, key, value = (
            self._padded(self._dense(f"{name}attention.self.{part}", hidden), inside)
            for part in ("query", "key", "value")
        )
        mask = None if bool(inside.all()) else inside[:, None, None, :]
        attend = self._torch.nn.functional.scaled_dot_product_attention
        attended = attend(query, key, value, attn_mask=mask)
        return attended.transpose(1, 2)[inside].reshape(len(hidden), -1)

    def _padded(self, packed: "torch.Tensor", inside: "torch.Tensor") -> "torch.Tensor":
        texts, width = inside.shape
        padded = packed.new_zeros(texts, width, packed.shape[1])
        padded[inside] = packed
        return padded.view(texts, width, self.heads, -1).transpose(1, 2)

    def _dense(self, name: str, hidden: "torch.Tensor") -> "torch.Tensor":
        if name in self._rounded:
            return self._torch.ops.quantized.linear_dynamic(hidden, self._rounded[name], False)
        return self._torch.nn.functional.linear(hidden, self._tensors[name + ".weight"], self._tensors[name + ".bias"])

    def _normal(self, name: str, hidden: "torch.Tensor") -> "torch.Tensor":
        weight, bias = self._tensors[name + ".weight"], self._tensors[name + ".bias"]
        return self._torch.nn.functional.layer_norm(hidden, weight.shape, weight, bias, self.epsilon)


def _has_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 itself; elsewhere it is slower than float32."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags
