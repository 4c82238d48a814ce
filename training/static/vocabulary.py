"""The vocabulary: the teacher's pieces of words, and the words of the field as they are."""

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

UNKNOWN = "[UNK]"
LONGEST = 60  # characters of a word; a longer one is unknown


def make_tokenizer(texts: Iterable[str], pieces: Iterable[str], size: int) -> "Tokenizer":
    """A lower-case WordPiece tokenizer of `size` tokens at most: `pieces`, then the words most texts have.

    Wu et al. 2016, "Google's Neural Machine Translation System" (arXiv 1609.08144). The words come
    whole from a count, ties by the alphabet, so that the same texts always give the same tokens.
    """
    from tokenizers import Tokenizer, models

    kept = [piece for piece in pieces if piece.isascii() and not piece.startswith("[")]
    vocabulary = dict.fromkeys([UNKNOWN, *kept])
    texts_with = _texts_with(texts)
    for word in sorted(texts_with, key=lambda word: (-texts_with[word], word)):
        if len(vocabulary) >= size:
            break
        if texts_with[word] > 1:
            vocabulary[word] = None
    numbers = {token: number for number, token in enumerate(vocabulary)}
    return _lower_case(Tokenizer(models.WordPiece(numbers, unk_token=UNKNOWN, max_input_chars_per_word=LONGEST)))


def _texts_with(texts: Iterable[str]) -> Counter[str]:
    """How many texts have each word."""
    from tokenizers import Tokenizer, models

    cutter = _lower_case(Tokenizer(models.WordLevel({UNKNOWN: 0}, unk_token=UNKNOWN)))
    found: Counter[str] = Counter()
    for text in texts:
        words = cutter.pre_tokenizer.pre_tokenize_str(cutter.normalizer.normalize_str(text))
        found.update({word for word, _ in words})
    return found


def _lower_case(tokenizer: "Tokenizer") -> "Tokenizer":
    from tokenizers import normalizers, pre_tokenizers

    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return tokenizer
