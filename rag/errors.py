"""Errors of the answering side; like every CitewellError, their text is the user's."""

from store.errors import CitewellError


class SettingsError(CitewellError):
    """A setting has a value that cannot be used."""


class ModelError(CitewellError):
    """The language model's server could not be reached, or refused."""


class ContextError(ModelError):
    """The prompt is too long for the model's context."""


class QuestionError(CitewellError):
    """The question, the history or a file of questions cannot be used."""


class ExportError(CitewellError):
    """Papers cannot be written in the format or style asked for."""


class DraftError(CitewellError):
    """A draft, a comparison or a plan cannot be made from what was given."""


class CheckError(CitewellError):
    """Claims from outside cannot be read."""


class LintError(CitewellError):
    """A text or its .bib cannot be read for a check of its citations."""
