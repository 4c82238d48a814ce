"""What an answer tells as it comes: what was searched for, each finished sentence, at last the whole."""

from collections.abc import Sequence
from dataclasses import dataclass

from rag.filters import NO_LIMIT, Filter
from rag.question import focus
from rag.records import Answer, CitedSentence, Found, Sentence


@dataclass(frozen=True, slots=True)
class Searched:
    """What was searched for, in how many searches, and the papers found, best first: known before the first word.

    Where searches follow the first, it comes twice: what they find joins or displaces papers of the first. `limit` is
    what the searches were limited by.
    """

    standalone_question: str
    found: tuple[Found, ...]
    searches: tuple[str, ...] = ()
    limit: Filter = NO_LIMIT

    @property
    def sought(self) -> tuple[str, ...]:
        """Every search that was made."""
        return self.searches or (self.standalone_question,)

    def told(self, size: int, of: int, nearest: Sequence[str]) -> str:
        """What a refusal says of the search, which read `size` papers `of` so many; `nearest` are titles."""
        # Orders that stood in the question are not repeated: what they dictate would be said after all.
        sought = f" for “{asked}”" if (asked := focus(self.standalone_question)) else ""
        part = f"{size:,} of {of:,} papers, those {self.limit.of_papers}," if self.limit else f"{size:,} papers"
        return f"Searched {part}{sought}. Nearest: {'; '.join(nearest) or 'none'}."


@dataclass(frozen=True, slots=True)
class Checked:
    """A finished piece of the answer; `sentence` is None where it claims nothing (a heading, say)."""

    cited: CitedSentence
    sentence: Sentence | None


Event = Searched | Checked | Answer
