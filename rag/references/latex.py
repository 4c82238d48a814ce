r"""Drafts and answers as LaTeX: `[n]` becomes `\cite{key}`, and a .bib holds exactly what is cited."""

import re
from collections.abc import Callable, Mapping, Sequence

from rag.drafting.text import Written, by_theme, with_citations
from rag.records import Answer, Sentence
from rag.references.bibliography import to_bibtex
from store.records import Paper
from store.tex import to_latex

_MARKERS = re.compile(r"\s*((?:\[\d+\](?:,\s*)?)+)")
_FRAME = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{amsmath,amssymb,textcomp}
\usepackage[numbers,sort&compress]{natbib}
\usepackage{url}
%(unicode)s\begin{document}
%(body)s

\bibliographystyle{unsrtnat}
\bibliography{%(bib)s}
\end{document}
"""


def draft_latex(
    written: Sequence[Written],
    papers: Mapping[str, Paper],
    keys: Mapping[str, str],
    topic: str,
    bib: str = "references",
    evidence: str = "",
) -> str:
    r"""A document that compiles: a paragraph a theme, `\cite` for each citation, `evidence` behind it.

    `bib` is the name of the .bib file without its ending; `draft_bibtex` writes what goes into it.
    """
    themes = by_theme(written)
    parts = [_paragraph(theme if len(themes) > 1 else "", sentences, keys) for theme, sentences in themes.items()]
    body = "\n\n".join(["\\section{Related work}", f"% Topic: {_comment(topic)}", *parts])
    return _document(body + evidence, bib, [papers[i] for w in written for i in w.paper_ids])


def draft_bibtex(cited: Sequence[Paper], keys: Mapping[str, str]) -> str:
    """The .bib of the papers that a draft cites, without their abstracts."""
    return to_bibtex(cited, keys, abstracts=False)


def answer_latex(
    answer: Answer,
    papers: Mapping[str, Paper],
    keys: Mapping[str, str],
    bib: str = "references",
    evidence: bool = False,
) -> str:
    """An answer in Markdown as a document that compiles; `evidence` adds each sentence with its quotes."""
    cited = {source.n: source.paper_id for source in answer.sources if source.cited}
    body = markdown_to_latex(answer.answer, lambda n: keys.get(cited.get(n, ""), ""))
    appendix = evidence_latex(answer.sentences, keys) if evidence else ""
    return _document(body + appendix, bib, [papers[i] for i in cited.values() if i in papers])


def evidence_latex(sentences: Sequence[Sentence], keys: Mapping[str, str]) -> str:
    """An appendix: each sentence, its verdict, and the quotes that it rests on."""
    items = []
    for sentence in sentences:
        ids = {citation.n: keys[citation.paper_id] for citation in sentence.citations}
        items.append(f"\\item {_with_keys(sentence.text, lambda n, ids=ids: ids.get(n, ''))} ({sentence.verdict})")
        items += [
            f"\\begin{{quote}}{_prose(c.quote)} \\cite{{{keys[c.paper_id]}}}\\end{{quote}}" for c in sentence.citations
        ]
    if not items:
        return ""
    return "\n\n\\appendix\n\\section{Evidence}\n\\begin{enumerate}\n" + "\n".join(items) + "\n\\end{enumerate}"


def evidence_markdown(sentences: Sequence[Sentence]) -> str:
    """The same appendix in Markdown."""
    lines = ["## Evidence", ""]
    for n, sentence in enumerate(sentences, 1):
        lines.append(f"{n}. {sentence.text} ({sentence.verdict})")
        lines += [f"   > [{c.n}] {' '.join(c.quote.split())}" for c in sentence.citations]
    return "\n".join(lines) + "\n"


def markdown_to_latex(text: str, key: Callable[[int], str]) -> str:
    """Markdown as LaTeX; `key` gives the citation key of a number, "" where `[n]` is no citation."""
    from markdown_it import MarkdownIt

    pieces = []
    for token in MarkdownIt("commonmark", {"html": False}).parse(text):
        if token.type == "inline":
            pieces += [_inline(child, key) for child in token.children]
        elif token.type in ("fence", "code_block"):
            pieces.append(f"\\begin{{verbatim}}\n{token.content}\\end{{verbatim}}\n\n")
        else:
            pieces.append(_BLOCKS.get(token.type, ""))
    return re.sub(r"\n{3,}", "\n\n", "".join(pieces)).strip()


_BLOCKS = {
    "heading_open": "\\paragraph{",
    "heading_close": "}\n",
    "paragraph_close": "\n\n",
    "bullet_list_open": "\\begin{itemize}\n",
    "bullet_list_close": "\\end{itemize}\n\n",
    "ordered_list_open": "\\begin{enumerate}\n",
    "ordered_list_close": "\\end{enumerate}\n\n",
    "list_item_open": "\\item ",
    "blockquote_open": "\\begin{quote}\n",
    "blockquote_close": "\\end{quote}\n\n",
}
_INLINE = {
    "strong_open": "\\textbf{",
    "strong_close": "}",
    "em_open": "\\emph{",
    "em_close": "}",
    "softbreak": "\n",
    "hardbreak": "\\\\\n",
}


def _inline(token, key: Callable[[int], str]) -> str:
    if token.type == "text":
        return _with_keys(token.content, key)
    if token.type == "code_inline":
        return f"\\texttt{{{to_latex(token.content)}}}"
    return _INLINE.get(token.type, "")


def _with_keys(text: str, key: Callable[[int], str]) -> str:
    r"""Plain text as LaTeX, `[1]` and `[1][2]` as `\cite{…}`."""
    pieces, done = [], 0
    for match in _MARKERS.finditer(text):
        keys = [key(int(n)) for n in re.findall(r"\d+", match[1])]
        if all(keys):
            pieces += [_prose(text[done : match.start()]), f"~\\cite{{{','.join(keys)}}}"]
            done = match.end(1)
    return "".join([*pieces, _prose(text[done:])])


def _paragraph(theme: str, sentences: Sequence[Written], keys: Mapping[str, str]) -> str:
    head = f"\\paragraph{{{to_latex(theme)}.}}\n" if theme else ""
    return head + "\n".join(_sentence(sentence.text, keys) for sentence in sentences)


def _sentence(text: str, keys: Mapping[str, str]) -> str:
    r"""A draft's sentence, escaped around its citations, each of which stands as `~\cite{key}`."""
    pieces = re.split("(\\s*\ue000[^\ue001]*\ue001)", text)
    return "".join(piece and (_cite(piece, keys) if "\ue000" in piece else _prose(piece)) for piece in pieces)


