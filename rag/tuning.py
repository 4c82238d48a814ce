"""The numbers by which a question is answered: those that are fitted, and below them those chosen by hand.

The fitted ones ship in `rag/tuning.json`. `citewell eval --fit` writes those fitted to a user's questions into the
library's folder, where they take the place of the shipped ones.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rag.errors import SettingsError

if TYPE_CHECKING:
    from store.library import Library, Part

SHIPPED = Path(__file__).with_name("tuning.json")
Weights = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Blend:
    """Weights of the views of a paper when rankings are put together (rag/search/retrieve.py).

    `closeness` of words in context, `meaning` of passages, `words` shared; `clauses` and `pieces` are the
    shares of those parts of the question that suit a paper best, `purpose` what a piece weighs that only says
    what the others are for, `likeness` the weight of being like the best papers.
    """

    closeness: float = 0.0
    meaning: float = 0.0
    words: float = 0.0
    clauses: float = 0.0
    pieces: float = 0.0
    purpose: float = 1.0
    likeness: float = 0.0


@dataclass(frozen=True, slots=True)
class Doubt:
    """When to refuse: the weights of the signs, and the log odds from which the answer is a refusal."""

    weights: Weights
    bias: float
    threshold: float


@dataclass(frozen=True, slots=True)
class Tuning:
    """Everything that is fitted.

    `blends` by kind of question; `source`, `sentence` and `line` weigh the features of
    rag/offline/matching.py.
    """

    blends: Mapping[str, Blend]
    source: Weights
    sentence: Weights
    line: Weights
    doubt: Doubt


@cache
def shipped(reads_words: bool) -> Tuning:
    """The numbers that ship. There are two sets: for embedding models with vectors of words in context, and others."""
    return _tuning(SHIPPED, _load(SHIPPED), _name(reads_words), None)


def tuning_of(library: "Library | Part") -> Tuning:
    """The numbers for a library: those fitted to the user's questions, for all else the shipped ones.

    Raises SettingsError when they cannot be read.
    """
    path, base = own_file(library.home), shipped(library.reads_words)
    if not path.is_file():
        return base
    return _tuning(path, _load(path, path.stat().st_mtime_ns), _name(library.reads_words), base)


def own_file(home: Path) -> Path:
    """Where the numbers fitted to a user's questions lie in the library's folder."""
    return home / SHIPPED.name


@lru_cache(maxsize=4)
def _load(path: Path, changed: int = 0) -> dict[str, Any]:
    """The sets of a file, "words" and "plain", read again once it has `changed`."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _unusable(path, str(error)) from None
    if not isinstance(found, dict) or not found.keys() <= {"words", "plain"}:
        raise _unusable(path, "it holds other things")
    return found


