"""A conversation as files: Markdown with its references, and their BibTeX."""

from collections.abc import Sequence

from rag.references.bibliography import export
from store.records import Paper
from ui.conversation import Exchange, numbers
from ui.markup import without_links
from ui.render import source_line


def talk_markdown(title: str, conversation: Sequence[Exchange]) -> str:
    """Every question with its answer, and under them the references by their numbers."""
    parts = [f"# {title}"]
    for exchange in conversation:
        parts += [f"## {' '.join(exchange.question.split())}", exchange.text or "*(no answer)*"]
    listed = _cited(conversation)
    if listed:
        parts.append("## References\n\n" + "\n".join(f"{n}. {source_line(paper)}" for n, paper in listed))
    return without_links("\n\n".join(parts) + "\n", [paper.url for _, paper in listed])


def talk_bibtex(conversation: Sequence[Exchange]) -> str:
    """The BibTeX entries of every paper that is cited."""
    papers = {paper.paper_id: paper for _, paper in _cited(conversation)}
    return export(list(papers.values()), "bibtex")


def _cited(conversation: Sequence[Exchange]) -> list[tuple[int, Paper]]:
    """The cited papers with their numbers, which an answer takes over from those before it."""
    found: dict[tuple[int, str], Paper] = {}
    for exchange in conversation:
        papers = {paper.paper_id: paper for paper in exchange.papers}
        for n, paper_id in numbers(exchange).items():
            if paper_id in papers:
                found.setdefault((n, paper_id), papers[paper_id])
    return [(n, found[n, paper_id]) for n, paper_id in sorted(found)]
