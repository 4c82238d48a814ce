"""Ways to make a true sentence false: one fact changed, the grammar kept."""

import random
import re
from collections.abc import Callable, Sequence

from benchmarks.mutation_words import FLIP, SPELLED, VERBS

NUMBER = re.compile(
    r"(?<![\w.,/$^-])(?<![A-Za-z]-)\d[\d,]*(?:\.\d+)?(?![\w^]|-[A-Za-z]*\d|/\d)(?=\\?%|[kKMBx×]?\b|\W|$)"
)
AUXILIARY = {
    "is": "is not",
    "are": "are not",
    "was": "was not",
    "were": "were not",
    "can": "cannot",
    "could": "could not",
    "will": "will not",
    "would": "would not",
    "should": "should not",
    "must": "must not",
    "may": "may not",
    "has been": "has not been",
    "have been": "have not been",
}
IRREGULAR = {"has": "have", "goes": "go", "does": "do"}
UNSAY = [
    (r"\bcannot\b", "can"),
    (r"\b(?:do|did) not\b ", ""),
    (r"\bcan not\b", "can"),
    (r"\bwithout\b", "with"),
    (r"\b(is|are|was|were|has|have|had|could|would|should|will|may|must) not\b", r"\1"),
    (r"\bno longer\b", "still"),
    (r"\bnever\b", "always"),
    (r"\bneither (.+?) nor\b", r"both \1 and"),
    (r"\brather than\b", "as well as"),
    (
        r"\bno (?=(?:additional|extra|further|more|prior|such|need|manual|access|explicit|human|training)\b)",
        "",
    ),
    (r"\bunable to\b", "able to"),
    (r"\bfail(s)? to\b ", ""),
    (r"\bnot (?=just|necessarily)\b", ""),
]
SAY = [
    (r"\bwith (?=(?:a|an|the|any|only|little|minimal|limited|additional|extra|no)?\s?\w+)", "without "),
    (r"\bboth (\w+) and (\w+)", r"neither \1 nor \2"),
    (r"\balways\b", "never"),
    (r"\bstill\b", "no longer"),
]


def change_number(text: str, rng: random.Random, abstract: str) -> str | None:
    """A number replaced by one that `abstract` does not have, written alike."""
    found = [(m.start(), m.end(), m[0]) for m in NUMBER.finditer(text)]
    found += [(m.start(), m.end(), m[0]) for m in re.finditer(rf"\b(?:{'|'.join(SPELLED)})\b(?!-)", text)]
    rng.shuffle(found)
    for start, end, number in found:
        options = SPELLED if number.isalpha() else _numbers_like(number, rng)
        options = [o for o in options if o != number and not re.search(rf"(?<![\d.]){re.escape(o)}(?![\d])", abstract)]
        if options:
            return text[:start] + rng.choice(options) + text[end:]
    return None


def borrow_number(text: str, rng: random.Random, abstract: str) -> str | None:
    """A number replaced by another one that `abstract` has, where it says something else."""
    there = sorted({m[0] for m in NUMBER.finditer(abstract)})
    found = list(NUMBER.finditer(text))
    rng.shuffle(found)
    for match in found:
        options = [n for n in there if n not in text]
        if options:
            return text[: match.start()] + rng.choice(options) + text[match.end() :]
    return None


def _numbers_like(number: str, rng: random.Random) -> list[str]:
    value, decimals = float(number.replace(",", "")), len(number.partition(".")[2])
    digits = [i for i, c in enumerate(number) if c.isdigit()]
    at = rng.choice(digits)
    swapped = number[:at] + rng.choice([d for d in "123456789" if d != number[at]]) + number[at + 1 :]
    scaled = [value * 10, value / 10, value * 2, value + rng.choice([1, 3, 7]), value * 1.5]
    return [
        swapped,
        *(
            f"{v:,.{decimals}f}" if "," in number else f"{v:.{decimals}f}"
            for v in scaled
            if float(f"{v:.{decimals}f}") > 0
        ),
    ]


def put_negation(text: str, rng: random.Random, abstract: str) -> str | None:
    """A negation put in, as `does not`, `cannot`, `without` or `neither … nor`."""
    made = [
        text[: m.start()] + new + text[m.end() :]
        for old, new in AUXILIARY.items()
        for m in re.finditer(rf"\b{old}\b(?! not\b| no\b|not)", text)
    ]
    made += [text[: m.start()] + m.expand(new) + text[m.end() :] for old, new in SAY for m in re.finditer(old, text)]
    made += [text[: m.start()] + new + text[m.end() :] for m, new in _verbs(text)]
    made = [
        m for m in made if not re.search(r"\b(?:not|cannot|without) (?:\w+ )?(?:no|not|neither|nor|without|only)\b", m)
    ]
    return rng.choice(made) if made else None


