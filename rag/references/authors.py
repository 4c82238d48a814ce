"""Authors' names: given names, particle, family name and suffix, by BibTeX's rules."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_SUFFIX = re.compile(r",?\s+(Jr\.?|Sr\.?|II|III|IV)$")
_GROUP = re.compile(
    r"\b(Collaboration|Consortium|Team|Group|Project|Community|Initiative|Organization"
    r"|Institute|University|Lab|Labs|Inc|AI|OpenAI|DeepMind|Foundation)\b\.?"
)


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
    text = " ".join(text.split())
    if text.startswith("{") or ("," not in text and _GROUP.search(text)):
        return Author(text.strip("{}"), literal=True)
    suffix = _SUFFIX.search(text)
    parts = _split(text[: suffix.start()] if suffix else text)
    return Author(
        " ".join(parts.last),
        " ".join(parts.first),
        " ".join(parts.von),
        suffix[1] if suffix else " ".join(parts.jr),
    )


def _split(text: str):
    from bibtexparser.middlewares.names import InvalidNameError, NameParts, parse_single_name_into_parts

    try:
        return parse_single_name_into_parts(text)
    except InvalidNameError:
        return NameParts(last=[text])


def in_text(authors: Sequence[str]) -> str:
    """Authors as running text names them: "Kang et al.", "Yuan and Fox", "Plato"; empty without any."""
    names = [split_name(author).surname for author in authors]
    return f"{names[0]} et al." if len(names) > 2 else " and ".join(names)