def _tuning(path: Path, sets: Mapping[str, Any], name: str, base: Tuning | None) -> Tuning:
    """One of the sets of a file; what an own file lacks is that of `base`."""
    kept = asdict(base) if base else {}
    try:
        values = kept | sets.get(name, {})
        blends = {**kept.get("blends", {}), **values["blends"]}
        rest = {part: values[part] for part in ("source", "sentence", "line")}
        found = Tuning({kind: Blend(**blend) for kind, blend in blends.items()}, **rest, doubt=Doubt(**values["doubt"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _unusable(path, str(error)) from None
    if base and _features(found) != _features(base):
        raise _unusable(path, "another version wrote it")
    return found


def _unusable(path: Path, reason: str) -> SettingsError:
    advice = "install citewell again" if path == SHIPPED else "remove it, or put it aside and fit again"
    return SettingsError(f"{path}: is no file of fitted weights ({reason}); {advice}.")


def _features(tuning: Tuning) -> list[set[str]]:
    return [set(part) for part in (tuning.blends, tuning.source, tuning.sentence, tuning.line, tuning.doubt.weights)]


def save(tuning: Tuning, reads_words: bool, path: Path) -> None:
    """Put `tuning` into a file, in the place of the set it was fitted for; into an own file only what is not shipped.

    Raises SettingsError where that fails.
    """
    values = asdict(tuning)
    if path != SHIPPED:
        base = asdict(shipped(reads_words))
        values = {part: value for part, value in values.items() if value != base[part]}
        if "blends" in values:
            values["blends"] = {kind: b for kind, b in values["blends"].items() if b != base["blends"][kind]}
    sets = (_load(path, path.stat().st_mtime_ns) if path.is_file() else {}) | {_name(reads_words): values}
    try:
        path.write_text(json.dumps(sets, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{path}: cannot be written ({error.strerror}); make its folder writable.") from None
    shipped.cache_clear()
    _load.cache_clear()


def _name(reads_words: bool) -> str:
    return "words" if reads_words else "plain"


# Chosen by hand, and by `citewell eval` on the dev questions.


class Reading:
    """How a question is read (rag/question.py, rag/pointing.py, rag/followup.py)."""

    WINDOW, STEP = 10, 5  # words of a window, and from one to the next
    NOISE = 0.3  # from this share of words that are no words on, a text is noise around a question
    ANTECEDENT = 4  # content words before a pronoun from which it stands for something in the question itself
    SHORT = 4  # content words up to which a question with "the …" and without a name leaves its subject out
    CARRIED, CARRIED_ON = 8, 2  # content words up to which "and" carries on what was said; a whole question behind it
    NEW_SUBJECT = 5  # content words at most in "What about X?"
    SPOKEN_OF = 3  # papers put into a question at once
    RECENT, REMEMBERED, LOOKED_UP = 6, 1_500, 10  # exchanges; characters of a message; papers in which a name is sought


class Search:
    """How papers are searched for (rag/search)."""

    PIECES = 8  # pieces of a subject that are looked for
    EXPLAINING, AGREED = 50, 2  # papers looked at that have an acronym, and that must explain it alike
    TOPIC, ACRONYMS = 40, (3, 4, 5)  # words of a topic whose acronyms are looked for, and words that one stands for
    POOL = 100  # papers taken from each index before they are ranked together
    NAMED = 3.0  # what a paper gains that the question calls by name, in standard deviations
    HEAVIEST = 6.0  # most that a word weighs: rarer ones are not more telling
    MODELS, COMPARED = 3, 50  # papers that others are compared with, and the best papers that are compared at all
    CLAUSE = 2  # content words that make a clause worth its own score


class Further:
    """Further searches (rag/steps.py), and which of the papers found are read."""

    # In standard deviations below the best: papers farther off are not read, however few there are, but these.
    BELOW: ClassVar = {"fact": 0.9, "compare": 1.5, "list": 1.5, "survey": 2.5}
    LEAST: ClassVar = {"fact": 3, "compare": 3, "list": 8, "survey": 10}
    SURE = 0.5  # share of a question's words, by weight, from which a paper may well answer it
    TELLING = 12.0  # words of a part that weigh less than this together cannot be searched for
    DEEPER = 50  # papers among which those that do what a list asks for are looked for
    GAINED, KEPT = 2, 2  # new papers of each search; papers of the first that stay whatever a model says
    NEAREST, PHRASES = 5, 2  # papers whose passages are looked at and whose words are borrowed, and phrases of them
    # Words of a search of a model's, characters of a paper that it is shown; its budget.
    WORDS, SHOWN, CALLS, TOKENS, SECONDS = 20, 240, 2, 4_000, 30.0


class Catalogued:
    """Which papers a question about the library means, and how many are told (rag/catalogue)."""

    MEANT, WORDED, TITLES, GAP, TITLE_WORDS, TITLE_SAID = 100, 1000, 20, 2, 2, 0.8  # what is looked at (subjects.py)
    IN_TITLE, IN_TEXT, TIMES, APART, ABOUT, TOLD = 1.0, 0.35, 3, 0.25, 1.2, 0.7  # onsubject.py tells what each adds
    SETTING, NEAR = 0.5, 0.9  # share of papers from which a setting goes without saying; nearness, of the best's
    LISTED, NAMED, LATEST, NEAREST, ALIKE = 50, 4, 5, 3, 5  # papers in a list; authors of each; papers of other replies
    RANKED, THEMES, BRIEF, SAMPLED = 10, 12, 5, 2000  # names in a ranking; an overview's subjects, names, papers read


class Themes:
    """How papers are grouped, and groups named (rag/search/themes.py)."""

    PAPERS, MOST, FEWEST, GROUPS, IN_GROUP = 3, 6, 4, 4, 4  # papers a theme; themes; papers of several; unnamed groups
    # What a phrase gains where a text or title has it, as a subject, as one asked for, by rarity; loses in the topic.
    IN_TEXT, IN_TITLE, SUBJECT, ASKED, TELLING, TOPIC = 0.12, 0.14, 0.03, 0.1, 0.02, 0.02
    # What a phrase tells of all papers and is no merit; gains where it is said; papers, of all, that may say none.
    ELSEWHERE, SAID, UNTOLD = 0.6, 0.15, 0.3
    SAME, OF_ALL, WITHIN = 0.7, 0.7, 0.7  # phrases that say the same, tell none apart, stand inside a longer one
    SPOKEN, WEIGHED = 0.2, 500  # of groups to be named: the share that has the phrase; phrases that are weighed


class Composing:
    """Which sentences answer offline (rag/offline)."""

    TITLE = 0.7  # a text that has this share of a title's words, by weight, means that paper
    SURE = 0.6  # a fact comes from one source when it is this likely the right one, else from two
    ENOUGH = 0.85  # sentences of one source are taken until they hold this share of what its sentences offer
    # Fewest and most sentences a source gives: alone, as the likeliest and the next of two, as one side, on a line.
    ALONE, FIRST, SECOND, SIDE, LINE = (2, 5), (2, 3), (1, 2), (1, 3), (1, 1)
    SIDES = 2
    # Lists and surveys take the sources at most this far, in log odds, below the best, and at most so many.
    DEPTH, LISTED, SURVEYED, LEAST_SURVEYED = 4.0, 12, 12, 6
    REPEAT = 0.93  # two sentences more alike than this say the same
    # Log odds of the role asked for, of a link, of what points back, of what a list asks for, of the means asked for.
    ROLE, JUNK, POINTING, SO, MEANS = 1.2, 4.0, 0.25, 10.0, 2.5
    DONE_TO, NEAREST = 0.6, 3  # share of what is changed that a sentence names; papers listed where none says so
    STATED = 0.75  # from this on a sentence speaks of the role asked for
    OWN = 1.5  # log odds of what the authors did, in a list
    SUBJECT = 6  # content words up to which papers on a subject have its own words
    ABOUT, IN_TITLE = 0.68, 0.5  # shares of a subject's words in one sentence, and in the title, of a paper on it
    AFTER_WORD = 1  # sentences behind the one that carries yes or no
    AS_GOOD = 0.1  # shares of a question's words that differ by no more carry an answer equally well
    CARRIES, THERE = 0.35, 0.5  # the cosine, and the claim's words in a paper, below which it is about something else
    # Of the nearest finding: cosine, belief in a statement or its denial, their difference; findings that may be shown.
    NEAR_ENOUGH, BELIEVED, LEANS, WEIGHED = 0.5, 0.4, 0.2, 3
    SILENT = 0.5  # how sure the trained judge may be, at most, that a sentence is silent on what it answers
    NAMES_IT, ASIDE = 0.3, 0.6  # the subject's words that a sentence about it has; that share and its cosine together
    AFTER_REFUSAL = 2  # sentences that tell what the abstract says instead of what was asked


class Doubting:
    """What makes a sign of doubt (rag/offline/refusing.py)."""

    NEARLY = 1.0  # log odds below the threshold within which an answer is not sure
    STRANGE = 0.5  # a word whose best cosine is below this has nothing like it in a paper
    NEAR = 0.45  # below this cosine of its best sentence a source begins to be far from the question
    LONG = 30  # a question of so many words or more gives clues enough not to need each of them found
    TELLING = 12.0  # words of a question that weigh less than this together, such as "how does … work", prove nothing
    UNLIKE, ALIKE = 0.1, 0.4  # cosines of a few words with a sentence: nothing in common, the same thing
