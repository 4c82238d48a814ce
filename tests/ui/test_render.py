from rag.records import Answer, Citation, Repair, Sentence, Source
from ui.render import as_markdown, print_answer

QUOTE = "It is fast, at 163 Hz."
SOURCE = Source(1, "p1", "FLS: A Search", ("Ann Lee",), 2025, "ACL 2025", "https://arxiv.org/abs/1", 0.9, True)


def answer(*sentences, repairs=()):
    return Answer(
        "How fast?",
        "How fast is FLS?",
        " ".join(s.text for s in sentences),
        False,
        sentences,
        (SOURCE,),
        repairs,
        "tiny",
    )


def sentence(text, verdict="supported"):
    return Sentence(text, verdict, (Citation(1, "p1", QUOTE, 0, len(QUOTE), 1.0),))


def test_the_terminal_shows_each_quote_that_the_answer_does_not_repeat(capsys):
    print_answer(
        answer(
            sentence("It is fast, at 163 Hz [1].", "quoted"),
            sentence("It runs at 163 Hz [1]."),
            repairs=(Repair("invented-citation", "[7] was removed."),),
        )
    )
    shown = capsys.readouterr().out
    assert "searched for: How fast is FLS?" in shown and "[1] Ann Lee. FLS: A Search" in shown
    assert "1 sentence stands word for word" in shown and shown.count(QUOTE) == 1
    assert "[7] was removed." in shown


def test_markdown_holds_the_references_and_every_repair():
    text = as_markdown(answer(sentence("It runs at 163 Hz [1]."), repairs=(Repair("k", "[7] was removed."),)))
    assert "1. Ann Lee. FLS: A Search. ACL 2025. https://arxiv.org/abs/1" in text and "[7] was removed." in text


def test_a_code_block_is_named_among_the_evidence_not_repeated(capsys):
    block = "```\n" + "print('CLIP-RT wins')\n" * 20 + "```"
    print_answer(answer(Sentence(block, "unchecked", (), "not read", "a code block is not read")))
    evidence = capsys.readouterr().out.partition("Evidence")[2]
    assert "? unchecked (a code block is not read): ```" in evidence and evidence.count("wins") < 5
