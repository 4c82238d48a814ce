"""The conversation as HTML: pure functions from records to text in which everything foreign is escaped."""

from collections.abc import Iterable, Sequence
from urllib.parse import quote as percent_encoded

from rag.answer import NEAREST
from rag.offline.composing import MODEL_NAME
from rag.records import HOLDS, Answer, Citation, Refusal, Repair, Sentence, Verdict, read_refusal
from store.records import Paper
from ui.conversation import Exchange, numbers
from ui.markup import END, escape, mark_ends, render
from ui.render import MARKS, as_markdown

MEANINGS: dict[Verdict, str] = {
    "supported": "Supported: the cited abstract says this",
    "quoted": "Quoted: word for word in the cited abstract",
    "weak": "Weak: the cited abstract says something close; compare the quote",
    "unsupported": "Unsupported: the cited abstract does not say this",
    "uncited": "Uncited: this sentence names no source",
    "unchecked": "Unchecked: in another language than the abstract",
}
REFUSED: dict[Refusal | None, str] = {
    "no paper": "Not in this library",
    "not stated": "Not stated in the abstracts",
    "not mentioned": "Not mentioned in the abstracts",
    "false premise": "The abstracts say otherwise",
    None: "Not answered by this library",
}
OFFLINE = "Offline answer: sentences quoted from the abstracts, no language model"
File = tuple[str, str, str]  # what a download is called on its button, as a file, and its text
FAILURES = ("model-failed", "cut-off")  # the repairs that are shown in the open


def conversation_html(conversation: Sequence[Exchange], library_size: int) -> str:
    """Every question with its answer; what there is to know when nothing was asked yet."""
    if not conversation:
        return _welcome(library_size)
    exchanges = (
        exchange_html(str(turn), exchange, library_size, answer_files(exchange))
        for turn, exchange in enumerate(conversation, 1)
    )
    return f'<div role="log" aria-label="Conversation">{"".join(exchanges)}</div>'


def model_label(name: str) -> str:
    """How the page names the model that answers."""
    return OFFLINE if name == MODEL_NAME else f"Answered by {name}"


def answer_files(exchange: Exchange) -> list[File]:
    """What can be downloaded of an answer; the first is also what is copied."""
    return [(".md", "citewell-answer.md", as_markdown(exchange.answer))] if exchange.answer else []


def card_id(turn: str, paper_id: str) -> str:
    """The id of the card of a paper among the sources of the exchange `turn`."""
    return f"card-{turn}-{percent_encoded(paper_id, safe='')}"


def _welcome(library_size: int) -> str:
    verdicts = "".join(f"<li>{_mark(verdict)} {meaning}</li>" for verdict, meaning in MEANINGS.items())
    return (
        f'<div class="welcome"><h2>Ask {library_size:,} papers</h2>'
        "<p>Every sentence of an answer is checked against the abstract it cites. Follow a number "
        'such as <span class="sample">[1]</span> to the very words it rests on.</p>'
        f'<ul class="legend" aria-label="What the marks mean">{verdicts}</ul></div>'
    )


def exchange_html(turn: str, exchange: Exchange, library_size: int, files: Sequence[File], made_by: str = "") -> str:
    """One question with its answer. `turn` names it within the page, `files` can be downloaded.

    `made_by` says how it came about, where that is not how answers do.
    """
    parts = [_searched_for(exchange), _reply(turn, exchange, library_size), _failures(exchange), _waiting(exchange)]
    if exchange.answer:
        parts += [_repairs(exchange.answer.repairs), _foot(turn, exchange.answer, files, made_by)]
    return (
        f'<article class="exchange" id="turn-{turn}" aria-label="Question and answer" '
        f'aria-busy="{str(not exchange.done).lower()}">'
        f'<div class="question">{escape(exchange.question)}</div>'
        f'<div class="reply">{"".join(parts)}</div></article>'
    )


def _searched_for(exchange: Exchange) -> str:
    searched = exchange.searched
    refused = exchange.answer and exchange.answer.refused  # then it is said below, with the nearest papers
    if searched is None or refused or searched.standalone_question == exchange.question:
        return ""
    return f'<p class="searched">searched for: <q>{escape(searched.standalone_question)}</q></p>'


def _reply(turn: str, exchange: Exchange, library_size: int) -> str:
    text = f'<div class="answer">{answer_html(turn, exchange)}</div>' if exchange.pieces else ""
    if not (exchange.answer and exchange.answer.refused):
        return text
    heading, nearest = REFUSED[read_refusal(exchange.answer.answer)], _nearest(turn, exchange, library_size)
    return f'<section class="refusal"><h3>{heading}</h3>{text}{nearest}</section>'


def _nearest(turn: str, exchange: Exchange, library_size: int) -> str:
    links = "".join(f"<li>{_card_link(turn, paper)}</li>" for paper in exchange.papers[:NEAREST])
    sought = exchange.searched.standalone_question if exchange.searched else exchange.question
    return (
        f'<p class="searched">Searched {library_size:,} papers for '
        f"<q>{escape(sought)}</q></p>"
        f"<p>The nearest papers:</p><ol>{links}</ol>"
    )


def _card_link(turn: str, paper: Paper) -> str:
    year = f" ({paper.year})" if paper.year else ""
    return f'<a class="to-card" href="#{card_id(turn, paper.paper_id)}">{escape(paper.title)}</a>{year}'


