"""Tokens of a text, by the `tokenizer.json` of a model, without transformers."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer


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
