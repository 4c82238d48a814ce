"""Answers, search results and drafts as terminal text, Markdown, LaTeX and JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from textwrap import shorten
from typing import TYPE_CHECKING

from rag.catalogue.answering import MODEL_NAME as RECORDS
from rag.filters import Filter
from rag.offline.composing import MODEL_NAME as OFFLINE
from rag.records import Answer, Citation, CloseCopy, Found, Sentence, Source
from store.records import Paper
from ui.console import styled, terminal

if TYPE_CHECKING:
    from rag.drafting.draft import Draft

# Said once of an answer that is made of what the authors wrote, in place of a warning at each sentence.
WORDS = "The sentences below are the authors' words, retold: quote them, or say it in your own words."
_SHOWN = 80  # characters of a code block beside its verdict
MARKS = {"supported": "✓", "quoted": "❝", "weak": "~", "unsupported": "✗", "uncited": "?", "unchecked": "?"}


def print_answer(answer: Answer) -> None:
    """Print an answer with its sources, the quotes each sentence rests on, and every repair."""
    console = terminal(soft_wrap=False)
    searches = answer.searches or (answer.standalone_question,)
    if sought := [search for search in searches if search != answer.question]:
        console.print(styled(f"searched for: {'; '.join(sought)}", style="dim"))
    if answer.filters:
        console.print(styled(f"limited to papers {answer.filters['words']}", style="dim"))
    console.print(styled(answer.answer))
    for line, style in _details(answer):
        console.print(styled(line, style=style))


def _details(answer: Answer) -> Iterator[tuple[str, str]]:
    shown = [source for source in answer.sources if source.cited or answer.refused]
    if shown:
        yield "\nNearest papers" if answer.refused else "\nSources", "bold"
    if answer.refused and answer.filters:
        yield "Without these limits all papers are searched.", "dim"
    for source in shown:
        # The lines of an answer from the records are its sources already.
        told = source.url or source.paper_id if answer.model == RECORDS else source_line(source)
        yield f"[{source.n}] {told}", ""
    quoted = [sentence for sentence in answer.sentences if sentence.verdict == "quoted"]
    if answer.sentences:
        yield "\nEvidence", "bold"
    if quoted:
        many = f"{len(quoted)} sentences stand" if len(quoted) > 1 else "1 sentence stands"
        yield f"{MARKS['quoted']} quoted: {many} word for word in what is cited", "green"
    retold = [sentence for sentence in answer.sentences if sentence not in quoted]
    if retold and answer.model == OFFLINE:
        yield WORDS, "yellow"
    for sentence in retold:
        yield from evidence_lines(sentence if answer.model != OFFLINE else replace(sentence, copies=()))
    if answer.repairs:
        yield "\nNotes", "bold"
    for repair in answer.repairs:
        yield f"- {repair.detail}", "yellow"
    yield f"\n{answer.model} · {answer.timings_ms.total:.0f} ms", "dim"


def evidence_lines(sentence: Sentence) -> Iterator[tuple[str, str]]:
    """One line for the sentence's verdict, one for each quote, with their styles."""
    style = {"supported": "green", "quoted": "green", "weak": "yellow"}.get(sentence.verdict, "red")
    why = f" ({sentence.reason})" if sentence.reason else ""
    text = shorten(sentence.text, _SHOWN, placeholder=" …") if sentence.kind == "not read" else sentence.text
    yield f"{MARKS[sentence.verdict]} {sentence.verdict}{why}: {text}", style
    for citation in sentence.citations:
        yield f"    [{citation.n}] “{citation.quote}”", "dim"
    if sentence.verdict != "quoted":
        yield from ((f"    {copied(sentence, copy)}", "yellow") for copy in sentence.copies if not copy.quoted)


def copied(sentence: Sentence, copy: CloseCopy) -> str:
    """A close copy of an abstract, as a warning with its place."""
    run = " ".join(sentence.text[copy.start : copy.end].split())
    wants = (
        "set them in quotation marks or say it in other words" if copy.is_long else "see whether they are your words"
    )
    return f"{copy.words} words in a row as in the abstract of {copy.paper_id}; {wants}: “{run}”"


