"""Files as other programs write them: every good record comes in, each bad one is named with its place."""

import gzip
import json
import lzma
import zipfile
from pathlib import Path

import pytest
from small_library import open_empty

from store.errors import ReadError
from store.readers import opening, read_papers
from store.records import Paper, Skipped

CASES = Path(__file__).parent / "cases"
FORMATS = CASES / "formats"
FOLD = "Hands that learn to fold"


def read(path: Path) -> tuple[list[Paper], list[Skipped]]:
    reading = read_papers(path)
    return list(reading.papers), reading.skipped


def fields(paper: Paper) -> dict[str, object]:
    """The fields that hold something, but for where it came from."""
    found = {name: getattr(paper, name) for name in Paper.__dataclass_fields__}
    found = {name: list(value) if isinstance(value, tuple) else value for name, value in found.items() if value}
    return {name: value for name, value in found.items() if name != "sources"}


# Of each file: some fields of its first paper, its last title, and where what is skipped stands.
JOURNAL = {"year": 2021, "doi": "10.5555/fold.1"}
KICK = "Feet that learn to kick"
FILES = {
    "zotero.bib": (
        JOURNAL
        | {
            "title": "Hands that learn to fold: A study of RL",
            "abstract": "We study hands that fold towels. They win 79.6% of 5 & 9 trials, at $3 each; see $A^2$.",
            "authors": ["Doe, Jane", "Muñoz, José", "van der Roe, M.", "{Society for Towels and Linen}"],
            "venue": "Journal of Folding 3(2)",
            "tags": ["folding", "robots"],
        },
        KICK,
        ["line 22 (broken_2020)"],
    ),
    "biblatex.bib": (
        {"title": "On Bread: A Survey", "authors": ["Hu, Ann", "Böhm, Karl"], "year": 2023, "arxiv": "2305.12345"},
        "The last one",
        ["line 12 (nokey)"],
    ),
    "scopus.ris": (
        JOURNAL | {"title": FOLD, "authors": ["Doe, J.", "Muñoz, J."], "venue": "Journal of Folding 3(2)"},
        KICK,
        ["line 16"],
    ),
    "pubmed.nbib": (
        JOURNAL | {"authors": ["Doe, Jane A", "Muñoz, José", "{Towel Study Group}"], "venue": "Journal of folding"},
        f"{KICK}.",
        ["line 24"],
    ),
    "pubmed.xml": (
        JOURNAL
        | {
            "title": "Hands that learn to fold H2O & towels.",
            "abstract": "BACKGROUND: Towels fold. RESULTS: They fold 12 of 14 (p < 10^-3).",
            "authors": ["Jane A Doe", "{Towel Study Group}"],
        },
        f"{KICK}.",
        ["line 11"],
    ),
    "endnote.xml": (
        JOURNAL
        | {
            "title": FOLD,
            "authors": ["Doe, Jane", "{Society for Towels and Linen}"],
            "venue": "Journal of Folding 3(2)",
        },
        KICK,
        ["line 2"],
    ),
    "arxiv.atom": (
        JOURNAL
        | {
            "title": f"{FOLD} A^2",
            "abstract": "We study hands that fold towels. They fold 12 of 14, or 85%.",
            "authors": ["Jane Doe", "José Muñoz"],
            "arxiv": "2101.01234",
        },
        KICK,
        ["line 21"],
    ),
    "scopus.csv": (
        JOURNAL
        | {
            "title": FOLD,
            "abstract": 'We study hands that fold towels. They fold "12" of 14, on two lines. © 2021',
            "venue": "Journal of Folding",
        },
        KICK,
        ["line 4", "line 5"],
    ),
    "zotero.csv": (
        JOURNAL | {"abstract": "We study hands & towels.", "authors": ["Doe, Jane", "van der Roe, M."]},
        FOLD,
        [],
    ),
    "wos.txt": (JOURNAL | {"authors": ["Doe, Jane", "Roe, Max"], "tags": ["folding", "robots"]}, FOLD, []),
    "wos-plain.txt": (
        JOURNAL
        | {"authors": ["Doe, Jane", "Roe, Max"], "abstract": "We study hands that fold towels. They fold 12 of 14."},
        KICK,
        ["line 17"],
    ),
    "scholar.enw": ({"year": 2021, "authors": ["Doe, Jane", "Roe, Max"], "venue": "Journal of Folding 3(2)"}, FOLD, []),
    "openreview.json": (
        {"title": FOLD, "authors": ["Jane Doe", "José Muñoz"], "venue": "CoRL 2023 Poster", "tags": ["folding"]},
        KICK,
        ["record 2"],
    ),
    "daily-papers.json": (
        {"abstract": "We survey bread. It rises.", "year": 2023, "arxiv": "2305.12345"},
        "On Bread",
        [],
    ),
    "openalex.json": (JOURNAL | {"abstract": "We fold and fold", "venue": "Journal of Folding"}, FOLD, []),
    "crossref.json": (
        JOURNAL | {"abstract": "We study p < 10^-3.", "authors": ["Jane Doe", "Towel Study Group"]},
        FOLD,
        [],
    ),
    "digest.txt": (
        {"title": f"{FOLD} towels on kitchen tables", "authors": ["Jane Doe", "Max Roe"], "arxiv": "2101.01234"},
        KICK,
        [],
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_files_as_programs_write_them_are_read(name):
    expected, last, skipped = FILES[name]
    papers, passed_over = read(FORMATS / name)
    found = fields(papers[0])
    assert {field: found.get(field) for field in expected} == expected
    assert papers[-1].title == last
    assert [item.where for item in passed_over] == [f"{name}, {place}" for place in skipped]


@pytest.mark.parametrize("name", FILES)
def test_what_a_file_is_called_and_how_it_is_written_makes_no_difference(tmp_path, name):
    papers, _ = read(FORMATS / name)
    text = (FORMATS / name).read_text(encoding="utf-8")
    windows = text.replace("\n", "\r\n")
    for number, data in enumerate(
        [
            b"\xef\xbb\xbf" + windows.encode(),
            text.encode("utf-16"),
            text.encode("utf-16-be"),
            text.encode("utf-16-le"),
            gzip.compress(text.encode()),
            lzma.compress(windows.encode()),
        ]
    ):
        path = tmp_path / f"some{number}"
        path.write_bytes(data)
        assert [fields(paper) for paper in read(path)[0]] == [fields(paper) for paper in papers]


@pytest.mark.parametrize("name", ["zotero.bib", "scopus.ris", "scopus.csv", "pubmed.nbib", "endnote.xml"])
def test_latin_1_is_read(tmp_path, name):
    text = (FORMATS / name).read_text(encoding="utf-8").replace('encoding="UTF-8"', 'encoding="ISO-8859-1"')
    (tmp_path / name).write_bytes(text.encode("latin-1"))
    assert [fields(paper) for paper in read(tmp_path / name)[0]] == [fields(paper) for paper in read(FORMATS / name)[0]]


def test_a_folder_and_a_zip_of_many_formats_are_read(tmp_path):
    every = [paper for name in FILES for paper in read(FORMATS / name)[0]]
    (tmp_path / "notes.md").write_text("not read")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as packed:
        for name in FILES:
            packed.write(FORMATS / name, f"deep/{name}")
            (tmp_path / name).write_bytes((FORMATS / name).read_bytes())
    zipped, skipped = read(tmp_path / "all.zip")
    assert sorted(paper.title for paper in zipped) == sorted(paper.title for paper in every)
    assert "all.zip: deep/zotero.bib, line 22 (broken_2020)" in [item.where for item in skipped]
    assert len(read(tmp_path)[0]) == 2 * len(every)


def test_a_paper_without_an_abstract_is_kept_found_and_counted(tmp_path):
    with open_empty(tmp_path / "home") as library:
        report = library.add_paths([FORMATS / "biblatex.bib", FORMATS / "zotero.bib"])
        assert (report.added, report.without_abstract) == (6, 4)
        assert [library.get(paper_id).title for paper_id, _ in library.by_words("learning to bake", 1)] == [
            "Learning to Bake"
        ]
        assert library.add_paths([FORMATS / "biblatex.bib"]).unchanged == 4


ADDED = {
    "c01-csl.json": [{"authors": ["Jane Doe"], "year": 2021, "venue": "Journal of Folding", "doi": "10.5555/fold.1"}],
    "c02-arxiv-dump.jsonl": [
        {"title": FOLD, "authors": ["J. Muñoz", "van der Doe, E.", "M. Roe"], "year": 2021, "arxiv": "2101.01234"}
    ],
    "c03-semantic-scholar.jsonl": [
        {"arxiv": "2101.01234", "doi": "10.5555/fold.1", "venue": None},
        {"arxiv": "2101.09999", "venue": "CoRL"},
    ],
    "c04-openalex.jsonl": [{"abstract": "We study hands that fold.", "authors": ["Jane Doe"], "doi": "10.5555/fold.1"}],
    "c05-arxiv-page.txt": [{"title": FOLD, "authors": ["Jane Doe", "Max Roe"], "arxiv": "2101.01234", "year": 2021}],
    "c08-markup.jsonl": [
        {
            "title": "Folding & ironing in Évora",
            "abstract": "We show that p < 0.05 for all towels.",
            "authors": ["Müller, Eva", "O'Doe, Jane"],
        }
    ],
    "c09-pretty.json": [{"title": "One pretty record", "abstract": "We study pretty printing."}],
    "c09-wrapped.json": [{"title": "Wrapped record", "abstract": "We study wrapping."}],
}


@pytest.mark.parametrize("name", ADDED)
def test_what_services_give_is_read(name):
    papers, skipped = read(CASES / name)
    assert not skipped
    assert len(papers) == len(ADDED[name])
    for paper, expected in zip(papers, ADDED[name], strict=True):
        assert {field: fields(paper).get(field) for field in expected} == expected
    assert not any(sign in papers[0].abstract for sign in ("△", "Submitted", "  ", "\n"))


ENTITIES = '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
BOMBS = {
    "entities.xml": (ENTITIES + "]><records><record><titles><title>&i;</title></titles></record></records>").encode(),
    "deep.json": b"[" * 200_000 + b"]" * 200_000,
    "deep-object.json": b'{"data":' * 100_000,
    "deep.xml": b"<records><record>" + b"<a>" * 100_000,
    "braces.bib": b"@article{a, title = " + b"{" * 200_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_what_is_made_to_burst_is_refused_in_a_line(tmp_path, name):
    (tmp_path / name).write_bytes(BOMBS[name])
    with pytest.raises(ReadError) as raised:
        read(tmp_path / name)
    assert "\n" not in str(raised.value) and len(str(raised.value)) < 600


def test_a_zip_that_unpacks_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "_UNPACKED", 1 << 16)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.json", b" " * 30_000_000)
    with pytest.raises(ReadError, match="unpacks to more than 100 times its size"):
        read(tmp_path / "bomb.zip")


def test_an_empty_tag_with_its_value_on_the_next_line_costs_no_record(tmp_path):
    file = tmp_path / "pubmed.nbib"
    record = "PMID- {n}\nTI  - Grasping by touch {n}\nFAU - \n      Doe, Jane\nAB  - We grasp.\n"
    file.write_text("\n".join(record.format(n=n) for n in (11, 12)), encoding="utf-8")
    papers, skipped = read(file)
    assert [paper.title for paper in papers] == ["Grasping by touch 11", "Grasping by touch 12"] and not skipped
    assert papers[0].authors == ("Doe, Jane",)


def read_text(folder: Path, name: str, text: str) -> tuple[list[Paper], list[Skipped]]:
    (folder / name).write_text(text, encoding="utf-8")
    return read(folder / name)


def test_a_doi_in_latex_escapes_is_read_as_text(tmp_path):
    [paper], _ = read_text(
        tmp_path, "a.bib", r"@article{a, title={Fold}, doi={10.5555/a(2017)9:33{\textless}b{\textgreater}x\_1--2}}"
    )
    assert paper.doi == "10.5555/a(2017)9:33<b>x_1--2"


@pytest.mark.parametrize("indent", [None, 1])
def test_crossrefs_answer_for_one_work_is_read(tmp_path, indent):
    work = {"reference": [{"article-title": "Other", "DOI": "10.5555/o"}], "DOI": "10.5555/f", "title": [FOLD]}
    [paper], _ = read_text(tmp_path, "a.json", json.dumps({"status": "ok", "message": work}, indent=indent))
    assert (paper.title, paper.doi) == (FOLD, "10.5555/f")


def test_replies_of_openreview_are_no_papers(tmp_path):
    notes = [
        {"id": "a", "forum": "a", "invitations": ["X/-/Submission"], "content": {"title": {"value": FOLD}}},
        {"id": "b", "forum": "a", "replyto": "a", "content": {"title": {"value": "Good work"}}},
        {"id": "c", "invitation": "X/Paper1/-/Official_Review", "content": {"title": "Weak accept"}},
    ]
    papers, skipped = read_text(tmp_path, "a.json", json.dumps({"notes": notes}))
    assert [paper.title for paper in papers] == [FOLD]
    assert len(skipped) == 2 and all("no paper" in item.reason for item in skipped)


def test_a_record_that_stands_behind_one_that_broke_off_is_read(tmp_path):
    first, second = (json.dumps({"id": n, "title": f"Paper {n}", "abstract": "We fold."}) for n in (1, 2))
    papers, skipped = read_text(tmp_path, "a.jsonl", f"{first}\n{first[:30]}{second}\n{first}{second}\n")
    assert [paper.title for paper in papers] == ["Paper 1", "Paper 2", "Paper 1", "Paper 2"]
    assert [item.where for item in skipped] == ["a.jsonl, line 2"]


def test_a_record_whose_first_tag_is_damaged_spoils_no_other(tmp_path):
    ris = "TY  - JOUR\nTI  - One\nER  - \n\nTI  - Two\nBT  - Book\nER  - \n\nTY  - BOOK\nBT  - Three\nER  - \n"
    papers, _ = read_text(tmp_path, "a.ris", ris)
    assert [(paper.title, paper.venue) for paper in papers] == [("One", ""), ("Two", "Book"), ("Three", "")]
    papers, _ = read_text(tmp_path, "a.nbib", "PMID- 1\nTI  - One\n\nPMID 2\nTI - Two\n\nPMID- 3\nTI  - Three\n")
    assert [paper.title for paper in papers] == ["One", "Two", "Three"]


def test_a_conference_of_bibutils_is_the_venue(tmp_path):
    [paper], _ = read_text(tmp_path, "a.enw", "%0 Conference Proceedings\n%T Fold\n%S Folding Conference\n%D 2022\n")
    assert paper.venue == "Folding Conference"


def test_groups_among_the_authors_of_a_table_are_authors(tmp_path):
    [paper], _ = read_text(tmp_path, "a.txt", "PT\tAU\tAF\tCA\tTI\nJ\tDoe, J\tDoe, Jane\tWet Towels\tFold\n")
    assert paper.authors == ("Doe, Jane", "{Wet Towels}")


def test_books_of_pubmed_are_read(tmp_path):
    book = (
        "<PubmedBookArticle><BookDocument><PMID>7</PMID><Book><BookTitle>Reviews</BookTitle><PubDate><Year>2015</Year>"
        '</PubDate></Book><ArticleTitle>Towels</ArticleTitle><AuthorList Type="authors"><Author>'
        "<LastName>Doe</LastName><ForeName>Jane</ForeName></Author></AuthorList></BookDocument></PubmedBookArticle>"
    )
    [paper], _ = read_text(tmp_path, "a.xml", f"<PubmedArticleSet>{book}</PubmedArticleSet>")
    assert (paper.title, paper.authors, paper.year, paper.venue) == ("Towels", ("Jane Doe",), 2015, "Reviews")


def test_a_title_its_authors_and_their_abstract_may_stand_in_one_paragraph(tmp_path):
    abstract = "We study hands that fold many towels, and find that\nthey fold twelve of fourteen when they are dry."
    one, two = (f"{FOLD} {what}\n{{}}{abstract}\n" for what in ("towels", "sheets"))
    people = "Jane Doe, Ludwig van der Roe Jr., Plato\n"
    papers, skipped = read_text(tmp_path, "a.txt", one.format(people) + "\n" + two.format("") + one.format(people))
    assert [paper.title for paper in papers] == [f"{FOLD} {what}" for what in ("towels", "sheets", "towels")]
    assert papers[0].authors == ("Jane Doe", "Ludwig van der Roe Jr.", "Plato") and not skipped
    assert {paper.abstract for paper in papers} == {abstract.replace("\n", " ")}
