"""Reading files: what is on the page is what is read, and what is not read is said."""

import gzip
import io
import json
import lzma
import os
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.collection import shipped_papers
from store.errors import ReadError
from store.readers import jsonl, listing, opening, read_papers
from store.readers.fields import paper_from
from store.readers.listing import parse_listing
from store.readers.values import from_json
from store.records import Paper, Skipped

PAGES = sorted((Path(__file__).parent.parent.parent / "store" / "collection").glob("listing-*.txt"))
ABSTRACT = "We study how robots learn to act from few examples. It works well on three tasks we tried."

words = st.text("abcdefgh", min_size=1, max_size=8)
titles = st.lists(words, min_size=1, max_size=8).map(" ".join)
proses = st.lists(words, min_size=12, max_size=40).map(lambda some: " ".join(some) + ".")


def read(path: Path) -> tuple[list[Paper], list[Skipped]]:
    reading = read_papers(path)
    return list(reading.papers), reading.skipped


def write(path: Path, *records: object) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def test_pages_hold_129_entries_with_their_text_but_for_its_markup():
    read_pages = [read(page) for page in PAGES]
    assert [len(papers) for papers, _ in read_pages] == [73, 56]
    assert not any(skipped for _, skipped in read_pages)
    for page, (papers, _) in zip(PAGES, read_pages, strict=True):
        paragraphs = page.read_text(encoding="utf-8").split("\n\n")
        changed = [paper.title for paper in papers if paper.abstract not in paragraphs or paper.title not in paragraphs]
        assert len(changed) <= 2


def test_shipped_papers_are_118_of_which_117_have_an_arxiv_id():
    papers = shipped_papers()
    assert len(papers) == 118
    assert len({paper.paper_id for paper in papers}) == 118
    assert sum(bool(paper.arxiv) for paper in papers) == 117
    assert all(paper.authors and paper.year and paper.abstract for paper in papers)
    assert all(paper.url == f"https://arxiv.org/abs/{paper.arxiv}" for paper in papers if paper.arxiv)


@given(st.lists(st.tuples(titles, proses), min_size=1, max_size=6), st.sampled_from(["\n", "\n\n", "\n \n"]))
def test_a_listing_is_read_back_entry_by_entry(entries, gap):
    page = "new\n\nSubscribe\n\nMar 14\n\n" + "".join(f"{t}\n{gap}{a}\n{gap}" for t, a in entries)
    found = parse_listing(page, "page")
    assert [(item.title, item.abstract) for item in found] == entries


@given(st.text(max_size=400))
def test_any_text_is_read_or_passed_over(text):
    for item in parse_listing(text, "page"):
        assert isinstance(item, Skipped) or (item.title and item.abstract in text)


def test_an_abstract_of_two_paragraphs_is_one(tmp_path):
    page = ["Subscribe", "A title of some words", ABSTRACT, ABSTRACT, "The next title here", ABSTRACT]
    found = parse_listing("\n\n".join(page), "page")
    assert [paper.abstract for paper in found] == [f"{ABSTRACT}\n\n{ABSTRACT}", ABSTRACT]


def test_windows_line_ends_and_a_byte_order_mark_are_read(tmp_path):
    path = tmp_path / "page.txt"
    path.write_bytes(f"\ufeffA title of words\n\n{ABSTRACT}\n".replace("\n", "\r\n").encode())
    assert [(p.title, p.abstract) for p in read(path)[0]] == [("A title of words", ABSTRACT)]


