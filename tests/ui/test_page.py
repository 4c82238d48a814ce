"""The page's converters: what reaches the browser is escaped, linked and marked as the records say."""

import re
from html.parser import HTMLParser
from threading import Event, Timer

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rag.answer import Searched
from rag.filters import NO_LIMIT, Filter
from rag.records import Turn
from store.records import Paper
from tests.fakes_web import (
    EVIL,
    PAPERS,
    FakeAssistant,
    answer,
    evil_pieces,
    found,
    piece,
    pieces_of_an_answer,
)
from ui.cards import paper_card, section_html
from ui.conversation import UNEXPECTED, Exchange, answering, history
from ui.markup import mark_ends, render, without_links
from ui.page import OFFLINE, answer_files, exchange_html
from ui.render import as_markdown
from ui.sentences import answer_html
from ui.web import example_questions


class Elements(HTMLParser):
    """The start tags of a page with their attributes, and its text."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def of(self, css_class):
        return [attrs for _, attrs in self.tags if css_class in (attrs.get("class") or "").split()]


def plain(text):
    return render(text, lambda sentence, n: f"<cite>{n}</cite>", str)


def ended(*sentences):
    """Sentences as HTML, with the number of each behind it."""
    ends = [len("".join(sentences[: place + 1])) for place in range(len(sentences))]
    marked = mark_ends("".join(sentences), ends)
    return render(marked, lambda sentence, n: f"<cite>{n}</cite>", lambda sentence: f"<end>{sentence}</end>")


def finished(question="compare", word=""):
    pieces = evil_pieces() if word == "evil" else pieces_of_an_answer()
    return Exchange(question, Searched(question, found()), tuple(pieces), answer(question, pieces, word))


def shown(conversation):
    """The last exchange of a conversation as HTML."""
    return exchange_html(str(len(conversation)), conversation[-1], 4, answer_files(conversation[-1]))


def last(question, conversation=(), assistant=None, limit=NO_LIMIT):
    *_, grown = answering(assistant or FakeAssistant(), question, conversation, Event(), limit)
    return grown


@pytest.mark.parametrize(
    "text", ["$a_1 * b_1 * c$", "[CLS] and [0, 1] and [sic]", r"98.5\% of \(x\)", "A^2Nav", "&lt;b&gt;"]
)
def test_text_that_is_no_markdown_stays_as_it_is(text):
    assert Elements(plain(text)).text.strip() == text


def test_code_keeps_its_brackets_and_its_sentence_still_counts():
    html = ended("See `x[1]`", " then [1].", "\n\n```\ny[2]\n```", "\n\nEnd")
    assert "<code>x[1]</code><end>0</end>" in html
    assert "<cite>1</cite>.<end>1</end>" in html
    assert "y[2]\n</code></pre>\n<end>2</end>" in html
    assert "End<end>3</end>" in html


def test_emphasis_closes_before_the_end_of_a_sentence():
    assert "<strong>Bold.</strong><end>0</end>" in ended("**Bold.**")


@pytest.mark.parametrize(
    ("sentences", "shows"),
    [
        (["| a | b |\n|---|---|\n| c | d [1] |"], "d <cite>1</cite> <end>0</end></td>"),
        (["| a | b |\n|---|---|\n", "| c | d |\n", "| e | f |"], "d <end>0</end><end>1</end></td>"),
        (["Head [1]\n==="], "<h1>Head <cite>1</cite><end>0</end></h1>"),
        (["```\ncode\n```"], "code\n</code></pre>\n<end>0</end>"),
        (["```", "\nBehind."], "<end>0</end>"),
        (["> ```\n> code\n> ```"], "<end>0</end></blockquote>"),
        (["    code"], "<end>0</end>"),
        (["```\n```"], "<end>0</end>"),
        (["One.", "\n\n---"], "<p><end>1</end></p>"),
        (["| a |\n|---|\n| b | a cell too much [1] |", "\n\nThen."], "a cell too much <cite>1</cite>"),
    ],
)
def test_every_block_of_an_answer_bears_the_verdict_of_what_ends_in_it(sentences, shows):
    html = ended(*sentences)
    assert shows in html
    assert all(html.count(f"<end>{place}</end>") == 1 for place in range(len(sentences)))


BITS = st.sampled_from(
    ["```\n", "```", "~~~\n", "| a | b |\n", "|---|---|\n", "| c |", "---\n", "===\n", "# H\n", "- "]
)
TEXTS = st.lists(
    BITS | st.sampled_from(["a.", " [1]", "\n", "\n\n", "**", "`", "$x$", "> ", "    ", "\\|", "é"]), max_size=6
)


@given(st.lists(TEXTS.map("".join), max_size=6))
def test_no_verdict_is_lost_or_shown_twice(sentences):
    html = ended(*sentences)
    assert sorted(map(int, re.findall(r"<end>(\d+)</end>", html))) == list(range(len(sentences)))


@pytest.mark.parametrize(
    "text",
    [
        EVIL,
        "![x](http://e.example/a.png)",
        "[x](http://e.example)",
        "<http://e.example>",
        "[1]: http://e.example\n\n[1]",
        "<a href=x>y</a>",
    ],
)
def test_a_model_cannot_write_elements_that_load_or_link(text):
    assert {tag for tag, _ in Elements(plain(text)).tags} <= {"p", "cite"}


@pytest.mark.parametrize(
    "text",
    [
        EVIL,
        "![x](http://e.example/a.png)",
        "![x\ny][1] and [1]\n\n[1]: http://e.example",
        "[1](http://e.example), [![i](http://e.example)](http://e.example)",
        "<http://e.example> <b>x</b> <!-- y -->",
        "<div>\n![x](http://e.example)\n</div>",
        "| a |\n|---|\n| > ![x](http://e.example) |",
        "> - ![x][]\n>\n> [x]:\n> http://e.example",
    ],
)
def test_markdown_to_pass_on_links_nowhere_but_to_the_sources(text):
    pieces = [piece(text, "x", "supported")]
    copied = as_markdown(answer("q", pieces))
    shown = MarkdownIt("commonmark").enable("table").render(copied)
    assert not {tag for tag, _ in Elements(shown).tags} & {"a", "img", "b", "div", "script"}
    assert "e.example" in Elements(shown).text or text == EVIL


@pytest.mark.parametrize(
    "text", ["So [1] of `[x](y)`, 1 < 2.", "```\n![x](y)\n<b>\n```", "[s](https://s.example) <https://s.example>"]
)
def test_markdown_without_foreign_links_is_passed_on_as_it_is(text):
    assert without_links(text, ["https://s.example"]) == text


@given(st.lists(BITS | st.sampled_from(["[x]", "(y)", "![", "]", "(", "[x]: y\n", "<b>", "<", "http://e", ">", "\\"])))
def test_no_text_keeps_a_link(bits):
    shown = MarkdownIt("commonmark").enable("table").render(without_links("".join(bits)))
    assert not re.search(r"<(a|img|b|script)\b", shown)


def test_each_citation_leads_to_its_source_and_its_own_quote():
    page = Elements(answer_html("1", finished()))
    first, second, third = page.of("cite")
    assert (first["href"], third["href"]) == ("#card-1-2411.00508", "#card-1-2406.09246")
    quotes = [PAPERS[0].abstract[slice(*map(int, a["data-spans"].split("-")))] for a in (first, second)]
    assert quotes == ["It outperforms OpenVLA by 24% with 7x fewer parameters.", "It adapts in a few shots."]
    assert first["aria-label"] == f"Source 1: {PAPERS[0].title}"


def test_every_verdict_has_a_word_a_colour_and_a_place_for_the_keyboard():
    page = Elements(answer_html("1", finished()))
    assert [a["class"].split()[1] for a in page.of("verdict")] == ["supported", "weak", "uncited"]
    assert all(tag == "button" and a["aria-label"] for tag, a in page.tags if "verdict" in a.get("class", ""))
    assert "weak" in page.text and "uncited" in page.text


def test_a_citation_without_a_quote_still_leads_to_its_source():
    cited = piece("It is so [1].", "It is so", "unsupported")
    exchange = Exchange("q", Searched("q", found()), (cited,), answer("q", pieces_of_an_answer()))
    assert Elements(answer_html("1", exchange)).of("cite")[0]["href"] == "#card-1-2411.00508"


def test_a_number_that_no_source_has_is_no_link():
    exchange = Exchange("q", Searched("q", found()), (piece("So [9].", "So", "uncited"),))
    assert not Elements(answer_html("1", exchange)).of("cite")


def test_foreign_text_is_never_markup():
    exchange = finished(f"{EVIL}?", "evil")
    html = shown((exchange,)) + shown(last("fail")) + shown(last("repair")) + section_html("1", exchange)
    tags = Elements(html).tags
    assert not {"script", "img", "b"} & {tag for tag, _ in tags}
    assert not [name for _, attrs in tags for name in attrs if name.startswith("on")]
    assert not [a["href"] for _, a in tags if "href" in a and not a["href"].startswith(("#", "https://arxiv.org"))]


def test_an_abstract_keeps_its_characters_at_their_places():
    abstract = "One\r\ntwo 🤖 <three> & \0four"
    shown = Elements(paper_card(Paper("x", "T", abstract))).text
    assert "One\r\ntwo 🤖 <three> & \N{REPLACEMENT CHARACTER}four" in shown


def test_a_refusal_says_what_was_searched_and_names_the_nearest_papers():
    page = Elements(shown(last("refuse it")))
    assert "Not in this library" in page.text and "Searched 4 papers for refuse it" in page.text
    nearest = ["#card-1-2411.00508", "#card-1-10.1%2Fevil", "#card-1-2406.09246"]
    assert [a["href"] for a in page.of("to-card")] == nearest
    assert "Nearest papers" in section_html("1", last("refuse it")[0])
    limited = Elements(shown(last("refuse it", limit=Filter(2024, 2024))))
    assert "Not in the papers searched" in limited.text and "papers from 2024 for refuse it" in limited.text
    assert "Ask all 4 papers" in limited.text and "Ask all" not in page.text


def test_the_offline_model_says_that_it_is_no_language_model():
    assert OFFLINE in shown(last("compare"))


def test_a_failed_server_is_said_in_the_open_and_a_repair_in_a_note():
    assert "(401). This is the offline answer." in Elements(shown(last("server"))).text
    assert "1 note on this answer" in shown(last("repair"))


def test_a_follow_up_shows_what_was_searched_for_and_carries_the_numbers_on():
    assistant = FakeAssistant()
    first = last("compare", assistant=assistant)
    second = last("and its cost?", first, assistant)
    assert "searched for: and its cost? about CLIP-RT" in Elements(shown(second)).text
    cited = ((1, "2411.00508"), (2, "2406.09246"))
    assert assistant.seen[1][1] == (Turn("user", "compare"), Turn("assistant", first[0].answer.answer, cited))


def test_an_error_keeps_the_question_and_tells_no_internals():
    failed, crashed = last("fail now"), last("crash now")
    assert failed[0].question == "fail now" and "mend it" in failed[0].error
    assert crashed[0].error == UNEXPECTED
    assert history((*failed, *crashed)) == []


def test_an_empty_question_changes_nothing():
    assert list(answering(FakeAssistant(), "  \n", (), Event())) == [()]


def test_stopping_keeps_what_was_written():
    stop = Event()
    for state in answering(FakeAssistant(pause=0.02), "compare", (), stop):
        if len(state[0].pieces) == 2:
            stop.set()
    assert "Stopped" in shown(state) and len(state[0].pieces) == 2
    assert history(state)[1].cited == ((1, "2411.00508"), (2, "2406.09246"))


def test_a_silent_server_can_be_stopped_at_once():
    stop = Event()
    Timer(0.1, stop.set).start()
    assistant = FakeAssistant()
    *_, state = answering(assistant, "slow", (), stop)
    assert state[0].stopped and len(state[0].pieces) == 1
    assistant.gate.set()


def test_examples_are_ones_that_this_library_answers():
    assert example_questions(FakeAssistant()) == ["How does CLIP-RT compare with OpenVLA?"]
