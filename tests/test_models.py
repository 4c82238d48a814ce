"""The model server: what it may send is bounded, and what is said of it holds no secret."""

import json

import pytest
from langchain_core.messages import HumanMessage
from openai_server import Script, serve

from rag.errors import ModelError
from rag.server import connection
from rag.server.chat import ServerModel
from rag.server.connection import list_models, server_errors
from rag.server.words import server_url
from rag.settings import Settings

WORD = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "tiny"}
WORDS = WORD | {"choices": [{"index": 0, "delta": {"content": "word " * 40}}]}


def settings(tmp_path, url, **more):
    return Settings(tmp_path, openai_base_url=url, retries=0, **{"timeout": 5.0, **more})


def read(chosen):
    return ServerModel(chosen).complete([HumanMessage("Hello?")])


@pytest.mark.parametrize(
    ("piece", "timeout", "longest", "said"),
    [
        (f"data: {json.dumps(WORDS)}\n\n".encode(), 5.0, 1_000_000, "does not come to an end"),
        (b": still here\n\n", 5.0, 1_000_000, "does not come to an end"),
        (b": still here\n\n", 0.1, 10**12, "sent nothing of an answer for 0.3 s"),
        (b"x" * 10_000, 5.0, 1_000_000, "does not come to an end"),
    ],
)
def test_a_stream_without_end_is_ended(tmp_path, monkeypatch, piece, timeout, longest, said):
    monkeypatch.setattr(connection, "LONGEST_REPLY", longest)
    with serve(Script(flood=piece)) as url, pytest.raises(ModelError, match=said):
        read(settings(tmp_path, url, timeout=timeout))


def test_a_list_of_models_without_end_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(connection, "LONGEST_REPLY", 1_000_000)
    names = tuple(f"model-{n}" * 100 for n in range(2_000))
    with serve(Script(models=names)) as url, pytest.raises(ModelError, match="does not come to an end"):
        list_models(settings(tmp_path, url))


def test_an_answer_that_is_longer_than_was_asked_for_is_cut_off(tmp_path):
    script = Script(reply=lambda messages: "word " * 1_000)
    with serve(script) as url:
        assert read(settings(tmp_path, url, max_tokens=1_000)) == ("word " * 1_000).strip()
        with pytest.raises(ModelError, match="the rest was not read"):
            read(settings(tmp_path, url, max_tokens=100))
        script.reply = lambda messages: "word " * 10_000
        with pytest.raises(ModelError, match="the rest was not read"):
            read(settings(tmp_path, url, max_tokens=100_000))
    assert [request["max_completion_tokens"] for request in script.requests] == [1_000, 100, 100_000]


def test_no_limit_is_sent_where_none_is_wanted(tmp_path):
    script = Script()
    with serve(script) as url:
        assert read(settings(tmp_path, url, max_tokens=0)) == "Hello [1]."
    assert not any("max" in name for name in script.requests[0])


@pytest.mark.parametrize("status", [0, 400, 401, 500])
def test_no_error_shows_the_key_or_the_password_of_the_address(tmp_path, status):
    with serve(Script(status=status or 200, body=None if status else b"{}")) as url:
        secret = url.replace("//", "//me:pass-word@")
        with pytest.raises(ModelError) as caught:
            read(settings(tmp_path, secret, openai_api_key="sk-very-secret"))
    said = str(caught.value)
    assert url in said and "pass-word" not in said and "sk-very" not in said
    assert "pass-word" in server_url(settings(tmp_path, secret)) and "secret" not in repr(settings(tmp_path, secret))


def test_a_key_in_a_servers_own_words_is_not_repeated(tmp_path):
    chosen = settings(tmp_path, "http://127.0.0.1:1", openai_api_key="sk-very-secret")
    with pytest.raises(ModelError) as caught, server_errors(chosen):
        raise ValueError("no such key: sk-very-secret")
    assert "sk-very" not in str(caught.value)