def _cite(piece: str, keys: Mapping[str, str]) -> str:
    return "~" + with_citations(piece.strip(), {paper_id: f"\\cite{{{key}}}" for paper_id, key in keys.items()})


def _prose(text: str) -> str:
    """Running text: straight quotes in pairs become TeX's, two hyphens a dash."""
    text = re.sub(r'"([^"]*)"', "“\\1”", text)
    return to_latex(re.sub(r"(?<!-)--(?!-)", "—", text))


def _comment(text: str) -> str:
    return " ".join(text.split())[:200]


def _document(body: str, bib: str, cited: Sequence[Paper]) -> str:
    used = body + " ".join(to_latex(" ".join([p.title, p.venue, *p.authors])) for p in cited)
    return _FRAME % {"body": body, "bib": bib, "unicode": _declarations(used)}


def _declarations(text: str) -> str:
    """pdfLaTeX stops at characters its fonts lack; XeLaTeX and LuaLaTeX show them."""
    foreign = sorted({char for char in text if ord(char) > 0x24F and char not in "–—‘’“”…"})
    if not foreign:
        return ""
    lines = "".join(f"\\DeclareUnicodeCharacter{{{ord(char):04X}}}{{?}}\n" for char in foreign)
    return f"\\usepackage{{iftex}}\n\\ifPDFTeX\n{lines}\\fi\n"
