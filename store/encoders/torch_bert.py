"""The same BERT in torch, for a GPU: bfloat16, as many texts at a time as fill it.

Loading torch takes a second or two: where there is no GPU nothing here is needed.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from store.encoders.bert import AGREEMENT, SAMPLE, BertEncoder, padded
from store.encoders.laid import Row

if TYPE_CHECKING:
    import torch

_GPU_ROWS = 16_384  # tokens in one pass that fill a GPU
# What shows that a driver is there, without loading torch to ask it: NVIDIA's, Windows' own for Linux, AMD's.
_DRIVERS = ("/dev/nvidiactl", "/dev/dxg", "/dev/kfd", "C:/Windows/System32/nvcuda.dll")


class TorchBert(BertEncoder):
    """A BERT on a device of torch."""

    row_budget = _GPU_ROWS

    def __init__(self, folder: Path, device: str = "cuda") -> None:
        """Reads `folder`, as BertEncoder does, and tries bfloat16 against its float32."""
        import torch

        super().__init__(folder)
        self._torch, self._device = torch, torch.device(device)
        exact = super().encode(SAMPLE)
        self._tensors = self._cast(torch.bfloat16)
        if (exact * self.encode(SAMPLE)).sum(1).min() < AGREEMENT:
            self._tensors = self._cast(torch.float32)

    def _cast(self, kind: "torch.dtype") -> dict[str, "torch.Tensor"]:
        tensor = self._torch.tensor
        return {name: tensor(value, dtype=kind, device=self._device) for name, value in self._weights.items()}

    def _forward(self, rows: list[Row]) -> list[np.ndarray]:
        if not hasattr(self, "_tensors"):
            return super()._forward(rows)
        ids, places, sees = (self._torch.from_numpy(part).to(self._device) for part in padded(rows))
        with self._torch.inference_mode():
            hidden = self._embedded(ids, places)
            for layer in range(self.layers):
                hidden = self._layer_of(f"encoder.layer.{layer}.", hidden, sees)
            states = hidden.float().cpu().numpy()
        return [state[: len(row)] for state, row in zip(states, rows, strict=True)]

    def _embedded(self, ids: "torch.Tensor", places: "torch.Tensor") -> "torch.Tensor":
        tensors = self._tensors
        return self._normal(
            "embeddings.LayerNorm",
            tensors["embeddings.word_embeddings.weight"][ids]
            + tensors["embeddings.position_embeddings.weight"][places]
            + tensors["embeddings.token_type_embeddings.weight"][0],
        )

    def _layer_of(self, name: str, hidden: "torch.Tensor", sees: "torch.Tensor") -> "torch.Tensor":
        functional = self._torch.nn.functional
        query, key, value = (
            self._dense(f"{name}attention.self.{part}", hidden).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part in ("query", "key", "value")
        )
        attended = functional.scaled_dot_product_attention(query, key, value, attn_mask=sees)
        attended = self._dense(name + "attention.output.dense", attended.transpose(1, 2).flatten(2))
        hidden = self._normal(name + "attention.output.LayerNorm", hidden + attended)
        inner = functional.gelu(self._dense(name + "intermediate.dense", hidden))
        return self._normal(name + "output.LayerNorm", hidden + self._dense(name + "output.dense", inner))

    def _dense(self, name: str, hidden: "torch.Tensor") -> "torch.Tensor":
        linear = self._torch.nn.functional.linear
        return linear(hidden, self._tensors[name + ".weight"], self._tensors[name + ".bias"])

    def _normal(self, name: str, hidden: "torch.Tensor") -> "torch.Tensor":
        weight, bias = self._tensors[name + ".weight"], self._tensors[name + ".bias"]
        return self._torch.nn.functional.layer_norm(hidden, weight.shape, weight, bias, self.epsilon)


def has_gpu() -> bool:
    """Whether torch has a GPU; it is asked only where a driver is there."""
    if not any(Path(place).exists() for place in _DRIVERS):
        return False
    import torch

    return torch.cuda.is_available()
