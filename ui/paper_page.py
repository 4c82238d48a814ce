"""A paper's own page as HTML."""

from collections.abc import Sequence
from urllib.parse import quote as percent_encoded

from rag.references.bibliography import export
from store.records import Paper
from ui.cards import paper_link, where_and_when
from ui.markup import escape


def paper_html(paper: Paper, nearest: Sequence[Paper], talks: Sequence[tuple[str, str]]) -> str:
    """A paper's own page: its abstract, its entry, what is near to it, and where it was cited."""
    about = where_and_when(paper)
    near = "".join(f"<li>{_paper_link(other)}</li>" for other in nearest)
    cited = "".join(
        f'<li><a href="?c={talk}" data-place="chat" data-talk="{talk}"><bdi>{escape(title)}</bdi></a></li>'
        for talk, title in talks
    )
    fields = {
        "title": paper.title,
        "authors": "; ".join(paper.authors),
        "year": str(paper.year or ""),
        "venue": paper.venue,
        "abstract": paper.abstract,
        "notes": paper.notes,
    }
    inputs = "".join(
        f'<label>{name.capitalize()}<textarea name="{name}" rows="{8 if name == "abstract" else 1}">{escape(value)}'
        "</textarea></label>"
        for name, value in fields.items()
    )
    notes = f'<p class="notes" dir="auto">{escape(paper.notes)}</p>' if paper.notes else ""
    tags = "".join(f'<span class="tag">{escape(tag)}</span>' for tag in paper.tags)
    return (
        f'<article class="paper-page" data-id="{escape(paper.paper_id)}"><h1 tabindex="-1" dir="auto">'
        f'{escape(paper.title)}</h1><p class="authors">{escape(", ".join(paper.authors))}</p>'
        f'<p class="about">{escape(about)}{paper_link(paper)} {tags}</p>'
        f'<p class="about">Key for citing: <code>{escape(paper.citekey)}</code></p>'
        f"{_abstract(paper)}{notes}"
        f'<details class="editing"><summary>Edit</summary><form>{inputs}'
        '<button class="quiet">Save</button></form></details>'
        f"<details><summary>BibTeX</summary><pre>{escape(export([paper], 'bibtex'))}</pre></details>"
        f"<h2>Nearest papers</h2><ol>{near}</ol>"
        + (f"<h2>Cited in your conversations</h2><ul>{cited}</ul>" if cited else "")
        + "</article>"
    )


def _abstract(paper: Paper) -> str:
    if paper.abstract:
        return f'<p class="paper-abstract" dir="auto">{escape(paper.abstract)}</p>'
    return (
        '<p class="no-abstract">No abstract: this paper is found by its title, and never quoted. '
        '<button type="button" class="quiet" data-act="write-abstract">Add its abstract</button></p>'
    )


def _paper_link(paper: Paper) -> str:
    where, year = percent_encoded(paper.paper_id, safe=""), f" ({paper.year})" if paper.year else ""
    return (
        f'<a href="?p=papers&amp;paper={where}" data-place="papers" data-paper="{escape(paper.paper_id)}">'
        f"<bdi>{escape(paper.title)}</bdi></a>{year}"
    )
