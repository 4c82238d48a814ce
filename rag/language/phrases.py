"""Phrases that can name a theme: subjects of research, and the noun phrases that papers share.

`phrases.txt` lists the subjects, phrases of two to four words that titles of conference papers use again and
again, one a line; written by `python -m benchmarks.fit_phrases`.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from rag.language.terms import STOP, listed, stem

LONGEST = 4  # words of a phrase
_WORD = re.compile(r"[^\W_]+(?:[-*'][^\W_]+)*")
_CLAUSE = re.compile(r"https?://\S+|[.,;:?!()\[\]\"“”{}$]|\s-{1,2}\s|--|—")
# Words that cannot begin or end a name: they praise, report or count, whatever the subject.
WEAK = frozenset(
    map(
        stem,
        listed("""
propose present introduce novel new simple effective approach method paper work study result show use using based
towards toward via improve improved improving outperform achieve existing recent previous prior state art different
various significant significantly experiment experimental extensive address challenge challenging problem however
enable enabling demonstrate performance high low good better best first second two three four five many
several often key main provide require make making need well known general specific current future further real task
tasks success rate average number way set diverse complex efficient robust unified comprehensive proposed given gap
type leveraging leverage exploiting including through without across within project page code website https com io
framework frameworks solution analysis comparison evaluation verification investigation overview case pilot design
issue generic unknown unseen arbitrary single multiple limited noisy fast faster accurate additional little much
important theoretical empirical preliminary practical application aspect property condition technique system
algorithm scheme strategy direction step time level capability insight short long ability potential superior
effectiveness efficiency baseline baselines sota benchmark benchmarks advance advanced valuable traditional
"""),
    )
)
_NOUNS_IN_ING = frozenset(
    listed("""
learning planning reasoning training grounding understanding modeling modelling editing prompting tuning fine-tuning
pretraining pre-training matching forecasting tracking parsing denoising driving steering hacking clustering
rendering mapping grasping sensing processing sampling scheduling pruning hashing labeling labelling captioning
answering searching ranking imaging printing walking navigating monitoring computing retrieving
""")
)


def phrase_key(phrase: str) -> str:
    """What tells phrases apart: not case, hyphens nor the plural of the last word."""
    words = [word for word in re.split(r"[\s-]+", phrase.lower()) if word]
    *front, last = words or [""]
    single = re.sub(r"ies$", "y", last) if len(last) > 4 and last.endswith("ies") else last
    single = single[:-1] if re.search(r"[^suia]s$", single) else single
    return " ".join([*front, single])


@cache
def subjects() -> dict[str, str]:
    """The subjects of research: phrase_key → the phrase as it is listed."""
    lines = files(__package__).joinpath("phrases.txt").read_text(encoding="utf-8").splitlines()
    return {phrase_key(line): line for line in lines}


def subjects_in(text: str) -> dict[str, str]:
    """The subjects that `text` speaks of: key → the phrase, in the plural where the list has it."""
    found = {}
    for words in _clauses(text):
        parts = [part for word in words for part in word.split("-")]
        for start in range(len(parts)):
            for end in range(start + 2, min(start + LONGEST, len(parts)) + 1):
                key = phrase_key(" ".join(parts[start:end]))
                if key in subjects():
                    found[key] = _as_written(subjects()[key], parts[start:end])
    return found


def _as_written(listed: str, parts: list[str]) -> str:
    """A listed phrase with the acronyms that the text writes in capitals: "offline RL"."""
    words = listed.split()
    if len(words) != len(parts):
        return listed
    return " ".join(part if part.isupper() and len(part) > 1 else word for word, part in zip(words, parts, strict=True))


def noun_phrases(text: str) -> set[str]:
    """Runs of two to four words before a stop word or a mark that could be a noun phrase."""
    return {
        _small(run[-count:])
        for words in _clauses(text)
        for run in _runs(words)
        for count in range(2, min(LONGEST, len(run)) + 1)
        if is_name(run[-count:])
    }


def _clauses(text: str) -> Iterator[list[str]]:
    yield from (_WORD.findall(clause) for clause in _CLAUSE.split(text))


def _runs(words: list[str]) -> Iterator[list[str]]:
    """`words` between the stop words."""
    run: list[str] = []
    for word in words:
        if word.lower() in STOP:
            yield run
            run = []
        else:
            run.append(word)
    yield run


def is_name(words: list[str]) -> bool:
    """Whether a run of words could name something: neither weak at its ends nor a verb at its end."""
    first, last = words[0].lower(), words[-1].lower()
    verbal = re.search(r"(?:ed|ly|ize|izes|ates?|ify|ing)$", last) and last not in _NOUNS_IN_ING
    odd = any(len(word) < 2 or word.isdigit() for word in words)
    return not (verbal or odd or first.endswith("ly") or stem(first) in WEAK or stem(last) in WEAK)


def _small(words: list[str]) -> str:
    """The phrase in small letters, acronyms and names with inner capitals as they are."""
    return " ".join(w if _is_acronym(w) else w.lower() for w in words)


def _is_acronym(word: str) -> bool:
    title_case = all(part.istitle() for part in word.split("-"))
    return bool(re.search(r"[A-Z].*[A-Z]|\d", word)) and not title_case
