"""Papers as BibTeX, RIS, CSL-JSON and CSV; keys; references; reading a .bib."""

import csv
import io
import json
import re
from dataclasses import replace

import pytest
import rispy
from hypothesis import given
from hypothesis import strategies as st
from pybtex.database import parse_string
from pybtex.database.output.bibtex import Writer  # noqa: F401  (the second, independent library)

from rag.errors import ExportError
from rag.linting.bibfile import read_bib, same_work
from rag.references.bibliography import STYLES, export, reference_list
from rag.references.bibtex import ARTICLE, MEETING, PHD, PREPRINT, published, read_venue
from rag.references.keys import citation_keys, in_text
from store.citekeys import base_key
from store.collection import shipped_papers
from store.identity import identify
from store.names import split_name
from store.records import Paper
from store.tex import from_latex, to_latex

PAPERS = list(shipped_papers())
KEYS = citation_keys(PAPERS)
ODD = Paper(
    "10.1/x",
    "50% of C_D & #1: {Müller's} $\\pi_0$ ~ A^2Nav",
    'It costs $5. "Quoted" -- 10^-3.',
    ("Ludwig van den Berg", "Hal Daumé III", "Plato", "Open X-Embodiment Collaboration", "Kianté Brantley"),
    2024,
    "Evolutionary Computation 32(3), 2024",
    "",
    "10.1000/a_b%c",
    "https://x.org/a_b?c=1%20#d",
    ("a", "b"),
)


def names(authors):
    return [(n.surname, n.given, n.suffix) for n in map(split_name, authors)]


def pybtex_names(entry):
    return [
        (
            from_latex(" ".join(p.prelast_names + p.last_names)),
            from_latex(" ".join(p.first_names + p.middle_names)),
            from_latex(" ".join(p.lineage_names)),
        )
        for p in entry.persons.get("author", [])
    ]


def test_the_bib_of_the_whole_collection_reads_back_equal_through_two_libraries():
    text = export(PAPERS, "bibtex", KEYS)
    entries, damage = read_bib(text)
    other = parse_string(text, "bibtex").entries
    assert not damage and len(entries) == len(other) == len(PAPERS)
    for paper, entry in zip(PAPERS, entries, strict=True):
        title, abstract = " ".join(paper.title.split()), " ".join(paper.abstract.split())
        assert (entry.key, entry.title, entry.year, entry.arxiv) == (
            KEYS[paper.paper_id],
            title,
            published(paper),
            paper.arxiv,
        )
        assert names(entry.authors) == names(paper.authors)
        twin = other[entry.key]
        assert from_latex(twin.fields["title"]) == title
        assert from_latex(twin.fields["abstract"]) == abstract
        assert pybtex_names(twin) == names(paper.authors)


def test_specials_accents_and_maths_survive_both_libraries():
    text = export([ODD], "bibtex")
    (entry,), damage = read_bib(text)
    twin = next(iter(parse_string(text, "bibtex").entries.values()))
    assert not damage
    assert entry.title == from_latex(twin.fields["title"]) == ODD.title
    assert entry.doi == twin.fields["doi"] == ODD.doi and twin.fields["url"] == ODD.url
    assert pybtex_names(twin)[:3] == [
        ("van den Berg", "Ludwig", ""),
        ("Daumé", "Hal", "III"),
        ("Plato", "", ""),
    ]
    assert "{Open X-Embodiment Collaboration}" in text and "{\\'e}" in text and "\\%" in text and "\\&" in text


@given(
    st.text(
        alphabet=st.characters(codec="latin-1", categories=("L", "N", "P", "S", "Zs")),
        min_size=1,
        max_size=60,
    )
)
def test_any_title_gives_a_bib_that_both_libraries_read(title):
    text = export([replace(ODD, title=title or "x")], "bibtex", {ODD.paper_id: "k"})
    assert read_bib(text)[0][0].key == "k"
    assert "title" in parse_string(text, "bibtex").entries["k"].fields or not title.strip()


