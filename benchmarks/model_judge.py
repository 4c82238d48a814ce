"""The language model as a judge, played by careful readers: prompts out, replies in.

    python -m benchmarks.model_judge CORPUS --folder FOLDER            # writes prompts.txt
    python -m benchmarks.model_judge CORPUS --folder FOLDER --replies  # reads reply*.txt: `##### PROMPT n`, a reply

The claims are of the parts of training/claims that nothing was trained or tuned on.
"""

import argparse
import json
import random
from collections import Counter
from pathlib import Path

from benchmarks import machine
from rag.records import Finding, Usage
from rag.verifying.modeljudge import Statement, check_by_model
from rag.verifying.verify import Verifier
from training.judge.rows import corpus_papers, natural_claims

UNOPENED, COUNT, SEED = ("writer", "field"), 150, 2026
HEAD = "##### PROMPT "
YES = "1: YES\n2: YES\n3: YES"


class Player:
    """A model that gives the reply it was handed, and keeps what it was asked."""

    def __init__(self, reply: str = "") -> None:
        self.reply, self.prompt = reply, ""

    def completed(self, messages: list) -> tuple[str, Usage]:
        """The reply."""
        self.prompt = str(messages[0].content)
        return self.reply, Usage()


def main() -> None:
    """Write the prompts, or what the replies make of the claims."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.model_judge", description=__doc__.split("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--replies", action="store_true")
    args = parser.parse_args()
    claims = [claim for claim in natural_claims() if claim.part in UNOPENED]
    random.Random(SEED).shuffle(claims)
    claims = claims[:COUNT]
    papers = corpus_papers(args.corpus, {i for claim in claims for i in claim.paper_ids})
    rows = [(claim, tuple(papers[i] for i in claim.paper_ids)) for claim in claims]
    if args.replies:
        text = "".join(file.read_text(encoding="utf-8") for file in sorted(args.folder.glob("reply*.txt")))
        found = _measured(rows, dict(_reply(part) for part in text.split(HEAD)[1:]))
        machine.write("model-judge", found)
        print(json.dumps(found, indent=1))
        return
    lines = []
    for n, (claim, cited) in enumerate(rows):
        player = Player()
        check_by_model([Statement(claim.text, cited, Finding("weak"))], player)
        lines.append(f"{HEAD}{n}\n{player.prompt}\n")
    (args.folder / "prompts.txt").write_text("\n".join(lines), encoding="utf-8")


def _reply(part: str) -> tuple[int, str]:
    number, _, reply = part.partition("\n")
    return int(number), reply


def _measured(rows: list, replies: dict[int, str]) -> dict:
    """Shares of true and of false claims under each verdict: local, with the readers, with one who says yes."""
    verifier, counts = Verifier(), {who: Counter() for who in ("local", "careful readers", "yes to everything")}
    for n, (claim, cited) in enumerate(rows):
        local = verifier.check(claim.text, cited)
        shown = {"local": local}
        for who, reply in (("careful readers", replies.get(n, "")), ("yes to everything", YES)):
            shown[who] = check_by_model([Statement(claim.text, cited, local)], Player(reply)).findings[0]
        for who, finding in shown.items():
            counts[who][claim.label == "supported", finding.verdict] += 1
    return {who: {"true": _shares(count, True), "false": _shares(count, False)} for who, count in counts.items()}


def _shares(count: Counter, true: bool) -> dict[str, float]:
    own = {verdict: n for (label, verdict), n in count.items() if label is true}
    return {"claims": sum(own.values()), **{v: round(n / sum(own.values()), 3) for v, n in sorted(own.items())}}


if __name__ == "__main__":
    main()
