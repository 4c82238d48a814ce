"""Numbers that an abstract gives of one named thing and a claim of another: of two systems, of two benchmarks."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.language.names import Name, names, squash
from rag.language.quantities import COUNTS, Quantity, quantities
from rag.language.terms import listed, words

_BEHIND = re.compile(
    r"^\)?\s+(?:improvement |gain |accuracy |success )?(?:on|with|for|in|over|against)\s+(?:the\s+)?$|^ $"
)
_RIVAL = re.compile(r"(?i)\b(?:than|over|against|to)\s+(?:the\s+)?$")  # in front of who is only compared with
_IN_TURN = re.compile(r"(?i)\brespectively\b|\bin (?:turn|this order)\b")
_CUT = re.compile(r"[.;:]\s|, (?!where)|\b(?:while|whereas|but|against|than|unlike|compared)\b")
_NEAR = 90  # characters from a name to its number
_BIG = 1e5  # from here on a bare number counts parameters, samples and the like
_YEARS = (1900, 2100)
# Names of measures: a number is theirs, and something else's too.
_MEASURES = frozenset(
    listed(
        "f1 tpr fpr tnr fnr auc auroc auprc map ap iou miou bleu rouge meteor psnr ssim fid lpips wer cer mae rmse mse"
        " acc mrr ndcg cider spice eer gflop flop fps hz cpu gpu ram db top sota ai snr rougel em pass usd kl"
    )
)


@dataclass(frozen=True, slots=True)
class _Given:
    """A number with the name of what it is given of, in text `said`; `place` is the number of its sentence."""

    number: Quantity
    said: str
    sort: str
    name: str
    place: int


@dataclass(frozen=True, slots=True)
class Exchanged:
    """Why a number is another thing's, and the number of the sentence that says so."""

    reason: str
    sentence: int


def exchanged_number(claim: str, sentences: Sequence[str]) -> Exchanged | None:
    """A number that the plain `claim` gives of one named thing and the plain sentences only of another, or None.

    Told only where the sentences give a number of the same sort of the claim's thing too.
    """
    told = [given for n, sentence in enumerate(sentences) for given in _given(sentence, n)]
    whole = " . ".join(sentences)
    for said in _given(claim, 0):
        owners = [given for given in told if given.number.equals(said.number)]
        if len(owners) < max(1, sum(q.equals(said.number) for q in quantities(whole))):
            continue
        own = [g for g in told if g.sort == said.sort and squash(g.name) == squash(said.name)]
        if own and not any(squash(g.name) == squash(said.name) for g in owners):
            reason = f"the abstract gives {owners[0].said} of {owners[0].name}, and {own[0].said} of {own[0].name}"
            return Exchanged(reason, owners[0].place)
    return None


def _given(text: str, place: int) -> Iterator[_Given]:
    """Each number of a plain sentence that is a named thing's."""
    if _IN_TURN.search(text):
        return
    numbers = [number for number in quantities(text) if not number.is_word and _sort(number, text)]
    named = [name for name in names(text) if squash(name.text) not in _MEASURES]
    for n, number in enumerate(numbers):
        if owner := _owner(text, number, named, numbers[n - 1].end if n else 0):
            said = text[number.start : number.end].strip()
            yield _Given(number, said, _sort(number, text), owner.text, place)


def _sort(number: Quantity, text: str) -> str:
    """What a number measures or counts, "" where it may count anything: a unit, or the word behind it."""
    if number.unit:
        return number.unit
    if number.value >= _BIG:
        return "many"
    behind = words(text[number.end :])[:1]
    is_year = _YEARS[0] <= number.value <= _YEARS[1]
    return behind[0].stem if behind and number.value >= COUNTS and not is_year else ""


def _owner(text: str, number: Quantity, named: Sequence[Name], before: int) -> Name | None:
    """The name that has a number in brackets or right before its own, else the last before it in its clause.

    A number in brackets behind another word is the subject's.
    """
    brackets = (name for name in named if text[name.end : number.start] == " (")
    if found := next(brackets, None):
        return found
    behind = (name for name in named if name.start >= number.end and _BEHIND.match(text[number.end : name.start]))
    if found := next(behind, None):
        return found
    if text[: number.start].endswith("("):
        return named[0] if named and named[0].end < number.start else None
    ahead = [n for n in named if max(before, number.start - _NEAR) <= n.start and n.end <= number.start]
    ahead = [n for n in ahead if not _RIVAL.search(text[: n.start])]
    return next((n for n in reversed(ahead) if not _CUT.search(text[n.end : number.start])), None)
