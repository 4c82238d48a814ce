"""Servers as they really are: a usable answer is the answer; what is none is one line with the server's own words."""

import json
from pathlib import Path

import pytest
from langchain_core.messages import HumanMessage, SystemMessage
from openai_server import Script, Sent, serve
from server_cases import ENDINGS, ERRORS, FRAMES, GOOD, LISTS, NO_LISTS, PROTOCOL, REASONING, body, error, stream, whole

from rag.errors import ContextError, ModelError
from rag.models import tried
from rag.server.chat import ServerModel
from rag.server.connection import model_name
from rag.settings import Settings

ASKED = [SystemMessage("Be brief."), HumanMessage("How does CLIP-RT compare with OpenVLA?")]
SHAPES = {
    f"{kind}: {name}": case
    for kind, cases in {
        "reasoning": REASONING,
        "frame": FRAMES,
        "protocol": PROTOCOL,
        "ending": ENDINGS,
        "error": ERRORS,
    }.items()
    for name, case in cases.items()
}


@pytest.fixture(scope="module")
def server():
    """A server that sends what its `send` says, and its script."""
    script = Script()
    with serve(script) as url:
        yield url, script


@pytest.fixture
def model(server):
    """A model of that server for a `send`, which gets each request."""

    def made(send, **more) -> ServerModel:
        url, script = server
        script.requests.clear()
        script.send = lambda path, request: send(request) if path.endswith("/completions") else None
        return ServerModel(Settings(Path(), openai_base_url=url, openai_model="tiny", **{"retries": 0, **more}))

    return made


@pytest.mark.parametrize("name", SHAPES)
def test_what_a_server_sends_is_the_answer_or_is_told(model, name):
    case, pieces = SHAPES[name], []
    asked = model(lambda request: case.sent).stream(ASKED)
    if case.words:
        with pytest.raises(ModelError) as caught:
            pieces.extend(asked)
        assert case.words in str(caught.value) and "\n" not in str(caught.value)
        return
    *pieces, last = asked
    used = last.usage_metadata or {"input_tokens": 0, "output_tokens": 0}
    assert "".join(piece.text for piece in [*pieces, last]).strip() == case.text
    assert bool(case.incomplete) == bool(last.response_metadata["incomplete"])
    assert case.incomplete in last.response_metadata["incomplete"]
    assert (used["input_tokens"], used["output_tokens"]) == case.usage


def refuses(option: str, refusal: Sent, answer: Sent | None = None):
    return lambda request: refusal if option in request else answer or stream(GOOD)


def unsupported(name: str, **more: str) -> Sent:
    return error(f"Unsupported parameter: '{name}' is not supported with this model.", param=name, **more)


@pytest.mark.parametrize(
    ("send", "left_out"),
    [
        (refuses("temperature", unsupported("temperature")), ("temperature",)),
        (refuses("temperature", error("Unsupported value: 'temperature' does not support 0")), ("temperature",)),
        (refuses("stream_options", error("#/stream_options: Extra inputs are not permitted")), ("stream_options",)),
        (
            refuses("stream_options", body({"detail": [{"loc": ["body", "stream_options"], "msg": "Extra"}]}, 422)),
            ("stream_options",),
        ),
        (
            refuses("stream", error("Not verified to stream.", param="stream"), body(whole({"content": GOOD}))),
            ("stream",),
        ),
        (refuses("max_completion_tokens", unsupported("max_completion_tokens")), ("max_completion_tokens",)),
        (
            lambda r: error("max_tokens is too large: 8192") if "tokens" in str(sorted(r)) else stream(GOOD),
            ("max_completion_tokens", "max_tokens"),
        ),
        (
            lambda r: (
                error("This model's maximum context length is 4096 tokens: 800 of input, 8192 of completion")
                if "max_completion_tokens" in r
                else stream(GOOD)
            ),
            ("max_completion_tokens", "max_tokens"),
        ),
        (
            lambda r: error("System role not supported") if r["messages"][0]["role"] == "system" else stream(GOOD),
            ("system",),
        ),
        (
            lambda r: error("Conversation roles must alternate") if len(r["messages"]) > 1 else stream(GOOD),
            ("system",),
        ),
        (
            lambda r: error("Bad request") if "temperature" in r else stream(GOOD),
            ("temperature", "stream_options", "max_completion_tokens", "max_tokens"),
        ),
        (
            lambda r: (
                error("temperature is not supported")
                if "temperature" in r
                else error("Unknown field: stream_options", 422)
                if "stream_options" in r
                else stream(GOOD)
            ),
            ("temperature", "stream_options"),
        ),
    ],
)
def test_what_a_server_refuses_is_left_out_and_remembered(model, server, send, left_out):
    asked = model(send)
    assert [asked.complete(ASKED), asked.complete(ASKED)] == [GOOD, GOOD]
    assert asked.left_out == left_out
    *_, again, last = server[1].requests
    assert last == again and "Be brief." in str(last["messages"]) and "CLIP-RT" in str(last["messages"])


