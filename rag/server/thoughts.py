"""What a model thinks, and the tokens that frame its turn, taken out of its text as it streams in.

Reasoning stands between `<think>` and `</think>`, or in a channel that is not the final one; what a template has
opened ends with `</think>` alone. A tag that a sentence speaks of ("between <think> and </think>") is text.
"""

import re

_FRAME = re.compile(
    r"<\|[^<>|\n]{1,40}\|>|<｜[^<>｜\n]{1,40}｜>|</?(?:think|thinking|thought|reasoning)\b[^<>\n]{0,40}>|</?s>"
    r"|<(?:start|end)_of_turn>",
    re.IGNORECASE,
)
# What may yet become one of these.
_BEGUN = re.compile(r"<(?:[|｜][^<>\n]{0,42}|/?[a-zA-Z][^<>\n]{0,60}|/)?\Z")
_END = re.compile(
    r"<[|｜](?:im_end|end|eot_id|eom_id|endoftext|end_of_text|return|call|end.of.sentence)[|｜]>|</s>|<end_"
)
_STARTS = ("<|start|>", "<|im_start|>", "<|start_header_id|>", "<start_of_turn>")  # a role follows
_BOUNDARY = re.compile(r"(?:\A|[\n.!?:。！？\])”*])[ \t]*\Z")
# A first sentence that no reasoning begins with: it ends with a citation.
_MUSING = r"\s*(?:okay|ok|alright|hmm|well|so|now|let|first|we|i|the user|the question|looking|to answer)\b"
_ANSWERS = re.compile(
    rf"(?!{_MUSING})\s*"
    r"[^\n]{10,600}?(?:\[\d+\]\s?[.!?]|[.!?]\s?\[\d+\])(?=\s)",
    re.IGNORECASE,
)


class Thoughts:
    """Takes the reasoning out of one growing reply; `found` says that there was some.

    A model not yet known to begin with its answer is held back until that can be told: `begins_thinking` is True for
    one that was seen to close what it had not opened, False for one that was seen not to, None where nothing is known.
    """

    def __init__(self, begins_thinking: bool | None = None) -> None:
        self.begins_thinking, self.found = begins_thinking, False
        self._held = self._seen = self._kept = ""
        self._state = "answer"  # or "thought", "channel" (its name follows), "header" (a role follows), "ended"
        self._channel, self._orphan, self._resumes = "", False, False
        self._released = begins_thinking is False

    def feed(self, text: str) -> str:
        """What `text` adds to the answer."""
        self._held += text
        out = self._read()
        begun = _BEGUN.search(self._held)
        ready = begun.start() if begun else len(self._held)
        out += self._say(self._held[:ready])
        self._held = self._held[ready:]
        return self._release(out)

    @property
    def waiting(self) -> int:
        """How many characters of what may be the answer are held back."""
        return len(self._kept)

    def close(self) -> str:
        """The rest of the answer; nothing may be fed afterwards."""
        out = self._read() + self._say(self._held)
        if self._orphan or self._seen.strip():
            self.begins_thinking = self._orphan or bool(self.begins_thinking)
        self._held, self._released = "", True
        return self._release(out)

    def break_off(self) -> str:
        """What was held back of a reply that fails in the middle, if it may be of the answer."""
        musing = self.begins_thinking or re.match(_MUSING, self._kept, re.IGNORECASE)
        return "" if musing else self._kept

    def _read(self) -> str:
        out = ""
        while match := _FRAME.search(self._held):
            out += self._say(self._held[: match.start()])
            self._held = self._held[match.end() :]
            out = self._framed(match[0], out)
        return out

    def _framed(self, frame: str, out: str) -> str:
        """`out` once `frame` was read: its sign, or a word of the text."""
        sign = frame.lower()
        if sign.startswith(("<|", "<｜")):
            self._turn(sign)
        elif sign in ("<s>", "</s>") or "of_turn" in sign:
            if self._seen.endswith((" ", "`")) and not _BOUNDARY.search(self._seen):
                return out + self._say(frame)
            self._turn(sign)
        elif sign.startswith("</"):
            return self._closed(frame, out)
        elif self._state == "answer" and _BOUNDARY.search(self._seen):
            self._state = "thought"
        else:
            return out + self._say(frame)
        return out

    def _turn(self, sign: str) -> None:
        if _END.match(sign):
            self._state = "ended"
        elif "channel" in sign:
            self._state, self._channel = "channel", ""
        elif "message" in sign:
            self._state = "answer" if self._channel.strip().lower().startswith("final") else "thought"
        elif "end_header" in sign:
            self._state = "answer" if not self._seen.strip() else "ended"
        elif sign in _STARTS and self._state == "answer":
            self._state = "header"

    def _closed(self, frame: str, out: str) -> str:
        if self._state == "thought":
            self._state = "answer"
            out += self._say(" " if self._seen.strip() and not self._seen[-1].isspace() else "")
            self._resumes = True
            return out
        if self._state != "answer" or not _BOUNDARY.search(self._seen):
            return out + self._say(frame)
        self._orphan = self.found = True
        out = self._kept = "" if not self._released else out
        self._seen, self._released = "", True
        return out

    def _say(self, text: str) -> str:
        """`text` where it belongs to the answer; else what it tells of where the answer begins."""
        if self._state == "answer":
            text = text.lstrip() if self._resumes else text
            self._resumes = self._resumes and not text
            self._seen = (self._seen + text)[-80:]
            return text
        if self._state == "channel":
            self._channel += text
        elif self._state == "header" and "\n" in text:
            self._state = "answer"
            return self._say(text.partition("\n")[2])
        elif self._state == "thought":
            self.found |= bool(text.strip())
        return ""

    def _release(self, out: str) -> str:
        self._kept += out
        if not self._released and self.begins_thinking is None:
            self._released = bool(_ANSWERS.match(self._kept))
        if not self._released:
            return ""
        out, self._kept = self._kept, ""
        return out
