r"""The sentences of a draft before their citations have numbers, and the texts they make: Markdown and LaTeX."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.records import Citation, Finding, Repair, Sentence
from store.records import Paper
from store.tex import to_latex

# A citation of a sentence not yet numbered: its paper's id between characters no text has.
_OPEN, _CLOSE = "\ue000", "\ue001"
_CITATION = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")
_CITATIONS = re.compile(rf"\s*((?:{_CITATION.pattern})+)")
_FRAME = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{amsmath,amssymb,textcomp}
\usepackage[numbers,sort&compress]{natbib}
\usepackage{url}
%(unicode)s\begin{document}
%(body)s

\bibliographystyle{unsrtnat}
\bibliography{references}
\end{document}
"""


@dataclass(frozen=True, slots=True)
class Written:
    """A finished sentence under its theme; `text` holds `cite(paper_id)` where it cites a paper."""

    theme: str
    text: str
    finding: Finding
    repairs: tuple[Repair, ...] = ()

    @property
    def paper_ids(self) -> tuple[str, ...]:
        """What it cites, in order."""
        return tuple(dict.fromkeys(_CITATION.findall(self.text)))


def cite(paper_id: str) -> str:
    """A citation of `paper_id`, to stand in a sentence until papers have numbers."""
    return f"{_OPEN}{paper_id}{_CLOSE}"


def uncited(text: str) -> str:
    """`text` without its citations and the blanks in front of them."""
    return re.sub(rf"\s*{_CITATION.pattern}", "", text)


def number(written: Sequence[Written]) -> dict[str, int]:
    """paper_id → number, by first use."""
    ids = dict.fromkeys(paper_id for w in written for paper_id in w.paper_ids)
    return {paper_id: n for n, paper_id in enumerate(ids, 1)}


def numbered(text: str, numbers: Mapping[str, int]) -> str:
    """`text` with its citations as `[n]`."""
    return _CITATION.sub(lambda match: f"[{numbers[match[1]]}]", text)


def citations(written: Written, papers: Mapping[str, Paper], numbers: Mapping[str, int]) -> tuple[Citation, ...]:
    """The evidence for a sentence, with exact quotes."""
    found = ((e, papers[e.paper_id].abstract[e.start : e.end]) for e in written.finding.evidence)
    return tuple(
        Citation(numbers[e.paper_id], e.paper_id, quote, e.start, e.end, round(e.score, 4))
        for e, quote in found
        if e.paper_id in numbers
    )


def _by_theme(written: Sequence[Written]) -> dict[str, list[Written]]:
    """The sentences under each theme, both in order; no name for a theme that stands alone."""
    themes: dict[str, list[Written]] = {}
    for sentence in written:
        themes.setdefault(sentence.theme, []).append(sentence)
    return {"": list(written)} if len(themes) == 1 else themes


def answer_text(written: Sequence[Written], numbers: Mapping[str, int]) -> str:
    """The draft in Markdown: a paragraph a theme, headed by its name when there are several."""
    return "\n\n".join(
        (f"### {theme}\n\n" if theme else "") + " ".join(numbered(w.text, numbers) for w in sentences)
        for theme, sentences in _by_theme(written).items()
    )


def draft_latex(
    written: Sequence[Written], papers: Mapping[str, Paper], keys: Mapping[str, str], topic: str, evidence: bool = False
) -> str:
    r"""A document that compiles: a paragraph a theme, `\cite` for each citation; `evidence` adds each with its quotes.

    It names `references.bib`, which holds what the draft cites under `keys`.
    """
    paragraphs = [
        (f"\\paragraph{{{to_latex(theme)}.}}\n" if theme else "") + "\n".join(_latex(w.text, keys) for w in sentences)
        for theme, sentences in _by_theme(written).items()
    ]
    body = "\n\n".join(["\\section{Related work}", f"% Topic: {' '.join(topic.split())[:200]}", *paragraphs])
    body += _evidence_latex(written, papers, keys) if evidence and written else ""
    cited = [papers[paper_id] for paper_id in number(written)]
    used = body + " ".join(to_latex(" ".join([p.title, p.venue, *p.authors])) for p in cited)
    return _FRAME % {"body": body, "unicode": _declarations(used)}


def _latex(text: str, keys: Mapping[str, str]) -> str:
    r"""A draft's sentence, escaped around its citations, which stand as `~\cite{key}`."""
    pieces, done = [], 0
    for match in _CITATIONS.finditer(text):
        cited = ",".join(keys[paper_id] for paper_id in _CITATION.findall(match[1]))
        pieces += [_prose(text[done : match.start()]), f"~\\cite{{{cited}}}"]
        done = match.end()
    return "".join([*pieces, _prose(text[done:])])


def _prose(text: str) -> str:
    """Running text: straight quotes in pairs become TeX's, two hyphens a dash."""
    text = re.sub(r'"([^"]*)"', "“\\1”", text)
    return to_latex(re.sub(r"(?<!-)--(?!-)", "—", text))


def _evidence_latex(written: Sequence[Written], papers: Mapping[str, Paper], keys: Mapping[str, str]) -> str:
    """An appendix: each sentence, its verdict, and the quotes that it rests on."""
    items, numbers = [], number(written)
    for one in written:
        items.append(f"\\item {_latex(one.text, keys)} ({one.finding.verdict})")
        quoted = citations(one, papers, numbers)
        items += [f"\\begin{{quote}}{_prose(c.quote)} \\cite{{{keys[c.paper_id]}}}\\end{{quote}}" for c in quoted]
    return "\n\n\\appendix\n\\section{Evidence}\n\\begin{enumerate}\n" + "\n".join(items) + "\n\\end{enumerate}"


def evidence_markdown(sentences: Sequence[Sentence]) -> str:
    """The same appendix in Markdown."""
    lines = ["## Evidence", ""]
    for n, sentence in enumerate(sentences, 1):
        lines.append(f"{n}. {sentence.text} ({sentence.verdict})")
        lines += [f"   > [{c.n}] {' '.join(c.quote.split())}" for c in sentence.citations]
    return "\n".join(lines) + "\n"


def _declarations(text: str) -> str:
    """pdfLaTeX stops at characters its fonts lack; XeLaTeX and LuaLaTeX show them."""
    foreign = sorted({char for char in text if ord(char) > 0x24F and char not in "–—‘’“”…"})
    lines = "".join(f"\\DeclareUnicodeCharacter{{{ord(char):04X}}}{{?}}\n" for char in foreign)
    return f"\\usepackage{{iftex}}\n\\ifPDFTeX\n{lines}\\fi\n" if foreign else ""