def _verbs(text: str) -> list[tuple[re.Match, str]]:
    """Finite verbs and how they are denied: `improves`, `we show`, `models show`."""
    found = []
    for match in re.finditer(r"(?<![-\w])[a-z-]+(?![-\w])", text):
        before = re.search(r"([\w-]+)[,\s]*$", text[: match.start()])
        base = _base(match[0])
        if (
            base
            and base != match[0]
            and before
            and before[1].lower() not in {"the", "a", "an", "of", "and", "or", "our", "its"}
        ):
            found.append((match, f"does not {base}"))
        elif (
            match[0] in VERBS
            and before
            and before[1].lower()
            in {
                "we",
                "they",
                "methods",
                "models",
                "results",
                "experiments",
                "agents",
                "policies",
                "authors",
                "systems",
            }
        ):
            found.append((match, f"do not {match[0]}"))
    return found


def _base(word: str) -> str:
    if word in IRREGULAR:
        return IRREGULAR[word]
    for ending, base in (("ies", "y"), ("es", ""), ("s", "")):
        if word.endswith(ending) and word.removesuffix(ending) + base in VERBS:
            return word.removesuffix(ending) + base
    return ""


def remove_negation(text: str, rng: random.Random, abstract: str) -> str | None:
    """A negation taken out, or turned into its opposite (`without` → `with`)."""
    found = [(m, m.expand(new)) for old, new in UNSAY for m in re.finditer(old, text)]
    found += [(m, _third_person(m[1])) for m in re.finditer(r"\bdoes not (\w+)", text)]
    made = [text[: m.start()] + new + text[m.end() :] for m, new in found]
    return rng.choice(made) if made else None


def _third_person(verb: str) -> str:
    if verb == "have":
        return "has"
    if re.search(r"[^aeiou]y$", verb):
        return f"{verb[:-1]}ies"
    return verb + ("es" if re.search(r"(?:s|x|ch|sh|o)$", verb) else "s")


def flip_direction(text: str, rng: random.Random, abstract: str) -> str | None:
    """One word of direction turned into its opposite."""
    found = [m for m in re.finditer(r"(?<![-\w])[a-z]+(?:-to-[a-z]+|-up|-down)?(?![-\w])", text) if m[0] in FLIP]
    if not found:
        return None
    match = rng.choice(found)
    return text[: match.start()] + FLIP[match[0]] + text[match.end() :]


def swap_roles(text: str, rng: random.Random, abstract: str) -> str | None:
    """`A outperforms B` turned into `B outperforms A`."""
    name = r"([A-Z][\w-]*(?:\.\w+)*(?: [A-Z][\w-]*)*)"
    match = re.search(
        rf"{name} ((?:\w+ )?(?:outperforms|surpasses|beats|exceeds|improves (?:on|upon|over)|is better than|"
        rf"is faster than|is ahead of|is higher than|is more \w+ than)) {name}",
        text,
    )
    return text[: match.start()] + f"{match[3]} {match[2]} {match[1]}" + text[match.end() :] if match else None


def name_swapper(all_names: Sequence[str]) -> Callable[[str, random.Random, str], str | None]:
    """A mutation that puts another of `all_names` in the place of one that the text has."""

    def swap(text: str, rng: random.Random, abstract: str) -> str | None:
        """A system's name replaced by another's that `abstract` does not speak of."""
        there = [m for name in all_names for m in re.finditer(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)]
        others = [n for n in all_names if n.lower() not in abstract.lower()]
        if not there or not others:
            return None
        match = rng.choice(there)
        return text[: match.start()] + rng.choice(others) + text[match.end() :]

    return swap


def system_names(titles: Sequence[str], abstracts: Sequence[str]) -> list[str]:
    """What papers call their systems: the head of a title before its colon when it looks like a name."""
    heads = [t.split(":")[0].strip() for t in titles if ":" in t]
    named = [
        h for h in heads if len(h.split()) <= 2 and re.search(r"[A-Z0-9].*[A-Z0-9]|^[A-Z][a-z]+$", h) and "?" not in h
    ]
    inside = [
        n for a in abstracts for n in re.findall(r"\b(?:[A-Z]+[a-z]+[A-Z]\w*|[A-Z]{3,}\w*(?:-\w+)?)(?:-\d+)?\b", a)
    ]
    return sorted({*named, *inside})
