"""What the next sentence of an abstract adds to what a work proposes: "…; it first finds X and then asks Y"."""

import re

from rag.telling.alone import leans_on_told, points_back
from rag.telling.statements import AVAILABLE, TRYING, Statement
from rag.telling.thirdperson import THINGS, name_of, of_others, third_person
from rag.telling.trimming import MARKER, fitted, modest, unconnected, written_out
from store.records import Paper

_MOST, _ADDED = 44, 4  # words that both may have, and more than which the second must add
_RESULT = 0.8  # how surely a statement is what came of the work, and not what the work is
_THING = (
    rf"It|(?:This|The|Our)(?: proposed| new| resulting)? (?:{THINGS})(?: \([^()]*\))?|(?:The|Our) (?:core|key) idea"
)
_DOES = r"(?P<does>(?:first |then |\w+ly )?[a-z]+s )"
_FINDING = re.compile(r"(?i)^(?:we|they) (?:\w+ )?(?:show|find|demonstrate|observe|prove|hope|believe|report|aim)\b")
_COMPARES = re.compile(r"\b(?:more|less|fewer|better|faster|other)\b(?!.*\bthan\b)")  # with what is not said
_AUTHORS = re.compile(rf"(?!The |According|In |With )[^,;:]*? {MARKER} (?=[a-z]+ )")


def going_on(text: str, statement: Statement, paper: Paper) -> str:
    """`text` with what `statement`, a sentence behind it, says of "it" or of "they"; empty where it says neither."""
    said = unconnected(statement.text)
    if AVAILABLE.search(said) or TRYING.search(said) or _FINDING.match(said) or statement.plays("result") >= _RESULT:
        return ""
    added = modest(written_out(_of_thing(said, paper) or _of_authors(statement, paper), paper.abstract))
    shapes = fitted(f"{text.rstrip('.')}; {added}", _MOST) if added else ()
    return next((shape for shape in shapes if _adds(shape[len(text) :])), "")


def _adds(added: str) -> bool:
    """Whether what is `added` says enough, and nothing that leans on other sentences."""
    leaning = leans_on_told(added) or points_back(added) or _COMPARES.search(added)
    return len(added.split()) > _ADDED and not leaning and "?" not in added


def _of_thing(said: str, paper: Paper) -> str:
    name = name_of(paper)
    thing = re.match(rf"(?:{_THING}{f'|{re.escape(name)}' if name else ''}) {_DOES}", said)
    return f"it {of_others(said[thing.start('does') :])}" if thing else ""


def _of_authors(statement: Statement, paper: Paper) -> str:
    """What "we" do in it, of several authors."""
    told = third_person(statement.text, paper, MARKER) or ""
    who = _AUTHORS.match(told) if len(paper.authors) > 1 and re.search(r"\b[Ww]e\b", statement.text) else None
    return f"they {told[who.end() :]}" if who else ""
