"""The trained judge: a small cross-encoder that reads a claim beside the sentences that speak of it.

Six layers of BERT (Devlin et al. 2019, arXiv 1810.04805) that began as MiniLM's (Wang et al. 2020, arXiv
2002.10957) and were trained by `python -m training.judge.train` on natural claims (training/claims/README.md). The
layers ship here in half precision; the word vectors and the tokenizer are those of the installed all-MiniLM-L6-v2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from rag.records import Kind
from store.encoders.bert import BertEncoder, gelu
from store.encoders.weights import DEFAULT, find_folder

FILE = Path(__file__).with_name("judge.safetensors")
REMEMBERED = 4096  # opinions
LONGEST = 176  # tokens of a claim and what it rests on
CLASSES = ("supported", "not said", "contradicted")
KINDS: tuple[Kind, ...] = (
    "number",
    "name",
    "role",
    "background",
    "scope",
    "overclaim",
    "contradicted",
    "direction",
    "causal",
    "not said",
    "absence",
)


@dataclass(frozen=True, slots=True)
class Opinion:
    """Probabilities that the text says a claim, is silent on it, contradicts it; and the likeliest fault."""

    supported: float
    silent: float
    contradicted: float
    fault: Kind

    @property
    def contradicts(self) -> bool:
        """Whether the text rather says otherwise than nothing."""
        return self.contradicted > self.silent


class TrainedJudge(BertEncoder):
    """Claims and texts to opinions, in numpy."""

    def __init__(self, folder: Path, layers: Path = FILE) -> None:
        """Reads MiniLM's `folder` and the trained `layers`; raises OSError, KeyError, ValueError."""
        from safetensors.numpy import load_file

        super().__init__(folder)
        self._weights = {**self._weights, **{n: w.astype(np.float32) for n, w in load_file(layers).items()}}
        self._tokenizer.enable_truncation(LONGEST, strategy="longest_first")
        # An offline answer has a sentence judged when it is told and again when it is checked.
        self._opinions = lru_cache(maxsize=REMEMBERED)(self._opinion)

    def judge(self, pairs: Sequence[tuple[str, str]]) -> list[Opinion]:
        """An opinion on each plain (claim, text); of the last ones asked for, the one given then."""
        return [self._opinions(claim, text) for claim, text in pairs]

    def _opinion(self, claim: str, text: str) -> Opinion:
        encoding = self._tokenizer.encode(claim, text)
        kinds = np.array(encoding.type_ids)
        hidden = self._embed_pair(np.array([encoding.ids]), kinds)
        mask = np.ones((1, 1, 1, len(kinds)), dtype=bool)
        for layer in range(self.layers):
            hidden = self._layer(f"encoder.layer.{layer}.", hidden, mask)
        said = hidden[0][kinds == 0]
        read = np.concatenate([hidden[0, 0], said.mean(0), said.max(0)])[None]
        inner = gelu(self._linear("head.0", read))
        supported, silent, against = _softmax(self._linear("head.2", inner)[0])
        fault = KINDS[int(self._linear("kind", inner)[0].argmax())]
        return Opinion(float(supported), float(silent), float(against), fault)

    def _embed_pair(self, ids: np.ndarray, kinds: np.ndarray) -> np.ndarray:
        weights = self._weights
        hidden = (
            weights["embeddings.word_embeddings.weight"][ids]
            + weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
            + weights["embeddings.token_type_embeddings.weight"][kinds]
        )
        return self._normalise("embeddings.LayerNorm", hidden)


@cache
def trained_judge() -> TrainedJudge:
    """The judge that ships, loaded once. Raises EmbeddingError when MiniLM's files are not to be had."""
    return TrainedJudge(find_folder(DEFAULT))


def _softmax(logits: np.ndarray) -> np.ndarray:
    odds = np.exp(logits - logits.max())
    return odds / odds.sum()
