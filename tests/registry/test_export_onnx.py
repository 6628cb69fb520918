"""A model as ONNX says outside what it said inside, where nothing is but NumPy and ONNX Runtime."""

import importlib.util
import io
import json
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from bare import installed
from sample_texts import news
from typer.testing import CliRunner

from labeler.client import ApiError, Project
from labeler.learning.features.installed import is_installed
from labeler.learning.onnx import convert
from labeler.registry.artifacts import folder_of
from labeler.training import trigger

HOLDS = {
    "README.md",
    "card.md",
    "cells.py",
    "expected.jsonl",
    "inputs.json",
    "labels.json",
    "model.onnx",
    "onnx_model.py",
}


@pytest.fixture
def modeled(service: Any, project: Project, add_texts: Callable[..., Any]) -> Project:
    """A project with a model, live."""
    add_texts(120)
    project.label_many({item.key: item.metadata["truth"] for item in project.queue.next(25)})
    project.train()
    service.run_jobs()
    project.promote(project.models()[0].number)
    return project


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], ModuleType]:
    """The script of a folder, as a module."""

    def read(folder: Path) -> ModuleType:
        monkeypatch.syspath_prepend(str(folder))
        monkeypatch.delitem(sys.modules, "cells", raising=False)
        made = importlib.util.spec_from_file_location("onnx_model", folder / "onnx_model.py")
        assert made is not None and made.loader is not None
        module = importlib.util.module_from_spec(made)
        made.loader.exec_module(module)
        return module

    return read


@pytest.mark.one_database
def test_it_answers_as_onnx_what_it_answers_inside(modeled: Project, tmp_path: Path, script: Any) -> None:
    folder = modeled.export_model(1, tmp_path / "out", examples=40, onnx=True)
    assert {path.name for path in folder.iterdir()} == HOLDS | {"requirements.txt"}
    assert [line.split("==")[0] for line in (folder / "requirements.txt").read_text().split()] == [
        "numpy",
        "onnxruntime",
    ]
    asked = script(folder)
    is_same, words = asked.check(folder)
    assert is_same and words.startswith("40 of 40 answers are the same")
    model = asked.OnnxModel(folder)
    assert asked.read(['{"text": "a"}\n', "\n", '{"key": "b", "text": "b"}'], model)[1]["key"] == "b"
    for wrong, said in (("no json", "line 2 is no JSON"), ('{"content": {"text": "a"}}', 'an object with "text"')):
        with pytest.raises(ValueError, match=said):
            asked.read(['{"text": "a"}', wrong], model)
    assert asked.main(["what"]) == 2
    items = [{"key": item.key, **item.content} for item in modeled.items]
    inside = modeled.predict(items)
    outside = asked.OnnxModel(folder).predict(items)
    assert [(one["key"], one["value"]) for one in outside] == [(one.key, one.value) for one in inside]
    for one, other in zip(outside, inside, strict=True):
        assert one["proba"] == pytest.approx(other.proba, abs=2e-5)
    assert "120 items of the project were compared" in (folder / "README.md").read_text()


@pytest.mark.one_database
def test_one_that_says_something_else_is_found_out(modeled: Project, tmp_path: Path, script: Any) -> None:
    folder = modeled.export_model(1, tmp_path / "out", examples=5, onnx=True)
    lines = [json.loads(line) for line in (folder / "expected.jsonl").read_text().splitlines()]
    lines[0]["probabilities"].reverse()
    (folder / "expected.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    is_same, words = script(folder).check(folder)
    assert not is_same and words.startswith("4 of 5 answers are the same")


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
        [{"fields": {"size": n % 3, "name": f"n{n % 7}", "day": f"2026-01-{n % 28 + 1:02}"}} for n in range(60)],
        ["a", "b", "c"],
    ),
}


@pytest.mark.one_database
@pytest.mark.parametrize("kind", KINDS)
def test_each_task_and_kind_of_content(service: Any, admin: Any, kind: str, tmp_path: Path, script: Any) -> None:
    parts, rows, truth = KINDS[kind]
    project = admin.client.projects.create(kind, holdout_share=0.2, **parts)
    project.items.add([{"key": f"k{n}", **row} for n, row in enumerate(rows)], progress=False)
    project.label_many({f"k{n}": truth[n % 3] for n in range(45)})
    project.train()
    service.run_jobs()
    project.promote(1)
    folder = project.export_model(1, tmp_path / "out", examples=60, onnx=True)
    asked = script(folder)
    assert asked.check(folder)[0]
    items = [{"key": f"k{n}", **row} for n, row in enumerate(rows)]
    said = [one["value"] for one in asked.OnnxModel(folder).predict(items)]
    assert said == [one.value for one in project.predict(items)]


@pytest.mark.one_database
def test_what_would_say_something_else_is_refused_with_the_item(service: Any, project: Project, tmp_path: Path) -> None:
    """A capital sigma at the end of a word: its lower case is not the same in both."""
    rows = [{"key": f"k{n}", "text": f"{['ΟΔΟΣ', 'plain'][n % 2]} {n}"} for n in range(60)]
    project.items.add(rows, progress=False)
    project.label_many({f"k{n}": ["spam", "ham"][n % 2] for n in range(40)})
    project.train()
    service.run_jobs()
    with pytest.raises(ApiError) as differs:
        project.export_model(1, tmp_path / "out", onnx=True)
    assert differs.value.status == 409 and not (tmp_path / "out").exists()
    assert "of 60 items, 30 differ by more than 1e-05, most of all k" in differs.value.detail


