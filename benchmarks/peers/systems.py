"""The systems that are compared, each as the commands that index, search and ask."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from store.encoders.weights import DEFAULT, STATIC

# No telemetry and no look-ups, as Citewell does without them: nobody waits for a network.
QUIET = {
    "HF_HUB_OFFLINE": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "TOKENIZERS_PARALLELISM": "false",
    "TQDM_DISABLE": "1",
}
TUTORIAL, PAPERQA = "LangChain tutorial", "paper-qa, MiniLM"
CITEWELL, FAST = f"Citewell, {DEFAULT}", f"Citewell, {STATIC}"


@dataclass(frozen=True)
class System:
    """A Python and its module. With a `model` it is Citewell, whose own commands add, index and ask."""

    python: str
    module: str
    model: str = ""

    def command(self, step: str, job: Path, words: str = "") -> list[str]:
        """The command of a step: `add` papers of its own, `index` the shipped ones, `search` or `ask`.

        `words` is what Citewell's command takes: the file to add, the question to ask.
        """
        if self.model and step != "search":
            own = {"add": ["add", words], "index": ["papers", "list"], "ask": ["ask", words]}[step]
            return [self.python, "-m", "ui.cli", *own]
        return [self.python, "-m", f"benchmarks.peers.{self.module}", "index" if step == "add" else step, str(job)]

    def environment(self, step: str, home: Path) -> dict[str, str]:
        """The variables that a step runs under, its index being in `home`; nobody's settings reach it."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("CITEWELL_", "OPENAI_"))}
        ours = {
            "CITEWELL_HOME": str(home),
            "CITEWELL_EMBEDDING_MODEL": self.model,
            "CITEWELL_SHIPPED_PAPERS": "off" if step == "add" else "on",
        }
        return clean | QUIET | (ours if self.model else {})


def systems(peers: str) -> dict[str, System]:
    """What is compared, by its name; `peers` is the Python of the others' environment."""
    return {
        CITEWELL: System(sys.executable, "ours", DEFAULT),
        FAST: System(sys.executable, "ours", STATIC),
        TUTORIAL: System(peers, "tutorial"),
        PAPERQA: System(peers, "paperqa_search"),
    }
