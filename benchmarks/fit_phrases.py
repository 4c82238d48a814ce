"""Lists the subjects of research: phrases that titles use again and again, whole, and abstracts too.

    python -m benchmarks.fit_phrases CORPUS.jsonl.xz     → rag/language/phrases.txt

CORPUS has a JSON object a line with `title` and `abstract`. A phrase counts as whole where a stop word or a
mark follows it; one that mostly stands within a longer listed one is left out.
"""

import argparse
import json
import lzma
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from rag.language import phrases
from rag.language.phrases import LONGEST, is_name, phrase_key
from rag.language.terms import STOP, stem

ABSTRACTS, TITLES = 25, 4  # abstracts and titles that have to use a phrase
WHOLE, BEGUN = 0.4, 0.2  # shares of its uses that a phrase ends, and begins, between stop words and marks
TITLE_SHARE = 0.035  # titles that use a phrase, to each abstract that does: what is rarer is no subject
WITHIN = 0.8  # share of a phrase's uses from which a longer phrase stands for it
PLURAL = 0.2  # share of the uses from which a plural is listed in place of its singular
PRUNED = 20_000  # records after which what was seen once or twice is forgotten
VERBS = {stem(word) for word in ("propose", "use", "using", "based", "novel")}


def main() -> None:
    """Count, choose and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    in_text, in_titles = _counted(parser.parse_args().corpus)
    listed = sorted(_chosen(in_text, in_titles))
    (Path(phrases.__file__).parent / "phrases.txt").write_text("".join(f"{p}\n" for p in listed), encoding="utf-8")
    print(f"{len(listed)} phrases")


class _Uses:
    """In how many texts each phrase stands, and in how many it ends and begins as a whole."""

    def __init__(self) -> None:
        self.all, self.ended, self.begun = Counter(), Counter(), Counter()

    def add(self, text: str) -> None:
        seen = {}
        for phrase, begins, ends in _phrases(text):
            seen.setdefault(phrase, (begins, ends))
        for phrase, (begins, ends) in seen.items():
            self.all[phrase] += 1
            self.begun[phrase] += begins
            self.ended[phrase] += ends

    def forget(self, most: int) -> None:
        for phrase in [phrase for phrase, count in self.all.items() if count <= most]:
            del self.all[phrase]
            self.begun.pop(phrase, None)
            self.ended.pop(phrase, None)

    def is_whole(self, phrase: str) -> bool:
        count = self.all[phrase]
        return self.ended[phrase] / count >= WHOLE and self.begun[phrase] / count >= BEGUN


def _phrases(text: str) -> Iterator[tuple[str, bool, bool]]:
    for words in phrases._clauses(text.lower()):
        for start in range(len(words)):
            for end in range(start + 2, min(start + LONGEST, len(words)) + 1):
                if words[start] in STOP or words[end - 1] in STOP:
                    break
                yield (
                    " ".join(words[start:end]),
                    start == 0 or words[start - 1] in STOP,
                    end == len(words) or words[end] in STOP,
                )


def _counted(path: Path) -> tuple[_Uses, _Uses]:
    in_text, in_titles = _Uses(), _Uses()
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for n, line in enumerate(lines, 1):
            record = json.loads(line)
            in_text.add(f"{record['title']}. {record['abstract']}")
            in_titles.add(record["title"])
            if n % PRUNED == 0:
                in_text.forget(1 if n == PRUNED else 3)
    return in_text, in_titles


def _chosen(in_text: _Uses, in_titles: _Uses) -> set[str]:
    forms: dict[str, list[str]] = defaultdict(list)
    for phrase, count in in_text.all.items():
        titles = in_titles.all[phrase]
        if count >= ABSTRACTS and titles >= max(TITLES, TITLE_SHARE * count) and _is_subject(phrase, in_text):
            forms[phrase_key(phrase)].append(phrase)
    uses = {key: sum(in_text.all[form] for form in found) for key, found in forms.items()}
    inside = {part for key in uses for part in _parts(key) if uses[key] >= WITHIN * uses.get(part, 1 << 30)}
    return {_form(found, in_text.all) for key, found in forms.items() if key not in inside}


def _is_subject(phrase: str, in_text: _Uses) -> bool:
    words = phrase.split()
    return in_text.is_whole(phrase) and is_name(words) and not any(stem(word) in VERBS for word in words)


def _parts(key: str) -> list[str]:
    words = key.split()
    return [" ".join(words[i : i + n]) for n in range(2, len(words)) for i in range(len(words) - n + 1)]


def _form(forms: list[str], count: Counter) -> str:
    """The form to list: the plural where it is in use, else the most frequent."""
    most = max(forms, key=lambda form: (count[form], form))
    plurals = [form for form in forms if form.endswith("s") and count[form] >= PLURAL * count[most]]
    return max(plurals, key=lambda form: (count[form], form), default=most)


if __name__ == "__main__":
    main()
