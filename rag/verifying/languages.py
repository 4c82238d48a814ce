"""Whether a claim is in another language than what it cites, where no judge here can say if it holds."""

from functools import cache

from rag.language.terms import STOP

ENGLISH = 0.2  # share of English function words from which no further look is needed
CERTAIN = 0.95  # probability of another language from which it counts
FEWEST = 5  # words from which a language can be told


def is_foreign(claim: str, text: str) -> bool:
    """Whether the plain `claim` is surely in another language than `text`."""
    if _foreign_script(claim) and not _foreign_script(text):
        return True
    words = claim.lower().split()
    if len(words) < FEWEST or sum(word.strip(".,;:") in STOP for word in words) >= ENGLISH * len(words):
        return False
    language, probability = _identifier().classify(claim.lower())
    return probability >= CERTAIN and language != _identifier().classify(text.lower())[0]


def _foreign_script(text: str) -> bool:
    """Whether most letters are not Latin ones."""
    letters = [character for character in text if character.isalpha()]
    return sum(ord(character) > 0x24F for character in letters) > len(letters) / 2


@cache
def _identifier():
    """langid.py's model (Lui and Baldwin 2012), for the languages that papers are asked about in."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(["en", "de", "fr", "es", "it", "pt", "nl", "pl", "ru", "zh", "ja", "ko", "tr", "sv"])
    return identifier
