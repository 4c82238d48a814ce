"""The filter: its words, its options, and which papers fit it."""

import gc
from weakref import ref

import pytest

from rag.catalogue.catalogue import catalogue_of
from rag.catalogue.people import People
from rag.catalogue.venues import venues_named
from rag.errors import QuestionError
from rag.filters import Filter, either, read_years
from store.records import Paper

NAMES = (
    "Sergey Levine", "Daniel S. Levine", "Wei Chen", "Chen Wei", "Chun-Wei Chen", "S. Müller", "Luc Van Gool",
    "Rob van der Goot", "Marc O’Leary", "Roberto Martín-Martín", "Hal Daumé III", "胡振", "Sigmund H. Høeg",
)  # fmt: skip


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Levine", {"Sergey Levine", "Daniel S. Levine"}),
        ("Sergey Levine", {"Sergey Levine"}),
        ("S. Levine", {"Sergey Levine"}),
        ("Wei Chen", {"Wei Chen"}),
        ("Chen Wei", {"Chen Wei"}),
        ("Stefan Mueller", {"S. Müller"}),
        ("muller", {"S. Müller"}),
        ("van gool", {"Luc Van Gool"}),
        ("Van der Goot", {"Rob van der Goot"}),
        ("O'Leary", {"Marc O’Leary"}),
        ("Roberto Martin", {"Roberto Martín-Martín"}),
        ("Daume", {"Hal Daumé III"}),
        ("Zhen Hu", set()),
        ("胡振", {"胡振"}),
        ("Hoeg", {"Sigmund H. Høeg"}),
        ("Sigmund Høeg", {"Sigmund H. Høeg"}),
        ("Levine or Hoeg", {"Sergey Levine", "Daniel S. Levine", "Sigmund H. Høeg"}),
        ("Sergei Kim", set()),
    ],
)
def test_a_name_is_known_as_people_type_it(said, meant):
    assert set(People([NAMES]).named(said)) == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("NeurIPS", {"NeurIPS 2024", "NeurIPS 2023 Datasets and Benchmarks", "NIPS"}),
        ("nips", {"NeurIPS 2024", "NeurIPS 2023 Datasets and Benchmarks", "NIPS"}),
        ("CVPR workshop", {"CVPR 2024 Workshops"}),
        ("Journal of Machine Learning Research", {"Journal of Machine Learning Research"}),
        ("JMLR", {"Journal of Machine Learning Research"}),
        ("the lancet", {"The Lancet"}),
        ("EMNLP", {"Empirical Methods in Natural Language Processing (EMNLP), 2020"}),
        ("SIGGRAPH", set()),
    ],
)
def test_a_venue_is_known_by_its_usual_names(said, meant):
    venues = [
        "NeurIPS 2024", "NeurIPS 2023 Datasets and Benchmarks", "NIPS", "CVPR 2024 Workshops", "The Lancet",
        "Journal of Machine Learning Research", "Empirical Methods in Natural Language Processing (EMNLP), 2020",
    ]  # fmt: skip
    assert set(venues_named(said, venues)) == meant


def test_all_that_is_given_must_fit(library):
    catalogue = catalogue_of(library)
    papers = {paper.paper_id: paper for paper in library.papers()}
    for limit in (Filter(2023, 2024), Filter(until=2019), Filter(2023, authors=("Levine",)), Filter(venues=("iclr",))):
        found = {paper_id for paper_id in catalogue.fitting(limit)}
        told = {
            i
            for i, p in papers.items()
            if (limit.since or 0) <= (p.year or 0) <= (limit.until or 9999)
            and all(any(a.endswith(name) for a in p.authors) for name in limit.authors)
            and all(name in p.venue.lower() for name in limit.venues)
        }
        assert found == told and found
    assert not catalogue.fitting(Filter(authors=("Levine", "Kun-Yu Lin")))