def test_a_question_that_is_refused_as_it_is_changes_nothing(model, server):
    asked = model(lambda request: error("No."))
    with pytest.raises(ModelError, match="No"):
        asked.complete(ASKED)
    assert not asked.left_out and len(server[1].requests) == 2


def test_a_prompt_that_is_too_long_is_told_apart(model):
    asked = model(lambda request: error("maximum context length is 2048 tokens"))
    with pytest.raises(ContextError, match="CITEWELL_SOURCES"):
        asked.complete(ASKED)
    assert asked.too_long == sum(len(message.text) for message in ASKED)


def test_a_busy_server_is_asked_again(model, server):
    busy = iter([body({"error": {"message": "Slow down"}}, 429, Retry_After="0.01")])
    assert model(lambda request: next(busy, stream(GOOD)), retries=1).complete(ASKED) == GOOD
    assert len(server[1].requests) == 2


def test_a_server_that_only_keeps_the_line_open_is_waited_for(model):
    sent = stream(GOOD)
    kept = Sent((*3 * (b": processing\n\n", 0.7), *sent.pieces), type=sent.type)
    assert model(lambda request: kept, timeout=2).complete(ASKED) == GOOD


_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
HOLDING = {
    "goes on and on": (b"", b"HTTP/1.1 100 Continue\r\n\r\n", "nothing of an answer for 0.1 s"),
    "a head without end": (_HEAD + b"X: ", b"x", "nothing of an answer for 0.1 s"),
    "a head of a piece without end": (
        _HEAD + b"Transfer-Encoding: chunked\r\n\r\n5;x=",
        b"x",
        "does not come to an end",
    ),
    "nothing but signs of life": (_HEAD + b"\r\n", b": here\n\n", "nothing of an answer for 0.3 s"),
    "a word now and then": (
        _HEAD + b"\r\n",
        b'data: {"choices": [{"delta": {"content": "So. "}}]}\n\n',
        "does not come to an end",
    ),
}


@pytest.mark.parametrize("name", HOLDING)
def test_no_server_holds_a_question_for_longer_than_its_time(model, name):
    head, again, words = HOLDING[name]
    asked = model(lambda request: Sent((head, *40 * (again, 0.05)), status=0), timeout=0.1)
    with pytest.raises(ModelError, match=words):  # it would say something else once the server has ended
        asked.complete(ASKED)


def test_reasoning_opened_by_a_template_is_never_shown_and_an_answer_is_not_held_back(model):
    asked = model(lambda request: stream("So [1].\n</think>\nIt is fast [1]. Then more [2]."))
    for _ in range(2):
        assert asked.complete(ASKED) == "It is fast [1]. Then more [2]."
    asked = model(lambda request: stream("CLIP-RT is faster [1]. The rest follows [2]."))
    assert len(list(asked.stream(ASKED))) > 2  # its first sentence shows that it answers
    asked = model(lambda request: stream("Here is how they compare: CLIP-RT is faster [1]."))
    assert len(list(asked.stream(ASKED))) == 1 and len(list(asked.stream(ASKED))) > 2  # the second time it is known


def test_what_was_written_before_an_error_stays(model):
    sent = stream("CLIP-RT is faster. And then")
    cut = Sent((*sent.pieces[:-3], b'data: {"error": "gone"}\n\n'), type=sent.type)
    asked, got = model(lambda request: cut).stream(ASKED), []
    with pytest.raises(ModelError, match="gone"):
        got.extend(piece.text for piece in asked)
    assert "".join(got) == "CLIP-RT is faster. And then"


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_models_is_read_in_any_shape(server, name):
    listed, chosen = LISTS[name]
    server[1].send = lambda path, request: body(listed)
    assert model_name(Settings(Path(), openai_base_url=server[0])) == chosen


@pytest.mark.parametrize("name", NO_LISTS)
def test_a_list_that_is_none_is_told(server, name):
    sent, words = NO_LISTS[name]
    server[1].send = lambda path, request: sent
    with pytest.raises(ModelError) as caught:
        model_name(Settings(Path(), openai_base_url=server[0], retries=0))
    assert words in str(caught.value)


def test_an_address_without_v1_gets_a_hint(server):
    server[1].send = lambda path, request: body(b"404 page not found", 404)
    bare = Settings(Path(), openai_base_url=server[0].removesuffix("/v1"), openai_model="tiny", retries=0)
    with pytest.raises(ModelError, match=r"most end in /v1: http.*/v1\)"):
        ServerModel(bare).complete(ASKED)


def test_the_model_is_tried_with_a_real_question(server):
    settings = Settings(Path(), openai_base_url=server[0], openai_model="tiny", retries=0)

    def send(path, request):
        return unsupported("temperature") if "temperature" in request else stream("They counted 412 sheep [1].")

    server[1].send = send
    assert "answers in" in (told := tried(settings)) and "without temperature" in told and "not as asked" not in told
    server[1].send = lambda path, request: stream(json.dumps(request["model"]))
    assert "not as asked" in tried(settings)