def test_a_page_cut_within_an_abstract_is_read_so_far_and_said(tmp_path):
    text = PAGES[0].read_text(encoding="utf-8")
    path = tmp_path / "cut.txt"
    path.write_text(text[: len(text) // 2], encoding="utf-8")
    papers, skipped = read(path)
    assert 30 < len(papers) < 45
    assert len(skipped) == 1 and "ends within this abstract" in skipped[0].reason


def test_a_page_cut_behind_a_title_reports_the_title():
    found = parse_listing(f"One title of words\n\n{ABSTRACT}\n\nA title that lost its abstract", "page")
    assert found[1] == Skipped("page, line 5", "a title without an abstract")


def test_records_of_json_lines_are_read_with_their_fields(tmp_path):
    record = {
        "title": "On  Tools\n",
        "abstract": ABSTRACT,
        "authors": [{"name": "A. Bee"}, "C. Dee"],
        "date": "2024-05-01",
        "arxiv": "arXiv:2405.12345v2",
        "doi": "https://doi.org/10.1000/xyz.",
        "keywords": "robots; tools",
        "venue": None,
    }
    [paper], _ = read(write(tmp_path / "some.jsonl", record))
    assert paper == Paper(
        "",
        "On Tools",
        ABSTRACT,
        ("A. Bee", "C. Dee"),
        2024,
        "",
        "2405.12345",
        "10.1000/xyz",
        "",
        ("robots", "tools"),
        ("some.jsonl",),
    )


def test_bad_lines_are_skipped_with_their_numbers(tmp_path):
    path = write(
        tmp_path / "some.jsonl",
        {"title": "Good", "abstract": ABSTRACT},
        [1],
        {"abstract": "no title"},
        {"title": 3.5, "abstract": [["not text"]]},
    )
    last = json.dumps({"title": "Last", "abstract": ABSTRACT})
    path.write_text(path.read_text() + '{"title": "cut\n\n' + last)
    papers, skipped = read(path)
    assert [paper.title for paper in papers] == ["Good", "Last"]
    assert [item.where for item in skipped] == [f"some.jsonl, line {n}" for n in (2, 3, 4, 5)]
    assert skipped[0].reason == "not a JSON object" and skipped[3].reason.startswith("not JSON")


@given(
    st.dictionaries(
        st.sampled_from(["title", "abstract", "authors", "year", "doi", "tags"]),
        st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text()),
    )
)
def test_any_record_is_a_paper_or_a_value_error(record):
    try:
        paper = paper_from(record, "file")
    except ValueError:
        return
    assert paper.title and paper.title.encode()
    assert all(name.strip() for name in (*paper.authors, *paper.tags))


@pytest.mark.parametrize("name", ["some.jsonl.gz", "some.jsonl.xz", "some.json.gz", "some.json"])
def test_packed_files_and_arrays_are_read(tmp_path, name):
    records = [{"title": f"Paper {n}", "abstract": ABSTRACT * 30} for n in range(200)]
    array = ".json" in name and ".jsonl" not in name
    lines = "".join(json.dumps(record) + "\n" for record in records)
    packer = {".gz": gzip.open, ".xz": lzma.open}.get(Path(name).suffix, open)
    with packer(tmp_path / name, "wt") as file:
        file.write(json.dumps(records, indent=1) if array else lines)
    papers, skipped = read(tmp_path / name)
    assert [paper.title for paper in papers] == [record["title"] for record in records]
    assert not skipped


@pytest.mark.parametrize(("name", "packer"), [("a.jsonl.gz", gzip.compress), ("a.jsonl.xz", lzma.compress)])
def test_a_packed_file_that_breaks_off_gives_what_came_before(tmp_path, name, packer):
    records = [{"title": f"Paper {n}", "abstract": str(n**9) * 20} for n in range(9000)]
    packed = packer("".join(json.dumps(record) + "\n" for record in records).encode())
    (tmp_path / name).write_bytes(packed[: len(packed) // 2])
    papers, skipped = read(tmp_path / name)
    assert 100 < len(papers) < 9000
    assert "breaks off" in skipped[-1].reason


GOOD = [{"title": f"Good {n}", "abstract": ABSTRACT} for n in range(3)]
BAD = {
    "a number of 5,000 digits": (json.dumps(GOOD[0])[:-1] + ', "x": ' + "9" * 5000 + "}", "too many digits"),
    "nested without end": ("[" * 100_000 + "]" * 100_000, "nested too deeply"),
    "no JSON": ('{"title": what}', "not JSON"),
    "a title that is a number": (json.dumps(GOOD[0] | {"title": 1984}), "its title is not text"),
    "a title of several": (json.dumps(GOOD[0] | {"title": ["A", "B"]}), "its title is not text"),
    "a title too long": (json.dumps({"title": "t" * 2_001, "abstract": ABSTRACT}), "its title has 2,001 characters"),
    "an abstract too long": (json.dumps({"title": "T", "abstract": "a " * 30_000}), "its abstract has 59,999"),
    "authors without end": (
        json.dumps(GOOD[0] | {"authors": [f"A{n}" for n in range(10_001)]}),
        "it has 10,001 authors",
    ),
    "an author too long": (json.dumps(GOOD[0] | {"authors": ["A" * 4_001]}), "one of its authors"),
    "a venue too long": (json.dumps(GOOD[0] | {"venue": "v" * 4_001}), "its venue"),
    "a record too long": (json.dumps(GOOD[0] | {"unknown": "x" * (1 << 22)}), "longer than any record"),
}


@pytest.mark.parametrize("array", [False, True], ids=["lines", "array"])
@pytest.mark.parametrize(("record", "said"), BAD.values(), ids=BAD)
def test_a_record_that_cannot_be_read_spoils_no_other(tmp_path, record, said, array):
    records = [json.dumps(GOOD[0]), record, *map(json.dumps, GOOD[1:])]
    path = tmp_path / ("some.json" if array else "some.jsonl")
    path.write_text(f"[{', '.join(records)}]" if array else "\n".join(records))
    papers, skipped = read(path)
    assert [paper.title for paper in papers] == ["Good 0", "Good 1", "Good 2"]
    assert [item.where for item in skipped] == [f"{path.name}, {'record' if array else 'line'} 2"]
    assert said in skipped[0].reason and len(skipped[0].reason) < 200


@given(st.lists(st.dictionaries(st.text(), st.text() | st.lists(st.integers())), min_size=1), st.integers(1, 9))
def test_the_items_of_an_array_are_told_apart_wherever_it_is_cut_into_blocks(records, size):
    whole = json.dumps(records, ensure_ascii=False)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(jsonl, "_BLOCK", size)
        assert [json.loads(text) for text in jsonl.items(io.StringIO(whole))] == records


@pytest.mark.parametrize("name", ["long.jsonl", "long.json"])
def test_a_record_without_end_does_not_fill_the_memory(tmp_path, monkeypatch, name):
    monkeypatch.setattr(jsonl, "_LONGEST", 1 << 12)
    lines = [json.dumps(GOOD[0]), '{"title": "' + "x" * 4_000_000 + '"}', json.dumps(GOOD[1])]
    (tmp_path / name).write_text(f"[{','.join(lines)}]" if name.endswith("json") else "\n".join(lines))
    tracemalloc.start()
    papers, skipped = read(tmp_path / name)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(papers) == 2 and len(skipped) == 1 and peak < 2_000_000


@pytest.mark.parametrize("suffix", ["gz", "xz"])
def test_a_small_file_that_unpacks_without_end_is_refused(tmp_path, monkeypatch, suffix):
    monkeypatch.setattr(opening, "_UNPACKED", 1 << 16)
    packer = {"gz": gzip.open, "xz": lzma.open}[suffix]
    with packer(tmp_path / f"some.jsonl.{suffix}", "wt") as file:
        file.write(json.dumps(GOOD[0]) + "\n" + "x" * 30_000_000)
    papers, skipped = read(tmp_path / f"some.jsonl.{suffix}")
    assert len(papers) == 1 and "unpacks to more than 100 times its size" in skipped[-1].reason


STRINGS = [f"@string{{s{n} = s{n - 1} # s{n - 1}}}" for n in range(2, 60)]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (
            "\n".join(['@string{s1 = "ha"}', *STRINGS, "@article{a, title = s18 # s18 # s18 # s18 # s18}"]),
            "longer than any",
        ),
        ("@article{a, title = {" + '"' * 60_000 + "}}", "more braces"),
    ],
)
def test_an_entry_that_grows_without_end_is_skipped(tmp_path, damage, said):
    file = tmp_path / "a.bib"
    file.write_text(f"{damage}\n@article{{b, title = {{Good}}}}\n")
    papers, skipped = read(file)
    assert [paper.title for paper in papers] == ["Good"] and said in skipped[0].reason


def test_a_line_without_end_of_a_table_is_skipped_once(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text(f"title,abstract\nA,{'x' * 1_000_000}\nGood,{ABSTRACT}\n")
    [paper], [skipped] = read(file)
    assert paper.title == "Good" and skipped.where == "a.csv, line 2" and "a cell has more than" in skipped.reason


def test_xml_nested_without_end_is_told_in_words(tmp_path):
    file = tmp_path / "a.xml"
    deep = f"{'<x>' * 400}{'</x>' * 400}"
    file.write_text(
        f"<xml><records><record>{deep}</record><record><titles><title>Good</title></titles></record></records></xml>"
    )
    [paper], [skipped] = read(file)
    assert paper.title == "Good" and "nested too deeply" in skipped.reason and "HUGE" not in skipped.reason


def test_a_page_without_end_is_refused_and_a_long_paragraph_of_one_skipped(tmp_path, monkeypatch):
    long = tmp_path / "long.txt"
    long.write_text(f"A title of words\n\n{'words and ' * 6_000}.\n\nAnother title\n\n{ABSTRACT}\n")
    papers, skipped = read(long)
    assert [paper.title for paper in papers] == ["Another title"]
    assert skipped[0].where == "long.txt, line 1" and "its abstract has 60,001 characters" in skipped[0].reason
    monkeypatch.setattr(listing, "_LONGEST", 50_000)
    with pytest.raises(ReadError, match="longer than any page"):
        read(long)


def test_a_file_whose_name_is_no_text_is_read_and_named(tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.jsonl"))
    write(path, GOOD[0], {"no": 1})
    [paper], [skipped] = read(tmp_path)
    assert paper.sources == ("caf?.jsonl",) and skipped.where == "caf?.jsonl, line 2"
    with pytest.raises(ReadError, match=r"caf\?\.gone: no such file"):
        read_papers(path.with_suffix(".gone"))


@pytest.mark.parametrize("path", ["x" * 5_000, "a/" * 2_500, "nul\0.jsonl"])
def test_a_path_that_no_file_can_have_is_one_clear_line(path):
    with pytest.raises(ReadError, match="check the path") as raised:
        read_papers(Path(path))
    assert "\n" not in str(raised.value) and len(str(raised.value)) < 500


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.txt", b"", "empty"),
        ("blank.jsonl", b" \n\n", "empty"),
        ("binary.txt", bytes(range(256)), "not a text"),
        ("prose.txt", b"one line", "no paper in it"),
        ("not.jsonl.gz", b"\x1f\x8bplain", "damaged"),
        ("not.jsonl.xz", b"\xfd7zXZ\0plain", "damaged"),
        ("not.zip", b"PK\x03\x04plain", "damaged"),
        ("page.html", b"<!DOCTYPE html><html></html>", "a web page"),
        ("other.xml", b"<?xml version='1.0'?><svg/>", "XML of a kind that is not read"),
        ("codec.xml", b"<?xml version='1.0' encoding='idna'?><svg/>", "XML of a kind that is not read"),
        ("wide.csv", b"title," + b"a" * 200_000, "no paper in it"),
        ("other.jsonl", b'{"a": 1}\n', "no paper in it"),
        ("array.json", b'[{"title": ', "no paper in it"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_clear_line(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ReadError, match=said) as raised:
        read(tmp_path / name)
    assert str(tmp_path / name) in str(raised.value) and "\n" not in str(raised.value)


def test_a_missing_path_is_one_clear_line(tmp_path):
    with pytest.raises(ReadError, match="no such file or folder"):
        read_papers(tmp_path / "nowhere.txt")


def test_folders_are_walked_and_unreadable_files_passed_over(tmp_path):
    (tmp_path / "deep").mkdir()
    write(tmp_path / "deep" / "b.jsonl", {"title": "Deep", "abstract": ABSTRACT})
    write(tmp_path / "a.json", {"title": "Shallow", "abstract": ABSTRACT})
    (tmp_path / "c.txt").write_bytes(b"\0\1")
    (tmp_path / "notes.md").write_text("not read")
    papers, skipped = read(tmp_path)
    assert [paper.title for paper in papers] == ["Shallow", "Deep"]
    assert [item.where for item in skipped] == [str(tmp_path / "c.txt")]


@pytest.mark.parametrize(
    ("text", "said"), [("[" * 100_000, "nested too deeply"), ("9" * 5_000, "too many digits"), ("{", "Expecting")]
)
def test_json_that_cannot_be_read_is_one_kind_of_error(text, said):
    with pytest.raises(json.JSONDecodeError, match=said):
        from_json(text)


def test_json_has_no_text_that_no_file_can_hold():
    assert from_json('{"a\\ud800": ["\\ud83d\\ude00", {"b": "\\u0000c"}, 1]}') == {"a?": ["😀", {"b": "c"}, 1]}
