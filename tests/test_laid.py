"""A paper read in one pass: each token once, each passage much as it would be read alone."""

import numpy as np
import pytest

from store.encoders import weights
from store.encoders.bert import BertEncoder
from store.encoders.laid import LONGEST, lay
from store.encoders.onnx_bert import OnnxBert
from store.encoders.torch_bert import TorchBert
from store.records import Paper
from store.sentences import embedding_text, passages, sheet

ABSTRACT = (
    "Robots often fail to grasp transparent cups. We present a gripper that feels where a cup is. It is trained on two "
    "million simulated grasps. On forty unseen cups it succeeds nine times in ten. A camera alone succeeds six times "
    "in ten. The gripper costs less than ten dollars."
)
PAPER = Paper("a", "Grasping glass by touch", ABSTRACT)
ENDS = (101, 102)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return weights.find_folder("all-MiniLM-L6-v2", tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def alone(folder):
    return BertEncoder(folder, alone=True).read([sheet(PAPER)])[0]


def laid(paper, most=256, alone=False):
    given = sheet(paper)
    return lay(given, [list(range(1000, 1000 + len(piece.split()))) for piece in given.pieces], ENDS, most, alone)


def test_every_token_is_read_once_and_places_differ_within_each_passage():
    (row,) = laid(PAPER)
    assert len(row) == 2 + sum(len(piece.split()) for piece in sheet(PAPER).pieces)
    for first, last in row.passages:
        inside = (row.parts < 0) | ((row.parts >= first) & (row.parts < last))
        assert len(set(row.places[inside])) == inside.sum()


def test_a_token_sees_its_passage_and_the_title_alone_sees_all():
    (row,) = laid(PAPER)
    last = row.parts == 5
    assert set(row.parts[row.sees[last][0]]) == {-2, -1, 3, 4, 5}
    assert row.sees[row.parts < 0].all()


def test_a_long_paper_is_read_in_several_rows_of_which_none_is_long():
    paper = Paper("b", "Cups", " ".join(f"Sentence number {n} says that cup {n} broke." for n in range(300)))
    rows = laid(paper)
    assert len(rows) > 1 and max(map(len, rows)) <= LONGEST + 2
    assert [passage for row in rows for passage in row.passages] == list(sheet(paper).passages)


def test_what_has_no_place_in_a_passage_is_left_out():
    paper = Paper("c", "Cups", "One " + "word " * 600 + "end. Another sentence. A third one. A fourth one.")
    assert all(row.places.max() < 64 for row in laid(paper, most=64))
    assert len(laid(Paper("d", "word " * 600, "A sentence."), most=64)[0]) == 64


def test_alone_a_passage_has_the_vector_of_its_text(folder, alone):
    texts = [embedding_text(PAPER.title, passage) for passage in passages(PAPER)]
    assert np.allclose(alone.vectors, BertEncoder(folder).encode(texts), atol=1e-5)


def test_read_once_passages_and_words_are_nearly_those_read_alone(folder, alone):
    for encoder in (BertEncoder(folder), OnnxBert(folder), TorchBert(folder, "cpu")):
        read = encoder.read([sheet(PAPER), sheet(Paper("t", "A title alone", ""))])
        assert (read[0].vectors * alone.vectors).sum(1).min() > 0.93
        for (spans, vectors), (known, exact) in zip(read[0].words, alone.words, strict=True):
            assert (spans == known).all() and (vectors * exact).sum(1).mean() > 0.9
        assert read[1].vectors.shape == (0, 384) and len(read[1].words[0][0]) == 4


def test_a_model_that_takes_the_first_token_reads_each_passage_alone(folder, monkeypatch):
    monkeypatch.setattr("store.encoders.bert.pooling", lambda _: "cls")
    encoder = BertEncoder(folder)
    texts = [embedding_text(PAPER.title, passage) for passage in passages(PAPER)]
    assert np.allclose(encoder.read([sheet(PAPER)])[0].vectors, encoder.encode(texts), atol=1e-5)
