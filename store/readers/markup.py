"""XML of EndNote, PubMed and arXiv: a record at a time, so that a damaged one spoils no other.

Each record is cut out by its tags and read on its own, by a parser that knows no entities of the file's own, no
network and no huge trees. A file that declares entities is refused.
"""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from store.errors import ReadError
from store.readers.fields import paper_or_skipped
from store.readers.opening import Source
from store.readers.people import in_parts
from store.records import Paper, Skipped

if TYPE_CHECKING:
    from lxml.etree import _Element

_LONGEST = 1 << 22  # characters of one record
_BLOCK = 1 << 16
_ENTITY = re.compile(r"<!ENTITY\b")
_TAG = re.compile(r"<(?P<end>/?)(?:[A-Za-z_][\w.-]*+:)?(?P<name>[A-Za-z_][\w.-]*+)(?P<rest>[^<>]*+)>")
_NAMESPACED = re.compile(r"""\s(?:[\w.-]++:[\w.-]++|xmlns)\s*+=\s*+(?:"[^"]*"|'[^']*')""")
_TOO_MUCH = re.compile(r"XML_PARSE_HUGE|huge", re.IGNORECASE)  # what the parser says to who programs with it
_XML_OWN = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)")


def read_endnote(source: Source) -> Iterator[Paper | Skipped]:
    """The records of EndNote's XML."""
    return _read(source, "record", _endnote)


def read_pubmed(source: Source) -> Iterator[Paper | Skipped]:
    """The articles of PubMed's XML, and the books and chapters among them."""
    return _read(source, "PubmedArticle|PubmedBookArticle", _pubmed)


def read_atom(source: Source) -> Iterator[Paper | Skipped]:
    """The entries of an Atom feed, as arXiv's API gives it."""
    return _read(source, "entry", _atom)


def _read(source: Source, tag: str, named: Callable[["_Element"], dict[str, Any]]) -> Iterator[Paper | Skipped]:
    for line, text in _cut(source, tag):
        where = f"{source.name}, line {line}"
        yield paper_or_skipped(lambda text=text: named(_element(text)), source.name, where)  # type: ignore[misc]


def _cut(source: Source, tag: str) -> Iterator[tuple[int, str]]:
    """The text of each record with the line it begins in; one that is not closed ends where the next begins."""
    begin, end = re.compile(rf"<(?:{tag})(?=[\s>])"), re.compile(rf"</(?:{tag})\s*>")
    text, line = "", 1
    with source.text() as stream:
        while block := stream.read(_BLOCK):
            if _ENTITY.search(text[-20:] + block):
                raise ReadError(f"{source.path}: declares entities of its own, as no such file does; it is not read.")
            text += block
            while (found := begin.search(text)) and (record := _record(text, found.start(), begin, end)) is not None:
                line += text.count("\n", 0, found.start())
                yield line, record
                line += record.count("\n")
                text = text[found.start() + len(record) :]
            kept = found.start() if found else max(0, len(text) - len(tag) - 2)
            line += text.count("\n", 0, kept)
            text = text[kept:]
            if len(text) > _LONGEST:
                yield line, text[: _LONGEST + 1]
                line, text = line + text.count("\n"), ""
    if begin.match(text):
        yield line, text


def _record(text: str, start: int, begin: re.Pattern[str], end: re.Pattern[str]) -> str | None:
    closed, following = end.search(text, start), begin.search(text, start + 1)
    if closed and (not following or closed.end() <= following.start()):
        return text[start : closed.end()]
    return text[start : following.start()] if following else None


