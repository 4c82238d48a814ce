"""What the folder of a BERT holds, in sentence-transformers' layout."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tokenizers import Tokenizer


def pooling(folder: Path) -> str:
    """How token vectors become one; ValueError for any but the mean and the first token."""
    modules = json.loads((folder / "modules.json").read_text())
    kinds = [module["type"].rsplit(".", 1)[-1] for module in modules]
    if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        raise ValueError("other modules than a transformer and pooling")
    config = json.loads((folder / "1_Pooling" / "config.json").read_text())
    modes = [name for name, on in config.items() if name.startswith("pooling_mode_") and on is True]
    if modes == ["pooling_mode_mean_tokens"]:
        return "mean"
    if modes == ["pooling_mode_cls_token"]:
        return "cls"
    raise ValueError(f"pooling {modes}")


def map_safetensors(path: Path) -> dict[str, np.ndarray]:
    """The float32 tensors of a safetensors file, mapped: only what is used is read from disk."""
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
    data = np.memmap(path, dtype=np.uint8, mode="r", offset=8 + size)
    return {
        name: data[slice(*entry["data_offsets"])].view(np.float32).reshape(entry["shape"])
        for name, entry in header.items()
        if entry.get("dtype") == "F32"
    }


def load_tokenizer(folder: Path, length: int) -> "Tokenizer":
    """The tokenizer of a model folder, cutting at `length` tokens and padding nothing."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(length)
    return tokenizer


def max_length(folder: Path, most: int) -> int:
    """The number of tokens at which sentence-transformers cuts a text for this model."""
    path = folder / "sentence_bert_config.json"
    given = json.loads(path.read_text()).get("max_seq_length") if path.is_file() else None
    return min(given or most, most)
