"""How well PDFs are read: shipped papers set in common LaTeX classes and read back.

`python -m benchmarks.pdf_papers`

Needs pdflatex with Debian's texlive-latex-recommended and texlive-publishers. Prints the share of titles and abstracts
that come back right, and every one that does not.
"""

import argparse
import re
import subprocess
import tempfile
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

from store.collection import shipped_papers
from store.errors import ReadError
from store.readers import read_papers
from store.records import Paper
from store.tex import to_latex

# What stands before the title, around the authors and behind the abstract, by class.
PLAIN = r"""\documentclass%s
\usepackage{amsmath,amssymb}\usepackage[hidelinks]{hyperref}
\title{%%(title)s}\author{%%(authors)s}\date{}
\begin{document}\maketitle%s
\begin{abstract}%%(abstract)s\end{abstract}%s
\section{Introduction}%%(body)s\end{document}
"""
NEURIPS = r"""\documentclass{article}\usepackage[T1]{fontenc}\usepackage{mathptmx}\usepackage{amsmath,amssymb}
\usepackage[letterpaper,textwidth=5.5in,textheight=9in]{geometry}
\begin{document}
{\centering\rule{\textwidth}{4pt}\vskip .2in{\LARGE\bf %(title)s\par}\vskip .2in\rule{\textwidth}{1pt}\vskip .2in
{\bf %(authors)s}\\Department of Papers\\Example University\par}
\vskip .3in\centerline{\large\bf Abstract}\begin{quote}%(abstract)s\end{quote}
\let\thefootnote\relax\footnotetext{Preprint. Under review.}
\section{Introduction}%(body)s\end{document}
"""
ARXIV = r"""\usepackage{eso-pic,graphicx}\AddToShipoutPictureBG*{\AtPageLowerLeft{\put(20,300){\rotatebox{90}{\Large
\textsf{arXiv:%(arxiv)sv1\ \ [cs.RO]\ \ 3 Jan 2025}}}}}
"""
# As ACM's sigconf looks, whose class needs fonts that are not small.
ACM = r"""\documentclass[9pt,twocolumn]{extarticle}\usepackage[T1]{fontenc}\usepackage{mathptmx,amsmath,amssymb}
\begin{document}
\twocolumn[{\centering{\fontsize{17.3}{21}\selectfont\sffamily\bfseries %(title)s\par}\vskip 12pt
{\large %(authors)s}\\Example University\\Nowhere\par\vskip 18pt}]
\section*{ABSTRACT}%(abstract)s
\section*{CCS CONCEPTS}Computing methodologies.
\section*{KEYWORDS}papers, tests
\section{INTRODUCTION}%(body)s\end{document}
"""
ELSEVIER = r"""\documentclass[preprint,12pt]{elsarticle}\usepackage{amsmath,amssymb}
\begin{document}\begin{frontmatter}\title{%(title)s}\author{%(authors)s}\affiliation{organization={Example University}}
\begin{abstract}%(abstract)s\end{abstract}\begin{keyword}papers \sep tests\end{keyword}\end{frontmatter}
\section{Introduction}%(body)s\end{document}
"""
CLASSES = {
    "article": PLAIN % ("{article}", "", ""),
    "article, two columns": PLAIN % ("[twocolumn]{article}", "", ""),
    "IEEEtran": PLAIN % ("[conference]{IEEEtran}", "", r"\begin{IEEEkeywords}papers\end{IEEEkeywords}"),
    "ACM-like": ACM,
    "NeurIPS-like": NEURIPS,
    "LNCS": PLAIN.replace(r"\date{}", r"\institute{Example University}") % ("{llncs}", "", ""),
    "elsarticle": ELSEVIER,
}
AND = {"elsarticle": r"}\author{", **dict.fromkeys(("article", "article, two columns", "LNCS"), r" \and ")}
BODY = r"Earlier work has looked at this from other sides. We go on from there, and compare with what was known. " * 30


def make(folder: Path, number: int, name: str, paper: Paper, stamped: bool) -> Path | None:
    """The PDF of a paper in a class; None where LaTeX makes none."""
    fields = {
        "title": to_latex(paper.title),
        "abstract": to_latex(" ".join(paper.abstract.split())),
        "authors": AND.get(name, ", ").join(map(to_latex, paper.authors[:3])),
        "body": BODY,
        "arxiv": paper.arxiv,
    }
    text = CLASSES[name] % fields
    if stamped:
        text = text.replace(r"\begin{document}", ARXIV % fields + r"\begin{document}")
    path = folder / f"{number:02}-{bare(name)}.tex"
    made = path.with_suffix(".pdf")
    if made.exists() and path.exists() and path.read_text(encoding="utf-8") == text:
        return made  # kept from an earlier run
    path.write_text(text, encoding="utf-8")
    command = ["pdflatex", "-interaction=batchmode", "-output-directory", str(folder), path.name]
    try:
        subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        return None
    return made if made.exists() else None


def bare(text: str) -> str:
    """What of a text must come back: letters and digits; formulas are set in ways that text cannot tell."""
    return re.sub(r"[\W_]+", "", text).casefold()


def measured(count: int, folder: Path) -> Iterator[tuple[str, Paper, Paper | None, bool]]:
    """Class, paper, what was read, and whether its PDF was stamped, for `count` papers in turn."""
    papers = [paper for paper in shipped_papers() if paper.arxiv]
    for number in range(count):
        name = list(CLASSES)[number % len(CLASSES)]
        paper, stamped = papers[number * len(papers) // count], number % 2 == 0
        if (made := make(folder, number, name, paper, stamped)) is None:
            print(f"{name}: no PDF of {paper.title}", flush=True)
            continue
        try:
            yield name, paper, next(iter(read_papers(made).papers), None), stamped
        except ReadError as error:
            print(f"{name}: {error}")
            yield name, paper, None, stamped


def main() -> None:
    """Print the measures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=21)
    parser.add_argument("--folder", type=Path, help="keep the PDFs here")
    args = parser.parse_args()
    right = {"title": 0, "abstract": 0, "authors right or none": 0, "arXiv id where stamped, none else": 0}
    total = 0
    with tempfile.TemporaryDirectory() as made:
        for name, paper, read, stamped in measured(args.count, args.folder or Path(made)):
            total += 1
            alike = {
                "title": bool(read) and bare(read.title) == bare(paper.title),
                "abstract": bool(read)
                and SequenceMatcher(None, bare(read.abstract), bare(paper.abstract), autojunk=False).ratio() >= 0.99,
                "authors right or none": not read or read.authors in ((), paper.authors[:3]),
                "arXiv id where stamped, none else": bool(read) and read.arxiv == (paper.arxiv if stamped else ""),
            }
            for what, good in alike.items():
                right[what] += good
                if not good:
                    told = read and (read.title, read.abstract[-200:], read.authors)
                    print(f"{name}: {what}: {paper.title}\n  read: {told}", flush=True)
    for what, good in right.items():
        print(f"{what}: {good}/{total} = {good / max(1, total):.2f}")


if __name__ == "__main__":
    main()
