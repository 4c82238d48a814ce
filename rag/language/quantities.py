"""Numbers with their units, read so that two ways of writing one quantity compare equal.

`24%` is `24\\%` is `24 percent`; `7x` is `7×`, `seven times` and `7-fold`; `7B` is `7 billion`;
`1k` is `1,000`; a quarter is `1/4`.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from math import isclose

from rag.language.terms import listed

_TEENS = listed("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
_DIGITS = {word: n for n, word in enumerate(listed("zero one two three four five six seven eight nine"))}
# Numbers in words, zero to nineteen.
ONES = {**_DIGITS, **{word: n for n, word in enumerate(_TEENS, 10)}}
_TENS = {word: 10 * n for n, word in enumerate(listed("twenty thirty forty fifty sixty seventy eighty ninety"), 2)}
_SCALES = {
    "hundred": 1e2,
    "thousand": 1e3,
    "k": 1e3,
    "million": 1e6,
    "mn": 1e6,
    "m": 1e6,
    "billion": 1e9,
    "bn": 1e9,
    "b": 1e9,
    "trillion": 1e12,
    "t": 1e12,
}
_PARTS = {word: 1 / n for n, word in enumerate(listed("half third quarter fifth sixth seventh eighth ninth tenth"), 2)}
_FRACTIONS = {**_PARTS, "halve": 1 / 2, "fourth": 1 / 4}
_MULTIPLES = {
    "twice": 2,
    "double": 2,
    "doubles": 2,
    "doubled": 2,
    "doubling": 2,
    "twofold": 2,
    "thrice": 3,
    "threefold": 3,
    "triple": 3,
    "triples": 3,
    "tripled": 3,
    "tripling": 3,
    "fourfold": 4,
    "quadruple": 4,
    "quadruples": 4,
    "quadrupled": 4,
    "fivefold": 5,
    "sixfold": 6,
    "tenfold": 10,
}
_UNIT_NAMES = {
    "%": "% percent percents pct pp percentage point points pts",
    "‰": "‰ permille permil",
    "x": "x × times time fold folds",
    "s": "s sec secs second seconds",
    "ms": "ms msec millisecond milliseconds",
    "min": "min mins minute minutes",
    "h": "h hr hrs hour hours",
    "day": "day days",
    "week": "week weeks",
    "month": "month months",
    "year": "year years",
    "fps": "fps",
    "hz": "hz",
    "khz": "khz",
    "mhz": "mhz",
    "ghz": "ghz",
    "kb": "kb kilobyte kilobytes",
    "mb": "mb megabyte megabytes",
    "gb": "gb gigabyte gigabytes",
    "tb": "tb terabyte terabytes",
    "mm": "mm millimeter millimeters millimetre millimetres",
    "cm": "cm centimeter centimeters centimetre centimetres",
    "m": "meter meters metre metres",
    "km": "km kilometer kilometers kilometre kilometres",
    "deg": "deg degree degrees °",
    "db": "db",
    "usd": "usd dollar dollars",
    "px": "px pixel pixels",
    "kg": "kg kilogram kilograms",
    "w": "watt watts",
}
_UNIT = {name: unit for unit, names in _UNIT_NAMES.items() for name in names.split()}

# One by itself is mostly a pronoun, and is read as a number in digits only.
_WORDS = "|".join(sorted({*ONES, *_TENS} - {"one"}, key=len, reverse=True))
_SHARES = "halves|" + "|".join(f"{word}s?" for word in _FRACTIONS if word != "halve")
_NUMBER = re.compile(
    r"(?P<usd>usd\s)?(?<![\w.])(?<![A-Za-z]-)(?:"
    r"(?P<digits>(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|\.\d+)(?:/(?P<below>\d+)(?![\d/]))?"
    rf"|(?P<words>(?:{_WORDS})(?:[- ](?:one|{_WORDS}))?)(?![a-z])(?!(?<=zero)-)"
    rf"|(?P<multiple>{'|'.join(_MULTIPLES)})(?![a-z-])"
    r"|(?P<half>(?:a )?half)(?![a-z-])"
    r"|(?P<round>(?:an? |one )?(?:hundred|thousand|million|billion))(?![a-z])"
    r"|(?:an?|one)[- ](?P<part>third|quarter|fourth|fifth|tenth)(?![a-z-])"
    r")(?P<scale>[- ]?(?:hundred|thousand|million|billion|trillion)s?\b|\s?(?:mn|bn)\b"
    r"|[kKMBT](?![A-Za-z\d]))?"
    rf"(?P<share>[- ](?:{_SHARES})\b)?"
    r"(?=(?P<unit>\s?[%‰]|[- ]?(?:[A-Za-z°]+|×))?)",
    re.IGNORECASE,
)
_RANGE = re.compile(r"\s*(?:%\s*)?(?:-|to|and|~|/)\s*")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of a plain text, `text[start:end]`: its value, its unit ("" unknown), its decimals."""

    value: float
    unit: str
    start: int
    end: int
    is_word: bool = False

    def equals(self, other: "Quantity") -> bool:
        """Whether both say the same amount; digits without a unit agree with any unit."""
        bare = self._may_lack_unit() or other._may_lack_unit()
        same_unit = self.unit == other.unit or bare
        return same_unit and isclose(self.value, other.value, rel_tol=1e-6, abs_tol=1e-9)

    def _may_lack_unit(self) -> bool:
        """`93.1` may stand for `93.1%`; `4` and `four` are counts of their own."""
        return not self.unit and not self.is_word and (self.value >= COUNTS or self.value % 1 != 0)


