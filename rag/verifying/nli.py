"""A fact checker or NLI cross-encoder of the user's, from a folder or a hub, read by transformers.

Three classes (entailment, neutral, contradiction) as NLI models have them, or two as fact checkers such as MiniCheck
(Tang et al. 2024, arXiv 2404.10774) and FactCG (Lei et al. 2025, arXiv 2501.17144) have; one score above the
threshold means supported.
"""

from typing import Any

from rag.errors import SettingsError
from rag.verifying.rulings import Ruling

BINARY = 2


class UserModel:
    """The model CITEWELL_NLI_MODEL, loaded at its first use.

    `template`, with {text} and {claim}, makes one input of the two for models that want it; `threshold` is the
    probability of support from which a claim counts as supported.
    """

    def __init__(self, name: str, template: str = "", threshold: float = 0.5) -> None:
        """Raises SettingsError for a template that lacks a place."""
        if template and not ("{text}" in template and "{claim}" in template):
            raise SettingsError("CITEWELL_NLI_TEMPLATE needs the places {text} and {claim}; add them or unset it.")
        self._name, self._template, self._threshold = name, template.replace("\\n", "\n"), threshold
        self._model: Any = None
        self._tokenizer: Any = None
        self._supports, self._contradicts = 0, -1

    def rule(self, text: str, claim: str) -> Ruling:
        """What the model says of `claim` beside `text`. Raises SettingsError for an unusable model."""
        if self._model is None:
            self._load()
        scores = self._scores(text, claim)
        supports = float(scores[self._supports])
        against = float(scores[self._contradicts]) if self._contradicts >= 0 else 0.0
        if supports >= self._threshold:
            return Ruling("supported", score=supports)
        if against > max(supports, 1 - supports - against):
            return Ruling("unsupported", "contradicted", "the abstract contradicts this", supports, True)
        return Ruling("unsupported", "not said", "the abstract does not say this", supports)

    def _scores(self, text: str, claim: str) -> list[float]:
        """The probability of each class."""
        import torch

        with torch.inference_mode():
            tokens = self._tokenizer(*self._input(text, claim), truncation=True, return_tensors="pt")
            return self._model(**tokens).logits[0].softmax(-1).tolist()

    def _input(self, text: str, claim: str) -> tuple[str, ...]:
        if not self._template:
            return (text, claim)
        return (self._template.replace("{text}", text).replace("{claim}", claim),)

    def _load(self) -> None:
        from pathlib import Path

        try:
            from transformers import AutoModelForSequenceClassification, AutoTokenizer

            local = Path(self._name).is_dir()
            self._tokenizer = AutoTokenizer.from_pretrained(self._name, local_files_only=local)
            model = AutoModelForSequenceClassification.from_pretrained(self._name, local_files_only=local).eval()
        except Exception as error:  # the loader raises a dozen kinds, each with many lines
            reason = str(error).strip().split("\n")[0][:200]
            raise SettingsError(
                f"CITEWELL_NLI_MODEL={self._name} could not be loaded ({reason}); "
                "give a cross-encoder for fact checking or natural language inference, or unset it."
            ) from None
        self._read_labels({int(i): str(label).lower() for i, label in model.config.id2label.items()})
        self._model = model

    def _read_labels(self, labels: dict[int, str]) -> None:
        """Which class means what: by name, and of two unnamed ones the second means supported."""
        entails = next((i for i, label in labels.items() if "entail" in label and "not" not in label), None)
        supports = next((i for i, label in labels.items() if label in ("supported", "consistent", "yes")), entails)
        if supports is None and len(labels) == BINARY:
            supports = 1
        if supports is None:
            raise SettingsError(
                f"CITEWELL_NLI_MODEL={self._name} has the labels {', '.join(labels.values())}, neither two nor "
                "entailment and contradiction; give a fact checker or a model for inference, or unset it."
            )
        self._supports = supports
        self._contradicts = next((i for i, label in labels.items() if "contradict" in label), -1)
