"""From written sentences to the checked records of an answer."""

from collections.abc import Iterable, Mapping, Sequence

from rag.records import Citation, CitedSentence, Evidence, Finding, Found, Repair, Sentence, Source, read_refusal
from rag.verifying.closecopies import close_copies
from rag.verifying.verify import Verifier
from store.records import Paper


def check_sentence(
    cited: CitedSentence, papers: Mapping[str, Paper], numbers: Mapping[str, int], verifier: Verifier
) -> tuple[Sentence, Finding] | None:
    """The sentence with its verdict and exact quotes, or None where it claims nothing.

    `papers` are the retrieved papers by id, `numbers` the number shown for each cited one.
    """
    if cited.unread:
        finding = Finding("unchecked", reason=f"a {cited.unread} is not read", kind="not read")
        return Sentence(cited.text, finding.verdict, kind=finding.kind, reason=finding.reason), finding
    if not makes_claim(cited):
        return None
    sources = [papers[paper_id] for paper_id in cited.paper_ids]
    others = [paper for paper in papers.values() if paper.paper_id not in cited.paper_ids]
    finding = verifier.check(cited.claim, sources, others)
    found = quotes(finding, papers, numbers)
    copies = tuple(close_copies(cited.text, sources))
    return Sentence(cited.text, finding.verdict, found, finding.kind, finding.reason, copies), finding


def quotes(finding: Finding, papers: Mapping[str, Paper], numbers: Mapping[str, int]) -> tuple[Citation, ...]:
    """The evidence of a finding as exact quotes of `papers`, with the number shown for each paper."""
    return tuple(_citation(evidence, papers, numbers) for evidence in finding.evidence)


def makes_claim(cited: CitedSentence) -> bool:
    """Whether a piece of an answer states something: a heading, a lead-in that ends with a colon
    and the opening of a refusal do not."""
    claim = cited.claim.strip()
    if not claim or cited.paper_ids:
        return bool(claim)
    return not cited.text.lstrip().startswith("#") and not claim.endswith(":") and read_refusal(claim) is None


def better_source(place: int, finding: Finding, papers: Mapping[str, Paper]) -> Repair | None:
    """The offer of a retrieved paper that carries sentence number `place`, which its citations do not."""
    if finding.better is None:
        return None
    paper = papers[finding.better.paper_id]
    quote = paper.abstract[finding.better.start : finding.better.end]
    return Repair(
        "better-source",
        f"Sentence {place} is not what its citations say; {paper.title} ({paper.paper_id}) does: “{quote}”",
    )


def list_sources(found: Sequence[Found], numbers: Mapping[str, int], cited: Iterable[str]) -> tuple[Source, ...]:
    """The papers of an answer by number: the cited ones as shown, then the others in order of score."""
    cited = set(cited)
    rest = [f.paper.paper_id for f in found if f.paper.paper_id not in numbers]
    free = range(max(numbers.values(), default=0) + 1, len(rest) + max(numbers.values(), default=0) + 1)
    places = {**numbers, **dict(zip(rest, free, strict=True))}
    sources = [_source(f, places[f.paper.paper_id], f.paper.paper_id in cited) for f in found]
    return tuple(sorted(sources, key=lambda source: source.n))


def _source(found: Found, n: int, cited: bool) -> Source:
    p = found.paper
    return Source(n, p.paper_id, p.title, p.authors, p.year, p.venue, p.url, round(found.score, 4), cited)


def _citation(evidence: Evidence, papers: Mapping[str, Paper], numbers: Mapping[str, int]) -> Citation:
    quote = papers[evidence.paper_id].abstract[evidence.start : evidence.end]
    return Citation(
        numbers[evidence.paper_id], evidence.paper_id, quote, evidence.start, evidence.end, round(evidence.score, 4)
    )
