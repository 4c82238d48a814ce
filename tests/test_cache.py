import numpy as np
from fakes import WordEmbedder

from store.cache import MeanVectors
from store.records import Paper

PAPERS = [
    Paper("a", "T", "Robots learn fast. Robots grasp."),
    Paper("b", "T", "Cooks boil soup."),
    Paper("c", "Robots", ""),
]


def test_a_paper_is_the_mean_of_its_sentences_and_is_embedded_once():
    embedder = WordEmbedder()
    means = MeanVectors(embedder.encode)
    rows = means.rows(PAPERS)
    wanted = embedder.encode(["Robots learn fast.", "Robots grasp."]).mean(0)
    assert np.allclose(rows[0], wanted / np.linalg.norm(wanted))
    assert rows[0] @ rows[2] > rows[0] @ rows[1]
    seen = embedder.calls
    assert np.array_equal(means.rows(PAPERS[::-1]), rows[::-1]) and embedder.calls == seen
