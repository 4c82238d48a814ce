"""An assistant with a script: what the page shows is then known to the letter."""

import time
from pathlib import Path
from threading import Event

from rag.answer import Checked, Searched
from rag.errors import QuestionError
from rag.filters import NO_LIMIT
from rag.records import NO_PAPER, Answer, Citation, CitedSentence, Found, Repair, Sentence, Source, Timings
from store.records import Outline, Paper, Passage

EVIL = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'

PAPERS = (
    Paper(
        "2411.00508",
        "CLIP-RT: Learning Language-Conditioned Policies",
        "CLIP-RT is small 🤖. It outperforms OpenVLA by 24% with 7x fewer parameters. It adapts in a few shots.",
        ("Gi-Cheon Kang", "Junghyun Kim", "Kyuhwan Shim", "Jun Ki Lee", "Byoung-Tak Zhang"),
        2025,
        "RSS 2025",
        arxiv="2411.00508",
        url="https://arxiv.org/abs/2411.00508",
    ),
    Paper(
        "10.1/evil",
        f"Evil {EVIL}",
        f"We attack. {EVIL} We & they stop.",
        (f"A {EVIL}",),
        2024,
        "V <b>",
        url="javascript:window.hacked=1",
    ),
    Paper(
        "2406.09246",
        "OpenVLA: An Open-Source Vision-Language-Action Model",
        "OpenVLA has 7B parameters. It is open source.",
        ("Moo Jin Kim",),
        2024,
        "CoRL",
        url="https://arxiv.org/abs/2406.09246",
    ),
    Paper("slug", "A fourth paper", "It is about something else.", (), None, ""),
)


class FakeLibrary:
    """The papers above, with the calls that the page makes; what is kept beside them ends with the process."""

    home = Path("/dev/null/nowhere")

    def __len__(self):
        return len(PAPERS)

    stamp = ()

    def papers(self):
        return iter(PAPERS)

    def outline(self):
        return [Outline(p.paper_id, p.year, p.venue, p.authors, p.tags, p.title) for p in PAPERS]

    def among(self, ids):
        return list(ids)

    def get_many(self, ids):
        return [paper for paper in PAPERS if paper.paper_id in ids]


class FakeAssistant:
    """Answers by the question's first word: evil, refuse, fail, crash, slow; else with three sentences.

    A slow answer waits for `gate` behind its first sentence, half a minute at most.
    """

    model = "offline-extractive"

    def __init__(self, pause=0.0):
        self.library, self.pause, self.seen, self.limits = FakeLibrary(), pause, [], []
        self.gate = Event()

    def stream(self, question, history=(), k=None, limit=NO_LIMIT):
        self.seen.append((question, tuple(history)))
        self.limits.append(limit)
        word = question.split()[0]
        if word == "fail":
            raise QuestionError(f"The question is bad {EVIL}; mend it.")
        if word == "crash":
            raise RuntimeError("secret internals")
        yield Searched(question if not history else f"{question} about CLIP-RT", found(), limit=limit)
        pieces = {"refuse": [refusal()], "evil": evil_pieces()}.get(word, pieces_of_an_answer())
        for place, piece in enumerate(pieces):
            if word == "slow" and place:
                self.gate.wait(30)
            time.sleep(self.pause)
            yield piece
        yield answer(question, pieces, word)


def found():
    return tuple(
        Found(paper, Passage(paper.paper_id, 0, 5, paper.abstract[:5]), 0.9 - place / 10)
        for place, paper in enumerate(PAPERS)
    )


def quote_of(paper, quote, n):
    start = paper.abstract.index(quote)
    return Citation(n, paper.paper_id, quote, start, start + len(quote), 0.9)


def piece(text, claim, verdict, *citations, after=" "):
    ids = tuple(dict.fromkeys(c.paper_id for c in citations))
    reason = "It says 24 %, not 54 %." if verdict == "weak" else ""
    return Checked(CitedSentence(text, after, claim, ids), verdict and Sentence(text, verdict, citations, "", reason))


def pieces_of_an_answer():
    first = quote_of(PAPERS[0], "It outperforms OpenVLA by 24% with 7x fewer parameters.", 1)
    second = quote_of(PAPERS[0], "It adapts in a few shots.", 1)
    other = quote_of(PAPERS[2], "OpenVLA has 7B parameters.", 2)
    return [
        piece("CLIP-RT beats OpenVLA by **24%** with $a_1 * b_1$ of it [1].", "x", "supported", first),
        piece("It adapts fast [1][2].", "x", "weak", second, other),
        piece("It costs 5 dollars.", "x", "uncited", after=""),
    ]


def evil_pieces():
    bad = quote_of(PAPERS[1], "We attack.", 1)
    link = "[click](javascript:window.hacked=1) ![i](http://evil.example/x.png) [1]: http://evil.example"
    return [
        piece(f"{EVIL} {link} [1].", "x", "unsupported", bad, after="\n\n"),
        piece("[1]: http://evil.example/reference", "x", "uncited", after=""),
    ]


def refusal():
    return piece(NO_PAPER, NO_PAPER, None, after="")


def answer(question, pieces, word=""):
    cited = {c.paper_id: c.n for p in pieces if p.sentence for c in p.sentence.citations}
    sources = tuple(
        Source(
            cited.get(p.paper_id, 10 + place),
            p.paper_id,
            p.title,
            p.authors,
            p.year,
            p.venue,
            p.url,
            0.5,
            p.paper_id in cited,
        )
        for place, p in enumerate(PAPERS)
    )
    repairs = {
        "repair": (Repair("unknown-id", f"[9] was removed: no such source {EVIL}."),),
        "server": (Repair("model-failed", "Refused the key (401). This is the offline answer."),),
    }
    text = "".join(p.cited.text + p.cited.after for p in pieces)
    return Answer(
        question,
        question,
        text,
        word == "refuse",
        tuple(p.sentence for p in pieces if p.sentence),
        sources,
        repairs.get(word, ()),
        "offline-extractive",
        timings_ms=Timings(total=420),
    )
