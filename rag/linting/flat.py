"""Running text with its citations taken out: what the readers of LaTeX and Markdown hand to the lint."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Mark:
    """Citations side by side: `keys` with the place of each in the file, at `place` of the flat text.

    `textual` when the citation stands for its authors in the sentence, as `\\citet` does.
    """

    keys: tuple[tuple[str, int], ...]
    place: int
    textual: bool = False


@dataclass(slots=True)
class Flat:
    """One paragraph of plain text; `origins[i]` is where character i stood in the file."""

    chars: list[str] = field(default_factory=list)
    origins: list[int] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The paragraph."""
        return "".join(self.chars)

    def add(self, text: str, origin: int, step: int = 1) -> None:
        """Append `text`; its characters stand at `origin`, `origin + step`, … (step 0: all at one place)."""
        for i, char in enumerate(text):
            self.chars.append(" " if char.isspace() else char)
            self.origins.append(origin + i * step)

    def mark(self, keys: list[tuple[str, int]], textual: bool, origin: int) -> None:
        """Append a citation; one right behind another joins it. A textual one leaves "they" in the text."""
        last = self.marks[-1] if self.marks else None
        if last and not textual and not last.textual and not self.text[last.place :].strip(" ,;"):
            self.marks[-1] = Mark((*last.keys, *keys), last.place)
            return
        if textual:
            self.add("They" if not self.text.strip() or self.text.rstrip()[-1] in ".!?" else "they", origin, 0)
        self.marks.append(Mark(tuple(keys), len(self.chars), textual))
