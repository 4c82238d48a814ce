"""A fact checker or NLI model of the user's: tiny real cross-encoders with random weights, read from a folder."""

import pytest

from rag.errors import SettingsError
from rag.verifying.nli import UserModel
from rag.verifying.verify import Verifier
from store.records import Paper

PAPER = Paper("p", "Grasping", "The planner grasps objects quickly. It needs no labels.")
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "planner", "objects", "quickly", "labels", "."]
NLI = {0: "contradiction", 1: "entailment", 2: "neutral"}


def cross_encoder(folder, labels):
    """A cross-encoder saved as sentence-transformers saves one."""
    from sentence_transformers import CrossEncoder
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    (folder / "vocab.txt").write_text("\n".join(WORDS))
    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 8}
    config = BertConfig(
        vocab_size=len(WORDS), id2label=labels, label2id={name: i for i, name in labels.items()}, **sizes
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    CrossEncoder(str(folder)).save_pretrained(str(folder))
    return str(folder)


@pytest.mark.parametrize("labels", [NLI, {0: "LABEL_0", 1: "LABEL_1"}, {0: "unsupported", 1: "supported"}])
def test_models_of_two_and_three_classes_decide_by_their_threshold(tmp_path, labels):
    folder = cross_encoder(tmp_path, labels)
    claim = "The planner is quick."
    low = Verifier(UserModel(folder, threshold=0.0)).check(claim, [PAPER])
    high = Verifier(UserModel(folder, threshold=1.0)).check(claim, [PAPER])
    assert (low.verdict, high.verdict) == ("supported", "unsupported")
    assert low.score == high.score and 0 < low.score < 1


def test_a_template_makes_one_text_of_both(tmp_path):
    model = UserModel(cross_encoder(tmp_path, {0: "No", 1: "Yes"}), "{text}\\nIs it so that {claim}?")
    assert model._input("It grasps.", "it grasps") == ("It grasps.\nIs it so that it grasps?",)
    assert 0 < model.rule("It grasps.", "it grasps").score < 1
    with pytest.raises(SettingsError, match=r"\{text\} and \{claim\}"):
        UserModel("any", "{text} only")


def test_the_users_model_comes_before_any_veto_of_words(tmp_path):
    verifier = Verifier(UserModel(cross_encoder(tmp_path, NLI), threshold=0.0))
    assert verifier.check("The planner grasps 40 objects.", [PAPER]).verdict == "supported"


def test_a_model_that_cannot_be_used_is_one_clear_line(tmp_path):
    with pytest.raises(SettingsError, match=r"CITEWELL_NLI_MODEL=.*could not be loaded") as error:
        Verifier(UserModel(str(tmp_path))).check("The planner grasps objects slowly and badly.", [PAPER])
    assert "\n" not in str(error.value)
    (tmp_path / "five").mkdir()
    stars = cross_encoder(tmp_path / "five", {i: f"{i} stars" for i in range(5)})
    with pytest.raises(SettingsError, match="has the labels 0 stars"):
        Verifier(UserModel(stars)).check("The planner grasps objects slowly and badly.", [PAPER])
