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
    shares of those parts of the question that suit a paper best, `likeness` the weight of being like the
    best papers.
    """

    closeness: float = 0.0
    meaning: float = 0.0
    words: float = 0.0
    clauses: float = 0.0
    pieces: float = 0.0
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

    `blends` by kind of question, `plain_blends` for models without vectors of words; `source`,
    `sentence` and `line` weigh the features of rag/offline/matching.py.
    """

    blends: Mapping[str, Blend]
    plain_blends: Mapping[str, Blend]
    source: Weights
    sentence: Weights
    line: Weights
    doubt: Doubt

    def blend(self, kind: str, has_words: bool) -> Blend:
        """The blend for a kind of question, and a library with or without vectors of words."""
        return (self.blends if has_words else self.plain_blends)[kind]


@cache
def shipped() -> Tuning:
    """The numbers that ship, or that the last `citewell eval --fit` wrote."""
    return read(PATH)


def read(path: Path) -> Tuning:
    """The tuning of a JSON file. Raises SettingsError when it cannot be read as one."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        blends = {name: {kind: Blend(**blend) for kind, blend in values.pop(name).items()}
                  for name in ("blends", "plain_blends")}
        return Tuning(**blends, doubt=Doubt(**values.pop("doubt")), **values)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError(f"{path}: is no file of fitted weights ({error}); install citewell again.") from None


def save(tuning: Tuning, path: Path = PATH) -> None:
    """Write `tuning` where it is read from. Raises SettingsError where that is not allowed."""
    try:
        path.write_text(json.dumps(asdict(tuning), indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{path}: cannot be written ({error.strerror}); install citewell where you may "
                            "write, and fit again.") from None
    shipped.cache_clear()
