"""Authors' names, read once: family, given, particle and suffix, or the one literal name of a group."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

_SUFFIX = re.compile(r"(?<=\s)(Jr\.?|Sr\.?|II|III|IV|[2-9](?:nd|rd|th))$")
_GROUP_WORD = re.compile(
    r"\b(Collaboration|Consortium|Team|Group|Project|Community|Initiative|Organi[sz]ation|Institute|University"
    r"|Universit[éàä]t?|Labs?|Laborator(?:y|ies)|AI|OpenAI|DeepMind|Foundation|Society|Association|Committee|Council"
    r"|Commission|Ministry|Department|Agency|Academy|Cent(?:er|re)|Corporation|Alliance|Federation"
    r"|Contributors|Research|Robotics|Technologies|Systems|Hospital)\b"
)
_COMPANY = re.compile(r",?\s(?:Inc|Ltd|LLC|LLP|GmbH|Corp|PLC|plc|AG|S\.A|B\.V|& Co)\.?$")
_WITHIN_GROUP = re.compile(r"\s(?:for|of|the|&)\s")  # written so in no person's name
_BEHIND = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\]|<[^<>]*>|,?\s*\bet\.? al\.?|,?\s+and others)$")  # of no name
# Of footnotes and affiliations, and the number by which DBLP tells people of one name apart.
_MARKS = re.compile(r"(?:\s0\d{3}|(?<=[^\W\d_A-Z])\d[\d,]*|[\s,]*[*†‡§¶∗⋆]+[\d,]*)$")
_NOBODY = re.compile(r"(?:(?:and )?others|et\.? al\.?|etc\.?|[\W\d_]*)$", re.IGNORECASE)
_INITIALS = re.compile(
    r"(?P<family>[^,]*[^\W\d_A-Z][^,]*) (?!I[IV]+$)(?P<given>[A-Z](?:-?[A-Z]){0,2})"
    r"(?: (?P<suffix>Jr|Sr|[2-9](?:nd|rd|th)))?$"
)
# Most names: BibTeX sees neither particle nor comma in them.
_PLAIN = re.compile(r"(?:[A-Z][^\W\d_]*(?:[.'’-]+[^\W\d_]*)* )+[A-Z](?:['’-]?[^\W\d_])+$")
_AND = re.compile(r"\s+and\s+")
# Family names of two Chinese characters; all others have one.
_COMPOUND = frozenset(re.findall("..", "欧阳歐陽司马司馬诸葛諸葛上官司徒东方東方皇甫尉迟尉遲公孙公孫慕容令狐夏侯端木"))


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

    @property
    def shown(self) -> str:
        """The whole name in its own order."""
        first = (self.surname, self.given) if family_first(self.family) else (self.given, self.surname)
        return " ".join(filter(None, (*first, self.suffix)))


class Name(str):
    """A name as it is shown, with its parts, where reading what is shown would not give them."""

    author: Author

    def __new__(cls, author: Author) -> "Name":
        """The name of `author`."""
        name = super().__new__(cls, author.shown)
        name.author = author
        return name

    def __getnewargs__(self) -> tuple[Author]:  # type: ignore[override]
        """What a copy is made of."""
        return (self.author,)


def read_names(texts: Iterable[str]) -> tuple[str, ...]:
    """The names in `texts` as they are shown, without affiliations and "et al."; those that were read before stay.

    A text is one name, written "Given Family" or as BibTeX has it: "Family, Given", "{The Group}". Where all end in
    capitals, as PubMed writes them ("Doe JA"), those are initials.
    """
    several = [name for text in texts for name in _apart(text)]
    people = [text for text in several if not isinstance(text, Name) and not _is_group(text)]
    initials = len(people) > 1 and all(map(_INITIALS.match, people))
    read = (text if isinstance(text, Name) else _shown(text, initials) for text in several)
    return tuple(dict.fromkeys(filter(None, read)))


def split_name(text: str) -> Author:
    """The parts of one name; those that came with it, where they did."""
    return text.author if isinstance(text, Name) else _read(" ".join(text.split()), False)


def family_first(text: str) -> bool:
    """Whether a name in this script has its family name first, as Chinese, Japanese and Korean have it."""
    return any("\u1100" <= char <= "\u11ff" or "\u3040" <= char <= "\u9fff" or "가" <= char <= "힣" for char in text)


def _apart(text: str) -> Iterator[str]:
    """One name, or those that "and" joins in one text; nobody's left out."""
    if isinstance(text, Name):
        yield text
        return
    text = " ".join(text.split()).strip(" ,;")
    parts = _AND.split(text)
    whole = text.startswith("{") or _is_group(text) or not all(" " in part or "," in part for part in parts)
    yield from (part for part in ([text] if whole else parts) if not _NOBODY.match(part))


