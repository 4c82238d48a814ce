"""What is written comes back: the shipped papers through each exchange format, and as another library reads them."""

import re
from pathlib import Path

import pytest
from pybtex.database import parse_string

from rag.references.bibliography import export
from rag.references.bibtex import container, published, read_venue
from rag.references.keys import citation_keys
from store.collection import shipped_papers
from store.names import split_name
from store.readers import read_papers
from store.readers.readable import line
from store.records import Paper

FORMATS = {"bibtex": "all.bib", "ris": "all.ris", "csl-json": "all.json"}


def bare(text: str) -> str:
    """A text as every format keeps it: on one line, with one kind of quotes, dashes and powers."""
    text = " ".join(line(text).split()).translate(str.maketrans("“”‘’–—‐−", "\"\"''----"))
    return re.sub(r"[{}$]|(?<=-)-+", "", text.replace("``", '"').replace("''", '"'))


def kept(paper: Paper) -> dict[str, object]:
    """What of a paper an exchange format holds."""
    venue = read_venue(paper.venue)
    people = [split_name(author) for author in paper.authors]
    return {
        "title": bare(paper.title),
        "abstract": bare(paper.abstract),
        "authors": [(person.surname, person.given, person.suffix) for person in people],
        "year": published(paper),
        "venue": (venue.kind.csl, container(paper, venue), venue.volume, venue.number),
        "arxiv": paper.arxiv,
        "doi": paper.doi,
    }


@pytest.mark.parametrize("format", FORMATS)
def test_the_shipped_papers_come_back_from_every_format(tmp_path, format):
    papers = shipped_papers()
    path = tmp_path / FORMATS[format]
    path.write_text(export(papers, format), encoding="utf-8")
    reading = read_papers(path)
    back = list(reading.papers)
    assert [kept(paper) for paper in back] == [kept(paper) for paper in papers]
    keys = citation_keys(papers)
    assert [paper.citekey for paper in back] == [keys[paper.paper_id] for paper in papers]
    assert not reading.skipped


def test_another_library_reads_the_same_out_of_bibtex(tmp_path):
    text = export(shipped_papers(), "bibtex")
    (tmp_path / "all.bib").write_text(text, encoding="utf-8")
    theirs = parse_string(text, "bibtex").entries.values()
    for paper, entry in zip(read_papers(tmp_path / "all.bib").papers, theirs, strict=True):
        assert bare(paper.title) == bare(line(entry.fields["title"], latex=True))
        assert bare(paper.abstract) == bare(line(entry.fields["abstract"], latex=True))
        assert str(paper.year) == entry.fields["year"]
        theirs_names = [
            line(" ".join(person.prelast_names + person.last_names), True) for person in entry.persons["author"]
        ]
        assert [split_name(author).surname.strip("{}") for author in paper.authors] == [
            name.strip("{}") for name in theirs_names
        ]


def test_a_listing_of_our_own_comes_back(tmp_path: Path):
    papers = shipped_papers()
    path = tmp_path / "table"
    path.write_text(export(papers, "csv"), encoding="utf-8")
    found = list(read_papers(path).papers)
    assert [(p.title, bare(p.abstract), p.authors, p.venue) for p in found] == [
        (p.title, bare(p.abstract), p.authors, p.venue) for p in papers
    ]
