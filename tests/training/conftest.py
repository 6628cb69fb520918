"""What tests of models share."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from labeler.client import Project
from labeler.datasets.repository import Repository
from labeler.learning.errors import EncoderBroken
from labeler.learning.features.e5 import build
from labeler.learning.features.encoder import Encoder


@pytest.fixture
def dvc_repro(service: Any, tmp_path: Path) -> Callable[[Project, int], str]:
    """Clone a project's dataset repository at a model's tag and run `dvc repro` there; returns what it said. With
    remotes, nothing but them is used."""

    def reproduce(project: Project, number: int) -> str:
        repository = Repository(service.settings, project.info.id)
        origin = repository.git_url
        clone = tmp_path / "clone"
        dvc = str(Path(sys.executable).with_name("dvc"))
        path = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": str(tmp_path)}

        def run(*words: str, cwd: Path = clone) -> str:
            done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, env=path)
            assert done.returncode == 0, done.stdout + done.stderr
            return done.stdout

        run("git", "clone", "-q", "--branch", f"model-{number}", str(origin), str(clone), cwd=tmp_path)
        if service.settings.git_remote:
            run(dvc, "pull", "data.dvc")
        else:
            run(dvc, "cache", "dir", str(repository.path / ".dvc" / "cache"))
            run(dvc, "checkout", "data.dvc")
        said = run(dvc, "repro")
        assert (clone / "model" / "model.skops").exists()
        return said

    return reproduce


@pytest.fixture
def second_encoder_fails(monkeypatch: pytest.MonkeyPatch) -> Callable[[], AbstractContextManager[None]]:
    """While it is entered, multilingual-e5-small fails when it reads; the other encoder goes on."""
    real = Encoder.encode

    def encode(encoder: Encoder, texts: Any) -> Any:
        if encoder.sha256 == build.E5_SHA256:
            raise EncoderBroken("the model can't be loaded")
        return real(encoder, texts)

    @contextmanager
    def fails() -> Iterator[None]:
        with monkeypatch.context() as broken:
            broken.setattr(Encoder, "encode", encode)
            yield

    return fails