def print_checked(claims: Sequence[Mapping]) -> None:
    """Print claims with their verdicts, reasons and quotes."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=False)
    for claim in claims:
        citations = tuple(Citation(**citation) for citation in claim["citations"])
        sentence = Sentence(claim["claim"], claim["verdict"], citations, claim["kind"], claim["reason"])
        for line, style in evidence_lines(sentence):
            console.print(Text(line, style=style))


def source_line(source: Source | Paper) -> str:
    """Authors, title, venue, year and link on one line."""
    names = ", ".join(source.authors[:3]) + (" et al." if len(source.authors) > 3 else "")
    year = "" if str(source.year) in source.venue else str(source.year or "")
    parts = (names, source.title, source.venue, year, source.url)
    return ". ".join(part.rstrip(".") for part in parts if part)


def details(paper: Paper) -> Iterator[str]:
    """What the library knows of a paper beside its text, a line each, and where that came from."""
    told = {"key": paper.citekey, "tags": ", ".join(paper.tags), "notes": paper.notes, "retracted": paper.retracted}
    told["read from"] = ", ".join(paper.sources)
    for source in dict.fromkeys(paper.origins.values()):
        told[f"of {source}"] = ", ".join(name for name, origin in paper.origins.items() if origin == source)
    told |= {f"{name} as it came": " ".join(text.split()) for name, text in paper.original.items()}
    yield from (f"{name}: {value}" for name, value in told.items() if value)


def as_markdown(answer: Answer) -> str:
    """The answer as a Markdown document: question, text, references, notes; what the model linked to is text."""
    from ui.markup import without_links

    lines = [f"# {answer.question}", "", answer.answer, "", "## References", ""]
    lines += [f"{s.n}. {source_line(s)}" for s in answer.sources if s.cited or answer.refused]
    if answer.repairs:
        lines += ["", "## Notes", "", *(f"- {repair.detail}" for repair in answer.repairs)]
    text = "\n".join([*lines, "", f"*Answered by {answer.model}.*", ""])
    return without_links(text, [source.url for source in answer.sources])


def result_json(rank: int, found: Found) -> dict:
    """One result of `search --json`."""
    passage = {"text": found.passage.text, "start": found.passage.start, "end": found.passage.end}
    return {
        "rank": rank,
        "paper_id": found.paper.paper_id,
        "title": found.paper.title,
        "score": round(found.score, 4),
        "passage": passage,
    }


def print_results(found: Sequence[Found], limit: Filter) -> None:
    """Print ranked papers, each with its best passage."""
    console = terminal()
    if not found:
        said = f"{limit.no_paper}." if limit else "No paper in the library matches."
        console.print(styled(said))
    for rank, result in enumerate(found, 1):
        console.print(styled(f"{rank:>3}  {result.paper.title}  ({result.paper.paper_id})", style="bold"))
        console.print(styled(f"     {result.passage.text}", style="dim"))


def draft_markdown(draft: "Draft", papers: Mapping[str, Paper], style: str = "ieee", evidence: bool = False) -> str:
    """The draft with its list of references, numbers as in the text."""
    from rag.drafting.text import AUTHORS_WORDS, evidence_markdown
    from rag.references.bibliography import reference_list
    from ui.markup import without_links

    cited = [papers[source.paper_id] for source in draft.answer.sources if source.cited]
    parts = [f"*{AUTHORS_WORDS}*", draft.answer.answer] if draft.offline else [draft.answer.answer]
    if cited:
        listed = reference_list(cited, style, draft.keys)
        parts.append("## References\n\n" + "\n".join(f"[{n}] {line}  " for n, line in enumerate(listed, 1)))
    if draft.offline and cited:
        parts.append("## Key facts\n\n" + "\n".join(_key_facts(draft)))
    if evidence:
        parts.append(evidence_markdown(draft.answer.sentences).rstrip())
    if draft.answer.repairs:
        parts.append("## Notes\n\n" + "\n".join(f"- {repair.detail}" for repair in draft.answer.repairs))
    return without_links("\n\n".join(parts) + "\n", [paper.url for paper in cited])


def _key_facts(draft: "Draft") -> Iterator[str]:
    """A line a cited paper: what it proposes, on what, and what came of it, each as a quote."""
    for source in draft.answer.sources:
        facts = draft.plan.facts_of([source.paper_id]) if source.cited else []
        if facts:
            told = "; ".join(f"{fact.tells}: “{' '.join(fact.quote.split())}”" for fact in facts)
            yield f"- [{source.n}] {source.title}: {told}"


def _latex(draft: "Draft", papers: Mapping[str, Paper], evidence: bool = False) -> str:
    if not evidence:
        return draft.latex
    from rag.drafting.text import draft_latex

    return draft_latex(draft.written, papers, draft.keys, draft.plan.topic, True, draft.offline)


def draft_files(draft: "Draft", papers: Mapping[str, Paper], style: str, evidence: bool) -> dict[str, str]:
    """File name → text of everything that belongs to a draft."""
    from rag.drafting.plan import to_json, to_markdown

    return {
        "draft.md": draft_markdown(draft, papers, style, evidence),
        "draft.tex": _latex(draft, papers, evidence),
        "references.bib": draft.bibtex,
        "draft.json": _json(draft),
        "plan.md": to_markdown(draft.plan, papers),
        "plan.json": to_json(draft.plan),
    }


def print_form(draft: "Draft", papers: Mapping[str, Paper], format: str, style: str, evidence: bool) -> str:
    """What is printed: LaTeX carries its .bib in itself, so that the one file compiles."""
    if format == "json":
        return _json(draft)
    if format == "md":
        return draft_markdown(draft, papers, style, evidence)
    carried = f"\\begin{{filecontents*}}{{references.bib}}\n{draft.bibtex}\\end{{filecontents*}}\n"
    return carried + _latex(draft, papers, evidence)


def _json(draft: "Draft") -> str:
    return json.dumps(draft.as_json(), ensure_ascii=False, indent=2) + "\n"
