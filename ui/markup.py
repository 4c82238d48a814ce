"""A model's Markdown as HTML: no raw HTML, links or images; citations and verdicts put in their places.

Maths and everything that is no Markdown stays the text it was.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Sequence
from functools import cache
from html import escape as escape_html
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.normalize_url import normalizeLink
from markdown_it.rules_inline import StateInline

# Stands at the end of a sentence while Markdown is read. Punctuation, so that emphasis before it
# closes as it would at the end of a line, and so rare that no text misses it.
END = "\N{RUNIC CROSS PUNCTUATION}"

_MARK = re.compile(rf"{END}(\d+){END}")
_CITATION_OR_MARK = re.compile(rf"{_MARK.pattern}|\[(\d{{1,6}})\](?!\()")
_MATHS = re.compile(r"\$\$?(?=\S)[^$\n]*?\S\$\$?(?!\d)")
_OFF = ("link", "image", "autolink", "html_inline", "html_block", "reference", "escape", "entity")

Citation = Callable[[int, int], str]
Ending = Callable[[int], str]


def escape(text: str) -> str:
    """`text` for HTML content or a quoted attribute, every character of it at its old offset."""
    safe = text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")
    return escape_html(safe).replace("\r", "&#13;")


def mark_ends(text: str, ends: Sequence[int]) -> str:
    """Markdown `text` with a mark for `render` at each of the offsets `ends`, the ends of its sentences in order.

    Behind a closing fence, a rule or the line under a head a mark would be part of it: there it stands inside
    the code block, in the row's last cell, or with the next mark.
    """
    starts, moved = _line_starts(text), _moved(text)
    parts, at, waiting = [], 0, ""
    for place, end in enumerate(ends):
        waiting += f"{END}{place}{END}"
        while end > at and text[end - 1].isspace():
            end -= 1
        to = moved.get(bisect_right(starts, max(end - 1, 0)) - 1, end)
        if to is not None and to >= at:
            parts += [text[at:to], waiting]
            at, waiting = to, ""
    return "".join([*parts, text[at:], f"\n\n{waiting}" if waiting else ""])


def _line_starts(text: str) -> list[int]:
    return [0, *(place + 1 for place, char in enumerate(text) if char == "\n")]


def _moved(text: str) -> dict[int, int | None]:
    """By line that cannot bear a mark at its end: where the mark goes instead, None for the next line that can."""
    starts, lines, moved = _line_starts(text), text.split("\n"), dict[int, int | None]()

    def end(line: int) -> int:
        return starts[line] + len(lines[line])

    for token in _reader().parse(text):
        first, behind = token.map or (0, 0)
        last = min(behind, len(lines)) - 1
        if token.type == "fence":
            closed = last > first and lines[last].strip().endswith(token.markup)
            moved[first] = None
            if closed:
                moved[last] = end(last - 1) if last - 1 > first else None
        elif token.type == "heading_open" and token.markup in "-=":
            moved[last] = end(last - 1)
        elif token.type == "hr":
            moved[first] = None
        elif token.type == "table_open":
            moved[first + 1] = None
        elif token.type == "tr_open" and re.search(r"(?<!\\)\|\s*$", lines[first]):
            moved[first] = starts[first] + lines[first].rindex("|")
    return moved


def render(text: str, citation: Citation, ending: Ending) -> str:
    """The HTML of Markdown `text` whose sentences end with the marks of `mark_ends`.

    `citation(sentence, n)` gives the HTML for a marker `[n]`, `ending(sentence)` what follows a
    sentence; both are trusted, everything else is escaped.
    """
    env: dict[str, Any] = {"sentence": 0, "marks": 0, "citation": citation, "ending": ending}
    html = _reader().render(text, env)
    if env["marks"] < len(
        _MARK.findall(text)
    ):  # cells beyond a table's head are left out by Markdown: then it is read as text
        html = _reader("table").render(text, env | {"sentence": 0})
    return html


@cache
def _reader(*off: str) -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False}).enable("table").disable([*_OFF, *off])
    reader.inline.ruler.before("backticks", "maths", _maths)
    reader.add_render_rule("text", _text)
    reader.add_render_rule("maths", _verbatim("<span class='maths'>", "</span>"))
    reader.add_render_rule("code_inline", _verbatim("<code>", "</code>"))
    reader.add_render_rule("fence", _verbatim("<pre><code>", "</code></pre>\n"))
    reader.add_render_rule("code_block", _verbatim("<pre><code>", "</code></pre>\n"))
    return reader


def _maths(state: StateInline, silent: bool) -> bool:
    """Read `$...$` as one piece, so that no `_` or `*` in it turns into emphasis."""
    match = _MATHS.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        state.push("maths", "", 0).content = match[0]
    state.pos = match.end()
    return True


def _text(renderer, tokens, place, options, env) -> str:
    content, at, out = tokens[place].content, 0, []
    for match in _CITATION_OR_MARK.finditer(content):
        out.append(escape(content[at : match.start()]))
        out.append(_end(env, match[1]) if match[1] else env["citation"](env["sentence"], int(match[2])))
        at = match.end()
    return "".join(out) + escape(content[at:])


def _end(env, sentence: str) -> str:
    env["sentence"] = int(sentence) + 1
    env["marks"] += 1
    return env["ending"](int(sentence))


def _verbatim(opening: str, closing: str) -> Callable:
    """A rule for what shows its text as it is; the ends of sentences in it follow behind."""

    def rule(renderer, tokens, place, options, env) -> str:
        content = tokens[place].content
        ends = "".join(_end(env, sentence) for sentence in _MARK.findall(content))
        return f"{opening}{escape(_MARK.sub('', content))}{closing}{ends}"

    return rule


def without_links(text: str, own: Collection[str] = ()) -> str:
    """Markdown `text` to keep or to pass on, with links, images and HTML as the text they were written in.

    Links to the addresses `own`, those of the sources, stay.
    """
    kept = {normalizeLink(address) for address in own}
    for _ in range(_ROUNDS):
        lines = _linking(text, kept)
        if not lines:
            return text
        text = "\n".join(
            _LINKING.sub(r"\\\g<0>", line) if n in lines else line for n, line in enumerate(text.split("\n"))
        )
    return re.sub(r"[<\[\]]", r"\\\g<0>", text)  # no Markdown is read this far


# What turns text into a link, an image or HTML: a backslash before it, and it is text.
_LINKING = re.compile(r"(?<!\\)(?:<(?=[A-Za-z/!?])|\((?<=\]\()|\[(?<=\]\[)|:(?<=\]:))")
_ROUNDS = 5


def _linking(text: str, kept: Collection[str]) -> set[int]:
    """The lines of `text` with a link, an image or HTML in them, but for links to `kept`."""
    env: dict[str, Any] = {}
    found, last = set[int](), [0, 0]
    for token in _viewer().parse(text, env):
        last = token.map or last
        links = [child for child in token.children or () if child.type in ("link_open", "image", "html_inline")]
        if token.type == "html_block" or any(link.attrGet("href") not in kept for link in links):
            found.update(range(*last))
    for reference in env.get("references", {}).values():
        found.update(range(*reference["map"]))
    return found


@cache
def _viewer() -> MarkdownIt:
    """Reads Markdown as the programs do that it may be pasted into."""
    return MarkdownIt("commonmark", {"html": True}).enable("table")
