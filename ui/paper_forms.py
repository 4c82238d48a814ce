r"""A draft as papers want it: with the citing commands of natbib or biblatex, as Pandoc's Markdown, as a Word file.

Years of one author's papers get their letters (2023a, 2023b) from the style that sets them: natbib, biblatex, citeproc.
"""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import DraftError
from rag.references.keys import in_text
from store.tex import to_latex

if TYPE_CHECKING:
    from rag.drafting.draft import Draft

# Style → the command for a citation in brackets, and the one that stands for its authors.
CITING = {"cite": ("cite", ""), "natbib": ("citep", "citet"), "biblatex": ("parencite", "textcite")}
_CITED = re.compile(r"~\\cite\{([^{}]*)\}")
_NUMBERS = re.compile(r"(\s*)((?:\[\d+\])+)")
_NATBIB = re.compile(r"\\usepackage\[[^\]]*\]\{natbib\}")
_LISTED = re.compile(r"\\bibliographystyle\{[^{}]*\}\n\\bibliography\{references\}")
_BIBLATEX = "\\usepackage[style=authoryear,backend=biber]{biblatex}\n\\addbibresource{references.bib}"
_SECONDS = 120


def with_commands(latex: str, draft: "Draft", style: str) -> str:
    r"""The LaTeX of `draft` with the citing commands of a style of CITING, and what they need in its preamble.

    "Kang et al.~\cite{k}" becomes `\citet{k}`.
    """
    bracketed, textual = CITING[style]
    for source in draft.answer.sources if textual else ():
        key, names = draft.keys.get(source.paper_id, ""), to_latex(in_text(source.authors))
        if key and names:
            told = rf"(?<!\w){re.escape(names)}~\\cite\{{{re.escape(key)}\}}"
            cited = f"\\{textual}{{{key}}}".replace("\\", "\\\\")
            latex = re.sub(told, cited, latex)
    latex = _CITED.sub(lambda match: f"~\\{bracketed}{{{match[1]}}}", latex)
    if style == "natbib":
        latex = _NATBIB.sub(lambda _: "\\usepackage[round]{natbib}", latex).replace("{unsrtnat}", "{plainnat}")
    if style == "biblatex":
        latex = _LISTED.sub(lambda _: "\\printbibliography", _NATBIB.sub(lambda _: _BIBLATEX, latex))
    return latex


def as_pandoc(draft: "Draft") -> str:
    """The draft in Pandoc's Markdown: `[@key]` for its numbers, `@key` where the authors stand before one."""
    cited = [source for source in draft.answer.sources if source.cited]
    keys = {source.n: draft.keys[source.paper_id] for source in cited}
    text = draft.answer.answer
    for source in cited:
        if names := in_text(source.authors):
            text = re.sub(rf"(?<!\w){re.escape(names)} \[{source.n}\](?!\[)", f"@{keys[source.n]}", text)
    body = _NUMBERS.sub(lambda match: _keyed(match, keys), text)
    return f"---\nbibliography: references.bib\nlink-citations: true\n---\n\n{body.rstrip()}\n\n## References\n"


def _keyed(match: re.Match[str], keys: Mapping[int, str]) -> str:
    numbers = [int(number) for number in re.findall(r"\d+", match[2])]
    if not all(number in keys for number in numbers):
        return match[0]
    return f"{match[1]}[{'; '.join(f'@{keys[number]}' for number in numbers)}]"


def write_docx(draft: "Draft", path: Path) -> None:
    """The draft as a Word file, its references set by Pandoc. Raises DraftError where Pandoc is missing or fails."""
    pandoc = shutil.which("pandoc")
    if pandoc is None:
        raise DraftError("Word files are made by pandoc, which is not installed; install it, or use --format pandoc.")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "references.bib").write_text(draft.bibtex, encoding="utf-8")
        command = [pandoc, "--from=markdown", "--to=docx", "--citeproc", f"--output={path.resolve()}"]
        text = as_pandoc(draft)
        try:
            subprocess.run(command, input=text.encode(), cwd=folder, check=True, capture_output=True, timeout=_SECONDS)
        except subprocess.CalledProcessError as error:
            said = error.stderr.decode("utf-8", "replace").strip().splitlines()
            raise DraftError(f"pandoc could not write {path} ({said[-1] if said else 'no reason given'}).") from None
        except (OSError, subprocess.TimeoutExpired) as error:
            raise DraftError(f"pandoc could not write {path} ({error}).") from None
