"""Authors' names by BibTeX's rules, and the citation keys that begin with them: `kang2024cliprt`."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from string import ascii_lowercase

from rag.language.terms import listed
from store.records import Paper

_SUFFIX = re.compile(r",?\s+(Jr\.?|Sr\.?|II|III|IV)$")
_GROUP = re.compile(
    r"\b(Collaboration|Consortium|Team|Group|Project|Community|Initiative|Organization"
    r"|Institute|University|Lab|Labs|Inc|AI|OpenAI|DeepMind|Foundation)\b\.?"
)
# Shorter than the stop words of `rag.language.terms`: keys that people have in their files must not change.
_EMPTY_WORDS = frozenset(
    listed("""
a an the on in of for from with and or to towards toward by via at as into is are be do does how what why when
where which who can should it its this that these not no we you your using use new novel more less
""")
)
_LETTERS = {ord(c): plain for c, plain in zip("øØłŁßæÆđĐıœþð", listed("o O l L ss ae Ae d D i oe th d"), strict=True)}


@dataclass(frozen=True, slots=True)
class Author:
    """The parts of a name; a group or a single name has a family name alone, `literal` set for a group."""

    family: str
    given: str = ""
    particle: str = ""
    suffix: str = ""
    literal: bool = False

    @property
    def surname(self) -> str:
        """The name that running text uses: "van den Berg"; "Daumé", its suffix left out."""
        return f"{self.particle} {self.family}".strip()


def split_name(text: str) -> Author:
    """The parts of `text`, written "Given Family" or "Family, Given"; lower-case particles are found."""
    from bibtexparser.middlewares.names import InvalidNameError, NameParts, parse_single_name_into_parts

    text = " ".join(text.split())
    if text.startswith("{") or ("," not in text and _GROUP.search(text)):
        return Author(text.strip("{}"), literal=True)
    suffix = _SUFFIX.search(text)
    text = text[: suffix.start()] if suffix else text
    try:
        parts = parse_single_name_into_parts(text)
    except InvalidNameError:
        parts = NameParts(last=[text])
    last = suffix[1] if suffix else " ".join(parts.jr)
    return Author(" ".join(parts.last), " ".join(parts.first), " ".join(parts.von), last)


def in_text(authors: Sequence[str]) -> str:
    """Authors as running text names them: "Kang et al.", "Yuan and Fox", "Plato"; empty without any."""
    names = [split_name(author).surname for author in authors]
    return f"{names[0]} et al." if len(names) > 2 else " and ".join(names)


def citation_keys(papers: Iterable[Paper]) -> dict[str, str]:
    """paper_id → key, unique over `papers` and independent of their order.

    Papers that would share a key take it in the order of their ids: the bare key, then a, b, …
    """
    groups: dict[str, list[str]] = defaultdict(list)
    for paper in papers:
        groups[base_key(paper)].append(paper.paper_id)
    keys = {min(ids): base for base, ids in groups.items()}
    taken = set(groups)
    for base, ids in sorted(groups.items()):
        endings = (f"{ascii_lowercase[n % 26]}{n // 26 or ''}" for n in count())
        for paper_id in sorted(ids)[1:]:
            keys[paper_id] = next(base + ending for ending in endings if base + ending not in taken)
            taken.add(keys[paper_id])
    return keys


def base_key(paper: Paper) -> str:
    """The key of `paper` before it is made unique: letters and digits of ASCII only."""
    author = fold(split_name(paper.authors[0]).surname) if paper.authors else ""
    return f"{author or 'anon'}{paper.year or ''}{_short_title(paper.title)}"


def _short_title(title: str) -> str:
    """The name before the colon when it is one word, else the first word that carries meaning."""
    head, colon, _ = title.partition(":")
    if colon and len(head.split()) == 1 and fold(head):
        return fold(head)[:20]
    words = (fold(word) for word in re.split(r"[\s\-–—/:]+", title))
    return next((word for word in words if word and word not in _EMPTY_WORDS), "untitled")[:20]


def fold(text: str) -> str:
    """`text` as lower-case ASCII letters and digits; accents fall away, all else too."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return re.sub(r"[^a-z0-9]", "", decomposed.lower())
