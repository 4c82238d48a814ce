"""The files of a text that someone wrote: the one that is named, and those that it takes in."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rag.linting.claims import Reading
from rag.linting.latexsource import Command, readable
from rag.linting.readlatex import read_latex
from rag.linting.readmarkdown import read_markdown

_LATEX = (".tex", ".ltx", ".latex")
_INPUTS = re.compile(
    r"\\(?:input|include|subfile)\s*\{(?P<name>[^{}]+)\}|\\(?:sub)?import\s*\{(?P<folder>[^{}]*)\}\s*\{(?P<file>[^{}]+)\}"
    r"|\\input\s+(?P<bare>[^\s{}\\]+)"
)
_INCLUDES = re.compile(r"\{\{<\s*include\s+(?P<name>\S+)\s*>\}\}")
_BIBS = re.compile(r"\\(?:bibliography|addbibresource)\s*(?:\[[^\]]*\])?\s*\{(?P<names>[^{}]+)\}")
_METADATA = re.compile(r"\A---[ \t]*\n(.*?)^(?:---|\.\.\.)", re.S | re.M)
_BIB_NAME = re.compile(r"[^\s,\[\]\"']+\.bib\b")
_COMMENT = re.compile(r"(?m)^(?:[^%\\\n]|\\.)*(?P<sign>%)(?P<hidden>[^\n]*)")
_CITES = re.compile(r"\\[a-zA-Z]*cite")
LARGEST_TEXT = 50_000_000  # bytes of one file


@dataclass(frozen=True, slots=True)
class Source:
    """A file of the text: its path as messages name it, its text, and what it takes in that cannot be read."""

    path: str
    text: str
    missing: tuple[tuple[str, int], ...] = ()

    @property
    def hidden(self) -> list[int]:
        """Where a `%` that stands behind a number hides citations from LaTeX."""
        comments = _COMMENT.finditer(self.text) if self.is_latex else ()
        signs = [match.start("sign") for match in comments if _CITES.search(match["hidden"])]
        return [sign for sign in signs if self.text[max(0, sign - 1)].isdigit()]

    @property
    def is_latex(self) -> bool:
        """Whether it is LaTeX; all else is Markdown."""
        return Path(self.path).suffix.lower() in (*_LATEX, ".bbl")


def read_sources(text: str, path: str, follow: bool = True) -> list[tuple[Source, Reading]]:
    """The file `path` with this `text` and all that it takes in, each with what is read of it.

    With `follow` false no file is opened: all that it takes in is missing.
    """
    sources = list(_sources(text, path, Path(path).parent, set(), follow))
    own: dict[str, Command] = {}
    for source in sources if sources[0].is_latex else ():
        own |= readable(source.text)[1]
    return [(s, read_latex(s.text, own) if s.is_latex else read_markdown(s.text)) for s in sources]


def taken_in(text: str, path: str) -> set[Path]:
    """Whole paths of the files that `path` with this `text` takes in."""
    return {Path(source.path).resolve() for source in _sources(text, path, Path(path).parent, set())} - {
        Path(path).resolve()
    }


def named_bibs(text: str, path: str) -> dict[str, str]:
    r"""The .bib files that a text names (`\bibliography`, `bibliography:` in front) and that are there: path → text."""
    found: dict[str, str] = {}
    root = Path(path).parent
    for source in _sources(text, path, root, set()):
        for name in _bib_names(source):
            for file in (root / name, Path(source.path).parent / name):
                with suppress(OSError, UnicodeDecodeError):
                    found.setdefault(str(file), _text_of(file))
                    break
    return found


def _bib_names(source: Source) -> list[str]:
    if not source.is_latex:
        metadata = _METADATA.match(source.text)
        return _BIB_NAME.findall(metadata[1]) if metadata else []
    names = [name.strip() for match in _BIBS.finditer(readable(source.text)[0]) for name in match["names"].split(",")]
    return [name if name.endswith(".bib") else f"{name}.bib" for name in names if name]


def _sources(text: str, path: str, root: Path, seen: set[Path], follow: bool = True) -> Iterator[Source]:
    source = Source(path, text)
    seen.add(Path(path).resolve())
    named = _INPUTS.finditer(readable(text)[0]) if source.is_latex else _INCLUDES.finditer(text)
    missing: list[tuple[str, int]] = []
    within: list[Source] = []
    for match in named:
        name = "".join(part for part in match.groups() if part).strip()
        found = _find(name, (root, Path(path).parent), source.is_latex) if follow else None
        if found is None:
            missing.append((name, match.start()))
        elif found[0].resolve() not in seen and Source(str(found[0]), "").is_latex == source.is_latex:
            within += _sources(found[1], str(found[0]), root, seen)
    yield Source(path, text, tuple(missing))
    yield from within


def _text_of(path: Path) -> str:
    """The text of a plain file; a device or a pipe, which a text may name and which may have no end, is none."""
    if not path.is_file() or path.stat().st_size > LARGEST_TEXT:
        raise OSError(f"{path} is no file of a text")
    return path.read_text(encoding="utf-8-sig")


def _find(name: str, folders: tuple[Path, Path], is_latex: bool) -> tuple[Path, str] | None:
    """The path and the text of a file that is taken in; a picture's or a table's own file has no text."""
    names = (f"{name}.tex", name) if is_latex else (name,)
    for path in (folder / option for folder in folders for option in names):
        try:
            return path, _text_of(path)
        except UnicodeDecodeError:
            return path, ""
        except OSError:
            continue
    return None
