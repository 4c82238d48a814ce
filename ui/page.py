"""The conversation as HTML: pure functions from records to text in which everything foreign is escaped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.answer import NEAREST
from rag.catalogue.answering import MODEL_NAME as RECORDS
from rag.offline.composing import MODEL_NAME
from rag.records import Answer, Refusal, Repair, read_refusal
from rag.references.bibliography import export
from store.records import Paper
from ui.conversation import Exchange
from ui.markup import escape
from ui.render import MARKS, as_markdown
from ui.sentences import MEANINGS, answer_html, card_id, mark

REFUSED: dict[Refusal | None, str] = {
    "no paper": "Not in this library",
    "not stated": "Not stated in the abstracts",
    "not mentioned": "Not mentioned in the abstracts",
    "false premise": "The abstracts say otherwise",
    None: "Not answered by this library",
}
NOT_WITHIN = "Not in the papers searched"
ALL = '<p class="actions"><button type="button" data-do="askall">Ask all {:,} papers</button></p>'
OFFLINE = "Offline answer: sentences of the abstracts, no language model"
LOOKED_UP = "Looked up in the library's records, no language model"
File = tuple[str, str, str]  # what a download is called on its button, as a file, and its text
RETRY = '<button type="button" class="quiet" data-do="retry">Ask again</button>'
FAILURES = ("model-failed", "cut-off")  # the repairs that are shown in the open


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a question stands in a conversation that is kept: its id, and those asked in its place, it among them."""

    id: int
    branches: tuple[int, ...] = ()


def model_label(name: str) -> str:
    """How the page names the model that answers."""
    return {MODEL_NAME: OFFLINE, RECORDS: LOOKED_UP}.get(name) or f"Answered by {name}"


def who_answers(name: str) -> str:
    """The same, as the rail says it."""
    return "answers without a language model" if name == MODEL_NAME else f"answers by {name}"


def answer_files(exchange: Exchange) -> list[File]:
    """What can be downloaded of an answer; the first is also what is copied."""
    if not exchange.answer:
        return []
    cited = [paper for paper in exchange.papers if paper.paper_id in exchange.cited]
    files = [(".md", "citewell-answer.md", as_markdown(exchange.answer))]
    return [*files, (".bib", "citewell-answer.bib", export(cited, "bibtex"))] if cited else files


def papers_said(count: int) -> str:
    """So many papers, in words."""
    return "1 paper" if count == 1 else f"{count:,} papers"


def welcome_html(library_size: int, examples: Iterable[str], about: str = "") -> str:
    """What there is to know when nothing was asked yet: what this library can be asked, and how it is checked.

    `about` says what its papers are.
    """
    verdicts = "".join(f"<li>{mark(verdict)} {meaning}</li>" for verdict, meaning in MEANINGS.items())
    offered = "".join(
        f'<li><button type="button" class="example" data-do="ask" dir="auto">{escape(text)}</button></li>'
        for text in examples
    )
    if not library_size:
        return (
            '<div class="welcome"><h1>No papers yet</h1><p>Add some under <a href="?p=papers" data-place="papers">'
            "Papers</a>, or with <code>citewell add PATH</code>.</p></div>"
        )
    return (
        f'<div class="welcome"><h1>Ask {papers_said(library_size)}</h1>'
        f'<p class="about-papers">{escape(about)} Their abstracts are read, not the whole papers. '
        '<a href="?p=papers" data-place="papers">Add your own</a></p>'
        f'<ul class="examples" aria-label="Questions to begin with">{offered}</ul>'
        "<details><summary>How every sentence is checked</summary><p>Each sentence of an answer is compared with the "
        "abstract that it cites, and bears a mark. Point at a number to see the sentence it rests on, follow it to "
        f'read the abstract there, press a mark to see why it stands.</p><ul class="legend">{verdicts}</ul></details>'
        "</div>"
    )


def exchange_html(
    turn: str,
    exchange: Exchange,
    library_size: int,
    files: Sequence[File],
    made_by: str = "",
    standing: Standing | None = None,
    ahead: int = 0,
) -> str:
    """One question with its answer. `turn` names it within the page, `files` can be downloaded.

    `made_by` says how it came about, where that is not how answers do; `ahead` questions are answered before it.
    """
    parts = [
        _searched_for(exchange),
        _reply(turn, exchange, library_size),
        _failures(exchange, standing),
        _waiting(exchange, ahead),
    ]
    if exchange.answer:
        parts += [_repairs(exchange.answer.repairs), _foot(turn, exchange.answer, files, made_by, standing)]
    identity = f' data-id="{standing.id}"' if standing else ""
    return (
        f'<article class="exchange" id="turn-{turn}"{identity} aria-label="Question and answer" '
        f'aria-busy="{str(not exchange.done).lower()}">'
        f'<div class="asked"><div class="question" dir="auto">{escape(exchange.question)}</div>'
        f"{_branches(standing)}</div>"
        f'<div class="reply">{"".join(parts)}</div></article>'
    )