@pytest.mark.one_database
def test_what_stands_in_the_way_is_said(
    service: Any, modeled: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ApiError) as unknown:
        modeled.export_model(99, tmp_path / "none", onnx=True)
    assert unknown.value.status == 404
    with pytest.raises(ApiError) as format_:
        modeled.client.request("GET", f"{modeled.path}/models/1/export", params={"format": "pickle"})
    assert format_.value.status == 422
    with monkeypatch.context() as patched:
        patched.setitem(sys.modules, "onnx", None)
        with pytest.raises(ApiError) as missing:
            modeled.export_model(1, tmp_path / "none", onnx=True)
    assert missing.value.status == 409 and "pip install labelloop[onnx]" in missing.value.detail
    with monkeypatch.context() as patched:
        patched.setattr(convert, "TextPipeline", type("Another", (), {}))
        with pytest.raises(ApiError) as refused:
            modeled.export_model(1, tmp_path / "none", onnx=True)
    assert refused.value.status == 409 and "Models on texts and on rows of a table can be" in refused.value.detail
    file = folder_of(service.settings, modeled.info.id, 1) / "model.skops"
    file.write_bytes(file.read_bytes() + b"!")
    with pytest.raises(ApiError) as changed:
        modeled.export_model(1, tmp_path / "none", onnx=True)
    assert changed.value.status == 503 and "was changed after it was saved" in changed.value.detail
    file.unlink()
    with pytest.raises(ApiError) as gone:
        modeled.export_model(1, tmp_path / "none", onnx=True)
    assert gone.value.status == 409 and "pruned" in gone.value.detail
    assert not (tmp_path / "none").exists()


def bare(folder: Path, wanted: list[str]) -> Path:
    """The interpreter of a new virtual environment that has these and what they ask for, and nothing else."""
    venv.create(folder, with_pip=False, symlinks=True)
    (site,) = folder.glob("lib/python*/site-packages")
    installed(wanted, site)
    return folder / "bin" / "python"


def run(python: Path, folder: Path, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    command = [str(python), "-E", "-s", str(folder / "onnx_model.py"), *arguments]
    return subprocess.run(command, input=given, capture_output=True, text=True, cwd="/")


@pytest.mark.whole
@pytest.mark.one_database
def test_a_new_environment_needs_no_more_than_it_says(modeled: Project, tmp_path: Path) -> None:
    folder = modeled.export_model(1, tmp_path / "out", examples=120, onnx=True)
    python = bare(tmp_path / "venv", (folder / "requirements.txt").read_text().split())
    missing = subprocess.run([python, "-c", "import labeler"], capture_output=True, text=True, cwd="/")
    assert "No module named 'labeler'" in missing.stderr
    checked = run(python, folder)
    assert (checked.returncode, checked.stdout[:33]) == (0, "120 of 120 answers are the same, "), checked.stderr
    items = [{"key": item.key, **item.content} for item in modeled.items]
    said = run(python, folder, "predict", given="".join(json.dumps(item) + "\n" for item in items))
    found = [json.loads(line)["value"] for line in io.StringIO(said.stdout)]
    assert found == [one.value for one in modeled.predict(items)], said.stderr


@pytest.mark.one_database
@pytest.mark.skipif(not is_installed(), reason="the extra `embeddings` is not installed")
def test_the_sentence_encoder_goes_along(
    start_service: Any, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: Any
) -> None:
    monkeypatch.setattr(trigger, "has_embeddings", lambda: True)
    service = start_service(settings.model_copy(update={"embeddings": "auto"}))
    project = service.person("manager").client.projects.create("News", labels=["sport", "money"])
    project.items.add(news(60), progress=False)
    service.run_jobs()
    project.label_many({item.key: item.metadata["truth"] for item in project.queue.next(25)})
    project.train()
    service.run_jobs()
    number = project.models()[0].number
    folder = project.export_model(number, tmp_path / "out", examples=10, onnx=True)
    assert sorted(path.name for path in (folder / "encoder" / "0").iterdir()) == ["model.onnx", "vocab.txt"]
    asked = script(folder)
    assert asked.check(folder)[0]
    lines = [json.loads(line) for line in (folder / "expected.jsonl").read_text().splitlines()]
    assert len(lines[0]["inputs"]["sentence_vectors"]) == 384
    own = asked.OnnxModel(folder).probabilities([line["item"] for line in lines])  # makes the vectors itself
    assert np.abs(own - [line["probabilities"] for line in lines]).max() < 1e-5


@pytest.mark.one_database
def test_the_command_line_writes_it(modeled: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from labeler.cli import app

    written = modeled.export_model  # as the command asks for it
    asked: list[Any] = []
    monkeypatch.setattr("labeler.commands.models.service", lambda: _Client(modeled))
    monkeypatch.setattr(
        modeled, "export_model", lambda *given, **named: asked.append(named) or written(*given, **named)
    )
    done = CliRunner().invoke(app, ["export-model", "p", "1", str(tmp_path / "out"), "--onnx"])
    assert done.exit_code == 0, done.output
    assert asked == [{"onnx": True}] and (tmp_path / "out" / "model.onnx").exists()


class _Client:
    """A client of one project."""

    def __init__(self, project: Project) -> None:
        self.projects, self._project = self, project

    def __enter__(self) -> "_Client":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def get(self, _name: str) -> Project:
        return self._project