COUNTS = 20  # whole numbers below this count things


def counts_off(quantity: Quantity, text: str) -> bool:
    """Whether a number only counts off the parts of a sentence, as `(2)` does."""
    return bool(re.fullmatch(r"[(\s]?\d\)", text[max(0, quantity.start - 1) : quantity.end + 1]))


@lru_cache(maxsize=4096)
def quantities(text: str) -> tuple[Quantity, ...]:
    """The quantities of a plain text (`rag.language.terms.plain`), in order."""
    found = [q for match in _NUMBER.finditer(text) if (q := _read(match, text))]
    return tuple(_share_unit(q, after, text) for q, after in zip(found, [*found[1:], None], strict=False))


def _read(match: re.Match, text: str) -> Quantity | None:
    if match["multiple"]:
        return Quantity(_MULTIPLES[match["multiple"].lower()], "x", match.start(), match.end(), True)
    unit = "usd" if match["usd"] else _unit(match["unit"] or "")
    if _is_part_of_name(match, unit):
        return None
    end = match.end() if not unit or match["usd"] else match.end("unit")
    return Quantity(_value(match), unit, match.start(), end, not match["digits"])


def _value(match: re.Match) -> float:
    if match["half"] or match["part"]:
        return _FRACTIONS[(match["part"] or "half").lower()]
    if match["round"]:
        return _SCALES[match["round"].split()[-1].lower()]
    value = float(match["digits"].replace(",", "")) if match["digits"] else _spelled(match["words"].lower())
    if match["below"]:
        value /= max(float(match["below"]), 1e-9)
    if match["scale"]:
        value *= _SCALES[match["scale"].strip(" -").lower().removesuffix("s")]
    if match["share"]:
        share = match["share"].strip(" -").lower()
        value *= _FRACTIONS.get(share) or _FRACTIONS[share.removesuffix("s")]
    return value


def _spelled(text: str) -> float:
    first, _, second = text.replace("-", " ").partition(" ")
    if first in _TENS:
        return _TENS[first] + _DIGITS.get(second, 0)
    return ONES[first]


def _unit(written: str) -> str:
    """The unit that follows a number; a letter as short as `x` has to touch it or a hyphen."""
    if written[:1] == " " and written[1:] in {"x", "h", "m", "w", "t", "k"}:
        return ""
    return _UNIT.get(written.strip(" -").lower(), "")


def _is_part_of_name(match: re.Match, unit: str) -> bool:
    """Digits glued to letters that are no unit belong to a name: `3D`, `4o`, `2Nav`."""
    glued = (match["unit"] or "")[:1].isalpha()
    return bool(match["digits"]) and glued and not unit and not match["scale"]


def _share_unit(quantity: Quantity, after: Quantity | None, text: str) -> Quantity:
    """In `35.8-79.5%` and `14.3 to 22.7%` the unit stands once, for both."""
    if quantity.unit or after is None or not after.unit or not _RANGE.fullmatch(text[quantity.end : after.start]):
        return quantity
    return Quantity(quantity.value, after.unit, quantity.start, quantity.end, quantity.is_word)
