"""Replies from the records as answers, and the records as a language model reads them."""

import re
import time
from collections.abc import Iterator, Sequence
from itertools import pairwise

from prompts import fill
from rag.catalogue.catalogue import catalogue_of
from rag.catalogue.consulting import Consulted
from rag.catalogue.telling import Line, papers_said, reference
from rag.citing.citations import markers_of, with_round_brackets
from rag.events import Checked, Searched
from rag.filters import Filter
from rag.records import Answer, CitedSentence, Found, Timings, Turn
from rag.search.retrieve import whole
from rag.tuning import Catalogued
from rag.verifying.checking import list_sources
from store.library import Library
from store.records import Paper

MODEL_NAME = "records"  # what answers in the place of a model


def found_in(papers: Sequence[Paper]) -> tuple[Found, ...]:
    """Papers as they are found, in their order; they were looked up, so that none is better than another."""
    return tuple(Found(p, whole(p), 0.0) for p in papers)


def pieces_of(lines: Sequence[Line], numbers: dict[str, int]) -> list[CitedSentence]:
    """The lines as pieces of an answer, each with the number of its paper, which `numbers` keeps."""
    gaps = ["\n" if one.bullet and other.bullet else "\n\n" for one, other in pairwise(lines)]
    return [_piece(line, after, numbers) for line, after in zip(lines, [*gaps, ""], strict=True)]


def _piece(line: Line, after: str, numbers: dict[str, int]) -> CitedSentence:
    text, cited = line.text, (line.paper_id,) if line.paper_id else ()
    if not text.startswith("```"):
        text = with_round_brackets(re.sub(r"\s+", " ", text))
        text = f"{'- ' if line.bullet else ''}{text}{f' {markers_of(cited, numbers)}' if cited else ''}"
    return CitedSentence(text, after, "", cited)


def told_from_records(
    question: str, consulted: Consulted, history: Sequence[Turn], started: float
) -> Iterator[Searched | Checked | Answer]:
    """The answer that the library's records give, as it comes; its sentences claim nothing of an abstract.

    `started` is when the question came, by the clock of `time.perf_counter`.
    """
    lines, papers = (consulted.reply.lines, consulted.reply.papers) if consulted.reply else ((), ())
    limit = consulted.filter
    numbers, found = {paper_id: n for turn in history for n, paper_id in turn.cited}, found_in(papers)
    yield Searched(consulted.question, found, limit=limit)
    pieces = pieces_of(lines, numbers)
    yield from (Checked(piece, None) for piece in pieces)
    text = "".join(piece.text + piece.after for piece in pieces).strip()
    sources = list_sources(found, numbers, [paper.paper_id for paper in papers])
    elapsed = round(1000 * (time.perf_counter() - started), 1)
    took = Timings(retrieve=elapsed, total=elapsed)
    asked = consulted.question
    yield Answer(question, asked, text, False, (), sources, (), MODEL_NAME, timings_ms=took, filters=limit.as_json())


def records_block(library: Library, limit: Filter) -> str:
    """What a language model is told of the records that fit `limit`; "" where nothing is limited."""
    if not limit:
        return ""
    ids = catalogue_of(library).fitting(limit)
    papers = library.get_many(ids[: Catalogued.LISTED])
    lines = (f"- {with_round_brackets(' '.join(reference(paper).split()))}" for paper in papers)
    return fill("records", limit=limit.of_papers, count=papers_said(len(ids)), lines="\n".join(lines)) + "\n\n"
