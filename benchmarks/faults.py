"""Faults planted in a text that cites papers, one sentence a line: a fact changed, or a citation."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from benchmarks import mutate
from rag.references.keys import citation_keys
from store.records import Paper

_CITATION = re.compile(
    r"~?\s?\\[a-z]*cite[a-z]*\*?(?:\[[^\]]*\])*\{(?P<tex>[^}]*)\}|\s?\[(?P<pandoc>@[^\]]*)\]|@(?P<bare>[a-z]\w+)"
    r"|\s?\[(?P<number>\d+)\]"
)
_PLACE = "\ue000"  # stands for a citation while the prose around it is changed
UNKNOWN = "\n@article{doe2020cakes, title={On the Baking of Cakes}, author={Doe, Jane}, year={2020}}\n"
WRONG = frozenset({"disagrees", "says nothing of this"})

Change = Callable[[str, random.Random, str], str | None]


@dataclass(frozen=True, slots=True)
class Text:
    """A text with its name and the text of its .bib ("" where it lists its references itself)."""

    name: str
    body: str
    bib: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault: the verdicts that find it, and how prose is changed (None: the citation is)."""

    verdicts: frozenset[str]
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """A planted fault and the lines, from 1, at which a finding finds it; 0 is the .bib."""

    kind: str
    lines: tuple[int, ...]

    def line_of(self, text: Text) -> str:
        """The line as it stands in the faulty text."""
        return text.body.splitlines()[max(self.lines) - 1]


def _with_without(text: str, rng: random.Random, abstract: str) -> str | None:
    made = [text[: m.start()] + "with" + text[m.end() :] for m in re.finditer(r"\bwithout\b", text)]
    made += [text[: m.start()] + "without" + text[m.end() :] for m in re.finditer(r"\bwith\b(?! respect)", text)]
    return rng.choice(made) if made else None


def _based_free(text: str, rng: random.Random, abstract: str) -> str | None:
    made = [text[: m.start()] + "-free" + text[m.end() :] for m in re.finditer(r"(?<=[a-z])-based\b", text)]
    made += [text[: m.start()] + "-based" + text[m.end() :] for m in re.finditer(r"(?<=[a-z])-free\b", text)]
    return rng.choice(made) if made else None


KINDS = {
    "number changed": Kind(WRONG, mutate.change_number),
    "negation put in": Kind(WRONG, mutate.put_negation),
    "negation taken out": Kind(WRONG, mutate.remove_negation),
    "with for without": Kind(WRONG, _with_without),
    "-based for -free": Kind(WRONG, _based_free),
    "direction flipped": Kind(WRONG, mutate.flip_direction),
    "system renamed": Kind(WRONG),
    "wrong key": Kind(WRONG),
    "papers swapped": Kind(WRONG),
    "citation left out": Kind(frozenset({"uncited claim"})),
    "unknown paper": Kind(frozenset({"not in the library"})),
    "key not in the .bib": Kind(frozenset({"not in the .bib"})),
    "paper under two keys": Kind(frozenset({"same paper twice"})),
}


def plant(text: Text, papers: Sequence[Paper], count: int, draw: random.Random) -> tuple[Text, list[Fault]]:
    """`text` with up to `count` faults, one of a kind and one a line, in random places."""
    planter = _Planter(text, papers, draw)
    kinds = list(KINDS)
    draw.shuffle(kinds)
    faults: list[Fault] = []
    for kind in kinds:
        if len(faults) < count and (fault := planter.plant(kind)):
            faults.append(fault)
    return planter.text(), faults