def test_entry_types_follow_the_venue():
    kinds = {p.venue: read_venue(p.venue).kind for p in PAPERS}
    assert kinds[""] is PREPRINT and kinds["ICCV 2023"] is MEETING and kinds["TMLR 2025"] is ARTICLE
    assert kinds["PhD thesis, Lund University, 2018"] is PHD
    journal = read_venue("Evolutionary Computation 32(3), 2024")
    assert (journal.kind, journal.name, journal.volume, journal.number) == (
        ARTICLE,
        "Evolutionary Computation",
        "32",
        "3",
    )
    preprint = next(p for p in PAPERS if not p.venue)
    text = export([preprint], "bibtex")
    assert text.startswith("@misc{") and f"eprint = {{{preprint.arxiv}}}" in text and "archiveprefix = {arXiv}" in text


def test_capitals_that_a_style_must_keep_stand_in_braces():
    clip = next(p for p in PAPERS if p.title.startswith("CLIP-RT"))
    assert "title = {{CLIP-RT}: Learning Language-Conditioned" in export([clip], "bibtex")


def test_keys_are_author_year_and_short_title_in_ascii():
    by_title = {p.title.split(":")[0]: KEYS[p.paper_id] for p in PAPERS}
    assert by_title["CLIP-RT"] == "kang2024cliprt" and by_title["Streaming Diffusion Policy"].startswith("hoeg2024")
    assert all(key.isascii() and key.isalnum() for key in KEYS.values()) and len(set(KEYS.values())) == len(PAPERS)


def test_clashing_keys_are_told_apart_whatever_the_order():
    twins = [replace(ODD, paper_id=str(i)) for i in range(30)]
    keys = citation_keys(twins)
    assert keys == citation_keys(reversed(twins)) and len(set(keys.values())) == 30
    assert keys["0"] == base_key(ODD) and keys["1"] == base_key(ODD) + "a"


def test_authors_in_running_text():
    assert in_text(["Gi-Cheon Kang", "A B", "C D"]) == "Kang et al."
    assert in_text(["Jan van den Berg", "Fox, Dieter"]) == "van den Berg and Fox"
    assert in_text(["Plato"]) == "Plato" and in_text([]) == ""


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t=", "\r+", " @"])
def test_a_spreadsheet_computes_nothing_of_a_table(first):
    evil = Paper("1", f"{first}HYPERLINK(1)", "x", (f"{first}cmd", "B"), 2024, venue=f"V {first}x")
    row = next(csv.DictReader(io.StringIO(export([evil], "csv", {"1": f"{first}key"}))))
    first = first.replace("\r", " ")
    assert (row["key"], row["title"]) == (f"'{first}key", f"'{first}HYPERLINK(1)")
    assert (row["authors"], row["venue"], row["year"]) == (f"'{first}cmd; B", f"V {first}x", "2024")


def test_ris_csl_json_and_csv_keep_every_paper():
    ris = rispy.loads(export(PAPERS, "ris", KEYS))
    csl = json.loads(export(PAPERS, "csl-json", KEYS))
    rows = list(csv.DictReader(io.StringIO(export(PAPERS, "csv", KEYS))))
    assert [r["title"] for r in ris] == [c["title"] for c in csl] == [" ".join(p.title.split()) for p in PAPERS]
    assert [c["id"] for c in csl] == [r["key"] for r in rows] == [KEYS[p.paper_id] for p in PAPERS]
    assert [r["authors"] for r in rows] == ["; ".join(p.authors) for p in PAPERS]
    assert f"\n{export(PAPERS, 'ris', KEYS)}".count("\nER  - \n") == len(PAPERS)  # strict readers want the blank
    assert csl[0]["issued"] == {"date-parts": [[PAPERS[0].year]]}
    with pytest.raises(ExportError, match="bibtex, ris"):
        export(PAPERS, "word")


@pytest.mark.parametrize("style", sorted(STYLES))
def test_a_reference_list_in_each_common_style(style):
    lines = reference_list([PAPERS[0], ODD], style)
    assert len(lines) == 2 and "Cuttano" in lines[0] and "peeling a banana" in lines[0].lower()


