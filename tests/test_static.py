"""The static model that ships, and the training that makes it."""

import json
import lzma
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import static_quality
from rag.tuning import shipped as shipped_numbers
from store.encoders import load_embedder
from store.encoders.static import StaticEncoder
from store.encoders.weights import SHIPPED, WEIGHTS
from training.static import train as static
from training.static.corpus import Abstract, Bags, Segments, read_corpus, reciprocal, tldr_ranks
from training.static.rows import Rows, shuffled
from training.static.teacher import Teacher, encode, learn
from training.static.vocabulary import make_tokenizer


@pytest.fixture(scope="module")
def shipped() -> StaticEncoder:
    return StaticEncoder(SHIPPED)


def test_it_ships_within_sixteen_megabytes() -> None:
    assert sum(file.stat().st_size for file in SHIPPED.iterdir()) <= 16_000_000


def test_vectors_are_unit_rows_and_do_not_depend_on_their_neighbours(shipped: StaticEncoder) -> None:
    texts = ["a robot hand", "", "graph neural networks for molecules"]
    vectors = shipped.encode(texts)
    assert vectors.dtype == np.float32 and vectors.shape == (3, shipped.dimension)
    assert np.allclose(np.linalg.norm(vectors, axis=1), [1, 0, 1], atol=1e-6)
    assert np.allclose(vectors[2], shipped.encode(texts[2:])[0])
    assert shipped.encode([]).shape == (0, shipped.dimension)


def test_like_means_near(shipped: StaticEncoder) -> None:
    query, near, far = shipped.encode(
        [
            "a robot arm grasps household objects",
            "manipulation policies pick up kitchen items with a gripper",
            "translation of low-resource languages with transformers",
        ]
    )
    assert query @ near > query @ far + 0.2


