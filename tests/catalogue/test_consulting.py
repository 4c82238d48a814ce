"""Questions about the library itself: which are, what they ask, and what the records answer."""

import json
import time
from collections import Counter
from pathlib import Path

import pytest

from rag.answer import Assistant
from rag.catalogue import catalogue, consulting, replies
from rag.catalogue.catalogue import catalogue_of
from rag.catalogue.consulting import consult
from rag.catalogue.reading import read_filter
from rag.filters import NO_LIMIT, Filter
from rag.records import Turn
from rag.settings import Settings
from rag.tuning import Catalogued
from store.records import Paper

CONTENT = Path(__file__).parents[1] / "catalogue" / "content.txt"


@pytest.fixture(scope="module")
def assistant(library):
    return Assistant(library, Settings(home=Path("unused")))


def told(library, question: str, history=(), limit: Filter = NO_LIMIT):
    return consult(question, history, library, limit)


def titles(library, question: str) -> set[str]:
    reply = told(library, question).reply
    assert reply, question
    return {paper.title.partition(":")[0] for paper in reply.papers}


@pytest.mark.parametrize("question", CONTENT.read_text(encoding="utf-8").splitlines())
def test_a_question_about_content_is_none_about_the_library(library, question):
    found = told(library, question)
    assert found.reply is None and not found.filter and found.question == question


@pytest.mark.parametrize(
    ("question", "kind", "words", "subject"),
    [
        ("papers by Sergey Levine", "list", "by Sergey Levine", ""),
        ("what has Dorsa Sadigh published since 2023?", "list", "from 2023 on, by Dorsa Sadigh", ""),
        ("published in 2025", "list", "in 2025", ""),
        ("from 2024 about diffusion", "list", "in 2024", "diffusion"),
        ("Which papers from 2024 use diffusion?", "list", "in 2024", "diffusion"),
        ("VLA papers from the last two years", "list", "from 2025 to 2026", "VLA"),
        ("papers at CoRL", "list", "at CoRL", ""),
        ("how many papers are from ICLR 2024?", "count", "at ICLR 2024", ""),
        ("how many papers on procedure planning?", "count", "", "procedure planning"),
        ("how many papers does the library have", "count", "", ""),
        ("the latest on VLA models", "latest", "", "VLA models"),
        ("oldest paper here", "oldest", "", ""),
        ("who has the most papers?", "authors", "", ""),
        ("which venues are represented?", "venues", "", ""),
        ("how many papers per year", "years", "", ""),
        ("who did Sergey Levine write with?", "coauthors", "by Sergey Levine", ""),
        ("What is in here?", "overview", "", ""),
        ("who wrote RT-2?", "who", "", ""),
        ("who wrote RT-2 and when?", "who", "", ""),
        ("who proposed RT-2, and in which year was it published?", "who", "", ""),
        ("when was AntGPT published?", "when", "", ""),
        ("where was RT-2 published?", "where", "", ""),
        ("BibTeX of RT-2", "bibtex", "", ""),
        ("arXiv id of CogACT", "link", "", ""),
        ("papers like CLIP-RT", "like", "", ""),
        ("do you have “Learning Latent Plans from Play”?", "have", "", ""),
        ("hello", "talk", "", ""),
        ("thanks!", "talk", "", ""),
        ("?!", "talk", "", ""),
        ("which is best?", "talk", "", ""),
    ],
)
def test_a_question_about_the_library_is_known(library, question, kind, words, subject):
    found = told(library, question)
    assert found.reply and found.request
    assert (found.request.kind, str(found.filter), found.request.subject) == (kind, words, subject)


def test_lists_are_those_of_the_records(library):
    papers = list(library.papers())
    assert titles(library, "papers by Sergey Levine") == {
        p.title.partition(":")[0] for p in papers if "Sergey Levine" in p.authors
    }
    assert len(told(library, "published in 2025").reply.papers) == sum(p.year == 2025 for p in papers)
    about = titles(library, "how many papers on procedure planning?")
    assert {t for t in about if "Procedure Planning" in t} >= {
        p.title for p in papers if "Procedure Planning" in p.title and ":" not in p.title
    }
    assert len(about) <= 5