def test_limits_of_two_hold_together():
    assert Filter(since=2020).and_(Filter(until=2022)) == Filter(2020, 2022)
    assert Filter(2020, 2023).and_(Filter(2022, 2025)) == Filter(2022, 2023)
    both = Filter(venues=("ICLR",), tags=("vla",)).and_(Filter(venues=("RSS",), authors=("Kim",), tags=("vla",)))
    assert both == Filter(venues=("ICLR", "RSS"), authors=("Kim",), tags=("vla",))
    assert str(Filter(2024).and_(Filter(until=2022))) == "from 2024 on and until 2022"
    chosen = Filter(papers=("a", "b"))
    assert chosen.and_(Filter(papers=("b", "c"))).papers == ("b",) and chosen.and_(Filter(2024)).papers == ("a", "b")
    assert Filter(papers=()) and str(chosen.and_(Filter(papers=("c",)))) == "among the 0 chosen"


def test_a_paper_fits_all_limits_and_one_of_those_to_choose_from(small):
    small.add([Paper(n, f"Paper {n}", "It is.", (), year, venue, tags=tags) for n, year, venue, tags in (
        ("a", 2021, "ICLR", ("vla", "video")), ("b", 2023, "RSS", ("vla",)), ("c", 2022, "ICLR 2022", ("yes or no",)),
    )])  # fmt: skip
    fitting, iclr = catalogue_of(small).fitting, Filter(venues=("ICLR",))
    assert fitting(iclr) == ["a", "c"] and not fitting(iclr.and_(Filter(venues=("RSS",))))
    assert fitting(Filter(venues=either(["ICLR", "RSS"]))) == ["a", "b", "c"]
    assert fitting(Filter(tags=("vla",)).and_(Filter(tags=("video",)))) == ["a"]
    assert fitting(Filter(tags=("video or yes or no",))) == ["a"] and fitting(Filter(tags=("yes or no",))) == ["c"]
    assert not fitting(Filter(2022).and_(Filter(until=2021))) and not fitting(Filter(2024, venues=("ICLR 2022",)))


def test_a_library_is_freed_with_its_catalogue():
    class Kept:
        stamp = (1,)

        def outline(self):
            return []

    library = Kept()
    assert len(catalogue_of(library)) == 0 and catalogue_of(library) is catalogue_of(library)
    gone = ref(library)
    del library
    gc.collect()
    assert gone() is None


def test_the_year_in_a_venues_name_is_its_year(small):
    early = Paper("early", "An early one", "It is early.", ("A. Bee",), 2023, "ICLR 2024")
    small.add([early, Paper("late", "A late one", "It is late.", (), 2024, "ICLR 2025")])
    fitting = catalogue_of(small).fitting
    assert fitting(Filter(venues=("ICLR 2024",))) == fitting(Filter(2024, 2024, ("ICLR",))) == ["early"]


def test_tags_are_whole_and_papers_added_later_count(small):
    catalogue = catalogue_of(small)
    assert catalogue_of(small) is catalogue and not catalogue.fitting(Filter(tags=("vla",)))
    small.add([Paper("new", "A new one", "It is new.", tags=("VLA",))])
    assert catalogue_of(small).fitting(Filter(tags=("vla",))) == ["new"]


@pytest.mark.parametrize(
    ("text", "years"),
    [("2024", (2024, 2024)), ("2023-2025", (2023, 2025)), ("2023-", (2023, None)), ("-2020", (None, 2020))],
)
def test_years_are_one_or_a_span(text, years):
    assert read_years(text) == years
    assert Filter(*years).years == text


@pytest.mark.parametrize("text", ["", "x", "20", "2024 2025", "2024-25-26", "-"])
def test_what_is_no_year_is_told(text):
    with pytest.raises(QuestionError, match="is no year"):
        read_years(text)


def test_a_filter_is_told_in_words_and_to_programs():
    limit = Filter(2023, None, ("CoRL",), ("Kim",), ("vla",))
    assert str(limit) == "from 2023 on, at CoRL, by Kim, tagged vla"
    assert limit.as_json() == {
        "year": "2023-", "venue": ("CoRL",), "author": ("Kim",), "tag": ("vla",), "words": str(limit)
    }  # fmt: skip
    assert Filter().as_json() == {} and not Filter()


def test_two_limits_leave_what_both_leave():
    both = Filter(since=2020, until=2024).and_(Filter(until=2022, authors=("Kim",)))
    assert (both.since, both.until, both.authors) == (2020, 2022, ("Kim",))
    assert Filter(authors=("Li",)).and_(both).authors == ("Li", "Kim")