def test_it_is_the_embedder_of_its_name_and_needs_no_torch(tmp_path: Path) -> None:
    code = f"""
import sys
from pathlib import Path
from store.encoders import load_embedder
embedder = load_embedder("citewell-static", Path({str(tmp_path)!r}))
embedder.encode(["a robot"] * 999)
print({{"torch", "transformers"}} & set(sys.modules), embedder.slow, not embedder.note)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["set()", "False", "True"]


def test_sentence_transformers_reads_the_same_folder(shipped: StaticEncoder) -> None:
    from sentence_transformers import SentenceTransformer

    texts = ["a robot hand", "CLIP-RT compared with OpenVLA: 24% better"]
    theirs = SentenceTransformer(str(SHIPPED), local_files_only=True).encode(texts, normalize_embeddings=True)
    assert (theirs * shipped.encode(texts)).sum(1).min() > 0.9999


def test_beside_it_words_keep_the_weight_that_large_libraries_need() -> None:
    blend = shipped_numbers(reads_words=False).blends["fact"]
    assert blend.words >= 0.7 * blend.meaning


def test_a_user_may_name_a_static_folder(tmp_path: Path) -> None:
    embedder = load_embedder(str(SHIPPED), tmp_path)
    assert not embedder.slow and embedder.fingerprint.startswith("static-")


def test_a_model_of_float_vectors_is_read_too(tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    for name in ("modules.json", "tokenizer.json"):
        (tmp_path / name).write_bytes((SHIPPED / name).read_bytes())
    table = load_file(SHIPPED / "model.safetensors")
    floats = table["embeddings"].astype(np.float16) * table["weights"][:, None].astype(np.float16)
    save_file({"embedding.weight": floats}, tmp_path / "model.safetensors")
    texts = ["a robot hand", "vision and language"]
    agreement = StaticEncoder(tmp_path).encode(texts) * StaticEncoder(SHIPPED).encode(texts)
    assert agreement.sum(1).min() > 0.999


TOPICS = {
    "robots": ["arm", "grip", "grasp", "torque"],
    "cells": ["protein", "gene", "tissue", "enzyme"],
    "words": ["noun", "verb", "parse", "syntax"],
    "stars": ["galaxy", "orbit", "planet", "comet"],
}


def _corpus(path: Path) -> Path:
    rng = np.random.default_rng(1)
    rows = []
    for number in range(160):
        topic, own = list(TOPICS.items())[number % len(TOPICS)]
        drawn = [" ".join(rng.choice(own, 6)) for _ in range(6)]
        text = " ".join(f"Here {words} item{number}." for words in drawn[1:])
        rows.append({"title": f"On {topic} and {drawn[0]} item{number}", "abstract": text})
    rows[0]["tldr"] = rows[0]["title"]
    with lzma.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return path


def _noise(texts: list[str]) -> np.ndarray:
    """A direction of its own for every text, whatever it is encoded with."""
    vectors = np.array([np.random.default_rng([ord(c) for c in text]).normal(size=24) for text in texts])
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def _topic(texts: list[str]) -> np.ndarray:
    """The vectors of one who knows what a text is about, and little else."""
    known = np.array(
        [[sum(word in text for word in (topic, *words)) for topic, words in TOPICS.items()] for text in texts],
        dtype=np.float32,
    )
    vectors = 0.3 * _noise(texts)
    vectors[:, : known.shape[1]] += known
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


LETTERS = [*"abcdefghijklmnopqrstuvwxyz", *(f"##{c}" for c in "abcdefghijklmnopqrstuvwxyz"), *"0123456789.", "[PAD]"]


def _train(corpus: Path, out: Path) -> None:
    static.main(
        [
            "--corpus",
            str(corpus),
            "--out",
            str(out),
            "--tokens",
            "400",
            "--dimension",
            "16",
            "--epochs",
            "6",
            "--batch",
            "32",
        ]
    )


def test_training_is_repeatable_and_learns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    corpus = _corpus(tmp_path / "papers.jsonl.xz")
    monkeypatch.setattr(static, "_teacher", lambda _: Teacher("topic", LETTERS, _topic))
    for out in ("first", "second"):
        _train(corpus, tmp_path / out)
    assert "160 abstracts, 1 with a tldr held out" in capsys.readouterr().err
    for name in (WEIGHTS, "tokenizer.json", "modules.json"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()
    trained = StaticEncoder(tmp_path / "first")
    robots, arms, cells = trained.encode(["robots", "arm grip torque", "protein gene"])
    assert robots @ arms > robots @ cells + 0.2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, r"nowhere\.jsonl"),
        ("", "no abstracts in it"),
        ('{"title": "T", "abstract": "A."}\n{"title": "U"}\n', r"nowhere\.jsonl, line 2: .*abstract"),
        ("[]", "line 1"),
    ],
)
def test_a_training_that_cannot_begin_says_why(tmp_path: Path, text: str | None, told: str) -> None:
    if text is not None:
        (tmp_path / "nowhere.jsonl").write_text(text)
    with pytest.raises(SystemExit, match=f"cannot begin: .*{told}"):
        _train(tmp_path / "nowhere.jsonl", tmp_path)


def test_what_the_teacher_has_encoded_is_kept(tmp_path: Path) -> None:
    asked: list[str] = []
    teacher = Teacher("counting", [], lambda texts: asked.extend(texts) or _noise(texts))
    texts = [["a title", "one sentence.", "and another."], ["no sentence"]]
    segments = Segments(texts, make_tokenizer([], LETTERS, 99))
    lessons = [learn(texts, segments, teacher, 1, 0, tmp_path, str) for _ in range(2)]
    assert len(asked) == 4 and asked[0] == "a title" and asked[1] in texts[0][1:] and asked[2:] == ["no sentence"] * 2
    assert lessons[0].segments[:, 0].tolist() == [0, 3] and (lessons[0].vectors == lessons[1].vectors).all()
    encode(["a title"], Teacher("another", [], teacher.encode), tmp_path, str)
    assert len(asked) == 5


def test_the_vocabulary_is_the_pieces_and_the_words_of_most_texts() -> None:
    tokenizer = make_tokenizer(["Gripper grasps", "the gripper", "grasps, gripper once"], ["the", "é", "##s"], 6)
    assert sorted(tokenizer.get_vocab(), key=tokenizer.get_vocab().get) == ["[UNK]", "the", "##s", "gripper", "grasps"]
    assert tokenizer.encode("The GRIPPERs slip").tokens == ["the", "gripper", "##s", "[UNK]"]


def test_segments_give_a_query_and_the_rest_of_its_paper() -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = ["a", "b", "c", "d", "e", "f", ".", "[UNK]"]
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    segments = Segments([["a b", "c d.", "e f."], ["f", "a b."]], tokenizer)
    rng, both = np.random.default_rng(0), np.array([0, 1])
    assert len(segments) == 2
    queries, rests = segments.pairs(both, 1.0, rng)
    assert queries.tokens.tolist() == [0, 1, 5] and queries.lengths.tolist() == [2, 1]
    assert rests.tokens.tolist() == [2, 3, 6, 4, 5, 6, 0, 1, 6] and rests.lengths.tolist() == [6, 3]
    queries, rests = segments.pairs(both[:1], 0.0, rng)
    assert (queries.tokens.tolist(), rests.tokens.tolist()) in [
        ([2, 3, 6], [0, 1, 4, 5, 6]),
        ([4, 5, 6], [0, 1, 2, 3, 6]),
    ]


def test_thinned_texts_never_become_empty() -> None:
    bags = Bags(np.arange(12), np.array([1, 0, 11]))
    assert bags.thinned(1.0, np.random.default_rng(0)).tokens.tolist() == list(range(12))
    none = bags.thinned(0.0, np.random.default_rng(0))
    assert none.tokens.tolist() == list(range(12)) and none.lengths.tolist() == [1, 0, 11]
    some = bags.thinned(0.5, np.random.default_rng(0))
    assert some.lengths[0] == 1 and some.lengths[1] == 0 and 0 < some.lengths[2] < 11
    assert len(some.tokens) == some.lengths.sum()


def test_only_the_rows_of_a_batch_are_moved() -> None:
    rows = Rows(np.eye(4, dtype=np.float32))
    bags = Bags(np.array([2, 0, 2]), np.array([2, 1]))
    rows.take(bags)
    vectors = rows.embed(bags)
    assert np.allclose(vectors.detach(), [[0.5**0.5, 0, 0.5**0.5, 0], [0, 0, 1, 0]])
    vectors[:, 3].sum().backward()
    rows.step(0.1)
    assert np.allclose(rows.vectors[[1, 3]], np.eye(4)[[1, 3]])
    assert np.allclose(rows.vectors[[0, 2], 3], -0.1)


def test_a_batch_has_each_number_once_an_epoch() -> None:
    seen = list(shuffled(10, 4, 3, np.random.default_rng(0)))
    assert len(seen) == 6 and all(len({*a, *b}) == 8 for (a, _), (b, _) in zip(seen[::2], seen[1::2], strict=True))
    assert [share for _, share in seen] == pytest.approx([1, 5 / 6, 4 / 6, 3 / 6, 2 / 6, 1 / 6])


def test_the_measure_is_that_of_hand_written_ranks() -> None:
    table = {"x. ": [1, 0], "y. ": [0, 1], "near x": [0.9, 0.1], "near x too": [1, 0]}
    papers = [Abstract("x", "", ""), Abstract("y", "", "near x"), Abstract("x", "", "near x too")]
    ranks = tldr_ranks(papers, lambda texts: np.array([table[text] for text in texts], dtype=np.float32))
    assert ranks.tolist() == [3, 1]
    assert reciprocal(np.array([1, 2, 11])) == pytest.approx(0.5)


def test_the_benchmark_asks_for_every_tldr_and_counts_ranks() -> None:
    papers = [Abstract(str(i), "text", "a summary" if i % 10 == 0 else "") for i in range(100)]
    drawn = static_quality.subset(papers, 30)
    assert len(drawn) == 30 and sum(bool(paper.tldr) for paper in drawn) == 10
    found = [{"5": 0.9, "3": 0.8}, {"5": 0.9}, {str(i): 1.0 - i / 100 for i in range(20)}]
    assert static_quality.gain(found, [3, 4, 10]).tolist() == [0.5, 0, 0]
    mean, low, high = static_quality.interval(np.array([0.0, 1.0] * 50))
    assert low < mean == 0.5 < high


@pytest.mark.parametrize("name", ["papers.jsonl", "papers.jsonl.gz", "papers.jsonl.xz"])
def test_the_corpus_is_read_plain_and_packed(tmp_path: Path, name: str) -> None:
    import gzip

    opener = {".gz": gzip.open, ".xz": lzma.open}.get(Path(name).suffix, open)
    with opener(tmp_path / name, "wt", encoding="utf-8") as file:
        file.write('{"title": "T", "abstract": "A."}\n{"title": "U", "abstract": "B.", "tldr": "b"}\n')
    assert read_corpus(tmp_path / name) == [Abstract("T", "A."), Abstract("U", "B.", "b")]
