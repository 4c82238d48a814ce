"""A draft as files: Markdown, LaTeX with its .bib, JSON and the plan."""

import json
from collections.abc import Mapping

from rag.drafting.draft import Draft
from rag.drafting.planfile import to_json, to_markdown
from rag.references.latex import draft_latex, evidence_latex, evidence_markdown
from rag.references.styles import reference_list
from store.records import Paper

EXTRACTIVE = (
    "*Extractive draft: every sentence is a statement of the paper it cites, told in the third person; "
    "no language model was used.*"
)


def markdown(draft: Draft, papers: Mapping[str, Paper], style: str = "ieee", evidence: bool = False) -> str:
    """The draft with its list of references, numbers as in the text."""
    cited = [papers[source.paper_id] for source in draft.answer.sources if source.cited]
    parts = [draft.answer.answer]
    if draft.offline:
        parts.append(EXTRACTIVE)
    if cited:
        listed = reference_list(cited, style, draft.keys)
        parts.append("## References\n\n" + "\n".join(f"[{n}] {line}  " for n, line in enumerate(listed, 1)))
    if evidence:
        parts.append(evidence_markdown(draft.answer.sentences).rstrip())
    if draft.answer.repairs:
        parts.append("## Notes\n\n" + "\n".join(f"- {repair.detail}" for repair in draft.answer.repairs))
    return "\n\n".join(parts) + "\n"


def latex(draft: Draft, papers: Mapping[str, Paper], evidence: bool = False) -> str:
    """The draft as a document, its evidence behind it when asked for."""
    if not evidence:
        return draft.latex
    appendix = evidence_latex(draft.answer.sentences, draft.keys)
    return draft_latex(draft.written, papers, draft.keys, draft.plan.topic, evidence=appendix)


def draft_files(draft: Draft, papers: Mapping[str, Paper], style: str, evidence: bool) -> dict[str, str]:
    """File name → text of everything that belongs to a draft."""
    return {
        "draft.md": markdown(draft, papers, style, evidence),
        "draft.tex": latex(draft, papers, evidence),
        "references.bib": draft.bibtex,
        "draft.json": _json(draft),
        "plan.md": to_markdown(draft.plan, papers),
        "plan.json": to_json(draft.plan),
    }


def print_form(draft: Draft, papers: Mapping[str, Paper], format: str, style: str, evidence: bool) -> str:
    """What is printed: LaTeX carries its .bib in itself, so that the one file compiles."""
    if format == "json":
        return _json(draft)
    if format == "md":
        return markdown(draft, papers, style, evidence)
    carried = f"\\begin{{filecontents*}}{{references.bib}}\n{draft.bibtex}\\end{{filecontents*}}\n"
    return carried + latex(draft, papers, evidence)


def _json(draft: Draft) -> str:
    return json.dumps(draft.as_json(), ensure_ascii=False, indent=2) + "\n"