def _branches(standing: Standing | None) -> str:
    """The button that changes a question, and the way to what was asked in its place."""
    if standing is None:
        return ""
    edit = '<button type="button" class="quiet" data-do="edit" title="Change this question">Edit</button>'
    if len(standing.branches) < 2:
        return f'<span class="branches">{edit}</span>'
    at = standing.branches.index(standing.id)
    before, after = standing.branches[max(at - 1, 0)], standing.branches[min(at + 1, len(standing.branches) - 1)]
    return (
        f'<span class="branches">{_branch(before, "‹", "Earlier version", at == 0)}'
        f"<span>Version {at + 1} of {len(standing.branches)}</span>"
        f"{_branch(after, '›', 'Later version', after == standing.id)}{edit}</span>"
    )


def _branch(turn: int, sign: str, label: str, off: bool) -> str:
    disabled = " disabled" if off else ""
    return (
        f'<button type="button" class="quiet" data-do="branch" data-turn="{turn}" aria-label="{label}"{disabled}>'
        f"{sign}</button>"
    )


def _searched_for(exchange: Exchange) -> str:
    searched = exchange.searched
    if searched is None:
        return ""
    refused = exchange.answer and exchange.answer.refused  # then it is said below, with the nearest papers
    sought = [] if refused else [search for search in searched.sought if search != exchange.question]
    quoted = "; ".join(f'<q dir="auto">{escape(search)}</q>' for search in sought)
    said = [f"searched for: {quoted}"] if sought else []
    said += [f"limited to papers {escape(str(searched.limit))}"] if searched.limit else []
    return f'<p class="searched">{"; ".join(said)}</p>' if said else ""


def _reply(turn: str, exchange: Exchange, library_size: int) -> str:
    text = f'<div class="answer">{answer_html(turn, exchange)}</div>' if exchange.pieces else ""
    if not (exchange.answer and exchange.answer.refused):
        return text
    heading, nearest = REFUSED[read_refusal(exchange.answer.answer)], _nearest(turn, exchange, library_size)
    if heading == REFUSED["no paper"] and exchange.searched and exchange.searched.limit:
        heading = NOT_WITHIN
    return f'<section class="refusal"><h3>{heading}</h3>{text}{nearest}</section>'


def _nearest(turn: str, exchange: Exchange, library_size: int) -> str:
    links = "".join(f"<li>{_card_link(turn, paper)}</li>" for paper in exchange.papers[:NEAREST])
    sought = exchange.searched.standalone_question if exchange.searched else exchange.question
    read = exchange.answer.papers_searched if exchange.answer else None
    papers = papers_said(library_size if read is None else read)
    every = ""
    if exchange.searched and (limit := exchange.searched.limit):
        papers = f"{papers} {escape(limit.of_papers)}"
        every = ALL.format(library_size) if exchange.limited else ""
    nearest = f"<p>The nearest papers:</p><ol>{links}</ol>" if links else ""
    return f'<p class="searched">Searched {papers} for <q>{escape(sought)}</q></p>{every}{nearest}'


def _card_link(turn: str, paper: Paper) -> str:
    year = f" ({paper.year})" if paper.year else ""
    return f'<a class="to-card" href="#{card_id(turn, paper.paper_id)}"><bdi>{escape(paper.title)}</bdi></a>{year}'


def _failures(exchange: Exchange, standing: Standing | None) -> str:
    said = [
        escape(repair.detail)
        for repair in (exchange.answer.repairs if exchange.answer else ())
        if repair.kind in FAILURES
    ]
    if exchange.error:
        said.append(escape(exchange.error))
    if exchange.stopped:
        said.append("Stopped; the answer is incomplete.")
    again = f" {RETRY}" if standing and said and not exchange.answer else ""
    return "".join(f'<p class="failure" role="alert">{text}{again}</p>' for text in said)


def _waiting(exchange: Exchange, ahead: int) -> str:
    if exchange.done:
        return ""
    doing = "Writing" if exchange.pieces else "Reading the abstracts" if exchange.searched else "Searching"
    if ahead:
        doing = f"Waiting: {ahead} before you"
    return f'<p class="waiting" role="status">{doing}<span aria-hidden="true"> …</span></p>'


def _repairs(repairs: Sequence[Repair]) -> str:
    quiet = [repair for repair in repairs if repair.kind not in FAILURES]
    if not quiet:
        return ""
    items = "".join(f"<li>{escape(repair.detail)}</li>" for repair in quiet)
    count = "1 note" if len(quiet) == 1 else f"{len(quiet)} notes"
    return f'<details class="repairs"><summary>{count} on this answer</summary><ul>{items}</ul></details>'


def _foot(turn: str, answer: Answer, files: Sequence[File], made_by: str, standing: Standing | None) -> str:
    buttons = f'<button type="button" data-do="sources" data-turn="{turn}">Sources</button>'
    if files:
        buttons += _export("copy", "Copy", files[0])
    buttons += "".join(_export("download", f"Download {file[0]}", file) for file in files)
    buttons += RETRY if standing else ""
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