def _shown(text: str, initials: bool) -> str:
    author = _read(text, initials)
    kept = family_first(text) and "," not in text and not author.literal
    shown = _bare(text) if kept else author.shown
    return shown if _read(shown, False) == author else Name(author)


def _bare(text: str) -> str:
    """A name without what stands behind it: affiliations, addresses, marks, "et al."."""
    bare = ""
    while bare != text:
        bare, text = text, _MARKS.sub("", _BEHIND.sub("", text)).strip(" ,;")
    return bare


def _is_group(text: str) -> bool:
    head, comma, _ = text.partition(",")
    if _COMPANY.search(text) or (_WITHIN_GROUP.search(head) and not family_first(text)):
        return True
    return bool(_GROUP_WORD.search(head)) and (not comma or " " in head.strip())


@lru_cache(maxsize=65_536)
def _read(text: str, initials: bool) -> Author:
    if _PLAIN.match(text) and not _GROUP_WORD.search(text) and not _SUFFIX.search(text) and not _INITIALS.match(text):
        given, _, family = text.rpartition(" ")
        return Author(family, given)
    if text.startswith("{") and text.endswith("}"):
        return Author(text.strip("{}"), literal=True)
    text = _bare(text) or text
    if _is_group(text):
        return Author(text, literal=True)
    head, _, behind = text.partition(",")
    if " " in head and _GROUP_WORD.search(behind):  # Jane Doe, Acme University
        text = head
    if family_first(text):
        return _read_family_first(text)
    short = _INITIALS.match(text)
    if short and (initials or (" " not in short["family"] and re.fullmatch(r"[A-Z](-[A-Z])*", short["given"]))):
        whole = parsed(f"{short['family']}, X")
        given = "-".join(_dotted(part) for part in short["given"].split("-"))
        return Author(whole.family, given, whole.particle, short["suffix"] or "")
    return _read_western(text)


def _dotted(letters: str) -> str:
    return " ".join(f"{letter}." for letter in letters)


def _read_family_first(text: str) -> Author:
    if "," in text or " " in text:
        family, _, given = text.partition("," if "," in text else " ")
        return Author(family.strip(), given.strip())
    if (len(text) > 3 and text[:2] not in _COMPOUND) or any("\u3040" <= char <= "\u30ff" for char in text):
        return Author(text)  # Japanese, perhaps: where its family name ends cannot be told
    length = 2 if text[:2] in _COMPOUND and len(text) > 2 else 1
    return Author(text[:length], text[length:])


def _read_western(text: str) -> Author:
    parts = [part.strip() for part in text.split(",")]
    if len(parts) == 3 and _SUFFIX.search(f" {parts[2]}"):  # Doe, John, Jr.
        parts = [parts[0], parts[2], parts[1]]
    suffix = _SUFFIX.search(parts[0])
    if suffix and (len(parts) > 1 or parts[0].count(" ") > 1):
        parts[0] = parts[0][: suffix.start()].strip()
    elif suffix := _SUFFIX.search(f" {parts[-1]}") if len(parts) == 2 else None:  # John Doe, Jr.
        parts = [parts[0], parts[1][: suffix.start() - 1].strip()] if suffix.start() > 1 else parts[:1]
    author = parsed(", ".join(filter(None, parts)))
    return Author(author.family, author.given, author.particle, suffix[1]) if suffix else author


def parsed(text: str) -> Author:
    """A name by BibTeX's rules."""
    from bibtexparser.middlewares.names import InvalidNameError, parse_single_name_into_parts

    if "," not in text and text == text.lower() and " " in text:
        given, _, family = text.rpartition(" ")
        return Author(family, given)
    try:
        parts = parse_single_name_into_parts(text)
    except InvalidNameError:
        return Author(text)
    family, given = " ".join(parts.last), " ".join(parts.first)
    return Author(family or given or text, given if family else "", " ".join(parts.von), " ".join(parts.jr))
