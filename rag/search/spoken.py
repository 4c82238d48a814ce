"""Whether papers speak of the phrase that a theme is named by: not in passing, and not of the work of others."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.telling.statements import OWN
from store.records import Paper
from store.sentences import sentences

if TYPE_CHECKING:
    import numpy as np


def said_of(papers: Sequence[Paper], keys: Sequence[str], told: Sequence[str]) -> "np.ndarray":
    """Whether a paper (a row) says a phrase (a column): in its title, of itself, in what is `told` of it, or twice."""
    import numpy as np

    texts = [f"{p.title} . {said} . {_own(p)}" for p, said in zip(papers, told or [""] * len(papers), strict=True)]
    # A phrase begins with a word: "vision-language-action model" says nothing of action models.
    forms = [re.compile(rf"(?<![\w-]){r'[^a-z0-9]+'.join(key.split())}") for key in keys]
    rows = [
        (text.lower(), f"{paper.title} . {paper.abstract}".lower()) for text, paper in zip(texts, papers, strict=True)
    ]
    return np.array([[bool(form.search(own)) or len(form.findall(all_)) > 1 for form in forms] for own, all_ in rows])


def placed(worth: "np.ndarray", said: "np.ndarray", names: list[int]) -> list[int]:
    """The place in `names` of each paper's theme; a name that fewer than two of its papers say is taken out."""
    while names:
        best = worth[:, names].argmax(axis=1).tolist()
        spoken = [sum(said[row, names[n]] for row, n in enumerate(best) if n == m) for m in range(len(names))]
        if min(spoken) >= 2:
            return best
        del names[spoken.index(min(spoken))]
    return []


def _own(paper: Paper) -> str:
    """What the abstract says of the work itself."""
    return " ".join(sentence for sentence in sentences(paper.abstract) if OWN.search(sentence))