def answer_html(turn: str, exchange: Exchange) -> str:
    """The text of an answer, its markers leading to their sources, a mark behind each checked sentence."""
    text, ends = "", []
    for piece in exchange.pieces:
        text += _one_newline(piece.cited.text.replace(END, "\N{REPLACEMENT CHARACTER}"))
        ends.append(len(text))
        text += _one_newline(piece.cited.after)
    cards = {paper.paper_id: card_id(turn, paper.paper_id) for paper in exchange.papers}
    titles = {paper.paper_id: paper.title for paper in exchange.papers}
    sentences = [piece.sentence for piece in exchange.pieces]
    shown = numbers(exchange)

    def citation(place: int, n: int) -> str:
        sentence = sentences[place] if place < len(sentences) else None
        quotes = [quote for quote in sentence.citations if quote.n == n] if sentence else []
        paper_id = quotes[0].paper_id if quotes else shown.get(n)
        if paper_id not in cards:
            return f"[{n}]"
        return _citation_link(n, cards[paper_id], titles[paper_id], quotes)

    def ending(place: int) -> str:
        sentence = sentences[place]
        return _verdict(sentence, cards) if sentence else ""

    return render(mark_ends(text, ends), citation, ending)


def _one_newline(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _citation_link(n: int, card: str, title: str, quotes: Sequence[Citation]) -> str:
    hint = title + "".join(f" — “{quote.quote}”" for quote in quotes)
    return (
        f'<a class="cite" href="#{card}" data-spans="{_spans(quotes)}" title="{escape(hint)}" '
        f'aria-label="Source {n}: {escape(title)}">[{n}]</a>'
    )


def _spans(quotes: Iterable[Citation]) -> str:
    return " ".join(f"{quote.start}-{quote.end}" for quote in quotes)


def _verdict(sentence: Sentence, cards: dict[str, str]) -> str:
    """The mark of a checked sentence: a link to its first quote where it has one."""
    mark, meaning = _mark(sentence.verdict), MEANINGS[sentence.verdict]
    if sentence.reason:
        meaning = escape(f"{meaning} ({sentence.reason})")
    first = next((q for q in sentence.citations if q.paper_id in cards), None)
    about = f'class="verdict {sentence.verdict}" data-tip="{meaning}" aria-label="{meaning}"'
    if first is None:
        return f'<span {about} role="img" tabindex="0">{mark}</span>'
    return f'<a {about} href="#{cards[first.paper_id]}" data-spans="{_spans([first])}">{mark}</a>'


def _mark(verdict: Verdict) -> str:
    name = "" if verdict in HOLDS else f" {verdict}"
    return f'<span class="mark {verdict}" aria-hidden="true">{MARKS[verdict]}{name}</span>'


def _failures(exchange: Exchange) -> str:
    said = [
        escape(repair.detail)
        for repair in (exchange.answer.repairs if exchange.answer else ())
        if repair.kind in FAILURES
    ]
    if exchange.error:
        said.append(escape(exchange.error))
    if exchange.stopped:
        said.append("Stopped; the answer is incomplete.")
    return "".join(f'<p class="failure" role="alert">{text}</p>' for text in said)


def _waiting(exchange: Exchange) -> str:
    if exchange.done:
        return ""
    doing = "Writing" if exchange.pieces else "Reading the abstracts" if exchange.searched else "Searching"
    return f'<p class="waiting" role="status">{doing}<span aria-hidden="true"> …</span></p>'


def _repairs(repairs: Sequence[Repair]) -> str:
    quiet = [repair for repair in repairs if repair.kind not in FAILURES]
    if not quiet:
        return ""
    items = "".join(f"<li>{escape(repair.detail)}</li>" for repair in quiet)
    count = "1 note" if len(quiet) == 1 else f"{len(quiet)} notes"
    return f'<details class="repairs"><summary>{count} on this answer</summary><ul>{items}</ul></details>'


def _foot(turn: str, answer: Answer, files: Sequence[File], made_by: str) -> str:
    buttons = f'<button type="button" data-do="sources" data-turn="{turn}">Sources</button>'
    if files:
        buttons += _export("copy", "Copy", files[0])
    buttons += "".join(_export("download", f"Download {file[0]}", file) for file in files)
    model = f'<span class="about-model">{escape(made_by or model_label(answer.model))}</span>'
    return f'<footer class="foot">{_tally(answer)}<span class="actions">{buttons}</span>{model}</footer>'


def _export(doing: str, label: str, file: File) -> str:
    """A button with its text in an attribute: in a hidden element a search in the page would find it."""
    _, name, text = file
    return (
        f'<button type="button" data-do="{doing}" data-name="{escape(name)}" data-text="{escape(text)}">'
        f"{label}</button>"
    )


def _tally(answer: Answer) -> str:
    verdicts = [sentence.verdict for sentence in answer.sentences]
    counts = [f"{MARKS[v]} {verdicts.count(v)} {v}" for v in MEANINGS if v in verdicts]
    if answer.timings_ms.total:
        counts.append(f"{answer.timings_ms.total / 1000:.1f} s")
    return f'<span class="tally">{" · ".join(counts)}</span>'
