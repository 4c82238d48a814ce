"""The sentences of an answer in the form that the question wants: a definition, yes or no, both sides, a list."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from rag.language.polarity import Carried, answers, leaning, written_out
from rag.language.terms import content_stems, is_common, plain, shared, words
from rag.offline.called import holds, names_in
from rag.offline.defining import best_definer, definition, statements_of
from rag.offline.judging import judged
from rag.offline.matching import Match, Source, plays
from rag.offline.releasing import asks_release, is_promise, release
from rag.offline.sharing import Share, choose
from rag.offline.telling import is_junk
from rag.telling.statements import OWN
from rag.tuning import Composing, Tuning
from rag.verifying.judge import trained_judge

CLOSEST = "Closest statements found:"


@dataclass(frozen=True, slots=True)
class Formed:
    """The sentences of an answer in order, (share, its sentence), and what stands before some of them, by place.

    `surely` tells that they answer, whatever speaks for a refusal; `opening` stands before all of them.
    """

    chosen: Sequence[tuple[Share, int]]
    leads: Mapping[int, str] = field(default_factory=dict)
    surely: bool = False
    opening: str = ""


def formed(match: Match, shares: Sequence[Share], tuning: Tuning, doubted: bool) -> Formed:
    """The answer from `shares` as the question wants it; `doubted` tells that it would be refused."""
    forms = {"definition": _defined, "yes or no": _yes_or_no, "sides": _both_sides}
    form = forms.get(match.asked.wanted.form) if match.asked.kind in ("fact", "compare") else None
    if form is None and not match.asked.wanted.means and _only_names(match):
        form = _defined
    found = form(match, shares, doubted) if form else None
    if found is None:
        found = Formed(choose(match, shares, tuning), surely=_plays_role(match, shares))
    elif form is _yes_or_no:
        rest = [
            one for one in choose(match, shares, tuning) if one[0].source.n in {s.source.n for s, _ in found.chosen}
        ]
        found = Formed(_joined(found.chosen, rest, Composing.AFTER_WORD), found.leads, True)
    return found if found.surely or match.asked.wanted.form != "yes or no" else Formed(found.chosen, opening=CLOSEST)


def _plays_role(match: Match, shares: Sequence[Share]) -> bool:
    """Whether what is asked of a paper that the question calls by its title is what a sentence of that paper tells."""
    role, called = match.asked.wanted.role, [s.source for s in shares if s.source.n in match.titled]
    told = (s for source in called for s in statements_of(source))
    return bool(role) and any(plays(s, role) >= Composing.STATED for s in told)


def _joined(
    first: Sequence[tuple[Share, int]], rest: Sequence[tuple[Share, int]], most: int
) -> list[tuple[Share, int]]:
    seen = {(share.source.n, i) for share, i in first}
    return [*first, *(one for one in rest if (one[0].source.n, one[1]) not in seen)][: len(first) + most]


def _only_names(match: Match) -> bool:
    """Whether a question calls a source by its title and no other of its words says what is asked: "¿Qué es X?"."""
    titles = frozenset[str]().union(*(content_stems(plain(s.title)) for s in match.sources if s.n in match.titled))
    rest = [w for w in words(plain(match.asked.text)) if w.is_content and w.stem not in titles]
    return bool(titles) and not any(is_common(w.text.lower()) for w in rest)


def _defined(match: Match, shares: Sequence[Share], doubted: bool) -> Formed | None:
    called = [share for share in shares if share.source.n in match.titled]
    subject = match.asked.wanted.subject or match.asked.text
    if called:
        share = called[0]
    elif doubted:
        return None
    else:
        best = best_definer(match, [s.source for s in shares], subject)
        share = next(s for s in shares if s.source is best)
    found = definition(match, share.source, subject)
    chosen = [(share, i) for i in found]
    return Formed(chosen, surely=bool(called)) if chosen else None


def _yes_or_no(match: Match, shares: Sequence[Share], doubted: bool) -> Formed | None:
    """The sentence that carries yes or no, behind that word; both where sentences disagree; None where none does."""
    if released := _released(match, shares):
        return released
    carried = [
        (found.share, found.yes, share, i)
        for share in _candidates(match, shares)
        for i, found in _carrying(match, share)
    ]
    if not carried:
        found = None if doubted or asks_release(match.asked.wanted) else judged(match, _candidates(match, shares))
        return Formed([found[1:]], {0: "Yes. " if found[0] else "No. "}, True) if found else None
    best = max(share for share, *_ in carried)
    sure = sorted((one for one in carried if one[0] >= best - Composing.AS_GOOD), key=lambda one: -one[0])
    yes, no = ([(s, i) for _, said, s, i in sure if said is way][:1] for way in (True, False))
    word = "Both: " if yes and no else "Yes. " if yes else "No. "
    return Formed([*yes, *no], {0: word}, True)


def _released(match: Match, shares: Sequence[Share]) -> Formed | None:
    """The sentence of a paper asked about that says where its code or data lie; a promise of them is no yes."""
    claim = match.asked.wanted.claim
    for share in (share for share in shares if asks_release(match.asked.wanted) and share.source.n in match.titled):
        if (i := release(claim, share.source.sentences)) is not None:
            return Formed([(share, i)], {} if is_promise(share.source.sentences[i]) else {0: "Yes. "}, True)
    return None


def _candidates(match: Match, shares: Sequence[Share]) -> list[Share]:
    """The shares of what the question calls by its title, else all."""
    return [share for share in shares if share.source.n in match.titled] or list(shares)


def _carrying(match: Match, share: Share) -> Iterator[tuple[int, Carried]]:
    """The sentences of a source that answer yes or no, from the first that tells of its own work on."""
    wanted, source = match.asked.wanted, share.source
    names = names_in(wanted.claim)
    # What most of the claim's words are not in, cannot carry it, whatever a sentence shares with it.
    if shared(content_stems(plain(wanted.claim)), source.stems) < Composing.THERE:
        return
    # A name that no other abstract has is the paper's own.
    own_names = " ".join(names) if source.n in match.named else ""
    known = content_stems(plain(f"{source.title} {own_names}"))
    own = next((i for i, text in enumerate(source.sentences) if OWN.search(text)), 0)
    for i, text in enumerate(source.sentences[own:], own):
        if not is_junk(text) and float(source.vectors[i] @ match.question) >= Composing.CARRIES:
            found = answers(wanted.claim, text, " ".join(source.sentences), known)
            if found and _speaks_of_it(wanted.claim, names, source, text, found.yes):
                yield i, found


def _speaks_of_it(claim: str, names: Set[str], source: Source, sentence: str, yes: bool) -> bool:
    """Whether a sentence is about what is claimed: it has the things that are set beside each other, and the trained
    judge, which sees little of a denial but much of the subject, does not find it silent."""
    text = plain(sentence)
    told = written_out(text, plain(" ".join(source.sentences)))
    absent = [name for name in names if not holds(told, name)]
    if absent and len(names) > 1:
        return False
    opinion = trained_judge().judge([(plain(claim), f"{plain(source.title)} | {text}" if absent else text)])[0]
    against = yes and opinion.contradicted > opinion.supported
    return opinion.silent < Composing.SILENT and not against


def _both_sides(match: Match, shares: Sequence[Share], doubted: bool) -> Formed | None:
    """The sentence nearest to the question that speaks for, and the one that speaks against, in contrast."""
    best: dict[bool, tuple[float, Share, int]] = {}
    subject = content_stems(plain(match.asked.wanted.claim))
    for n, source in enumerate(match.sources):
        share = Share(source, 1, 1, n)
        for statement, i in zip(statements_of(source), range(len(source.sentences)), strict=True):
            said = shared(subject, content_stems(plain(statement.text)))
            near = float(source.vectors[i] @ match.question) + said if said >= Composing.NAMES_IT else 0.0
            lean = leaning(statement.text, subject)
            if lean is not None and not is_junk(statement.text) and near > best.get(lean, (Composing.ASIDE,))[0]:
                best[lean] = (near, share, i)
    if len(best) < 2:
        return Formed([one[1:] for one in best.values()], surely=True, opening=CLOSEST) if best else None
    return Formed([best[way][1:] for way in (True, False)], {0: "Both: ", 1: "In contrast: "}, True)
