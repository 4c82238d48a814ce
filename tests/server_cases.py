"""How servers that speak the OpenAI protocol really behave: what each sends, and what is right."""

import json
from dataclasses import dataclass
from typing import Any

from openai_server import Sent

GOOD = "CLIP-RT outperforms OpenVLA by 24% in average success rates [1]."


@dataclass(frozen=True)
class Case:
    """`sent` comes for every question; right is `text`, and why it is `incomplete`, or an error of `words`."""

    sent: Sent
    text: str = GOOD
    incomplete: str = ""
    words: str = ""
    usage: tuple[int, int] = (10, 5)


def chunk(delta: Any = None, finish: str | None = None, **more: Any) -> dict:
    return {
        "object": "chat.completion.chunk",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        **more,
    }


def says(text: str) -> list[dict]:
    return [chunk({"content": text[i : i + 9]}) for i in range(0, len(text), 9)]


USAGE = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
BEGIN = chunk({"role": "assistant", "content": ""})
STOP = chunk({}, "stop")
COUNTED = {"object": "chat.completion.chunk", "choices": [], "usage": USAGE}
REPLY = [BEGIN, *says(GOOD)]
END = [STOP, COUNTED]


def events(*rows: dict | bytes, end: bytes = b"\n\n", done: bool = True) -> Sent:
    sent = [row if isinstance(row, bytes) else b"data: " + json.dumps(row).encode() + end for row in rows]
    return Sent((*sent, *([b"data: [DONE]" + end] if done else [])), type="text/event-stream")


def stream(text: str, finish: str = "stop") -> Sent:
    return events(BEGIN, *says(text), chunk({}, finish), COUNTED)


def body(value: Any, status: int = 200, **headers: str) -> Sent:
    sent = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Sent((sent,), status, headers=tuple((n.replace("_", "-"), v) for n, v in headers.items()))


def error(message: str, status: int = 400, **more: str) -> Sent:
    return body({"error": {"message": message, "type": "invalid_request_error", **more}}, status)


def page(text: str, status: int = 200) -> Sent:
    return Sent((text.encode(),), status, "text/html")


def whole(message: dict, **more: Any) -> dict:
    return {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}], "usage": USAGE, **more}


SAID = {"role": "assistant", "content": GOOD}
THOUGHT = "Okay, the user asks about CLIP-RT. Source [2] says 99%. I should answer."
MUSES = [chunk({"reasoning_content": "Let me think about [2]."}), chunk({"reasoning_content": " 99%."})]
HARMONY = f"<|channel|>analysis<|message|>{THOUGHT}<|end|><|start|>assistant<|channel|>final<|message|>{GOOD}"

