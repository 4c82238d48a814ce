"""A model's Markdown as HTML: no raw HTML, links or images; citations and verdicts put in their places.

Maths and everything that is no Markdown stays the text it was.
"""

import re
from collections.abc import Callable
from functools import cache
from html import escape as escape_html

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

# Stands at the end of a sentence while Markdown is read. Punctuation, so that emphasis before it
# closes as it would at the end of a line, and so rare that no text misses it.
END = "\N{RUNIC CROSS PUNCTUATION}"

_CITATION_OR_END = re.compile(rf"{END}|\[(\d{{1,6}})\](?!\()")
_MATHS = re.compile(r"\$\$?(?=\S)[^$\n]*?\S\$\$?(?!\d)")
_OFF = ("link", "image", "autolink", "html_inline", "html_block", "reference", "escape", "entity")

Citation = Callable[[int, int], str]
Ending = Callable[[int], str]


def escape(text: str) -> str:
    """`text` for HTML content or a quoted attribute, every character of it at its old offset."""
    safe = text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")
    return escape_html(safe).replace("\r", "&#13;")


def carries_end(text: str) -> bool:
    """Whether END can follow `text`: not a code fence, a rule or the line below a table's head."""
    last = text.rstrip().rpartition("\n")[2].strip()
    return bool(re.search(r"\w", last)) and not last.startswith(("```", "~~~")) and not last.endswith("|")


def render(text: str, citation: Citation, ending: Ending) -> str:
    """The HTML of Markdown `text` in which END closes each sentence, counted from 0.

    `citation(sentence, n)` gives the HTML for a marker `[n]`, `ending(sentence)` what follows a
    sentence; both are trusted, everything else is escaped.
    """
    return _reader().render(text, {"sentence": 0, "citation": citation, "ending": ending})


@cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False}).enable("table").disable(_OFF)
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
    for match in _CITATION_OR_END.finditer(content):
        out.append(escape(content[at : match.start()]))
        out.append(_end(env) if match[0] == END else env["citation"](env["sentence"], int(match[1])))
        at = match.end()
    return "".join(out) + escape(content[at:])


def _end(env) -> str:
    env["sentence"] += 1
    return env["ending"](env["sentence"] - 1)


def _verbatim(opening: str, closing: str) -> Callable:
    def rule(renderer, tokens, place, options, env) -> str:
        content = tokens[place].content
        env["sentence"] += content.count(END)
        return opening + escape(content.replace(END, "")) + closing

    return rule