def _element(text: str) -> "_Element":
    from lxml import etree

    if len(text) > _LONGEST:
        raise ValueError(f"longer than any record: {_LONGEST:,} characters are the most")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        return etree.fromstring(_XML_OWN.sub("&amp;", _TAG.sub(_bare, text)).encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        if _TOO_MUCH.search(str(error.msg)):
            raise ValueError("nested too deeply, or a text in it is longer than any") from None
        raise ValueError(f"not well-formed XML: {' '.join(str(error.msg).split())[:200]}") from None
    except ValueError:
        raise ValueError("not well-formed XML") from None


def _bare(tag: re.Match[str]) -> str:
    """A tag without namespaces, that are declared outside of the record."""
    return f"<{tag['end']}{tag['name']}{_NAMESPACED.sub('', tag['rest'])}>"


def _inner(element: "_Element | None") -> str:
    """All the text within, with a mark for powers: EndNote and PubMed set words in styles."""
    if element is None:
        return ""
    for power in element.iter("sup"):
        power.text = f"^{power.text or ''}"
    return "".join(element.itertext())


def _all(element: "_Element", path: str) -> list[str]:
    return [text for found in element.findall(path) if (text := _inner(found).strip())]


def _one(element: "_Element", *paths: str) -> str:
    return next((text for path in paths for text in _all(element, path)), "")


def _endnote(record: "_Element") -> dict[str, Any]:
    kind = record.find("ref-type")
    journal = kind is not None and kind.get("name") == "Journal Article"
    return {
        "title": _one(record, "titles/title"),
        "abstract": _one(record, "abstract"),
        "authors": [
            name.rstrip(",") if not name.endswith(",") else in_parts(name[:-1])
            for name in _all(record, "contributors/authors/author")
        ],
        "year": _one(record, "dates/year", "dates/pub-dates/date"),
        "venue": _one(record, "periodical/full-title", "titles/secondary-title", "alt-periodical/full-title"),
        "journalvolume": _one(record, "volume") if journal else "",
        "journalnumber": _one(record, "number") if journal else "",
        "doi": _one(record, "electronic-resource-num"),
        "url": _one(record, "urls/related-urls/url", "urls/web-urls/url"),
        "tags": _all(record, "keywords/keyword"),
        "citekey": _one(record, "label"),
    }


def _pubmed(article: "_Element") -> dict[str, Any]:
    book = article.find("BookDocument")
    if book is not None:
        return _pubmed_book(book, article.findall("PubmedBookData/ArticleIdList/ArticleId"))
    numbers = article.findall("PubmedData/ArticleIdList/ArticleId") + article.findall(".//Article/ELocationID")
    pmid = _one(article, "MedlineCitation/PMID")
    return {
        "title": _one(article, ".//Article/ArticleTitle", ".//Article/VernacularTitle"),
        "abstract": _pubmed_abstract(article.findall(".//Article/Abstract/AbstractText")),
        "authors": [_pubmed_name(author) for author in article.findall(".//Article/AuthorList/Author")],
        "year": _one(
            article, ".//JournalIssue/PubDate/Year", ".//JournalIssue/PubDate/MedlineDate", ".//ArticleDate/Year"
        ),
        "venue": _one(article, ".//Journal/Title", ".//Journal/ISOAbbreviation"),
        "journalvolume": _one(article, ".//JournalIssue/Volume"),
        "journalnumber": _one(article, ".//JournalIssue/Issue"),
        "doi": next((_inner(n) for n in numbers if "doi" in (n.get("IdType"), n.get("EIdType"))), ""),
        "url": f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/" if pmid else "",
        "tags": _all(article, ".//KeywordList/Keyword"),
    }


def _pubmed_book(book: "_Element", numbers: list["_Element"]) -> dict[str, Any]:
    """A chapter of a book, or a book."""
    chapter, whole, pmid = _one(book, "ArticleTitle"), _one(book, "Book/BookTitle"), _one(book, "PMID")
    numbers = numbers + book.findall("ArticleIdList/ArticleId") + book.findall("Book/ELocationID")
    lists = [book.findall(f"{path}[@Type='authors']/Author") for path in ("AuthorList", "Book/AuthorList")]
    return {
        "title": chapter or whole,
        "abstract": _pubmed_abstract(book.findall("Abstract/AbstractText")),
        "authors": [_pubmed_name(author) for author in lists[0] or lists[1]],
        "year": _one(book, "ContributionDate/Year", "Book/PubDate/Year", "Book/PubDate/MedlineDate"),
        "venue": whole if chapter else "",
        "doi": next((_inner(n) for n in numbers if "doi" in (n.get("IdType"), n.get("EIdType"))), ""),
        "url": f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/" if pmid else "",
        "tags": _all(book, "KeywordList/Keyword"),
    }


def _pubmed_abstract(parts: list["_Element"]) -> str:
    texts = [(part.get("Label"), _inner(part).strip()) for part in parts]
    return " ".join(f"{label}: {text}" if label and label != "UNLABELLED" else text for label, text in texts)


def _pubmed_name(author: "_Element") -> str:
    if group := _one(author, "CollectiveName"):
        return f"{{{group}}}"
    return in_parts(_one(author, "LastName"), _one(author, "ForeName", "Initials"), _one(author, "Suffix"))


def _atom(entry: "_Element") -> dict[str, Any]:
    links = {link.get("rel") or "alternate": link.get("href") for link in entry.findall("link")}
    page = _one(entry, "id")
    return {
        "title": _one(entry, "title"),
        "abstract": _one(entry, "summary", "content"),
        "authors": _all(entry, "author/name"),
        "year": _one(entry, "published", "updated"),
        "venue": _one(entry, "journal_ref"),
        "arxiv": page,
        "doi": _one(entry, "doi"),
        "url": links.get("alternate") or page,
        "tags": [term for category in entry.findall("category") if (term := category.get("term"))],
    }
