"""Findings of lint as programs read them: SARIF 2.1.0, and annotations of GitHub's workflows."""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import get_args
from urllib.parse import quote

from rag.linting.findings import DOUBTFUL, FAILING, FINE, LintLine, LintVerdict

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MEANINGS: dict[LintVerdict, str] = {
    "supports": "The cited abstract says this.",
    "weak": "The cited abstract may not say all of this; compare the quote.",
    "generic": "The sentence says no more than that there is such work.",
    "not checked": "The sentence is in another language than the abstract.",
    "says nothing of this": "The cited abstract is silent on this.",
    "overclaim": "The sentence claims more than the cited abstract.",
    "disagrees": "The cited abstract says otherwise.",
    "close copy": "The sentence has eight words or more in a row of the cited abstract.",
    "not in the library": "The cited paper is not in the library, so nothing can be said of it.",
    "not in the .bib": "The cited key has no entry.",
    "same paper twice": "Two entries are one paper.",
    "wrong reference": "A field of the entry differs from the record of its paper.",
    "not found online": "The public services know no such paper.",
    "retracted": "The paper was retracted.",
    "uncited claim": "The sentence tells of other work and cites none.",
    "damaged .bib": "The .bib cannot be read here.",
    "missing file": "A file that the text takes in cannot be read.",
    "commented out": "A % behind a number makes a comment of the citations that follow.",
}
_VERDICTS: tuple[LintVerdict, ...] = get_args(LintVerdict)


def level(verdict: LintVerdict) -> str:
    """How grave a finding is: error, warning or note."""
    if verdict in FAILING:
        return "error"
    return "note" if verdict in FINE | DOUBTFUL or verdict == "not in the library" else "warning"


def to_sarif(lines: Sequence[LintLine]) -> dict:
    """A log of SARIF 2.1.0 with one run; what is accepted stands in it as suppressed."""
    driver = {"name": "Citewell", "version": version("citewell"), "rules": [_rule(verdict) for verdict in _VERDICTS]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(line) for line in lines if line.verdict not in FINE],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(verdict: LintVerdict) -> dict:
    return {
        "id": _slug(verdict),
        "shortDescription": {"text": MEANINGS[verdict]},
        "defaultConfiguration": {"level": level(verdict)},
    }


def _result(line: LintLine) -> dict:
    place = {
        "artifactLocation": {"uri": _uri(line.path)},
        "region": {"startLine": line.line, "startColumn": line.col},
    }
    result = {
        "ruleId": _slug(line.verdict),
        "ruleIndex": _VERDICTS.index(line.verdict),
        "level": level(line.verdict),
        "message": {"text": line.message},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"citewell/v1": line.fingerprint},
    }
    accepted = [{"kind": "inSource" if line.in_source else "external", "justification": line.accepted}]
    return {**result, "suppressions": accepted} if line.accepted else result


def _slug(verdict: str) -> str:
    return verdict.replace(".", "").replace(" ", "-")


def _uri(path: str) -> str:
    found = Path(path)
    return found.as_uri() if found.is_absolute() else quote(found.as_posix())


def to_github(line: LintLine) -> str:
    """A finding as a command of GitHub's workflows, which shows it beside the changed line."""
    kind = {"note": "notice"}.get(level(line.verdict), level(line.verdict))
    places = f"file={_property(line.path)},line={line.line},col={line.col},title={_property(line.verdict)}"
    return f"::{kind} {places}::{_escaped(line.message)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
