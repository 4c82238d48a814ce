"""The static model that ships, and the training that makes it."""

import json
import lzma
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from store.embeddings import load_embedder
from store.encoders.static import StaticEncoder
from store.encoders.weights import SHIPPED, WEIGHTS
from store.training import static
from store.training.corpus import Abstract, Segments, read_corpus
from store.training.measure import reciprocal, tldr_ranks


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
    query, near, far = shipped.encode([
        "a robot arm grasps household objects", "manipulation policies pick up kitchen items with a gripper",
        "translation of low-resource languages with transformers"])
    assert query @ near > query @ far + 0.2


def test_it_is_the_embedder_of_its_name_and_needs_no_torch(tmp_path: Path) -> None:
    code = f"""
import sys
from pathlib import Path
from store.embeddings import load_embedder
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


TOPICS = {"robots": ["arm", "grip", "grasp", "torque"], "cells": ["protein", "gene", "tissue", "enzyme"],
          "words": ["noun", "verb", "parse", "syntax"], "stars": ["galaxy", "orbit", "planet", "comet"]}


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
    return np.array([np.random.default_rng([ord(c) for c in text]).normal(size=24) for text in texts])


def test_training_is_repeatable_and_learns(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    corpus = _corpus(tmp_path / "papers.jsonl.xz")
    monkeypatch.setattr(static, "_teacher", lambda: _noise)
    for out in ("first", "second"):
        static.main(["--corpus", str(corpus), "--out", str(tmp_path / out), "--tokens", "400",
                     "--dimension", "16", "--epochs", "6", "--batch", "32"])
    assert "160 abstracts, 1 with a tldr held out" in capsys.readouterr().err
    for name in (WEIGHTS, "tokenizer.json", "modules.json"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()
    trained = StaticEncoder(tmp_path / "first")
    robots, arms, cells = trained.encode(["robots", "arm grip torque", "protein gene"])
    assert robots @ arms > robots @ cells


def test_segments_give_a_query_and_the_rest_of_its_paper() -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = ["a", "b", "c", "d", "e", "f", ".", "[UNK]"]
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    segments = Segments([Abstract("a b", "c d. e f."), Abstract("f", "a b.")], tokenizer)
    rng = np.random.default_rng(0)
    assert len(segments) == 2
    query, rest = segments.pair(0, 1.0, rng)
    assert query.tolist() == [0, 1] and rest.tolist() == [2, 3, 6, 4, 5, 6]
    query, rest = segments.pair(1, 0.0, rng)
    assert query.tolist() == [0, 1, 6] and rest.tolist() == [5]


def test_the_measure_is_that_of_hand_written_ranks() -> None:
    table = {"x. ": [1, 0], "y. ": [0, 1], "near x": [0.9, 0.1], "near x too": [1, 0]}
    papers = [Abstract("x", "", ""), Abstract("y", "", "near x"), Abstract("x", "", "near x too")]
    ranks = tldr_ranks(papers, lambda texts: np.array([table[text] for text in texts], dtype=np.float32))
    assert ranks.tolist() == [3, 1]
    assert reciprocal(np.array([1, 2, 11])) == pytest.approx(0.5)


@pytest.mark.parametrize("name", ["papers.jsonl", "papers.jsonl.gz", "papers.jsonl.xz"])
def test_the_corpus_is_read_plain_and_packed(tmp_path: Path, name: str) -> None:
    import gzip

    opener = {".gz": gzip.open, ".xz": lzma.open}.get(Path(name).suffix, open)
    with opener(tmp_path / name, "wt", encoding="utf-8") as file:
        file.write('{"title": "T", "abstract": "A."}\n{"title": "U", "abstract": "B.", "tldr": "b"}\n')
    assert read_corpus(tmp_path / name) == [Abstract("T", "A."), Abstract("U", "B.", "b")]
