"""What answers are made with, as the settings have it."""

from dataclasses import dataclass

from rag.offline.composing import MODEL_NAME
from rag.server.chat import ServerModel
from rag.settings import Settings
from rag.verifying.verify import Verifier


@dataclass(frozen=True, slots=True)
class Means:
    """One set of settings with what is made of them; an answer is made with one from its start to its end."""

    settings: Settings
    verifier: Verifier
    server: ServerModel | None

    @classmethod
    def of(cls, settings: Settings) -> "Means":
        """What these settings mean. Raises SettingsError."""
        return cls(settings, Verifier.of(settings), ServerModel(settings) if settings.has_server else None)

    @property
    def model(self) -> str:
        """The name of the model that writes."""
        return self.server.name if self.server else MODEL_NAME
