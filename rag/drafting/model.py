"""A draft by a language model, held to its plan: every chosen paper cited once, or said why not."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from langchain_core.messages import HumanMessage, SystemMessage

from prompts import fill
from rag.citing.citations import CitationReader
from rag.drafting.offline import OfflineWriter
from rag.drafting.plan import Plan
from rag.drafting.text import Written, cite, uncited
from rag.errors import ModelError
from rag.linting.claims import states_something
from rag.models import Model, one_line, write_sources
from rag.records import CitedSentence, Finding, Repair, Usage
from rag.references.keys import in_text
from rag.verifying.attribution import bare_claim, foreign_author
from rag.verifying.verify import Verifier
from store.records import Paper

_LENGTHS = {"short": "one short sentence", "medium": "one sentence", "long": "one full sentence"}
Papers = Mapping[str, Paper]


class ModelWriter:
    """Writes plans with a chat model; `repairs` and `usage` tell of its last draft."""

    def __init__(self, model: Model, verifier: Verifier) -> None:
        self._model, self._verifier = model, verifier
        self._papers: Papers = {}
        self._done: set[str] = set()
        self.repairs: list[Repair] = []
        self.usage = Usage()

    @property
    def name(self) -> str:
        """The model's name."""
        return str(self._model.name or "chat model")

    def write(self, plan: Plan, papers: Papers, offline: OfflineWriter) -> Iterator[Written]:
        """The sentences of `plan`; papers that the model leaves out are asked for once, then told by `offline`.

        A server that fails leaves what it wrote; the rest is told offline and `repairs` says so.
        """
        self._papers, self._done, self.repairs, self.usage = papers, set(), [], Usage()
        try:
            yield from self._accepted(_plan_messages(plan, papers), plan, plan.paper_ids)
            if missing := self._missing(plan.paper_ids):
                yield from self._accepted(_missing_messages(plan, papers, missing), plan, missing, only_cited=True)
        except ModelError as error:
            self._tell("model-failed", f"{error} The rest of the draft is offline.")
        rest = [replace(item, paper_ids=ids) for item in plan.items if (ids := self._missing(item.paper_ids))]
        yield from map(_added, offline.write(replace(plan, items=tuple(rest)), papers))

    def rewrite(self, old: Written, plan: Plan, papers: Papers, offline: OfflineWriter) -> Written:
        """The sentence `old` said otherwise by the model, or offline where it does not obey."""
        self._papers, self._done, self.repairs = papers, set(), []
        asked = Plan(plan.topic, ())
        messages = _missing_messages(asked, papers, old.paper_ids, avoid=uncited(old.text))
        found: list[Written] = []
        try:
            found = list(self._accepted(messages, asked, old.paper_ids, only_cited=True))
        except ModelError as error:
            self._tell("model-failed", f"{error} The sentence is offline.")
        new = next((w for w in found if set(w.paper_ids) == set(old.paper_ids) and w.text != old.text), None)
        return replace(new, theme=old.theme) if new else offline.rewrite(old, papers)

    def _missing(self, paper_ids: Sequence[str]) -> tuple[str, ...]:
        return tuple(paper_id for paper_id in paper_ids if paper_id not in self._done)

    def _accepted(self, messages: list, plan: Plan, ids: Sequence[str], only_cited: bool = False) -> Iterator[Written]:
        """The sentences of one reply that the plan allows, checked; `ids` are the papers as they are numbered."""
        themes = {paper_id: item.theme for item in plan.items for paper_id in item.paper_ids}
        theme = plan.themes[0] if plan.items else ""
        reader = CitationReader(dict(enumerate(ids, 1)))
        for sentence in self._read(messages, reader):
            theme = next((themes[i] for i in sentence.paper_ids if i in themes), theme)
            written = self._accept(sentence, reader.numbers, theme)
            if written and (written.paper_ids or not only_cited):
                self._done.update(written.paper_ids)
                yield written

    def _read(self, messages: list, reader: CitationReader) -> Iterator[CitedSentence]:
        for chunk in self._model.stream(messages):
            if counted := getattr(chunk, "usage_metadata", None):
                told, said = self.usage.prompt_tokens, self.usage.completion_tokens
                self.usage = Usage(told + counted["input_tokens"], said + counted["output_tokens"])
            yield from reader.feed(str(chunk.text))
        yield from reader.close()

    def _accept(self, sentence: CitedSentence, numbers: Mapping[str, int], theme: str) -> Written | None:
        """The sentence with the citations it may keep; None: no claim, nothing new, or not what is said."""
        self.repairs.extend(sentence.repairs)
        claim, cited = sentence.claim, sentence.paper_ids
        if not claim.strip() or sentence.text.lstrip().startswith("#"):
            return None
        fresh = self._missing(cited)
        if cited and not fresh:
            self._tell("repeated-citation", f"A further sentence on {', '.join(cited)} was left out: “{claim}”")
            return None
        if not fresh and (sentence.repairs or states_something(claim)):
            self._tell("uncited", f"A sentence that cites no paper was left out: “{claim}”")
            return None
        finding = self._check(claim, [self._papers[paper_id] for paper_id in cited])
        if finding.verdict == "unsupported":
            self._tell("unsupported", f"A sentence on {', '.join(fresh)} was left out, {finding.reason}: “{claim}”")
            return None
        return Written(theme, self._cited_once(sentence, numbers, fresh), finding)

    def _check(self, claim: str, cited: Sequence[Paper]) -> Finding:
        if other := foreign_author(claim, cited) if cited else "":
            return Finding("unsupported", reason=f"{other} did not write what it cites")
        for paper in cited:
            claim = bare_claim(claim, paper)
        return self._verifier.check(claim, cited)

    def _cited_once(self, sentence: CitedSentence, numbers: Mapping[str, int], fresh: Sequence[str]) -> str:
        """The text with `cite(…)` for the first marker of each fresh paper and no other markers."""
        shown = {str(numbers[paper_id]): paper_id for paper_id in sentence.paper_ids}
        left = set(fresh)
        if repeated := [paper_id for paper_id in sentence.paper_ids if paper_id not in left]:
            gone = f"{', '.join(repeated)} is cited already; its further marker was removed."
            self._tell("repeated-citation", gone)

        def put(match: re.Match[str]) -> str:
            paper_id = shown.get(match[2])
            if paper_id not in left:
                return "" if paper_id else match[0]
            left.discard(paper_id)
            return match[1] + cite(paper_id)

        return " ".join(re.sub(r"(\s*)\[(\d+)\]", put, sentence.text).split())

    def _tell(self, kind: str, detail: str) -> None:
        self.repairs.append(Repair(kind, detail))


