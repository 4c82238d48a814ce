"""How true a claim is, from 0 to 1: the trained judge's opinions, weighed as fitted to claims of known truth.

A claim about several papers is read beside all of them at once, where each gets few of its sentences, and beside each
alone: one that none of them carries alone, and one that a single paper speaks against, is told so.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from math import exp, log
from pathlib import Path

from rag.verifying.abstracts import Reading, read
from rag.verifying.judge import Opinion, trained_judge
from rag.verifying.missing import tells_absence

NUMBERS = Path(__file__).with_name("check.json")
LEAST = 1e-4  # the probability that counts as none


def opinions(claim: str, readings: Sequence[Reading]) -> list[Opinion]:
    """The judge's opinion on a plain claim beside all readings at once, then, of several, beside each paper alone."""
    pairs = [(claim, " | ".join(reading.premise for reading in readings))]
    if len(readings) > 1:
        pairs += [(claim, read(claim, [reading.paper])[0].premise) for reading in readings]
    return trained_judge().judge(pairs)


def features(claim: str, readings: Sequence[Reading], found: Sequence[Opinion]) -> dict[str, float]:
    """What the score is made of; `found` as `opinions` gives them."""
    whole, *alone = (_odds(opinion) for opinion in found)
    return {
        "odds": 0.0 if alone else whole,
        "odds of several": whole if alone else 0.0,
        "mean alone": sum(alone) / len(alone) if alone else 0.0,
        "least alone": min(alone, default=0.0),
        "share": min(reading.share for reading in readings),
        "likeness": min(reading.likeness for reading in readings),
        "several": float(bool(alone)),
        "absence": float(tells_absence(claim)),
    }


def weigh(values: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """The probability that a claim is true, by logistic regression on its features."""
    return 1 / (1 + exp(-(weights["constant"] + sum(weights[name] * value for name, value in values.items()))))


@cache
def check_numbers() -> dict:
    """The fitted weights and thresholds of check.json."""
    return json.loads(NUMBERS.read_text(encoding="utf-8"))


def _odds(opinion: Opinion) -> float:
    return log(max(opinion.supported, LEAST) / max(1 - opinion.supported, LEAST))
