"""The field's own vocabulary, and vectors to start from: what MiniLM makes of each token alone."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tokenizers import Tokenizer

UNKNOWN = "[UNK]"
RARE = 1e-4  # the frequency at which a token's first weight is halved


def train_tokenizer(texts: Iterable[str], size: int) -> "Tokenizer":
    """A tokenizer of `size` lower-case tokens, learnt from `texts` by byte-pair encoding.

    Sennrich et al. 2016, "Neural Machine Translation of Rare Words with Subword Units" (arXiv
    1508.07909). The library's WordPiece trainer breaks ties differently every time; this one repeats.
    """
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE(unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.BpeTrainer(vocab_size=size, min_frequency=3, special_tokens=[UNKNOWN],
                                  show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def first_vectors(tokenizer: "Tokenizer", counts: np.ndarray, dimension: int,
                  encode: Callable[[list[str]], np.ndarray]) -> np.ndarray:
    """A vector for each token, shape (tokens, dimension): those of `encode`, reduced and weighted.

    The reduction is a principal component analysis; the weight a / (a + p) of a token of
    frequency p is that of Arora et al. 2017, "A Simple but Tough-to-Beat Baseline for Sentence Embeddings".
    """
    vectors = encode([tokenizer.id_to_token(i) for i in range(tokenizer.get_vocab_size())])
    vectors = vectors - vectors.mean(0)
    spread, axes = np.linalg.eigh(vectors.T @ vectors)
    vectors = vectors @ axes[:, np.argsort(-spread)[:dimension]]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors * (RARE / (RARE + counts / counts.sum()))[:, None]).astype(np.float32)
