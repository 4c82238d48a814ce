"""How many wrong references `citewell lint` finds among 300, 40 of them wrong in one field, and its false alarms.

    python -m benchmarks.references ABSTRACTS.jsonl.xz [--seed N] [--show]

The entries are written from records of the library as people write them: preprints cited with their own year and
venue, names shortened, accents left out or as LaTeX, lists cut by "and others", venues spelt out or abbreviated. The
library holds ten times as many papers, so that an entry can be taken for another one.
"""

import argparse
import json
import lzma
import random
import re
import tempfile
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import machine
from rag.linting.lint import lint
from rag.verifying.verify import Verifier
from store.library import Library
from store.names import read_names, split_name
from store.records import Paper
from store.tex import to_latex

ENTRIES, WRONG, OTHERS, SEED = 300, 40, 2_700, 16
FIELDS = ("title", "year", "venue", "author")
LONG = {
    "acl": "Proceedings of the Annual Meeting of the Association for Computational Linguistics",
    "aistats": "International Conference on Artificial Intelligence and Statistics",
    "aaai": "Proceedings of the AAAI Conference on Artificial Intelligence",
    "coling": "Proceedings of the International Conference on Computational Linguistics",
    "colt": "Proceedings of the Conference on Learning Theory",
    "corl": "Conference on Robot Learning",
    "cvpr": "Proceedings of the IEEE/CVF Conference on Computer Vision and Pattern Recognition",
    "eccv": "Proceedings of the European Conference on Computer Vision",
    "iccv": "Proceedings of the IEEE/CVF International Conference on Computer Vision",
    "iclr": "International Conference on Learning Representations",
    "icml": "Proceedings of the International Conference on Machine Learning",
    "icra": "IEEE International Conference on Robotics and Automation",
    "ijcai": "Proceedings of the International Joint Conference on Artificial Intelligence",
    "iros": "IEEE/RSJ International Conference on Intelligent Robots and Systems",
    "naacl": "Conference of the North American Chapter of the Association for Computational Linguistics",
    "nips": "Advances in Neural Information Processing Systems",
    "rss": "Proceedings of Robotics: Science and Systems",
    "uai": "Conference on Uncertainty in Artificial Intelligence",
    "wacv": "IEEE/CVF Winter Conference on Applications of Computer Vision",
    "www": "Proceedings of the ACM Web Conference",
}
SHORT = {
    "cvpr": "IEEE Conf. Comput. Vis. Pattern Recog.",
    "iccv": "Int. Conf. Comput. Vis.",
    "eccv": "Computer Vision -- ECCV",
    "icra": "Proc. IEEE Int. Conf. Robot. Autom.",
    "nips": "Adv. Neural Inform. Process. Syst.",
    "iclr": "Int. Conf. Learn. Represent.",
    "icml": "Int. Conf. Mach. Learn.",
}


@dataclass(slots=True)
class Entry:
    """An entry in the making: fields as LaTeX, and whether it is cited as a preprint."""

    title: str
    author: str
    year: int
    venue: str
    is_preprint: bool = False
    wrong: str = ""

    def text(self, key: str) -> str:
        """The entry."""
        kind, field = ("misc", "howpublished") if self.is_preprint else ("inproceedings", "booktitle")
        venue = f"  {field} = {{{self.venue}}},\n" if self.venue else ""
        head = f"@{kind}{{{key},\n  title = {{{self.title}}},\n  author = {{{self.author}}},\n"
        return f"{head}{venue}  year = {{{self.year}}}\n}}\n"


