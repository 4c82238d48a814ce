"""`citewell eval --fit`: everything that is fitted, on questions whose right papers are known."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rag.evaluating.questions import Question
from rag.offline.fit import fit_offline
from rag.search.fit import fit_blends
from rag.tuning import Tuning

if TYPE_CHECKING:
    from store.library import Library


def fit(
    library: "Library",
    questions: Sequence[Question],
    tuning: Tuning,
    progress: Callable[[int, int], None] | None = None,
) -> Tuning:
    """`tuning` fitted anew: first how papers are ranked, then what the offline model makes of them.

    `progress` hears of questions done, of the number in each of the two steps.
    """
    return fit_offline(library, questions, fit_blends(library, questions, tuning, progress), progress)
