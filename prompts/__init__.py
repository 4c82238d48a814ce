"""The prompts, one Markdown file each, filled by name."""

from functools import cache
from importlib.resources import files
from string import Template


def fill(name: str, **values: str) -> str:
    """The text of `prompts/<name>.md` with every `$variable` replaced.

    Raises KeyError when a variable of the prompt is missing from `values`, ValueError
    when `values` has one that the prompt does not use.
    """
    template = _template(name)
    extra = set(values) - set(template.get_identifiers())
    if extra:
        raise ValueError(f"prompt {name!r} has no variable {sorted(extra)}")
    return template.substitute(values).rstrip("\n")


def text_of(name: str) -> str:
    """The text of `prompts/<name>.md` as it stands, its variables not replaced."""
    return _template(name).template


@cache
def _template(name: str) -> Template:
    return Template(files(__package__).joinpath(f"{name}.md").read_text(encoding="utf-8"))