class _Planter:
    def __init__(self, text: Text, papers: Sequence[Paper], draw: random.Random) -> None:
        self._source, self._draw = text, draw
        self._lines = text.body.splitlines()
        self._bib = text.bib
        self._papers = {key: paper for paper in papers for key in [citation_keys(papers)[paper.paper_id]]}
        self._names = mutate.system_names([p.title for p in papers], [p.abstract for p in papers])
        end = next((n for n, line in enumerate(self._lines) if line.startswith("## References")), len(self._lines))
        self._free = [n for n, line in enumerate(self._lines[:end]) if len(_keys(line)) == 1 and len(line.split()) > 6]
        draw.shuffle(self._free)

    def text(self) -> Text:
        """The text as it stands now."""
        return replace(self._source, body="\n".join(self._lines) + "\n", bib=self._bib)

    def plant(self, kind: str) -> Fault | None:
        """A fault of this kind in the first line that takes it."""
        if kind == "papers swapped":
            return self._swap(kind)
        for n in self._free:
            line = self._faulty(kind, self._lines[n])
            if line and line != self._lines[n]:
                self._lines[n] = line
                self._free.remove(n)
                return Fault(kind, (0, n + 1) if kind == "paper under two keys" else (n + 1,))
        return None

    def _faulty(self, kind: str, line: str) -> str | None:
        [key] = _keys(line)
        change = KINDS[kind].change
        told = self._told(key)
        if kind == "system renamed":
            change = mutate.name_swapper(self._names)
        if change:
            return _around(line, lambda prose: change(prose, self._draw, told))
        if kind == "citation left out":
            bare = _CITATION.sub("", line)
            return bare if "textual" not in line and not re.search(r"^\s*$|\\citet|^@", line) else None
        return self._cited_otherwise(kind, line, key)

    def _cited_otherwise(self, kind: str, line: str, key: str) -> str | None:
        others = sorted(k for k in self._cited() if k != key)
        if kind == "wrong key":
            return _with_key(line, key, self._draw.choice(others)) if others else None
        if kind == "key not in the .bib":
            return _with_key(line, key, "99" if key.isdigit() else f"{key}x")
        if key.isdigit() or not self._bib:
            return None
        if kind == "unknown paper":
            self._bib += UNKNOWN
            return _with_key(line, key, "doe2020cakes")
        entry = re.search(rf"^@\w+\{{{key},.*?^\}}$", self._bib, re.M | re.S)
        self._bib += "\n" + entry[0].replace(key, f"{key}again", 1) + "\n"
        return _with_key(line, key, f"{key}again")

    def _swap(self, kind: str) -> Fault | None:
        for n in self._free:
            for m in self._free:
                [one], [other] = _keys(self._lines[n]), _keys(self._lines[m])
                if one != other:
                    self._lines[n] = _with_key(self._lines[n], one, other)
                    self._lines[m] = _with_key(self._lines[m], other, one)
                    self._free = [i for i in self._free if i not in (n, m)]
                    return Fault(kind, (n + 1, m + 1))
        return None

    def _cited(self) -> set[str]:
        return {key for line in self._source.body.splitlines() for key in _keys(line)}

    def _told(self, key: str) -> str:
        paper = self._papers.get(key)
        if paper:
            return f"{paper.title} {paper.abstract}"
        listed = next((line for line in self._lines if re.match(rf"(?:\[{key}\]|{key}\.)\s", line)), "")
        named = [p for p in self._papers.values() if p.title in listed]
        return f"{named[0].title} {named[0].abstract}" if named else listed


def _keys(line: str) -> list[str]:
    found = [m["tex"] or m["pandoc"] or m["bare"] or m["number"] for m in _CITATION.finditer(line)]
    return [re.split(r"[,;]", key)[0].strip().removeprefix("@") for key in found]


def _with_key(line: str, key: str, other: str) -> str:
    return re.sub(rf"(?<![\w]){re.escape(key)}(?![\w])(?=[\]}},;])|(?<=@){re.escape(key)}\b", other, line, count=1)


def _around(line: str, change: Callable[[str], str | None]) -> str | None:
    """`line` with its prose changed and its citation as it was."""
    cited = _CITATION.search(line)
    changed = change(line[: cited.start()] + _PLACE + line[cited.end() :])
    return changed and changed.replace(_PLACE, cited[0])
