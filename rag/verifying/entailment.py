"""Entailment by a cross-encoder of sentence-transformers, for those who name one."""

from dataclasses import dataclass
from pathlib import Path

from rag.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Judgement:
    """Probabilities that a text entails a claim, and that it contradicts it."""

    entails: float
    contradicts: float


class Entailment:
    """A natural-language-inference cross-encoder, by hub name or folder; loaded at its first use."""

    def __init__(self, name: str):
        self._name = name
        self._model = None
        self._labels: dict[str, int] = {}

    def judge(self, text: str, claim: str) -> Judgement:
        """How likely `text` entails or contradicts `claim`. Raises SettingsError for an unusable model."""
        if self._model is None:
            self._load()
        scores = self._model.predict([(text, claim)], apply_softmax=True, show_progress_bar=False)[0]
        return Judgement(float(scores[self._labels["entail"]]), float(scores[self._labels["contradict"]]))

    def _load(self) -> None:
        try:
            from sentence_transformers import CrossEncoder

            model = CrossEncoder(self._name, local_files_only=Path(self._name).is_dir())
        except Exception as error:  # the loader raises a dozen kinds, each with many lines
            reason = str(error).strip().split("\n")[0][:200]
            raise SettingsError(
                f"CITEWELL_NLI_MODEL={self._name} could not be loaded ({reason}); "
                "give a cross-encoder for natural language inference, or unset it."
            ) from None
        named = {str(label).lower(): int(i) for i, label in model.config.id2label.items()}
        self._labels = {kind: i for kind in ("entail", "contradict") for label, i in named.items() if kind in label}
        if len(self._labels) < 2:
            raise SettingsError(
                f"CITEWELL_NLI_MODEL={self._name} has the labels {', '.join(named)}, not entailment and "
                "contradiction; give a model for natural language inference, or unset it."
            )
        self._model = model