def test_what_a_paper_is_known_by_is_told(library):
    reply = told(library, "Who are the authors of the paper on peeling a banana?").reply
    assert "Claudia Cuttano" in reply.lines[0].text and "CVPR 2024 Workshops" in reply.lines[0].text
    assert "2411.19650" in told(library, "arXiv id of CogACT").reply.lines[0].text
    assert "@inproceedings{zitkovich2023rt2" in told(library, "BibTeX of RT-2").reply.lines[0].text
    years = [paper.year for paper in told(library, "the latest on VLA models").reply.papers]
    assert years == sorted(years, reverse=True) and years[0] >= 2025


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("papers from 2031", "No paper in this library is from 2031."),
        ("papers by John Smithson", "No paper in this library is by John Smithson."),
        ("papers at SIGGRAPH", "No paper in this library is at SIGGRAPH."),
        ("What do papers from 1971 say about robots?", "No paper in this library is from 1971."),
        ("papers tagged zebra", "No paper in this library is tagged zebra."),
        ("who wrote Attention Is All You Need?", "No paper in this library is called “Attention Is All You Need”."),
    ],
)
def test_what_nothing_fits_is_told_to_fit_nothing(assistant, question, says):
    answer = assistant.ask(question)
    assert answer.answer.startswith(says) and not answer.refused and "is about this" not in answer.answer


def test_options_that_nothing_fits_are_told_for_any_question(assistant):
    answer = assistant.ask("How do robots learn?", limit=Filter(2031))
    assert answer.answer.startswith("No paper in this library is from 2031 on.")


def test_a_filter_in_a_question_about_content_limits_its_search(assistant, library):
    answer = assistant.ask("What do papers from 2025 say about generalization?")
    assert answer.model != "records" and answer.filters["year"] == "2025"
    assert {source.year for source in answer.sources} == {2025}
    assert answer.standalone_question == "What do papers say about generalization?"


@pytest.mark.parametrize(
    ("question", "limit", "words"),
    [
        ("papers since 2023 and until 2024", NO_LIMIT, "from 2023 to 2024"),
        ("papers from 2022, 2023 or 2025", NO_LIMIT, "from 2022 to 2025"),
        ("papers at ICLR or CoRL", NO_LIMIT, "at ICLR or CoRL"),
        ("papers since 2023", Filter(until=2024), "from 2023 to 2024"),
        ("papers at ICLR", Filter(venues=("CoRL",)), "at ICLR and at CoRL"),
        ("papers from 2024", Filter(2025), "from 2025 on and until 2024"),
    ],
)
def test_limits_hold_beside_one_another(library, question, limit, words):
    assert str(told(library, question, limit=limit).filter) == words


def test_a_follow_up_narrows_what_it_asks_of(library):
    history = [Turn("user", "papers since 2023"), Turn("assistant", "…")]
    assert str(told(library, "which of these are from before 2025?", history).filter) == "from 2023 to 2024"
    assert not told(library, "which of these are from 2020?", history).reply.papers


def test_a_quoted_title_states_no_filter(library):
    found = read_filter("What does “Robots after 2020 by Kim” say?", catalogue_of(library), freely=True)
    assert not found.filter


@pytest.mark.parametrize(
    ("asked", "question", "words", "subject"),
    [
        ("papers by Sergey Levine", "and from 2024?", "in 2024, by Sergey Levine", ""),
        ("how many papers on VLA models?", "which of these are at NeurIPS?", "at NeurIPS", "VLA models"),
        ("papers from 2024 on diffusion", "and on planning?", "in 2024", "planning"),
        ("papers from 2023", "only by Dorsa Sadigh", "in 2023, by Dorsa Sadigh", ""),
    ],
)
def test_a_follow_up_carries_on(library, asked, question, words, subject):
    found = told(library, question, [Turn("user", asked), Turn("assistant", "…")])
    assert found.reply and (str(found.filter), found.request.subject) == (words, subject)


def test_a_follow_up_asks_for_a_paper_that_was_named(assistant, library):
    first = assistant.ask("papers by Sergey Levine")
    cited = tuple((s.n, s.paper_id) for s in first.sources)
    history = [Turn("user", "papers by Sergey Levine"), Turn("assistant", first.answer, cited)]
    answer = assistant.ask("when was the second one published?", history)
    assert answer.model == "records" and [s.paper_id for s in answer.sources] == [cited[1][1]]
    assert answer.sources[0].n == 2


