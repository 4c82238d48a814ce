"""The optional cross-encoder: read from a folder, with its labels by name, and a clear error otherwise."""

import pytest

from rag.verifying.entailment import Entailment, Judgement
from rag.verifying.verify import Verifier
from store.errors import CitewellError
from store.records import Paper

PAPER = Paper("p", "Grasping", "The planner grasps objects quickly. It needs no labels.")


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory):
    """A tiny cross-encoder with random weights, saved as sentence-transformers saves one."""
    from sentence_transformers import CrossEncoder
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder = tmp_path_factory.mktemp("nli")
    words = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        "the",
        "planner",
        "objects",
        "quickly",
        "labels",
        ".",
    ]
    (folder / "vocab.txt").write_text("\n".join(words))
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=8,
        id2label={0: "contradiction", 1: "entailment", 2: "neutral"},
        label2id={"contradiction": 0, "entailment": 1, "neutral": 2},
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    CrossEncoder(str(folder)).save_pretrained(str(folder))
    return folder


def test_a_folder_is_read_and_its_probabilities_are_named(cross_encoder):
    judged = Entailment(str(cross_encoder)).judge(PAPER.abstract, "The planner is quick.")
    assert 0 < judged.entails < 1
    assert 0 < judged.contradicts < 1
    assert judged.entails + judged.contradicts < 1


def test_a_model_that_cannot_be_loaded_is_one_clear_line(tmp_path):
    with pytest.raises(CitewellError, match=r"CITEWELL_NLI_MODEL=.*could not be loaded") as error:
        Verifier(None, str(tmp_path)).check("The planner grasps objects slowly and badly.", [PAPER])
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("judged", "verdict"), [(Judgement(0.95, 0.01), "supported"), (Judgement(0.01, 0.95), "unsupported")]
)
def test_a_certain_judgement_overrules_the_words(monkeypatch, judged, verdict):
    monkeypatch.setattr(Entailment, "judge", lambda self, text, claim: judged)
    assert Verifier(None, "some-model").check("The planner rarely grasps objects.", [PAPER]).verdict == verdict


def test_a_judgement_never_excuses_a_number(monkeypatch):
    monkeypatch.setattr(Entailment, "judge", lambda self, text, claim: Judgement(0.99, 0.0))
    assert (
        Verifier(None, "some-model").check("The planner grasps 40 objects quickly.", [PAPER]).verdict == "unsupported"
    )
