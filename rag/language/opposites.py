"""Words of direction in pairs of opposites, as `opposites.txt` lists them."""

from functools import cache, lru_cache
from importlib.resources import files

from rag.language.terms import bare_prefix, stem

NOWHERE: frozenset[tuple[int, int]] = frozenset()


@cache
def axes() -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    """The opposites of `opposites.txt`: for each axis the stems of its two poles."""
    lines = files(__package__).joinpath("opposites.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("|") for line in lines if "|" in line and not line.startswith("#"))
    return tuple((_stems(one), _stems(other)) for one, other in pairs)


def _stems(pole: str) -> frozenset[str]:
    return frozenset(word if word == "!" else stem(word) for word in pole.split())


@lru_cache(maxsize=65536)
def needs_ground(word_stem: str) -> bool:
    """Whether a stem belongs to a marked pole, and to no unmarked one."""
    where = _lines().get(word_stem, NOWHERE)
    return bool(where) and all("!" in axes()[axis][pole] for axis, pole in where)


@cache
def places() -> dict[str, frozenset[tuple[int, int]]]:
    """For each stem of direction its axes and poles (0 or 1); the two broad axes count as one."""
    return {s: frozenset((max(axis, BROAD), pole) for axis, pole in found) for s, found in _lines().items()}


BROAD = 1


@cache
def _lines() -> dict[str, frozenset[tuple[int, int]]]:
    found: dict[str, set[tuple[int, int]]] = {}
    for axis, poles in enumerate(axes()):
        for pole, stems in enumerate(poles):
            for word_stem in stems:
                found.setdefault(word_stem, set()).add((axis, pole))
    return {word_stem: frozenset(where) for word_stem, where in found.items()}


def has_direction(word_stem: str) -> bool:
    """Whether a stem is a pole of some axis."""
    return word_stem in places()


@lru_cache(maxsize=65536)
def are_opposite(one: str, other: str) -> bool:
    """Whether two stems are opposites: the poles of an axis, or one the other with a denying prefix."""
    if bare_prefix(one) == other or bare_prefix(other) == one:
        return True
    theirs = places().get(other, NOWHERE)
    return any((axis, 1 - pole) in theirs for axis, pole in places().get(one, NOWHERE))


def point_alike(one: str, other: str) -> bool:
    """Whether two stems are one, or share a pole (`boosts`, `improves`)."""
    return one == other or bool(places().get(one, NOWHERE) & places().get(other, NOWHERE))


@lru_cache(maxsize=65536)
def grounds(there: str, claimed: str) -> bool:
    """Whether an abstract that has the stem `there` may be told with the stem of direction `claimed`.

    `worse` is not told of what is merely less.
    """
    if there == claimed:
        return True
    ours, theirs = _lines().get(claimed, NOWHERE), _lines().get(there, NOWHERE)
    if ours <= {(BROAD, 1)}:
        return bool(ours & theirs)
    return bool(places().get(claimed, NOWHERE) & places().get(there, NOWHERE))