def test_names_and_quotes_are_as_each_style_has_them():
    paper = replace(PAPERS[0], title="Does it work?", venue="CVPR 2024", year=2024)
    apa, mla, ieee, acl = (reference_list([paper], style)[0] for style in ("apa", "mla", "ieee", "acl"))
    assert apa.startswith("Cuttano, C., Rosi, G.")
    assert mla.startswith("Cuttano, Claudia") and "“Does It Work?”" in mla
    assert ieee.startswith("C. Cuttano, G. Rosi") and "“Does it work?” in CVPR, 2024" in ieee
    assert acl.startswith("Claudia Cuttano, Gabriele Rosi") and "work? In CVPR." in acl


def test_odd_names_and_titles_are_as_they_are_in_every_style():
    names = ("Society for Towels and Linen", "Towel Team, Acme", "Doe J", "Jane Doe (Acme)", "李 娜", "et al.")
    paper = identify(Paper("", "On α-folding ends with a stop.", "We study it.", names, 2021))
    for style in STYLES:
        [line] = reference_list([paper], style)
        assert "α-folding" in line.lower() and "Α" not in line and ".." not in line and "stop.,”" not in line
        assert "Acme)" not in line and "娜 李" not in line and "Society for Towels and Linen" in line
    text = export([paper], "bibtex")
    authors = "{{Society for Towels and Linen} and {Towel Team, Acme} and Doe, J. and Doe, Jane and 李, 娜}"
    assert f"author = {authors}" in text


def test_an_unknown_style_says_which_there_are():
    with pytest.raises(ExportError, match="apa, ieee"):
        reference_list(PAPERS[:1], "nonsense")


def test_damage_of_a_bib_is_told_with_its_line():
    text = (
        "@article{a, title={X}}\n\n@misc{b, title={Y},\n title={Z}}\n@article{c, title={open\n@article{a, title={V}}\n"
    )
    entries, damage = read_bib(text)
    assert [(d.line, "Duplicate" in d.reason) for d in damage] == [(3, True), (5, False), (6, True)]
    assert [e.key for e in entries] == ["a", "b", "a"]


def test_one_paper_under_two_keys_is_found_by_id_or_title():
    text = (
        "@misc{a, title={{CLIP-RT}: Learning}, eprint={2411.00508}, archiveprefix={arXiv}}\n"
        "@inproceedings{b, title={Other}, url={https://arxiv.org/abs/2411.00508v2}}\n"
        "@article{c, title={Clip-RT, learning}}"
    )
    assert [(one.key, two.key) for one, two in same_work(read_bib(text)[0])] == [("a", "b"), ("a", "c")]


@given(st.text(max_size=80))
def test_escaped_text_has_balanced_braces(text):
    escaped = to_latex(text).replace("\\{", "").replace("\\}", "")
    assert escaped.count("{") == escaped.count("}")


@pytest.mark.parametrize(
    ("venue", "year", "told"),
    [
        ("acl", 2023, ("inproceedings", "ACL", 2023)),
        ("RSS 2025", 2024, ("inproceedings", "RSS", 2025)),
        ("IEEE Robotics and Automation Letters", 2022, ("article", "IEEE Robotics and Automation Letters", 2022)),
        ("nips", 2019, ("inproceedings", "NIPS", 2019)),
        ("", 2024, ("misc", "", 2024)),
    ],
)
def test_meetings_and_journals_are_told_apart_with_the_year_of_the_venue(venue, year, told):
    paper = Paper("x", "T", "A", ("Ada van den Berg",), year, venue)
    kind, name, published_in = told
    bib = export([paper], "bibtex")
    assert bib.startswith(f"@{kind}{{") and f"year = {{{published_in}}}" in bib and (not name or f"{{{name}}}" in bib)
    assert "van den Berg, Ada" in bib


def test_works_of_one_year_by_the_same_authors_get_letters():
    papers = [Paper(str(n), title, "A", ("Ada Berg",), 2023, "ICML 2023") for n, title in enumerate("BAC")]
    papers.append(Paper("d", "D", "A", ("Ada Berg",), 2022, "ICML 2022"))
    listed = reference_list(papers, "apa")
    assert [re.search(r"\((\w+)\)", line)[1] for line in listed] == ["2023b", "2023a", "2023c", "2022"]
    assert "2023a" not in "".join(reference_list(papers, "ieee"))
