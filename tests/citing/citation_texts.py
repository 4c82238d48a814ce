"""What the tests of citations share: sources, a way to read a text, and texts that hold no marker."""

from itertools import pairwise

from rag.citing.citations import CitationReader

SOURCES = {1: "a", 2: "b", 3: "c"}


def read(text, valid=SOURCES, taken=None, cuts=()):
    """The finished sentences of `text`, fed in pieces cut at `cuts`, and the reader."""
    reader = CitationReader(valid, taken)
    bounds = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    done = [s for begin, end in pairwise(bounds) for s in reader.feed(text[begin:end])]
    return done + reader.close(), reader


def shown(text, **options):
    sentences, _ = read(text, **options)
    return "".join(s.text + s.after for s in sentences)


def repairs(text):
    return [repair for sentence in read(text)[0] for repair in sentence.repairs]


KEPT = [
    "[CLS]",
    "[0, 1]",
    "[0,1]",
    "[0-3]",
    "[sic]",
    "[-1, 1]",
    "[0.1, 0.5]",
    "[2024]",
    "[2019-2024]",
    "[text](https://x.org/a[1])",
    "[see [1]](https://x.org)",
    "[1](https://x.org)",
    "[text][ref]",
    "[text][]",
    "![plot [1]](a[2].png)",
    "[^1]",
    "`x [1]`",
    "``a ` [1]``",
    "$a[1]$",
    "$$a[1]$$",
    "\\[ x[1] = 2 \\]",
    "\\(a[1]\\)",
    "\\begin{align} a[1] \\end{align}",
    "x[1]",
    "a[i][1]",
    "my_list[2]",
    "<a href='[1]'>[1]</a>",
    "<img alt='[1]'>",
    "<!-- [1] -->",
    "<code>a [1]</code>",
    "https://x.org/?a[1]=2",
    "[Table 1]",
    "the range [1, 10]",
    "the range is [1, 2]",
    "the interval [1, 2]",
    "scaled to [1, 3]",
    "values in [1, 10]",
    "y = [1, 2]",
    "frames [10:20]",
    "x ∈ [1, 3]",
    "[1, 3]^d",
    "(1)",
    "(1, 2)",
    "[a]",
    "[]",
    "[ ]",
    "[x, 1]",
    "[1.5]",
    "[1, p. 3]",
    "[123456]",
    "a [ b",
    "a ] b",
    "[1",
    "1]",
    "`a [1]",
]
