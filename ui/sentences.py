"""The text of an answer as HTML: its markers lead to their sources, and each sentence bears a mark that says why."""

import json
from collections.abc import Mapping, Sequence
from urllib.parse import quote as percent_encoded

from rag.records import HOLDS, Citation, Sentence, Verdict
from store.records import Paper
from ui.conversation import Exchange, numbers
from ui.markup import END, escape, mark_ends, render
from ui.render import MARKS

MEANINGS: dict[Verdict, str] = {
    "supported": "Supported: the cited abstract says this",
    "quoted": "Quoted: word for word in the cited abstract",
    "weak": "Weak: the cited abstract may not say all of this; compare the quote",
    "unsupported": "Unsupported: the cited abstract does not say this",
    "uncited": "Uncited: this sentence names no source",
    "unchecked": "Unchecked: in another language than the abstract, or a code block or footnote",
}


def card_id(turn: str, paper_id: str) -> str:
    """The id of the card of a paper among the sources of the exchange `turn`."""
    return f"card-{turn}-{percent_encoded(paper_id, safe='')}"


def answer_html(turn: str, exchange: Exchange) -> str:
    """The text of an answer, its markers leading to their sources, a mark behind each checked sentence."""
    text, ends = "", []
    for piece in exchange.pieces:
        text += _one_newline(piece.cited.text.replace(END, "\N{REPLACEMENT CHARACTER}"))
        ends.append(len(text))
        text += _one_newline(piece.cited.after)
    papers = {paper.paper_id: paper for paper in exchange.papers}
    # What was judged last stands in the answer: a model judges its sentences once all are there.
    sentences = [piece.sentence for piece in exchange.pieces]
    if exchange.answer:
        judged = iter(exchange.answer.sentences)
        sentences = [sentence and next(judged, sentence) for sentence in sentences]
    shown = numbers(exchange)

    def citation(place: int, n: int) -> str:
        sentence = sentences[place] if place < len(sentences) else None
        quotes = [quote for quote in sentence.citations if quote.n == n] if sentence else []
        paper = papers.get(quotes[0].paper_id if quotes else shown.get(n, ""))
        return _citation_link(turn, n, paper, quotes) if paper else f"[{n}]"

    def ending(place: int) -> str:
        sentence = sentences[place]
        return _verdict(turn, sentence, papers) if sentence else ""

    return render(mark_ends(text, ends), citation, ending)


def _one_newline(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _citation_link(turn: str, n: int, paper: Paper, quotes: Sequence[Citation]) -> str:
    peek = {"quotes": [_quote(turn, n, paper, quote.quote, f"{quote.start}-{quote.end}") for quote in quotes]}
    if not quotes:
        peek = {"quotes": [_quote(turn, n, paper, "", "")]}
    return (
        f'<a class="cite" href="#{card_id(turn, paper.paper_id)}" data-spans="{_spans(quotes)}" '
        f'data-peek="{escape(json.dumps(peek))}" aria-label="Source {n}: {escape(paper.title)}">[{n}]</a>'
    )


def _quote(turn: str, n: int, paper: Paper, text: str, spans: str) -> dict[str, object]:
    """What a card shows of one citation; the browser makes text of it, never HTML."""
    about, card = where_and_when(paper), card_id(turn, paper.paper_id)
    return {"n": n, "card": card, "spans": spans, "quote": text, "title": paper.title, "about": about}


def where_and_when(paper: Paper) -> str:
    """Venue and year of a paper; the year once, where the venue names it."""
    year = "" if str(paper.year) in paper.venue else str(paper.year or "")
    return " · ".join(part for part in (paper.venue, year) if part)


def _spans(quotes: Sequence[Citation]) -> str:
    return " ".join(f"{quote.start}-{quote.end}" for quote in quotes)


def _verdict(turn: str, sentence: Sentence, papers: Mapping[str, Paper]) -> str:
    """The mark of a checked sentence: it opens the reason and what the sentence rests on."""
    head, _, meaning = MEANINGS[sentence.verdict].partition(": ")
    quotes = [
        _quote(turn, quote.n, papers[quote.paper_id], quote.quote, f"{quote.start}-{quote.end}")
        for quote in sentence.citations
        if quote.paper_id in papers
    ]
    meaning = "; ".join(filter(None, (meaning, _copied(sentence))))
    peek = {"head": head, "verdict": sentence.verdict, "meaning": meaning, "reason": sentence.reason, "quotes": quotes}
    why = f": {sentence.reason}" if sentence.reason else ""
    return (  # the mark never begins a line of its own: the word joiner holds it to its sentence
        f'<span class="held">\u2060<button type="button" class="verdict {sentence.verdict}" '
        f'data-peek="{escape(json.dumps(peek))}" '
        f'aria-haspopup="dialog" aria-expanded="false" aria-label="{escape(f"{head}{why}. Show why")}">'
        f"{mark(sentence.verdict)}</button></span>"
    )


def _copied(sentence: Sentence) -> str:
    """The longest close copy in words; what is quoted word for word says so itself."""
    longest = max((copy.words for copy in sentence.copies if copy.is_long), default=0)
    if not longest or sentence.verdict == "quoted":
        return ""
    return f"{longest} words in a row as in the abstract, without quotation marks"


def mark(verdict: Verdict) -> str:
    """The sign of a verdict, with its name where the sentence does not hold."""
    name = "" if verdict in HOLDS else f" {verdict}"
    return f'<span class="mark {verdict}" aria-hidden="true">{MARKS[verdict]}{name}</span>'