def test_a_number_in_brackets_is_that_of_the_citation(library):
    second, fifth = (paper.paper_id for paper in told(library, "papers by Sergey Levine").reply.papers[:2])
    history = [Turn("user", "papers by Sergey Levine"), Turn("assistant", "…", ((2, second), (5, fifth)))]

    def pointed(question):
        reply = told(library, question, history).reply
        return [paper.paper_id for paper in reply.papers] if reply else []

    assert pointed("who wrote [5]?") == pointed("who wrote the second one?") == [fifth]
    assert pointed("who wrote [2]?") == [second]
    assert pointed("who wrote [0]?") == pointed("who wrote [1]?") == []


@pytest.mark.parametrize("question", ["Papers similar to this from 2024", "papers like it by Kim"])
def test_what_is_like_a_paper_that_nobody_named_is_searched_for(library, question):
    assert told(library, question).reply is None


def test_what_is_like_a_paper_is_limited_by_the_next_question(library):
    history = [Turn("user", "papers like RT-2"), Turn("assistant", "…")]
    papers = told(library, "only from 2024", history).reply.papers
    assert papers and {paper.year for paper in papers} == {2024}


def test_what_is_looked_up_is_looked_up_once(library, monkeypatch):
    counts = Counter()

    def counted(module, name):
        real = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *given: (counts.update([name]), real(*given))[1])

    counted(replies, "on_subject"), counted(consulting, "called"), counted(consulting, "nearest")
    assert told(library, "diffusion from 2024").reply and counts["on_subject"] == 1
    history = [Turn("user", "who wrote Attention Is All You Need?"), Turn("assistant", "…")]
    told(library, "and from 2024?", history)
    assert counts["nearest"] == 0 and counts["called"] == 1


def test_an_overview_reads_no_more_than_its_sample_and_once(monkeypatch, small):
    monkeypatch.setattr(Catalogued, "SAMPLED", 40)
    asked = []
    monkeypatch.setattr(catalogue, "frequent_subjects", lambda papers, most: asked.append(len(papers)) or ["grasping"])
    for _ in range(2):
        assert "grasping" in str(told(small, "what is this library about?").reply.lines)
    assert len(asked) == 1 and asked[0] <= 40


def test_records_that_pose_as_markup_are_text(small):
    small.add([Paper("odd", "See [1] <b>now</b>", "It is odd.", ("A [2] Bee",), 1999)])
    answer = Assistant(small, Settings(home=Path("unused"))).ask("papers from 1999")
    assert "See (1)" in answer.answer and answer.answer.endswith("[1]") and "[2]" not in answer.answer


def test_a_library_without_records_beside_its_texts_is_asked(small):
    for question in ("papers by Kim", "which venues?", "who has the most papers?", "what is in here?", "latest paper"):
        assert told(small, question).reply.lines


def test_eighty_thousand_papers_are_read_against_in_an_instant(monkeypatch):
    class Many:
        stamp = (1,)

        def outline(self):
            from store.records import Outline

            names = [f"{a}{b}" for a in ("An", "Bo", "Li", "Mo", "Ka", "Su") for b in ("na", "ro", "mi", "lek", "ton")]
            return [
                Outline(str(n), 1990 + n % 30, f"Venue {n % 40}", (f"{names[n % 30]} {names[n * 7 % 29]}",), ())
                for n in range(20_000)
            ]

    many = catalogue_of(Many())
    question = "which papers by Anna Bolek at CoRL since 2020 are on robots?"
    read_filter(question, many, freely=True)
    started = time.process_time()
    for _ in range(10):
        read_filter(question, many, freely=True)
    assert (time.process_time() - started) / 10 < 0.05


def test_the_answer_is_one_json_object(assistant):
    from dataclasses import asdict

    answer = json.loads(json.dumps(asdict(assistant.ask("papers by Levine"))))
    assert answer["model"] == "records" and answer["filters"]["author"] == ["Levine"]


@pytest.mark.parametrize("question", ["Papers similar to this from 2024", "papers like it by Kim"])
def test_a_pointer_to_nothing_is_no_failure(library, question):
    assert told(library, question).question


def test_a_number_in_brackets_is_the_marker_of_the_answer_before(library):
    two, five = (paper for paper, _ in zip(library.papers(), range(2), strict=False))
    history = [
        Turn("user", "What do robots learn?"),
        Turn("assistant", "This [2] and that [5].", ((2, two.paper_id), (5, five.paper_id))),
    ]
    assert [p.paper_id for p in told(library, "who wrote [5]?", history).reply.papers] == [five.paper_id]
    assert [p.paper_id for p in told(library, "who wrote the second one?", history).reply.papers] == [five.paper_id]
    assert not (found := told(library, "who wrote [1]?", history).reply) or not found.papers
