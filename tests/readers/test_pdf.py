"""PDFs by their layout: what is told is on the page, and what is not told is said."""

import io
from pathlib import Path

import pytest

from store.errors import ReadError
from store.readers import read_papers

TITLE, NAMES = ["Hands that Learn to Fold:", "A Study of Towels"], "Jane Doe, Max Roe"
ABSTRACT = [
    "We study hands that fold towels on kitchen ta-",
    "bles, which is harder than it looks. They fold 12 of 14.",
]
ENDED = [("1 Introduction", 14), ("Towels are everywhere.", 10)]


def page(*lines: tuple[str, float]) -> bytes:
    """A PDF of one page with these lines, each in its size, from the top down."""
    drawn = "".join(f"BT /F1 {size} Tf 72 {740 - 20 * n} Td ({text}) Tj ET\n" for n, (text, size) in enumerate(lines))
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn.encode()),
    ]
    file = io.BytesIO(b"%PDF-1.4\n")
    file.seek(0, io.SEEK_END)
    places = []
    for number, body in enumerate(bodies, 1):
        places.append(file.tell())
        file.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = file.tell()
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    file.write(b"xref\n0 5\n0000000000 65535 f \n" + table + b"trailer << /Root 1 0 R /Size 5 >>\n")
    file.write(b"startxref\n%d\n%%%%EOF" % start)
    return file.getvalue()


def lines(*, abstract: bool = True, end: bool = True) -> list[tuple[str, float]]:
    """The lines of a paper's first page."""
    head = [(text, 17) for text in TITLE] + [(NAMES, 12), ("Example University", 10)]
    body = [("Abstract", 12), *((text, 10) for text in ABSTRACT), ("* Equal contribution", 8)] if abstract else []
    return head + body + (ENDED if end else [])


def write(folder: Path, *drawn: tuple[str, float]) -> Path:
    path = folder / "paper"  # told by what is in it
    path.write_bytes(page(*drawn))
    return path


def test_title_abstract_and_authors_are_told_by_their_places_and_sizes(tmp_path):
    reading = read_papers(write(tmp_path, *lines()))
    [paper] = reading.papers
    assert paper.title == "Hands that Learn to Fold: A Study of Towels"
    assert (
        paper.abstract
        == "We study hands that fold towels on kitchen tables, which is harder than it looks. They fold 12 of 14."
    )
    assert paper.authors == ("Jane Doe", "Max Roe")
    assert paper.sources == ("paper (from PDF)",)
    assert "not told: year, id" in reading.noted[0].what


@pytest.mark.parametrize("kwargs", [{"abstract": False}, {"end": False}])
def test_an_abstract_whose_bounds_are_not_marked_is_not_told(tmp_path, kwargs):
    reading = read_papers(write(tmp_path, *lines(**kwargs)))
    [paper] = reading.papers
    assert not paper.abstract and "not told: abstract" in reading.noted[0].what


@pytest.mark.parametrize(
    ("drawn", "said"),
    [
        ([], "no text on its first pages"),
        ([("All of one size, and no title in it.", 10)] * 3, "no title could be told"),
    ],
)
def test_a_pdf_that_tells_nothing_is_refused_in_a_line(tmp_path, drawn, said):
    with pytest.raises(ReadError, match=said):
        list(read_papers(write(tmp_path, *drawn)).papers)


@pytest.mark.parametrize("cut", [10, 200, 500])
def test_a_damaged_pdf_is_read_or_refused_in_a_line(tmp_path, cut):
    path = tmp_path / "cut.pdf"
    path.write_bytes(page(*lines())[:cut])
    with pytest.raises(ReadError) as raised:
        list(read_papers(path).papers)
    assert "\n" not in str(raised.value)
