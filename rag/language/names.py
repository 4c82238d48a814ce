"""Named things of a claim (systems, data sets, acronyms) and whether a text speaks of them.

A name is a word with a capital or a digit inside it, or a run of capitalised words that is not
merely the start of a sentence. Case, hyphens, plurals and possessives do not tell names apart;
an acronym stands for words with these initials.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from rag.language.quantities import quantities
from rag.language.terms import STOP, is_common, listed, stem

_TOKEN = re.compile(r"[^\W_](?:[\w+]|['.&*-](?=[^\W_]))*")
_PARTS = re.compile(r"[-.&*']")
_MARKS = re.compile(r"[\W_]")
LONGEST = 5  # words that a name may join (`ToolChain*` and `Tool Chain`)
_START = re.compile(r"(?:^|[.!?:;]\s+|[\"(]\s*)$")
_SUFFIX = re.compile(r"-(?:based|style|like|driven|powered|guided|level|type|trained|only|free|specific|generated)$")
_GAP = frozenset(listed("of the and for in to with a on by from via"))  # words that acronyms skip


@dataclass(frozen=True, slots=True)
class Name:
    """A named thing as a claim writes it; `is_strong` when no ordinary word is written so."""

    text: str
    start: int
    end: int
    is_strong: bool


@lru_cache(maxsize=4096)
def names(text: str) -> tuple[Name, ...]:
    """The names of a plain text, in order, quantities left out."""
    taken = [(q.start, q.end) for q in quantities(text)]
    run: list[re.Match] = []
    found: list[Name] = []
    for token in _TOKEN.finditer(text):
        if any(start < token.end() and token.start() < end for start, end in taken):
            found += _flush(run, text)
            continue
        if run and text[run[-1].end() : token.start()] != " ":
            found += _flush(run, text)
        if _is_capitalised(token[0]):
            run.append(token)
        else:
            found += _flush(run, text)
            found += [_name([token], text)] if _has_mark(token[0]) else []
    return (*found, *_flush(run, text))


def _flush(run: list[re.Match], text: str) -> list[Name]:
    """The name a run of capitalised words makes, without an ordinary word that starts the sentence."""
    tokens, run[:] = run[:], []
    while tokens and _starts_sentence(tokens[0], text) and _is_ordinary(tokens[0][0], alone=len(tokens) == 1):
        del tokens[0]
    return [_name(tokens, text)] if tokens else []


def _name(tokens: list[re.Match], text: str) -> Name:
    start, end = tokens[0].start(), tokens[-1].end()
    return Name(text[start:end], start, end, any(_has_mark(t[0]) for t in tokens))


def _is_capitalised(token: str) -> bool:
    return token[0].isupper() and (len(token) > 1 or token not in "AI")


def _has_mark(token: str) -> bool:
    """Whether the token has a capital or a digit where an ordinary word has none."""
    bare = re.sub(r"'s$|s$", "", token)
    if any(c.isdigit() for c in bare):
        return any(c.isalpha() for c in bare)
    return any(c.isupper() for c in bare[1:].replace("-", "")) and not _is_title_case(bare)


def _is_title_case(token: str) -> bool:
    return all(part[1:].islower() or len(part) == 1 for part in token.split("-") if part)


def _starts_sentence(token: re.Match, text: str) -> bool:
    return bool(_START.search(text[: token.start()]))


def _is_ordinary(token: str, alone: bool) -> bool:
    """Whether a token that starts a sentence has its capital from there only."""
    first, *rest = token.split("-")
    if _has_mark(token) or any(part[:1].isupper() for part in rest):
        return False  # `Tree-of-Code`
    if not alone and not rest and first.endswith("ing"):
        return is_common(first)
    parts = [first.lower(), *rest]
    return all(part in STOP for part in parts) or (alone and all(is_common(part) for part in parts))


# Acronyms of the field that a text may write out in small letters.
GENERAL = frozenset(
    listed("""
ai ml dl rl il nlp llm mllm vlm vlms lvlm vla lmm cnn rnn gnn snn mlp gan vae gui hci mdp cot rag mcts mpc
dof fps iou map miou kl sft rlhf ppo moe vqa ocr slam hoi har zsar tal gcrl lfd bc api qa gpu cpu iot ood
sota tv url xai agi asr tts eeg mri ct ssl peft t2i i2i t2v cam dit vit lora mse auc roi
""")
)


class NameIndex:
    """The names a text can be said to speak of: its tokens, their neighbours' runs, its initials."""

    def __init__(self, text: str):
        tokens = [match[0] for match in _TOKEN.finditer(text)]
        parts = [part for token in tokens for part in _PARTS.split(token) if part]
        small = [part.lower() for part in parts]
        self._squashed = {squash(token) for token in tokens}
        for length in range(2, LONGEST + 1):
            self._squashed.update(_singular("".join(small[i : i + length])) for i in range(len(small) - length + 1))
        self._squashed.update(squash(piece) for part in [*tokens, *parts] for piece in _camel(part))
        self._stems = {stem(part) for part in parts}
        told = [p for p in parts if p.lower() not in _GAP]
        self._initials = "".join(p[0].lower() for p in told)
        self._capitals = "".join(p[0] if p[0].isupper() else " " for p in told).lower()

    def has(self, name: Name) -> bool:
        """Whether the text names `name`."""
        text = _SUFFIX.sub("", name.text)
        if squash(name.text) in self._squashed or squash(text) in self._squashed or self._has_words(text):
            return True
        return self._has_acronym(re.sub(r"'s$|s$", "", name.text))

    def _has_acronym(self, text: str) -> bool:
        """Whether the text writes an acronym out: in capitals, or a well-known one in small letters."""
        if not text.isupper() or len(text) < 2:
            return False
        small = text.lower()
        return small in self._capitals or (small in GENERAL and small in self._initials)

    def _has_words(self, text: str) -> bool:
        """A name of several plain words, such as `Behavior Retrieval`: all of its words, any endings."""
        tokens = text.split()
        return len(tokens) > 1 and all(squash(t) in self._squashed or stem(t) in self._stems for t in tokens)


@lru_cache(maxsize=65536)
def squash(token: str) -> str:
    """A token without case, hyphens, possessive or plural ending."""
    return _singular(_MARKS.sub("", token.lower().removesuffix("'s").removesuffix("'")))


def _singular(token: str) -> str:
    return token[:-1] if len(token) > 2 and token[-1] == "s" and token[-2] != "s" else token


def _camel(token: str) -> list[str]:
    return re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", token) if not token.islower() else []
