"""The fitted numbers of retrieval and of the offline model, in one record: `rag/tuning.json`.

`citewell eval --fit` writes them; nothing else decides by numbers of its own.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from rag.errors import SettingsError

PATH = Path(__file__).with_name("tuning.json")
Weights = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Blend:
    """Weights of the views of a paper when rankings are put together (rag/search/retrieve.py).

    `closeness` of words in context, `meaning` of passages, `words` shared; `clauses` and `pieces` are the
    shares of those parts of the question that suit a paper best, `purpose` what a piece weighs that only says
    what the others are for, `likeness` the weight of being like the best papers.
    """

    closeness: float = 0.0
    meaning: float = 0.0
    words: float = 0.0
    clauses: float = 0.0
    pieces: float = 0.0
    purpose: float = 1.0
    likeness: float = 0.0


@dataclass(frozen=True, slots=True)
class Doubt:
    """When to refuse: the weights of the signs, and the log odds from which the answer is a refusal."""

    weights: Weights
    bias: float
    threshold: float


@dataclass(frozen=True, slots=True)
class Tuning:
    """Everything that is fitted.

    `blends` by kind of question; `source`, `sentence` and `line` weigh the features of
    rag/offline/matching.py.
    """

    blends: Mapping[str, Blend]
    source: Weights
    sentence: Weights
    line: Weights
    doubt: Doubt


@cache
def shipped(reads_words: bool) -> Tuning:
    """The numbers that ship, or that the last `citewell eval --fit` wrote.

    There are two sets: for embedding models with vectors of words in context, and for those without.
    """
    return read(PATH)[_name(reads_words)]


def read(path: Path) -> dict[str, Tuning]:
    """Both sets of a JSON file, "words" and "plain". Raises SettingsError when it cannot be read as such."""
    try:
        return {name: _tuning(values) for name, values in json.loads(path.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError(f"{path}: is no file of fitted weights ({error}); install citewell again.") from None


def _tuning(values: dict) -> Tuning:
    blends = {kind: Blend(**blend) for kind, blend in values["blends"].items()}
    rest = {name: values[name] for name in ("source", "sentence", "line")}
    return Tuning(blends, **rest, doubt=Doubt(**values["doubt"]))


def save(tuning: Tuning, reads_words: bool, path: Path = PATH) -> None:
    """Put `tuning` in the place of the set it was fitted for. Raises SettingsError where that is not allowed."""
    sets = {name: asdict(known) for name, known in read(path).items()} | {_name(reads_words): asdict(tuning)}
    try:
        path.write_text(json.dumps(sets, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise SettingsError(
            f"{path}: cannot be written ({error.strerror}); install citewell where you may write, and fit again."
        ) from None
    shipped.cache_clear()


def _name(reads_words: bool) -> str:
    return "words" if reads_words else "plain"
