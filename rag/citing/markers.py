"""Citation markers: which brackets in a model's text are citations, and which sources they name.

Read as markers, in `[ ]`, `【 】`, `［ ］` and Markdown's escaped `\\[ \\]`:

- an id, or ids joined by `,` `;` `、` `&` `+` `/` `and`: `[1]` `[1,2]` `[1, 2]` `[1; 2]` `[1 and 2]`
- a range: `[1-3]` `[1–3]` `[1 to 3]`, also among others: `[1, 3-5]`
- a label in front, in any case: `[Source 1]` `[ref. 2]` `[Abstract 1, Abstract 2]` `[#1]`; with
  a label also in round brackets: `(Source 1)`, never a bare `(1)`
- OpenAI's `【1†source】`; its `【4:0†source】` names no source of ours, so it is read as a marker of none

An id has one to four digits. Left as text, because they are something else:

- `[0, 1]`, `[0-3]`: several numbers with 0 among them are an interval; `[0]` alone is an invented id
- `[2024]`, `[2019-2024]`: years
- `[1, 10]` behind words such as "range" or "scaled to"; behind weaker words ("values in")
  only when not every id of it is a source
- `= [1, 2]`, `∈ [1, 2]`, `[1, 2]^d`: maths; `x[1]`, `my_list[1]`: an index. A marker glued to any other
  word, number or sign is a citation: `24%[1]`, `CLIP-RT[1]`
- everything that holds other text: `[CLS]`, `[sic]`, `[Table 1]`, `[1, p. 3]`, `[^1]`; but `[text][1]` ends
  with a citation, since a Markdown reference with a number for its name is the rarer thing by far

What only looks like a reference, and names no source by its number, is left and said so (`loose_references`).
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import pairwise

_LABEL = (
    r"(?:(?:source|ref|reference|paper|abstract|doc|document|citation|cite|excerpt|passage|context|id)"
    r"s?\.?\s*[:#]?\s*|no\.?\s*|\#\s*)"
)
_DASH = r"[-‐‑‒–—−~]"
_ITEM = rf"{_LABEL}?[0-9]{{1,4}}(?:\s*(?:{_DASH}|to)\s*{_LABEL}?[0-9]{{1,4}})?"
_AND = r"\s*(?:[,;，、；]\s*(?:and\s|&)?|and\s|&|\+|/)\s*"
_BODY = re.compile(rf"\s*[,;]?\s*{_ITEM}(?:{_AND}{_ITEM})*\s*[,;.]?\s*(?:†[^\[\]【】\n]*)?", re.IGNORECASE)
_LABELLED = re.compile(rf"\s*{_LABEL}[0-9]", re.IGNORECASE)
_FOREIGN = re.compile(r"[0-9]+:[0-9]+†[^\[\]【】\n]*")
_RANGE = re.compile(rf"([0-9]+)(?:\s*(?:{_DASH}|to)\s*{_LABEL}?([0-9]+))?", re.IGNORECASE)

_INDEX = re.compile(r"(?:(?<![\w'’.\]】-])[a-z]|\b[a-z]+(?:_[a-z0-9]+)+)(?:\[\w+\])*\Z")
_POWER = re.compile(r"\^[\w{]")
_OPERATOR = re.compile(r"[=∈∉@]\s*\Z")
_INTERVAL = re.compile(
    r"(?:\b(?:ranges?|intervals?|between|CI:?)(?:\s+(?:of|from|in|is))?|\bscale\s+(?:of|from)|\branging\s+(?:in|from|over)"
    r"|\b(?:normali[sz]ed|(?:re)?scaled|clipped|clamped|bounded|mapped)\s+(?:to|in|into|within))\s*\Z",
    re.IGNORECASE,
)
_PERHAPS_INTERVAL = re.compile(
    r"\b(?:(?:values?|scores?|ratings?|rated|weights?|integers?|numbers?)\s+(?:in|within|from|over|between)"
    r"|(?:vector|array|tuple|shape|size)(?:\s+of)?)\s*\Z",
    re.IGNORECASE,
)

_YEAR, _NAME = r"(?:19|20)[0-9]{2}[a-z]?", r"[A-Z][\w'’-]{1,30}"
_AUTHOR_YEAR = re.compile(
    rf"[(\[]{_NAME}(?: et al\.?| (?:and|&) {_NAME}),? {_YEAR}[^()\[\]\n]{{0,80}}[)\]]"
    rf"|{_NAME}(?: et al\.?| (?:and|&) {_NAME}),? ?[(\[]{_YEAR}[)\]]"
)
_OWN_NUMBER = re.compile(r"\b(?:abstract|source|paper)s? (?:no\. ?|#)?[0-9]{1,2}\b(?!\.[0-9])", re.IGNORECASE)
_WITH_WORDS = re.compile(r"(?<!\w)\[[0-9]{1,3}\s*[:,(][^\[\]\n]{0,60}[^\W\d_]{3}[^\[\]\n]{0,20}\]")
_OWN_LINK = re.compile(r"\[\^[^\]\s]+\]|\[\[?[0-9]{1,4}\]?\]\(.*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Ids:
    """The ids of one marker as ranges, both ends included: `[1, 3-5]` is ((1, 1), (3, 5)).

    `foreign` is a marker of another system, which names none of our sources.
    """

    ranges: tuple[tuple[int, int], ...]
    foreign: str = ""

    def to(self, last: "Ids") -> "Ids | None":
        """The range from this id to `last`; None unless both are single and in order."""
        ends = [pair[0] for ids in (self, last) for pair in ids.ranges if pair[0] == pair[1]]
        single = len(self.ranges) == len(last.ranges) == 1 and len(ends) == 2
        return Ids(((ends[0], ends[1]),)) if single and ends[0] < ends[1] else None

    def known(self, valid: Collection[int]) -> list[int]:
        """The ids that are sources, in the order written; a vast range costs no more than a small one."""
        return [n for low, high in self.ranges for n in _between(low, high, valid)]

    def unknown(self, valid: Collection[int]) -> list[str]:
        """The ids that are no sources, as text; a stretch of them as `low–high`."""
        if self.foreign:
            return [self.foreign]
        return [piece for low, high in self.ranges for piece in _gaps(low, high, _between(low, high, valid))]


def read_ids(body: str) -> Ids | None:
    """The ids in the text between two brackets; None when it is no marker, whatever stands around it."""
    if _FOREIGN.fullmatch(body):
        return Ids((), foreign=body)
    if not _BODY.fullmatch(body):
        return None
    pairs = [(int(low), int(high or low)) for low, high in _RANGE.findall(body.partition("†")[0])]
    ends = [end for pair in pairs for end in pair]
    several = len(set(ends)) > 1
    if any(1900 <= end <= 2099 for end in ends) or (several and 0 in ends):
        return None
    ranges = [pair for low, high in pairs for pair in ([(low, high)] if low <= high else [(low, low), (high, high)])]
    return Ids(tuple(ranges))


def is_labelled(body: str) -> bool:
    """Whether a label stands in front of the first id, so that round brackets mean a citation too."""
    return bool(_LABELLED.match(body))


def is_maths(before: str, ids: Ids, after: str, valid: Collection[int]) -> bool:
    """Whether the text around a bracket of ids makes it an index, an interval or a formula."""
    if _INDEX.search(before) or _OPERATOR.search(before) or _POWER.match(after):
        return True
    ends = {end for pair in ids.ranges for end in pair}
    if len(ends) != 2 or len(ids.ranges) > 2:
        return False
    return bool(_INTERVAL.search(before) or (_PERHAPS_INTERVAL.search(before) and ids.unknown(valid)))


def _between(low: int, high: int, valid: Collection[int]) -> list[int]:
    return [low] if low == high and low in valid else sorted(n for n in valid if low <= n <= high)


def _gaps(low: int, high: int, known: list[int]) -> list[str]:
    bounds = [low - 1, *known, high + 1]
    gaps = ((left + 1, right - 1) for left, right in pairwise(bounds) if right - left > 1)
    return [str(first) if first == last else f"{first}–{last}" for first, last in gaps]


def loose_references(prose: str, kept: Iterable[str], cites: bool) -> list[str]:
    """What in `prose`, or among the links and the like that were `kept`, looks like a reference and is none.

    Authors with a year count only where nothing is cited; beside a marker they say what it cites.
    """
    patterns = (_OWN_NUMBER, _WITH_WORDS) if cites else (_OWN_NUMBER, _WITH_WORDS, _AUTHOR_YEAR)
    found = (match[0] for pattern in patterns for match in pattern.finditer(prose))
    return list(dict.fromkeys([*filter(_OWN_LINK.fullmatch, kept), *found]))