REASONING = {
    "in a field of its own": Case(events(BEGIN, *MUSES, *REPLY, *END)),
    "in a field of another name": Case(events(chunk({"reasoning": "Let me think."}), *REPLY, *END)),
    "in parts of another type": Case(
        events(chunk({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "99%"}]}]}), *REPLY, *END)
    ),
    "alone": Case(events(*MUSES, *END), words="wrote its reasoning and no answer; switch its reasoning off"),
    "until its length": Case(events(*MUSES, chunk({}, "length")), words="no answer; raise CITEWELL_MAX_TOKENS"),
    "between tags": Case(stream(f"<think>\n{THOUGHT}\n</think>\n\n{GOOD}")),
    "between large tags": Case(stream(f"<THINK>\n{THOUGHT}\n</THINK>\n\n{GOOD}")),
    "between tags with more": Case(stream(f'<think time="2s">{THOUGHT}</think>{GOOD}')),
    "empty": Case(stream(f"\n\n<think>\n\n</think>\n\n{GOOD}")),
    "opened by a template": Case(stream(f"{THOUGHT}\n</think>\n\n{GOOD}")),
    "after a word": Case(stream(f"Sure. <think>{THOUGHT}</think> {GOOD}"), text=f"Sure. {GOOD}"),
    "in a channel": Case(stream(HARMONY)),
    "never closed": Case(stream(f"<think>\n{THOUGHT}", "length"), words="raise CITEWELL_MAX_TOKENS"),
    "told of": Case(
        stream("It thinks between <think> and `</think>` tags [1]. So it does [2]."),
        text="It thinks between <think> and `</think>` tags [1]. So it does [2].",
    ),
}
FRAMES = {
    frame: Case(stream(text))
    for frame, text in {
        "im_end": f"{GOOD}<|im_end|>",
        "s": f"<s>{GOOD}</s>",
        "eot": f"{GOOD}<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
        "turn": f"<|im_start|>assistant\n{GOOD}<|im_end|>\n<|im_start|>user\nAnd then?",
        "gemma": f"{GOOD}<end_of_turn>\n",
        "deepseek": f"{GOOD}<｜end▁of▁sentence｜>",
    }.items()
}
PROTOCOL = {
    "no choices first": Case(events({**BEGIN, "choices": [], "prompt_filter_results": []}, *REPLY, *END)),
    "null choices": Case(events({**BEGIN, "choices": None}, *REPLY, *END)),
    "without choices": Case(events({"object": "chat.completion.chunk"}, *REPLY, *END)),
    "a null delta": Case(events(chunk(None), *REPLY, *END)),
    "null content": Case(events(chunk({"content": None}), *REPLY, chunk({"content": None}), *END)),
    "null roles": Case(events(*(chunk({"role": None, **c["choices"][0]["delta"]}) for c in REPLY), *END)),
    "bare choices": Case(events(*({"choices": c["choices"]} for c in [*REPLY, STOP])), usage=(0, 0)),
    "half a character": Case(
        events(BEGIN, chunk({"content": "\ud83d"}), chunk({"content": "\ude00\udc00 "}), *REPLY, *END),
        text=f"😀\ufffd {GOOD}",
    ),
    "parts": Case(events(chunk({"content": [{"type": "text", "text": GOOD}]}), *END)),
    "keep-alives": Case(events(b": keep-alive\n\n", b": PROCESSING\n\n", *REPLY, b": ping\n\n", *END)),
    "a ping": Case(events(b"event: ping\ndata: {}\n\n", *REPLY, *END)),
    "empty data": Case(events(b"data: \n\n", b"data:\n\n", *REPLY, *END)),
    "CRLF": Case(events(*REPLY, *END, end=b"\r\n\r\n")),
    "CR": Case(events(*REPLY, *END, end=b"\r\r")),
    "no blank": Case(events(*(b"data:" + json.dumps(c).encode() + b"\n\n" for c in [*REPLY, *END]))),
    "a byte order mark": Case(events(b"\xef\xbb\xbf", *REPLY, *END)),
    "no UTF-8": Case(
        events(b'data: {"choices": [{"index": 0, "delta": {"content": "A \xff b [1]."}}]}\n\n', *END), "A � b [1]."
    ),
    "several answers": Case(
        events(
            {"choices": [{"index": 1, "delta": {"content": "other"}}, {"index": 0, "delta": {"content": GOOD}}]}, *END
        )
    ),
    "older texts": Case(events(*({"choices": [{"index": 0, "text": GOOD, "finish_reason": None}]}, *END))),
    "messages for deltas": Case(events({"choices": [{"index": 0, "message": SAID}]}, *END)),
    "one piece": Case(body(whole(SAID))),
    "one piece for events": Case(Sent((json.dumps(whole(SAID)).encode(),), type="text/event-stream")),
    "usage with the end": Case(events(*REPLY, {**STOP, "usage": USAGE})),
    "usage with each": Case(events(*({**c, "usage": {**USAGE, "completion_tokens": 2}} for c in REPLY), *END)),
    "null usage": Case(events(*({**c, "usage": None} for c in [*REPLY, STOP])), usage=(0, 0)),
    "nulls in usage": Case(events(*REPLY, STOP, {**COUNTED, "usage": dict.fromkeys(USAGE)}), usage=(0, 0)),
    "half of the usage": Case(events(*REPLY, STOP, {**COUNTED, "usage": {"prompt_tokens": 10}}), usage=(10, 0)),
}
ENDINGS = {
    "eos": Case(stream(GOOD, "eos")),
    "STOP": Case(stream(GOOD, "STOP")),
    "first an empty one": Case(
        events(*({**c, "choices": [{**c["choices"][0], "finish_reason": ""}]} for c in REPLY), *END)
    ),
    "none but done": Case(events(*REPLY), usage=(0, 0)),
    "none": Case(events(*REPLY, done=False), incomplete="without saying that the answer is complete", usage=(0, 0)),
    "length": Case(stream(GOOD, "length"), incomplete="length limit"),
    "max_tokens": Case(stream(GOOD, "max_tokens"), incomplete="length limit"),
    "content_filter": Case(stream(GOOD, "content_filter"), incomplete="content filter"),
    "error": Case(stream(GOOD, "error"), incomplete="stopped with an error"),
    "tool_calls": Case(stream(GOOD, "tool_calls"), incomplete="a tool"),
    "another": Case(stream(GOOD, "vacation"), incomplete="(vacation)"),
    "damaged": Case(events(*REPLY, b'data: {"id":"c","choi\n\n', *END), incomplete="could not be read"),
}
LOST = {"error": {"message": "CUDA out of memory", "code": 500}}
TOO_LONG = "This model's maximum context length is 2048 tokens"
ERRORS = {
    "in place of events": Case(events({"error": {"message": "quota exceeded"}}), words="“quota exceeded”"),
    "in the midst": Case(events(*REPLY[:4], LOST), words="“CUDA out of memory”"),
    "a string": Case(events(*REPLY[:4], {"error": "CUDA out of memory"}), words="“CUDA out of memory”"),
    "an event": Case(events(b'event: error\ndata: {"message":"model crashed"}\n\n'), words="“model crashed”"),
    "an object": Case(
        events({"object": "error", "message": TOO_LONG, "code": 400}), words="too long (200): “This model's"
    ),
    "with a finish": Case(events(chunk({}, "error", error={"message": "Upstream died"})), words="“Upstream died”"),
    "as an answer": Case(error("The model is overloaded", 200), words="“The model is overloaded”"),
    "plain": Case(Sent((b"Internal error",), type="text/plain"), words="not the OpenAI protocol: “Internal error”"),
    "a page": Case(
        page("<!doctype html><title>Sign in</title><p>x"), words="a web page: “Sign in”; check OPENAI_BASE_URL"
    ),
    "a page with 502": Case(page("<html><h1>502 Bad Gateway</h1></html>", 502), words="(502): “502 Bad Gateway”"),
    "an address": Case(error("Unexpected endpoint or method.", 200), words="check OPENAI_BASE_URL"),
    "another list": Case(body({"object": "list", "data": []}), words="not the OpenAI protocol"),
    "tools": Case(events(chunk({"tool_calls": [{"index": 0}]}), chunk({}, "tool_calls")), words="asked for a tool"),
    "a refusal": Case(events(chunk({"refusal": "I can't."}), STOP), words="refused to answer: “I can't”"),
    "no word": Case(events(BEGIN, *END), words="wrote nothing"),
    "no body": Case(Sent((), 204), words="wrote nothing"),
    "stopped at once": Case(
        events(chunk({}, "content_filter")), words="content filter stopped the model before it wrote"
    ),
    "401": Case(body({"error": {"message": "bad key"}}, 401), words="“bad key”; check OPENAI_API_KEY"),
    "402": Case(error("Insufficient Balance", 402), words="“Insufficient Balance”; check the account"),
    "403": Case(error("Country not supported", 403), words="(403): “Country not supported”"),
    "404": Case(
        error('model "tiny" not found, try pulling it first', 404), words="try pulling it first”; check OPENAI_MODEL"
    ),
    "405": Case(body({"detail": "Method Not Allowed"}, 405), words="“Method Not Allowed”; check OPENAI_BASE_URL"),
    "422": Case(
        body({"detail": [{"loc": ["body", "messages"], "msg": "Field required"}]}, 422),
        words="“body.messages: Field required”",
    ),
    "embeddings": Case(
        error("This is not a chat model"), words="“This is not a chat model”; check that tiny is a chat model"
    ),
    "quota": Case(error("You exceeded your current quota", 429), words="(429): “You exceeded your current quota”"),
    "loading": Case(error("Loading model", 503), words="“Loading model”; try again in a while"),
    "llama.cpp": Case(error("the request exceeds the available context size"), words="too long (400)"),
    "LM Studio": Case(body({"error": "loaded with context length of only 4096 tokens"}, 400), words="too long (400)"),
    "a context with 500": Case(error("context size exceeded", 500), words="too long (500)"),
    "moved": Case(
        body(b"", 301, Location="http://elsewhere/v1"), words="moved to http://elsewhere/v1; set OPENAI_BASE_URL"
    ),
    "moved for good": Case(
        body(b"", 308, Location="http://elsewhere/v1"), words="moved to http://elsewhere/v1; set OPENAI_BASE_URL"
    ),
    "broken off": Case(Sent((b"data: {",), headers=(("Content-Length", "99"),)), words="broke off"),
}

