"""Slips of a source, mended where a draft reads it: joined words, lost blanks, LaTeX fonts, doubled words."""

import re

from rag.language.terms import is_common, is_word, listed, stem

# Small words that a lost blank joins to the word in front of them, and behind them.
_ENDS = listed("which that with from the and for")
_BEGINS = listed("which the")
_LONG = re.compile(r"(?<![\w-])[a-z]{7,}(?![\w-])")
_PAIR = re.compile(r"\b(of|to|in|on|by|for|and|with|from|that)the\b")
_BROKEN = re.compile(r"\b([a-z]+)- (?!and |or |to )([a-z]+)\b")  # a word that a line break has left in two
_FONTS = re.compile(r"\\(?:textit|textbf|textsc|texttt|emph|text\b)(?:\{([^{}]*)\}|\s*(?=\w))")
_UNSPACED = re.compile(r"(?<=[a-z)]{2})([,;])(?=[a-z])|(?<=[a-z)]{2})(\.)(?=[A-Z][a-z])")
_AN = re.compile(r"\ban (?=(?:uni[^mn]|us(?:e|ua)|eu|one\b))")
_TWICE = re.compile(r"\b(the|a|an|of|to|in|and|is|are|that|with|for) \1\b")


def mended(text: str) -> str:
    """`text` without such slips; words that nobody knows stay unless they fall into two that everybody does."""
    text = without_fonts(text)
    text = _BROKEN.sub(lambda match: match[1] + match[2] if is_word(stem(match[1] + match[2])) else match[0], text)
    text = _UNSPACED.sub(lambda match: f"{match[1] or match[2]} ", text)
    text = _PAIR.sub(lambda match: match[0] if is_common(match[0]) else f"{match[1]} the", text)
    text = _AN.sub("a ", text)
    return _TWICE.sub(r"\1", _LONG.sub(lambda match: _parted(match[0]), text))


def without_fonts(text: str) -> str:
    r"""`text` without the LaTeX commands for its fonts: `\emph{a}` is a."""
    return _FONTS.sub(lambda match: match[1] or "", text)


def _parted(word: str) -> str:
    """A joined word in two, or as it is."""
    if is_common(word):
        return word
    cuts = [len(word) - len(end) for end in _ENDS if word.endswith(end)]
    cuts += [len(begin) for begin in _BEGINS if word.startswith(begin)]
    parts = ((word[:cut], word[cut:]) for cut in cuts)
    return next((f"{a} {b}" for a, b in parts if min(len(a), len(b)) >= 3 and is_common(a) and is_common(b)), word)
