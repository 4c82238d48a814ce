"""The chain, with the offline model and with a real loopback server that behaves well and badly."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from rag.answer import Assistant, Checked, Searched
from rag.errors import QuestionError
from rag.filters import Filter
from rag.offline.composing import MODEL_NAME
from rag.records import NO_PAPER, Answer, Turn, read_refusal
from rag.settings import DEFAULT_EMBEDDING_MODEL, Settings
from store.library import Library
from store.records import Paper
from tests.openai_server import Script, serve

QUESTION = "How does CLIP-RT compare with OpenVLA?"


@pytest.fixture(scope="module")
def settings(library):
    return Settings(home=Path("unused"), retries=0, timeout=5, check="local")


@pytest.fixture(scope="module")
def offline(library, settings):
    return Assistant(library, settings)


def ask(library, settings, script: Script, question: str = QUESTION, history=()) -> Answer:
    with serve(script) as url:
        return Assistant(library, replace(settings, openai_base_url=url)).ask(question, history)


def number_of(messages: list[dict], word: str) -> int:
    """The number under which the prompt shows the source whose title has `word`."""
    lines = messages[-1]["content"].splitlines()
    return next(int(line[1 : line.index("]")]) for line in lines if line.startswith("[") and word in line)


def quotes_are_exact(library, answer: Answer) -> bool:
    citations = [c for s in answer.sentences for c in s.citations]
    return all(library.get(c.paper_id).abstract[c.start : c.end] == c.quote for c in citations)


def test_offline_answer_states_the_figures_with_their_citation(offline, library):
    answer = offline.ask(QUESTION)
    assert "24%" in answer.answer and "7x" in answer.answer
    assert answer.model == MODEL_NAME and not answer.refused
    cited = [source for source in answer.sources if source.cited]
    assert any(source.title.startswith("CLIP-RT") for source in cited)
    assert {s.verdict for s in answer.sentences} == {"quoted"}
    assert quotes_are_exact(library, answer)


def test_stream_yields_papers_then_sentences_then_the_answer(offline):
    first, *checked, last = offline.stream(QUESTION)
    assert isinstance(first, Searched) and first.found
    assert all(isinstance(event, Checked) for event in checked) and isinstance(last, Answer)
    shown = "".join(event.cited.text + event.cited.after for event in checked)
    assert shown.strip() == last.answer


def test_an_answer_keeps_to_the_settings_it_began_with(library, settings):
    assistant = Assistant(library, settings)
    events = assistant.stream("How does CLIP-RT compare with OpenVLA?")
    next(events)
    assistant.use(replace(settings, openai_base_url="http://127.0.0.1:9/v1", openai_model="another"))
    *_, answer = events
    assert answer.model == MODEL_NAME and not answer.repairs and assistant.model == "another"


def test_sources_are_numbered_by_first_use(offline):
    answer = offline.ask(QUESTION)
    assert [source.n for source in answer.sources] == list(range(1, len(answer.sources) + 1))
    first_cited = next(c for s in answer.sentences for c in s.citations)
    assert first_cited.n == 1


def test_a_conversation_keeps_its_numbers(offline):
    first = offline.ask(QUESTION)
    cited = tuple((s.n, s.paper_id) for s in first.sources if s.cited)
    history = [Turn("user", QUESTION), Turn("assistant", first.answer, cited)]
    second = offline.ask("What average success rate does CLIP-RT reach on LIBERO?", history)
    numbers = {s.paper_id: s.n for s in second.sources}
    assert all(numbers.get(paper_id, n) == n for n, paper_id in cited)
    assert len(set(numbers.values())) == len(numbers)


def test_nothing_about_it_is_a_refusal_with_the_nearest_papers(offline):
    answer = offline.ask("How long do I have to boil an egg so that the yolk stays soft?")
    assert answer.refused and len(answer.sources) == 3
    assert answer.answer.startswith(NO_PAPER) and "boil an egg" in answer.answer
    assert not answer.sentences


def test_a_paper_that_is_here_without_its_abstract_is_not_denied(library_home, tmp_path, settings):
    home = shutil.copytree(library_home, tmp_path / "home")
    with Library.open(home, DEFAULT_EMBEDDING_MODEL) as library:
        library.add([Paper("", "A Book Chapter About Towels", "")])
        answer = Assistant(library, settings).ask("What is in the book chapter about towels?")
    assert answer.refused and answer.answer.startswith("“A Book Chapter About Towels” is in this library without its")


def test_a_limited_refusal_claims_nothing_of_the_papers_that_were_not_read(offline):
    answer = offline.ask("How long do I have to boil an egg so that the yolk stays soft?", limit=Filter(2024, 2024))
    assert answer.refused and read_refusal(answer.answer) == "no paper" and "in this library" not in answer.answer
    assert 0 < answer.papers_searched < 118
    assert f"Searched {answer.papers_searched} of 118 papers, those from 2024," in answer.answer


@pytest.mark.parametrize("question", ["", "   \n", "word " * 10_000])
def test_an_unusable_question_gets_one_line(offline, question):
    with pytest.raises(QuestionError) as caught:
        offline.ask(question)
    assert "\n" not in str(caught.value)


def test_a_server_writes_the_answer(library, settings):
    def reply(messages):
        n = number_of(messages, "CLIP-RT")
        return f"CLIP-RT outperforms OpenVLA by 24% in average success rates [{n}]."

    script = Script(reply)
    answer = ask(library, settings, script)
    assert answer.answer == "CLIP-RT outperforms OpenVLA by 24% in average success rates [1]."
    assert [s.verdict for s in answer.sentences] == ["supported"]
    assert (answer.model, answer.usage.prompt_tokens, answer.repairs) == ("tiny", 100, ())
    assert script.requests[0]["stream"] is True
    assert quotes_are_exact(library, answer)


def test_prices_give_the_cost(library, settings):
    answer = ask(library, replace(settings, price_prompt=2.0, price_completion=10.0), Script())
    assert answer.usage.cost_usd == pytest.approx((100 * 2 + 20 * 10) / 1e6)


def test_sloppy_markers_are_repaired_and_said(library, settings):
    def reply(messages):
        n = number_of(messages, "CLIP-RT")
        return (
            f"CLIP-RT achieves a 93.1% average success rate on the LIBERO benchmark [{n}; 99]. "
            f"CLIP-RT outperforms OpenVLA by 24% in average success rates【{n}】. "
            f"The `[{n}]` in code stays. Nobody knows why."
        )

    answer = ask(library, settings, Script(reply))
    assert "99" not in answer.answer and "【" not in answer.answer
    assert [s.verdict for s in answer.sentences][:2] == ["supported", "supported"]
    assert answer.sentences[-1].verdict == "uncited"
    assert any("99" in repair.detail for repair in answer.repairs)
    assert "code stays" in answer.answer


def test_code_and_footnotes_are_said_not_to_be_checked(library, settings):
    blocks = ("```\nCLIP-RT beats OpenVLA by 99% [1]\n```", "- ~~~\n  so it does\n  ~~~", "[^1]: It beats all others.")
    answer = ask(library, settings, Script(lambda m: "\n\n".join(["So.[^1]", *blocks, "```\n```", "End [1]."])))
    unread = [(s.text, s.verdict, s.citations) for s in answer.sentences if s.kind == "not read"]
    assert unread == [(block, "unchecked", ()) for block in blocks]
    assert answer.sentences[-1].text == "End [1]." and answer.sentences[1].reason == "a code block is not read"


def test_a_wrong_number_is_not_supported(library, settings):
    script = Script(
        lambda m: f"CLIP-RT outperforms OpenVLA by 42% in average success rates [{number_of(m, 'CLIP-RT')}]."
    )
    assert ask(library, settings, script).sentences[0].verdict == "unsupported"


@pytest.mark.parametrize(
    ("script", "says"),
    [
        (Script(status=401), "OPENAI_API_KEY"),
        (Script(status=404), "OPENAI_MODEL"),
        (Script(status=429), "429"),
        (Script(status=500), "500"),
        (Script(body=b"<html>hello</html>"), "OPENAI_BASE_URL"),
        (Script(cut_after=0), "broke off"),
        (Script(lambda m: ""), "nothing"),
        (Script(models=()), "OPENAI_MODEL"),
    ],
)
def test_a_failing_server_is_said_and_answered_offline(library, settings, script, says):
    answer = ask(library, settings, script)
    assert answer.model == MODEL_NAME and "24%" in answer.answer
    [repair] = answer.repairs
    assert repair.kind == "model-failed" and says in repair.detail and "\n" not in repair.detail


def test_an_unreachable_server_is_said_and_answered_offline(library, settings):
    answer = Assistant(library, replace(settings, openai_base_url="http://127.0.0.1:9/v1")).ask(QUESTION)
    assert answer.model == MODEL_NAME and "cannot be reached" in answer.repairs[0].detail


def test_a_stalled_server_is_given_up_after_the_timeout(library, settings):
    answer = ask(library, replace(settings, timeout=1), Script(stall_s=2))
    assert "sent nothing of an answer for 1 s" in answer.repairs[0].detail and "24%" in answer.answer


def test_a_cut_stream_keeps_what_was_written(library, settings):
    text = "CLIP-RT uses 7x fewer parameters. The rest of this is never"
    answer = ask(library, settings, Script(lambda m: text + " sent.", cut_after=len(text)))
    assert answer.answer == text
    assert [repair.kind for repair in answer.repairs] == ["cut-off"]


def test_json_instead_of_prose_is_read(library, settings):
    script = Script(lambda m: json.dumps({"answer": f"CLIP-RT uses 7x fewer parameters [{number_of(m, 'CLIP-RT')}]."}))
    answer = ask(library, settings, script)
    assert answer.answer == "CLIP-RT uses 7x fewer parameters [1]."
    assert answer.repairs


def test_a_servers_refusal_is_a_refusal(library, settings):
    answer = ask(library, settings, Script(lambda m: NO_PAPER), "What is the capital of France?")
    assert answer.refused and len(answer.sources) == 3


def test_a_better_source_is_offered(library, settings):
    def reply(messages):
        right = number_of(messages, "CLIP-RT")
        return f"CLIP-RT outperforms OpenVLA by 24% in average success rates [{1 if right != 1 else 2}]."

    answer = ask(library, settings, Script(reply))
    assert answer.sentences[0].verdict != "supported"
    [offer] = [repair for repair in answer.repairs if repair.kind == "better-source"]
    assert "CLIP-RT" in offer.detail


def test_a_follow_up_is_made_standalone_by_the_model(library, settings):
    def reply(messages):
        if "Last question:" in messages[-1]["content"]:
            return "How many parameters does CLIP-RT have?"
        return f"CLIP-RT has 1B parameters [{number_of(messages, 'CLIP-RT')}]."

    history = [Turn("user", "What is CLIP-RT?"), Turn("assistant", "A robot policy learned from language.")]
    answer = ask(library, settings, Script(reply), "And how many parameters does it have?", history)
    assert answer.standalone_question == "How many parameters does CLIP-RT have?"


def test_the_prompt_holds_whole_abstracts_and_the_question(library, settings):
    script = Script()
    ask(library, settings, script)
    prompt = script.requests[0]["messages"][-1]["content"]
    paper = next(p for p in library.papers() if p.title.startswith("CLIP-RT"))
    assert paper.abstract.replace("\n", " ") in prompt and prompt.endswith(f"Question: {QUESTION}")