def main() -> None:
    """Measure, print what is missed and what is a false alarm, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("abstracts", type=Path)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--show", action="store_true")
    args = parser.parse_args()
    draw = random.Random(args.seed)
    papers = _papers(args.abstracts, draw)
    with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder), "citewell-static", seed=False) as library:
        library.add(papers)
        entries = {f"k{n}": _entry(paper, draw) for n, paper in enumerate(papers[:ENTRIES])}
        _spoil(entries, papers, draw)
        bib = "\n".join(entry.text(key) for key, entry in entries.items())
        lines = lint("", "x.md", {"x.bib": bib}, library, Verifier())
    told = {line.key: line for line in lines if line.verdict == "wrong reference"}
    false = [key for key in told if not entries[key].wrong]
    missed = [key for key, entry in entries.items() if entry.wrong and key not in told]
    for key in [*false, *missed] if args.show else ():
        print(told[key].message if key in told else f"missed: {entries[key].wrong}", "\n", entries[key].text(key))
    kinds = {f: f"{sum(e.wrong == f and k in told for k, e in entries.items())} of {WRONG // 4}" for f in FIELDS}
    result = {"entries": ENTRIES, "wrong": WRONG, "found": WRONG - len(missed), "false alarms": len(false), **kinds}
    print(result)
    if args.seed == SEED:
        machine.write("references", result)


def _papers(path: Path, draw: random.Random) -> list[Paper]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["authors"] and row["venue"] in LONG]
    rows = draw.sample(rows, ENTRIES + OTHERS)
    return [Paper("", r["title"], r["abstract"], read_names(r["authors"]), r["year"], r["venue"]) for r in rows]


def _entry(paper: Paper, draw: random.Random) -> Entry:
    """A right entry as someone may write it."""
    entry = Entry(_title(paper.title, draw), _authors(paper.authors, draw), paper.year or 0, _venue(paper, draw))
    if draw.random() < 0.2:
        entry.is_preprint, entry.year = True, entry.year - draw.choice((0, 1, 1, 2))
        entry.venue = draw.choice(("arXiv preprint", "CoRR", "arXiv", ""))
    return entry


def _title(title: str, draw: random.Random) -> str:
    ways: list[Callable[[str], str]] = [
        lambda t: t,
        lambda t: t,
        str.capitalize,
        str.title,
        lambda t: f"{{{t}}}",
        lambda t: re.sub(r"\b([A-Z]\w*[A-Z]\w*)\b", r"{\1}", t),
        lambda t: f"{t}.",
        lambda t: t.replace("-", " ", 1),
        lambda t: t.replace(": ", " -- ", 1),
    ]
    return draw.choice(ways)(to_latex(title))


def _authors(authors: tuple[str, ...], draw: random.Random) -> str:
    way = draw.choice(("whole", "whole", "family first", "initials", "plain", "no middle"))
    names = [_name(name, way) for name in authors]
    if len(names) > 3 and draw.random() < 0.3:
        names = [*names[: draw.choice((1, 2, 3))], "others"]
    return " and ".join(names)


def _name(name: str, way: str) -> str:
    parts = split_name(name)
    if way == "plain":
        bare = unicodedata.normalize("NFKD", name)
        return to_latex("".join(char for char in bare if not unicodedata.combining(char)))
    if not parts.given or parts.literal:
        return to_latex(name)
    given = parts.given
    if way == "initials":
        given = " ".join(f"{part[0]}." for part in re.split(r"[\s-]+", given) if part)
    if way == "no middle":
        given = given.split()[0]
    if way == "whole":
        return to_latex(name)
    return to_latex(f"{parts.surname}, {given}")


def _venue(paper: Paper, draw: random.Random) -> str:
    short = draw.choice((paper.venue.upper(), f"{paper.venue.upper()} {paper.year}", paper.venue))
    long = f"{LONG[paper.venue]}{draw.choice(('', f' ({paper.venue.upper()})'))}"
    return draw.choice((short, short, long, long, SHORT.get(paper.venue, long), ""))


def _spoil(entries: dict[str, Entry], papers: list[Paper], draw: random.Random) -> None:
    """Make `WRONG` entries wrong, as many in each field."""
    whole = [key for key, e in entries.items() if e.venue and not e.is_preprint and e.author.count(" and ") > 1]
    for n, key in enumerate(draw.sample(whole, WRONG)):
        entry, field, other = entries[key], FIELDS[n % len(FIELDS)], draw.choice(papers)
        entry.wrong = field
        if field == "title":
            entry.title = _wrong_title(entry.title, other.title, draw)
        elif field == "year":
            entry.venue = re.sub(r"\s*\d{4}", "", entry.venue)
            entry.year += draw.choice((-6, -5, -4, -3, -2, -1, 1, 2, 3, 10))
        elif field == "venue":
            own = papers[int(key[1:])].venue
            entry.venue = draw.choice([name for venue, name in LONG.items() if venue != own])
        else:
            entry.author = _wrong_authors(entry.author.split(" and "), other.authors[0], draw)


def _wrong_title(title: str, other: str, draw: random.Random) -> str:
    words = title.split()
    long = [n for n, word in enumerate(words) if len(word) > 4 and "{" not in word and "}" not in word]
    at = draw.choice(long or [0])
    swapped = draw.choice(
        [w for w in other.split() if len(w) > 4 and w.casefold() not in title.casefold()] or ["Nothing"]
    )
    return " ".join([*words[:at], *draw.choice(([swapped], [])), *words[at + 1 :]])


def _wrong_authors(names: list[str], other: str, draw: random.Random) -> str:
    at = draw.randrange(len(names) - (names[-1] == "others"))
    ways = (
        [*names[:at], other, *names[at + 1 :]],
        [other, *names[1:]],
        [names[1], names[0], *names[2:]],
        [names[0], *names[2:]],
    )
    return " and ".join(draw.choice(ways[: 3 if names[2:] == ["others"] else 4]))


if __name__ == "__main__":
    main()