def _added(written: Written) -> Written:
    """A sentence told offline, said to be one."""
    detail = (
        f"The model did not cite {', '.join(written.paper_ids)} in a sentence that its abstract carries; one of "
        "the paper's own statements was added."
    )
    return replace(written, repairs=(*written.repairs, Repair("added", detail)))


def _plan_messages(plan: Plan, papers: Papers) -> list:
    """The prompt for a whole plan."""
    numbers = {paper_id: n for n, paper_id in enumerate(plan.paper_ids, 1)}
    lines = []
    for theme in plan.themes:
        lines.append(f"### {one_line(theme)}")
        for item in (item for item in plan.items if item.theme == theme):
            cited = "".join(f"[{numbers[paper_id]}]" for paper_id in item.paper_ids)
            lines.append(f"- {cited} {one_line(item.sentence)}{' (keep this wording)' * item.pinned}".rstrip())
    told = {"plan": "\n".join(lines), "style": plan.style, "length": f"{_LENGTHS[plan.length]} a paper"}
    return _messages("draft", plan, papers, plan.paper_ids, told)


def _missing_messages(plan: Plan, papers: Papers, missing: Sequence[str], avoid: str = "(none)") -> list:
    """The prompt for one sentence a paper of `missing`, in other words than `avoid`."""
    return _messages("draft_missing", plan, papers, missing, {"avoid": one_line(avoid)})


def _messages(name: str, plan: Plan, papers: Papers, ids: Sequence[str], told: Mapping[str, str]) -> list:
    named = enumerate((one_line(in_text(papers[paper_id].authors)) or "unknown" for paper_id in ids), 1)
    text = fill(
        name,
        sources=write_sources([papers[paper_id] for paper_id in ids]),
        authors="; ".join(f"[{n}] {authors}" for n, authors in named),
        topic=one_line(plan.topic),
        **told,
    )
    return [SystemMessage(fill("draft_system")), HumanMessage(text)]
