import re

import numpy as np
import pytest

from store.cache import Cache
from store.encoders.bert import Read
from store.records import Paper
from store.word_vectors import WordVectors
from tests.fakes import WordEmbedder

PAPERS = [
    Paper("a", "Grasping cups", "A robot lifts cups. It drops plates."),
    Paper("b", "Sorting mail", "Letters are read and sorted."),
    Paper("c", "The of and", ""),
]


class WordReader(WordEmbedder):
    """A WordEmbedder whose words have vectors: the same word has the same vector in any text."""

    reads_words = True

    def encode_words(self, text):
        spans = [match.span() for match in re.finditer(r"\w+|[^\w\s]", text)]
        vectors = self.encode([text[start:end] for start, end in spans])
        return np.array(spans, np.int64).reshape(-1, 2), vectors.reshape(-1, self.dimension)

    def read(self, sheets):
        words = [tuple(self.encode_words(piece) for piece in sheet.pieces) for sheet in sheets]
        return [
            Read(self.encode([sheet.title] * len(sheet.passages)), some)
            for sheet, some in zip(sheets, words, strict=True)
        ]


@pytest.fixture
def vectors(tmp_path):
    kept = WordVectors(Cache(tmp_path / "words.db"), WordReader())
    yield kept
    kept.close()


def test_a_word_that_a_paper_has_is_at_cosine_1(vectors):
    question = "Which robot sorted the letters?"
    matches = vectors.matches(question, PAPERS)
    assert [question[start:end] for start, end in matches.spans] == ["robot", "sorted", "letters"]
    assert matches.cosines[:, 0].max() == matches.cosines[0, 0] == pytest.approx(1, abs=0.02)
    assert matches.cosines[1:, 1] == pytest.approx([1, 1], abs=0.02)


def test_the_words_of_the_title_count_too(vectors):
    assert vectors.matches("grasping", PAPERS).cosines[0, 0] == pytest.approx(1, abs=0.02)


def test_a_paper_without_content_words_is_far_from_everything(vectors):
    assert (vectors.matches("robot cups", PAPERS).cosines[:, 2] == 0).all()


def test_a_question_of_stop_words_is_matched_by_them(vectors):
    assert len(vectors.matches("who is it?", PAPERS).spans) == 3


def test_a_text_without_words_matches_nothing(vectors):
    assert vectors.matches("?!", PAPERS).cosines.shape == (0, 3)


def test_vectors_are_made_once_and_survive_a_restart(tmp_path):
    first = WordVectors(Cache(tmp_path / "words.db"), WordReader())
    first.keep(PAPERS)
    before = first.matches("robot cups", PAPERS)
    first.close()
    reader = WordReader()
    again = WordVectors(Cache(tmp_path / "words.db"), reader)
    assert (again.matches("robot cups", PAPERS).cosines == before.cosines).all()
    assert reader.calls == 2  # the two words of the question
    again.close()


def test_a_changed_abstract_has_vectors_of_its_own(vectors):
    vectors.keep(PAPERS)
    changed = Paper("a", "Grasping cups", "A whale sings.")
    assert vectors.matches("whale", [changed]).cosines[0, 0] == pytest.approx(1, abs=0.02)


def test_a_damaged_file_is_made_again(tmp_path):
    path = tmp_path / "words.db"
    path.write_bytes(b"this is no database at all" * 50)
    vectors = WordVectors(Cache(path), WordReader())
    assert vectors.matches("robot", PAPERS).cosines[0, 0] == pytest.approx(1, abs=0.02)
    vectors.close()
