"""A name is found however it is cased, hyphenated or inflected; another name is not."""

import pytest

from rag.language.names import NameIndex, names
from rag.language.terms import plain


def written(text):
    return [n.text for n in names(plain(text))]


def test_names_are_what_no_ordinary_word_looks_like():
    assert written("CLIP-RT beats OpenVLA on LIBERO with GPT-4 and SAM-2.") == [
        "CLIP-RT",
        "OpenVLA",
        "LIBERO",
        "GPT-4",
        "SAM-2",
    ]
    assert written("In T4D, Behavior Retrieval wins.") == ["T4D", "Behavior Retrieval"]
    assert written("The method improves the results.") == []
    assert written("Using Bayesian regression") == ["Bayesian"]
    assert written("Tree-of-Code grows nodes; Moto learns tokens.") == ["Tree-of-Code", "Moto"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("OS-Atlas", "we release OS-ATLAS"),
        ("LLMs", "an LLM"),
        ("GPT4", "with GPT-4"),
        ("CLIP", "AffordanceCLIP uses it"),
        ("MT-pi", r"our MT-$\pi$"),
        ("A2Nav", r"$A^2$Nav"),
        ("VLM", "a vision-language model"),
        ("LLM", "large language models"),
        ("SAP", "Standardized Action Procedures"),
        ("Maximal Marginal Relevance", "by maximal marginal relevance"),
        ("CLIP-based", "CLIP and more"),
        ("VLA's", "VLA models"),
        ("ToolChain*", r"ToolChain$^*$, a planner"),
    ],
)
def test_names_a_text_speaks_of(name, text):
    assert all(NameIndex(plain(text)).has(n) for n in names(plain(f"we use {name} here")))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("RT-2", "we compare with RT-1"),
        ("OpenVLA-OFT", "we compare with OpenVLA"),
        ("Behavior Retrieval", "behavior cloning"),
        ("ADI", "an approach that does it in simulation"),
        ("LIBERO", "on CALVIN"),
        ("2D", "in 3D"),
    ],
)
def test_names_a_text_does_not_speak_of(name, text):
    asked = names(plain(f"we use {name} here"))
    assert asked
    assert not any(NameIndex(plain(text)).has(n) for n in asked)
