"""What the writer lets stand: `% citewell: ok (reason)` in a text, and a baseline of what was found before.

A comment behind text is for its line, one on a line of its own for the next; in a .bib for all up to a blank line.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from rag.errors import LintError
from rag.linting.findings import LintLine
from store.readers.values import from_json

_OK = re.compile(r"(?:%|<!--|//)\s*citewell:\s*ok\s*\((?P<reason>[^\n]*?\S[^\n]*?)\)\s*(?:-->)?", re.IGNORECASE)
_BASELINE = "what stood before, in the baseline"
_VERSION = 1


def accept(lines: Iterable[LintLine], texts: Mapping[str, str]) -> list[LintLine]:
    """`lines` with the reason of the comment that accepts each; `texts` are the files by their paths."""
    reasons = {path: dict(_accepted(text, path.lower().endswith(".bib"))) for path, text in texts.items()}
    said = ((line, reasons.get(line.path, {}).get(line.line, "")) for line in lines)
    return [replace(line, accepted=reason, in_source=bool(reason)) for line, reason in said]


def _accepted(text: str, is_bib: bool) -> Iterator[tuple[int, str]]:
    """Line numbers, from 1, with the reason given for each."""
    rows = text.split("\n")
    for number, row in enumerate(rows):
        if not (found := _OK.search(row)):
            continue
        yield number + 1, found["reason"].strip()
        if not row[: found.start()].strip():
            behind = rows[number + 1 :]
            blank = next((n for n, below in enumerate(behind) if not below.strip()), len(behind))
            for n in range(blank if is_bib else 1):
                yield number + 2 + n, found["reason"].strip()


def without_known(lines: Sequence[LintLine], known: Sequence[str]) -> list[LintLine]:
    """`lines` with those accepted whose fingerprints are `known`, each as often as it is."""
    left = Counter(known)
    kept = []
    for line in lines:
        stood = line.is_fault and left[line.fingerprint] > 0
        left[line.fingerprint] -= stood
        kept.append(replace(line, accepted=_BASELINE) if stood else line)
    return kept


def write_baseline(lines: Iterable[LintLine]) -> str:
    """A baseline of the faults among `lines`: what each was, for people, and its fingerprint."""
    faults = [line for line in lines if line.is_fault]
    rows = [{"path": f.path, "verdict": f.verdict, "key": f.key, "fingerprint": f.fingerprint} for f in faults]
    return json.dumps({"version": _VERSION, "findings": rows}, ensure_ascii=False, indent=2) + "\n"


def read_baseline(text: str, path: str) -> list[str]:
    """The fingerprints of a baseline. Raises LintError for what is none."""
    try:
        given = from_json(text)
        return [str(row["fingerprint"]) for row in given["findings"]]
    except (ValueError, KeyError, TypeError):
        raise LintError(f"{path} is no baseline; make one with citewell lint --write-baseline {path}.") from None
