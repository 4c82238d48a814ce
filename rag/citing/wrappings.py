"""The prose in what a model writes, as it streams in.

Taken off are a JSON object or list that holds the answer, a code fence around an answer in Markdown, and the
prompt's own "Question: … Answer:" in front, each with a repair. JSON is held back until it is complete; everything
else goes through as it comes.
"""

import json
import re
from collections.abc import Callable

from rag.records import Repair

_ECHO = re.compile(r"(?:question:[^\n]*\n\s*)?answer:[ \t]*", re.IGNORECASE)
_JSON = re.compile(r"(?:```(?:json)?\s*)?(?=\{\s*\"|\[\s*\{\s*\")", re.IGNORECASE)
_WRAPPED = re.compile(
    r"```(?:(?i:markdown|md|text|txt|plaintext)[ \t]*\n|[ \t]*\n"
    r"(?=[A-Z][^\n=;{}<>]* [^\n=;{}<>]*[.!?](?: *\[[0-9, ]+\])*[ \t]*(?:\n|\Z)))"
)
# What a wrapping may look like before it can be told from prose.
_UNDECIDED = re.compile(
    r"`{1,3}|```[a-z]{1,9}[ \t]*|```[ \t]*\n[^\n]*"
    r"|(?:```(?:json)?\s*)?(?:\{|\[\s*\{?)?\s*",
    re.IGNORECASE,
)
_ESCAPE = re.compile(r"\\([\"\\/bfnrt]|u[0-9a-fA-F]{4})?")
_MARKER = re.compile(r"[\[【]\s*\d")
_TEXT_KEYS = ("answer", "response", "text", "content", "output", "result", "summary", "sentences", "sentence", "claim")
_ID_KEYS = ("citations", "citation", "sources", "source", "references", "reference", "cited", "ids")
_CUT_TEXT = re.compile(rf"\"(?:{'|'.join(_TEXT_KEYS)})\"\s*:\s*\"((?:[^\"\\]|\\.)*+)", re.IGNORECASE | re.DOTALL)

_NOTES = {
    "echo": "The model repeated the words of the prompt in front of its answer; they were left out.",
    "json": "The model wrote JSON instead of prose; the answer was read out of it.",
    "code-block": "The model put its whole answer into a code block; it was read as text.",
}


class Unwrapper:
    """Takes the wrappings off a growing text; `repairs` says which."""

    def __init__(self) -> None:
        self.repairs: list[Repair] = []
        self._noted: set[str] = set()
        self._held: list[str] = []
        self._read = self._read_start
        self._in_inner_block = False

    def feed(self, delta: str) -> str:
        """The prose that `delta` makes known, often just `delta`."""
        self._held.append(delta)
        return self._read(final=False)

    def close(self) -> str:
        """The rest of the prose; nothing may be fed afterwards."""
        return self._read(final=True)

    def _take(self) -> str:
        text = "".join(self._held)
        self._held = []
        return text

    def _go_on(self, read: Callable[..., str], rest: str, final: bool) -> str:
        self._held, self._read = [rest], read
        return read(final=final)

    def _note(self, kind: str) -> None:
        if kind not in self._noted:
            self._noted.add(kind)
            self.repairs.append(Repair(kind, _NOTES[kind]))

    def _read_start(self, final: bool) -> str:
        text = self._take().lstrip()
        if not final and (_UNDECIDED.fullmatch(text) or _may_echo(text)):
            self._held = [text]
            return ""
        if echo := _ECHO.match(text):
            self._note("echo")
            text = text[echo.end() :]
        if match := _WRAPPED.match(text):
            self._note("code-block")
            return self._go_on(self._read_wrapped, text[match.end() :], final)
        return self._go_on(self._read_json if _JSON.match(text) else self._read_prose, text, final)

    def _read_prose(self, final: bool) -> str:
        return self._take()

    def _read_wrapped(self, final: bool) -> str:
        """Whole lines, up to the fence that closes the block; a fence with a language opens one inside."""
        if not final and "\n" not in self._held[-1]:
            return ""
        *lines, last = self._take().split("\n")
        for place, line in enumerate(lines):
            if self._closes_wrapping(line):
                rest = "\n".join([*lines[place + 1 :], last])
                return _joined(lines[:place]) + self._go_on(self._read_prose, rest, final)
        self._held = [last]
        rest = "" if not final or self._closes_wrapping(last) else self._take()
        return _joined(lines) + rest

    def _closes_wrapping(self, line: str) -> bool:
        if not line.startswith("```"):
            return False
        bare = line.strip() == "```"
        closes = bare and not self._in_inner_block
        self._in_inner_block = not bare
        return closes

    def _read_json(self, final: bool) -> str:
        if not final:
            return ""
        text = self._take()
        answer = _json_answer(_JSON.sub("", text, count=1))
        if answer is None:
            return text
        self._note("json")
        return answer


def _may_echo(text: str) -> bool:
    """Whether a text may yet turn out to begin with the prompt's "Question: …" and "Answer:"."""
    head = text.casefold()
    if head.startswith("question:"):
        _, line, head = head.partition("\n")
        head = head.lstrip()
        return not line or "answer:".startswith(head)
    return "question:".startswith(head) or "answer:".startswith(head)


def _joined(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _json_answer(body: str) -> str | None:
    """The answer inside a text of JSON, its ids as markers; None when there is none.

    JSON that was cut off, or holds escapes that JSON lacks (`24\\%`), is read as far as it goes.
    """
    body = _ESCAPE.sub(lambda match: match[0] if match[1] else r"\\", body)
    try:
        value, end = json.JSONDecoder(strict=False).raw_decode(body)
        answer = _prose(value)
    except (ValueError, RecursionError):
        cut = _CUT_TEXT.search(body)
        return json.loads(f'"{cut[1]}"', strict=False) if cut else None
    rest = body[end:].strip().removeprefix("```").strip()
    return f"{answer}\n\n{rest}" if answer and rest else answer


def _prose(value: object) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return " ".join(filter(None, map(_prose, value))) or None
    if not isinstance(value, dict):
        return None
    fields = {str(key).lower(): item for key, item in value.items()}
    answer = next(filter(None, (_prose(fields[key]) for key in _TEXT_KEYS if key in fields)), None)
    ids = [n for key in _ID_KEYS for n in _ids(fields.get(key))]
    if not answer or not ids or _MARKER.search(answer):
        return answer
    return f"{answer.rstrip()} {''.join(f'[{n}]' for n in dict.fromkeys(ids))}"


def _ids(value: object) -> list[str]:
    if isinstance(value, list):
        return [n for item in value for n in _ids(item)]
    match = re.fullmatch(r"\[?(\d{1,4})\]?", str(value).strip()) if isinstance(value, int | str) else None
    return [match[1]] if match else []
