"""A draft by a language model, held to its plan: every chosen paper cited once, or said why not."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from rag.citing.citations import CitationReader
from rag.drafting.asking import Papers, gap_messages, missing_messages, plan_messages, reword_messages
from rag.drafting.offline import OfflineWriter
from rag.drafting.plan import Plan
from rag.drafting.quoting import quoted
from rag.drafting.text import Written, cite, numbered, uncited
from rag.errors import ModelError
from rag.linting.claims import states_something
from rag.models import Model
from rag.records import CitedSentence, Finding, Repair, Usage
from rag.telling.thirdperson import name_of
from rag.verifying.attribution import bare_claim, foreign_author
from rag.verifying.closecopies import close_copies
from rag.verifying.verify import Verifier
from store.records import Paper
from store.sentences import sentences

OWN = "own"  # the id of the user's own abstract while the sentence of the gap is checked
_LINEAGE = re.compile(
    r"(?i)\b(?:build(?:s|ing)? (?:up)?on|extend(?:s|ing)?|based on|following|inspired by|successor)\b"
)
_APART = re.compile(r"(?i)^(?:unlike|in contrast to|beyond|different from) (?:all )?(?:these|this|those)[^,]{0,60},\s*")


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

        Pinned sentences stand as they are. A plan for the user's own abstract ends with a sentence on what sets that
        work apart. A server that fails leaves what it wrote; the rest is told offline and `repairs` says so.
        """
        self._papers, self._done, self.repairs, self.usage = papers, set(), [], Usage()
        pinned = tuple(item for item in plan.items if item.pinned)
        for written in offline.write(replace(plan, items=pinned), papers):
            self._done.update(written.paper_ids)
            yield written
        try:
            yield from self._unlike(self._accepted(plan_messages(plan, papers), plan, plan.paper_ids), plan)
            if missing := self._missing(plan.paper_ids):
                asked = missing_messages(plan, papers, missing)
                yield from self._unlike(self._accepted(asked, plan, missing, only_cited=True), plan)
        except ModelError as error:
            self._tell("model-failed", f"{error} The rest of the draft is offline.")
        rest = [replace(item, paper_ids=ids) for item in plan.items if (ids := self._missing(item.paper_ids))]
        yield from map(_added, offline.write(replace(plan, items=tuple(rest)), papers))
        if len(sentences(plan.topic)) > 1:
            yield from self._gap(plan)

    def _unlike(self, found: Iterable[Written], plan: Plan) -> Iterator[Written]:
        """What was `found` with each sentence that copies an abstract said otherwise, or in quotation marks.

        From the first such sentence on, sentences wait until the model has ended: a server may take one call at a time.
        """
        waiting: list[tuple[Written, bool]] = []  # and whether it copies
        try:
            for written in found:
                copied = self._copies(written)
                if waiting or copied:
                    waiting.append((written, copied))
                else:
                    yield written
        except ModelError:  # a server that failed is asked nothing more
            yield from (self._marked(written) if copied else written for written, copied in waiting)
            raise
        for written, copied in waiting:
            yield self._reworded(written, plan) if copied else written

    def _copies(self, written: Written) -> bool:
        cited = [self._papers[paper_id] for paper_id in written.paper_ids]
        return any(copy.is_long for copy in close_copies(uncited(written.text), cited))

    def _reworded(self, old: Written, plan: Plan) -> Written:
        """`old` in the model's own words, asked for once; else with quotation marks around what it copies."""
        ids = old.paper_ids
        asked = reword_messages(numbered(old.text, {i: n for n, i in enumerate(ids, 1)}), plan, self._papers, ids)
        kept, self._done = self._done, self._done - set(ids)
        try:
            found = list(self._accepted(asked, plan, ids, only_cited=True))
        except ModelError:
            found = []
        self._done = kept
        if new := next((w for w in found if set(w.paper_ids) == set(ids) and not self._copies(w)), None):
            self._tell("reworded", f"A sentence that copied the abstract of {', '.join(ids)} was said otherwise.")
            return replace(new, theme=old.theme)
        return self._marked(old)

    def _marked(self, written: Written) -> Written:
        """`written`, which copies an abstract, with quotation marks around what it copies."""
        self._tell("close-copy", f"Words of the abstract of {', '.join(written.paper_ids)} stand in quotation marks.")
        text = written.text
        for paper_id in written.paper_ids:
            text = quoted(text, self._papers[paper_id])
        return replace(written, text=text)

    def _gap(self, plan: Plan) -> Iterator[Written]:
        """One sentence on what sets the user's own work apart, held to the user's own abstract."""
        own = Paper(OWN, "", plan.topic)
        try:
            said = [one for one in self._read(gap_messages(plan.topic), CitationReader({})) if one.claim.strip()]
        except ModelError as error:
            self._tell("model-failed", f"{error} The sentence on your own work is missing.")
            return
        for one in said[:1]:
            finding = self._verifier.check(_APART.sub("", one.claim), [own])
            if finding.verdict in ("supported", "quoted", "weak"):
                text = quoted(one.claim.strip(), own)
                yield Written(plan.themes[-1], text, replace(finding, evidence=()), one.repairs)
            else:
                self._tell(
                    "unsupported", f"The sentence on your own work was left out, {finding.reason}: “{one.claim}”"
                )

    def rewrite(self, old: Written, plan: Plan, papers: Papers, offline: OfflineWriter) -> Written:
        """The sentence `old` said otherwise by the model, or offline where it does not obey."""
        self._papers, self._done, self.repairs = papers, set(), []
        asked = Plan(plan.topic, ())
        messages = missing_messages(asked, papers, old.paper_ids, avoid=uncited(old.text))
        found: list[Written] = []
        try:
            found = list(self._accepted(messages, asked, old.paper_ids, only_cited=True))
        except ModelError as error:
            self._tell("model-failed", f"{error} The sentence is offline.")
        new = next((w for w in found if set(w.paper_ids) == set(old.paper_ids) and w.text != old.text), None)
        if new is None:
            return offline.rewrite(old, papers)
        return replace(self._marked(new) if self._copies(new) else new, theme=old.theme)

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
        incomplete = ""
        for chunk in self._model.stream(messages):
            incomplete = getattr(chunk, "response_metadata", {}).get("incomplete", "")
            if counted := getattr(chunk, "usage_metadata", None):
                told, said = self.usage.prompt_tokens, self.usage.completion_tokens
                self.usage = Usage(told + counted["input_tokens"], said + counted["output_tokens"])
            yield from reader.feed(str(chunk.text))
        yield from reader.close()
        if incomplete:
            self._tell("cut-off", f"{incomplete}; the papers that were left are asked for again, or told offline.")

    def _accept(self, sentence: CitedSentence, numbers: Mapping[str, int], theme: str) -> Written | None:
        """The sentence with the citations it may keep; None: no claim, nothing new, or not what is said."""
        self.repairs.extend(sentence.repairs)
        claim, cited = sentence.claim, sentence.paper_ids
        if sentence.unread:
            self._tell("uncited", f"A {sentence.unread} was left out: it is not read, and so cites no paper.")
        if not claim.strip() or sentence.text.lstrip().startswith("#"):
            return None
        fresh = self._missing(cited)
        compares = len(cited) > 1
        if cited and not fresh and not compares:
            self._tell("repeated-citation", f"A further sentence on {', '.join(cited)} was left out: “{claim}”")
            return None
        if not cited and (sentence.repairs or states_something(claim)):
            self._tell("uncited", f"A sentence that cites no paper was left out: “{claim}”")
            return None
        finding = self._check(claim, [self._papers[paper_id] for paper_id in cited])
        if finding.verdict == "unsupported" or (compares and not fresh and not finding.holds):
            self._tell("unsupported", f"A sentence on {', '.join(cited)} was left out, {finding.reason}: “{claim}”")
            return None
        return Written(theme, self._cited_once(sentence, numbers, cited if compares else fresh), finding)

    def _check(self, claim: str, cited: Sequence[Paper]) -> Finding:
        if other := foreign_author(claim, cited) if cited else "":
            return Finding("unsupported", reason=f"{other} did not write what it cites")
        if len(cited) > 1 and _LINEAGE.search(claim) and not any(_names(a, b) for a in cited for b in cited if a != b):
            return Finding("unsupported", reason="no abstract says that one goes back to the other")
        for paper in cited:
            claim = bare_claim(claim, paper)
        return self._verifier.check(claim, cited)

    def _cited_once(self, sentence: CitedSentence, numbers: Mapping[str, int], fresh: Sequence[str]) -> str:
        """The text with `cite(…)` for the first marker of each of the papers `fresh` and no other markers."""
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


def _names(one: Paper, other: Paper) -> bool:
    """Whether the abstract of `one` names the system of `other` by its one word: longer names may be a field's."""
    name = name_of(other)
    return bool(name) and name.lower() in one.abstract.lower()
