"""Words of a text as the check compares them: plain characters, stems, weights and clauses.

Weights are inverse document frequencies in `word_weights.tsv`, counted over conference abstracts
by `python -m benchmarks.fit_verify words`.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files


def listed(text: str) -> tuple[str, ...]:
    """The words of a list written as one text."""
    return tuple(text.split())


STOP = frozenset(
    listed("""
a an the this that these those it its itself they them their theirs he she his her we our ours us you your i
is are was were be been being am do does did has have had having can could may might must shall should will
would of in on at by for to from with without into onto upon over under between among through during via per
as than and or but nor so yet if then else when while where whereas which who whom whose what how why
because since there here also too very just only even both either neither each every any some such same
other another own not no never s t re ve ll d however thus hence therefore moreover furthermore besides
although though et al about against after before again further more most less least fewer many much few
several all one ones it's up down out off above below across along around within toward towards namely
respectively e g i eg ie etc
""")
)
_LATEX_WORDS = {
    "times": "×",
    "sim": "~",
    "approx": "~",
    "simeq": "~",
    "geq": "≥",
    "ge": "≥",
    "leq": "≤",
    "le": "≤",
    "pm": "±",
    "rightarrow": " to ",
    "to": " to ",
    "infty": "infinity",
    "ldots": "…",
}
_GREEK_NAMES = listed(
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho "
    "sigma tau upsilon phi chi psi omega"
)
_GREEK = dict(zip("αβγδεζηθικλμνξοπρστυφχψω", _GREEK_NAMES, strict=True)) | {"ϵ": "epsilon", "ϕ": "phi"}
_CHARACTERS = str.maketrans(
    {
        "‐": "-",
        "‑": "-",
        "‒": "-",
        "–": "-",
        "—": " - ",
        "−": "-",
        "‘": "'",
        "’": "'",
        "“": '"',
        "”": '"',
        "∼": "~",
        "≈": "~",
        "⁄": "/",
        "\u00ad": None,
        "\u200b": None,
        "\ufeff": None,
        "✕": "×",
        "✖": "×",
        **_GREEK,
    }
)
_COMMAND = re.compile(r"\\([A-Za-z]+)\s*")
_CURRENCY = re.compile(r"(?:\\\$|(?<![^\s(\[~])\$)(?=\d[\d.,]*(?:\s|[.,;:)]|[kKmMbB]\b|$)(?![\d.,]*\$))")
_WORD = re.compile(r"[^\W_]+(?:['][^\W_]+)*")
_BRITISH = re.compile(
    r"((?:[aiu]l|[aio]m(?<!prom)|[aeo]r|[aeo]n|[aiou]t|[ae]s|gn|ic|et)i|ly)s(e[sdr]?|ing|ations?|ers?)$"
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a plain text: `text` as written there from `start` to `end`, and its stem."""

    text: str
    start: int
    end: int
    stem: str

    @property
    def is_content(self) -> bool:
        """Whether the word carries meaning of its own."""
        return self.text.lower() not in STOP


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """`text` with LaTeX escapes, typographic characters and Greek letters in plain form, to compare."""
    text = unicodedata.normalize("NFKC", text)
    text = _CURRENCY.sub(" usd ", text)
    text = _COMMAND.sub(lambda m: _command(m[1]), text).replace("\\%", "%")
    text = re.sub(r"\\([&_#%$ ,;!])", r"\1", text).translate(_CHARACTERS)
    return re.sub(r"[${}^\\]", "", text)


def _command(name: str) -> str:
    if name in _LATEX_WORDS:
        return _LATEX_WORDS[name]
    name = name.lower().removeprefix("var")
    return name if name in _GREEK_NAMES else ""


@lru_cache(maxsize=4096)
def words(text: str) -> tuple[Word, ...]:
    """The words of a plain text, in order; hyphens and slashes part words."""
    return tuple(Word(m[0], m.start(), m.end(), stem(m[0])) for m in _WORD.finditer(text))


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The Snowball stem of a word, the same for British and American spelling."""
    word = word.lower().removesuffix("'s")
    if len(word) >= 7:
        word = _BRITISH.sub(r"\1z\2", word)
        word = re.sub(r"ll(ed|ing|ers?)$", r"l\1", word) if len(word) >= 8 else word
    if len(word) >= 5:
        word = re.sub(r"our(s|ed|ing|al|able)?$", r"or\1", word)
    tokens = _analyzer().analyze(word)
    return re.sub(r"aci$", "", tokens[0]) if tokens else word


@cache
def _analyzer():
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    return TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.lowercase()).filter(Filter.stemmer("english")).build()


def content_stems(text: str) -> frozenset[str]:
    """The stems of the content words of a plain text; numbers are left to `rag.language.quantities`."""
    return frozenset(w.stem for w in words(text) if w.is_content and not w.text[0].isdigit())


@cache
def _weights() -> dict[str, float]:
    lines = files(__package__).joinpath("word_weights.tsv").read_text(encoding="utf-8").splitlines()
    return {word: float(weight) for word, weight in (line.split("\t") for line in lines)}


def weight(word_stem: str) -> float:
    """How telling a stem is: its inverse document frequency in conference abstracts (about 0.5 to 8)."""
    return _weights().get(word_stem, RARE)


def is_word(word_stem: str) -> bool:
    """Whether a stem is that of an ordinary word."""
    return word_stem in _weights()


def is_common(word: str) -> bool:
    """Whether conference abstracts use `word` as an ordinary word."""
    return stem(word) in _weights() or word.lower() in STOP


def shared(wanted: frozenset[str], there: frozenset[str], least: float = 0.0) -> float:
    """Share of the weight of the stems `wanted` that is also `there`; 0 when nothing is wanted.

    What `wanted` weighs less than `least` counts as there.
    """
    total = sum(weight(stem) for stem in wanted)
    lacking = sum(weight(stem) for stem in wanted - there)
    return 1 - lacking / max(total, least) if total else 0.0


RARE = 7.5
_PREFIX = re.compile(
    r"^(?:un|non)(?=[a-z]{4})|^(?:in(?=correct|accur|effici|effect|suffici|adequ|consist|valid|feasibl|flexibl|visibl|abil"
    r"|stabil|appropri|direct|complet|signific|depend|comparabl|divis|expens|frequent|secur|sensit|toler)"
    r"|im(?=perfect|practic|possibl|proper|precis|preciz|mobil|balanc)|ir(?=relev|regular|respons)|dis(?=similar|advantag|abl"
    r"|agre|connect|courag|continu|entangl|prov|allow|order)|mis(?=align|classif|label|lead|match|use|understand|interpret))"
)


@lru_cache(maxsize=65536)
def bare_prefix(word_stem: str) -> str:
    """A stem without its denying prefix (`unlabel` → `label`); "" when it has none."""
    bare = _PREFIX.sub("", word_stem)
    return bare if bare != word_stem else ""