_ONE = {"id": "tiny", "object": "model"}
# Lists of models, and the name that is taken of each.
LISTS = {
    "as it should be": ({"object": "list", "data": [_ONE]}, "tiny"),
    "bare": ([_ONE], "tiny"),
    "names": (["tiny"], "tiny"),
    "another key": ({"models": [{"name": "tiny"}]}, "tiny"),
    "no id": ({"data": [{"name": "tiny"}]}, "tiny"),
    "embeddings first": ({"data": [{"id": "text-embedding-nomic-embed-text-v1.5"}, {"id": "bge-m3"}, _ONE]}, "tiny"),
}
# Lists that are none, and the words of the error.
NO_LISTS = {
    "empty": (body({"data": []}), "lists no models; set OPENAI_MODEL"),
    "null": (body({"data": None}), "lists no models; set OPENAI_MODEL"),
    "embeddings": (body({"data": [{"id": "bge-m3"}]}), "lists no chat model, only bge-m3"),
    "no such": (body({"detail": "Not Found"}, 404), "no list of models: “Not Found”; set OPENAI_MODEL"),
    "no key": (body({"error": {"message": "bad key"}}, 401), "“bad key”; check OPENAI_API_KEY"),
    "a page": (page("<html><body>Welcome</body></html>"), "a web page: “Welcome”; check OPENAI_BASE_URL"),
    "another address": (error("Unexpected endpoint", 200), "“Unexpected endpoint”; check OPENAI_BASE_URL"),
}
