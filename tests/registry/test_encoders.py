"""A sentence encoder that is set by URL: fetched once, whole, and only with the right hash; and two side by side."""

import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from labeler.kit.config import Settings
from labeler.learning.errors import EncoderBroken, EncoderMissing
from labeler.learning.features.e5 import build
from labeler.learning.features.encoder import DEFAULT_SHA256
from labeler.learning.features.encoders import minilm
from labeler.learning.features.installed import is_installed
from labeler.registry import encoders
from labeler.registry.encoders import encoder_for, why_fewer, why_without

MODEL = bytes(range(256)) * 9000
SHA256 = hashlib.sha256(MODEL).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "model.onnx").write_bytes(MODEL)
    return tmp_path / "there"


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def address(folder: Path, asked: list[str]) -> Iterator[str]:
    class Handler(SimpleHTTPRequestHandler):
        def log_request(self, *_: object) -> None:
            asked.append(self.path)

        def log_error(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def set_to(home: Path, url: str, sha256: str = SHA256) -> Settings:
    return Settings(home=home / "home", embeddings="auto", encoder=url, encoder_sha256=sha256)


def kept(settings: Settings) -> list[str]:
    return sorted(str(path.relative_to(settings.home)) for path in settings.home.rglob("*") if path.is_file())


def test_a_file_url_is_copied_into_the_data_folder(folder: Path, tmp_path: Path) -> None:
    settings = set_to(tmp_path, (folder / "model.onnx").as_uri(), SHA256.upper())
    encoder = encoder_for(settings)
    assert encoder is not None and encoder.sha256 == SHA256
    assert kept(settings) == [f"encoders/{SHA256}/model.onnx"] and encoder.file.read_bytes() == MODEL


def test_it_is_fetched_over_http_once(address: str, asked: list[str], tmp_path: Path) -> None:
    settings = set_to(tmp_path, f"{address}/model.onnx")
    assert encoder_for(settings) is not None and asked
    asked.clear()
    assert encoder_for(settings) is not None and why_without(settings) is None and asked == []


def test_without_a_hash_nothing_is_fetched(address: str, asked: list[str], tmp_path: Path) -> None:
    for sha256 in ("", "../../etc", "abc"):
        settings = set_to(tmp_path, f"{address}/model.onnx", sha256)
        with pytest.raises(EncoderMissing, match="set LABELER_ENCODER_SHA256 to the SHA-256 of its file"):
            encoder_for(settings)
    assert asked == [] and kept(settings) == []


def test_another_file_than_expected_is_refused_and_not_kept(address: str, tmp_path: Path) -> None:
    settings = set_to(tmp_path, f"{address}/model.onnx", "0" * 64)
    with pytest.raises(EncoderBroken, match=f"has the hash {SHA256}, expected 0000"):
        encoder_for(settings)
    assert kept(settings) == []


@pytest.mark.parametrize("url", ["/nothing.onnx", None, "nowhere://x/model.onnx", "file:///nowhere/model.onnx"])
def test_a_url_that_cannot_be_read_is_told_and_models_go_on_without(
    address: str, tmp_path: Path, url: str | None
) -> None:
    given = "http://127.0.0.1:9/secret-token/model.onnx" if url is None else address + url if url[0] == "/" else url
    settings = set_to(tmp_path, given)
    reason = why_without(settings)
    assert reason is not None and "could not be fetched: it can't be read" in reason and "secret" not in reason
    assert kept(settings) == []


def test_a_dead_url_is_not_asked_by_every_training(
    address: str, asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = set_to(tmp_path, f"{address}/later.onnx")
    assert why_without(settings) and asked
    asked.clear()
    assert why_without(settings) and asked == []
    monkeypatch.setattr(encoders, "AGAIN", 0.0)
    (tmp_path / "there" / "later.onnx").write_bytes(MODEL)
    assert why_without(settings) is None and asked


needs_both = pytest.mark.skipif(
    not (is_installed() and build.is_there()), reason="the extra `multilingual` is not installed"
)


@pytest.fixture
def paired(tmp_path: Path, made_encoders: Path) -> Settings:
    home = tmp_path / "home"
    home.mkdir()
    made_encoders.mkdir(exist_ok=True)
    (home / "encoders").symlink_to(made_encoders)  # made for other tests, too
    return Settings(home=home, embeddings="auto", encoder="pair")


@needs_both
def test_what_is_made_is_kept_in_the_data_folder(paired: Settings) -> None:
    encoder = encoder_for(paired)
    assert encoder is not None and encoder.views == 2 and why_without(paired) is None and why_fewer(paired) is None
    assert (paired.home / "encoders" / build.E5_SHA256 / "model.onnx").exists()


@needs_both
def test_where_one_of_two_is_missing_the_other_goes_on_and_why_is_said(
    paired: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "made", refuse)
    encoder = encoder_for(paired)
    assert encoder is not None and encoder.sha256 == DEFAULT_SHA256
    assert why_without(paired) is None and why_fewer(paired) == "the weights are not there"
    monkeypatch.undo()
    monkeypatch.setattr(minilm, "default_encoder", refuse)
    encoder = encoder_for(paired)
    assert encoder is not None and encoder.sha256 == build.E5_SHA256
    monkeypatch.setattr(build, "made", refuse)
    assert why_without(paired) == "the weights are not there"


def refuse(*_: object) -> None:
    raise EncoderMissing("the weights are not there")


def test_one_that_is_set_alone_has_nobody_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "made", refuse)
    settings = Settings(home=tmp_path, embeddings="auto", encoder="multilingual-e5-small")
    assert why_without(settings) == "the weights are not there" and why_fewer(settings) is None
