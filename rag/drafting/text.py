"""The sentences of a draft: how one goes on from the one before it, what it cites, and the texts they make together."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.records import Citation, Finding, Repair, Sentence
from rag.telling.trimming import MARKER
from rag.verifying.closecopies import close_copies
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
# What a draft without a language model says of itself, first of all.
AUTHORS_WORDS = (
    "These sentences are the authors' words, told in the third person without a language model, long runs in quotation "
    "marks: no text to hand in. Write your own from the key facts, which the plan has too."
)
_LEAD = re.compile(rf"For [^,{MARKER}]+, ")
_OF_WORK = "In further work, "
# Ways to do one thing: a sentence that takes one of them stands in contrast to a sentence that takes another.
_CHOICES = (
    (r"(?:self-|un)supervised", r"semi-supervised", r"weakly[- ](?:supervised|labell?ed)", r"fully[- ]supervised"),
    (r"training-free|without (?:any )?(?:training|fine-?tuning)|zero-shot", r"fine-?tun"),
    (r"offline", r"online"),
    (r"model-based", r"model-free"),
    (r"discrete|token", r"continuous"),
    (r"(?<!non-)auto-?regressive", r"non-autoregressive|diffusion|flow matching|denoising|in parallel"),
    (r"explicit", r"implicit"),
    (r"end-to-end", r"modular|two-stage|hierarchical|multi-stage"),
    (r"skeleton|pose-based", r"RGB|event data|egocentric|first-person"),
)


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


def checked(written: Written, papers: Mapping[str, Paper], numbers: Mapping[str, int]) -> Sentence:
    """The sentence as it is shown, with its verdict, its quotes and its close copies."""
    text, finding = numbered(written.text, numbers), written.finding
    copies = close_copies(text, [papers[paper_id] for paper_id in written.paper_ids])
    quotes = citations(written, papers, numbers)
    return Sentence(text, finding.verdict, quotes, finding.kind, finding.reason, tuple(copies))


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
    written: Sequence[Written],
    papers: Mapping[str, Paper],
    keys: Mapping[str, str],
    topic: str,
    evidence: bool = False,
    offline: bool = False,
) -> str:
    r"""A document that compiles: a paragraph a theme, `\cite` for each citation; `evidence` adds each with its quotes.

    What is written `offline` says first that it is the authors' words.

    It names `references.bib`, which holds what the draft cites under `keys`.
    """
    paragraphs = [
        (f"\\paragraph{{{to_latex(theme)}.}}\n" if theme else "") + "\n".join(_latex(w.text, keys) for w in sentences)
        for theme, sentences in _by_theme(written).items()
    ]
    first = [f"% {AUTHORS_WORDS}"] if offline else []
    body = "\n\n".join([*first, "\\section{Related work}", f"% Topic: {' '.join(topic.split())[:200]}", *paragraphs])
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


class Openings:
    """How the sentences of one theme go on ("In contrast, …"): only what both abstracts or the records show."""

    def __init__(self) -> None:
        self._last: tuple[str, Paper] | None = None
        self._said: set[str] = set()

    def joined(self, text: str, paper: Paper, turned: str) -> str:
        """`text` on `paper`, or `turned`, its other form, behind an opening; MARKER stays in it.

        A sentence with a clause of its own in front takes no opening. What the work is for is told once.
        """
        if (lead := _LEAD.match(text)) and lead[0] in self._said:
            text = turned = text[lead.end() :]
        self._said.add(lead[0] if lead else "")
        opening = self._opening(text, paper, *self._last) if self._last and "," not in text.split(MARKER)[0] else ""
        self._last = text, paper
        self._said.add(opening)
        chosen = text if opening == _OF_WORK else turned
        if opening and re.match(r"(?:The|With|According|In) ", chosen):  # a word, and no name
            chosen = chosen[0].lower() + chosen[1:]
        return opening + chosen

    def _opening(self, text: str, paper: Paper, before: str, last: Paper) -> str:
        found = {"In contrast, ": _differ((before, last), (text, paper)), _OF_WORK: _same_group(last, paper)}
        return next((opening for opening, holds in found.items() if holds and opening not in self._said), "")


def _differ(one: tuple[str, Paper], other: tuple[str, Paper]) -> bool:
    """Whether the two sentences take different ways of one choice, and neither abstract the other's way too."""
    for ways in _CHOICES:
        (ours, all_ours), (theirs, all_theirs) = (
            (_taken(ways, said), _taken(ways, f"{paper.title}. {paper.abstract}")) for said, paper in (one, other)
        )
        if ours and theirs and not (ours | theirs) & (all_ours & all_theirs):
            return True
    return False


def _taken(ways: Sequence[str], text: str) -> set[str]:
    return {way for way in ways if re.search(rf"\b(?:{way})", text, re.I)}


def _same_group(one: Paper, other: Paper) -> bool:
    """Whether the papers share their first author, or half of the authors."""
    shared = set(one.authors) & set(other.authors)
    return one.authors[:1] == other.authors[:1] != () or 2 * len(shared) > min(len(one.authors), len(other.authors)) > 0
