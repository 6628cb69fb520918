"""Dataset versions: what they hold, what they cost, and that they appear whole or not at all (G9)."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pyarrow.parquet as pq
import pytest

from labeler.client import Project
from labeler.datasets.repository import Repository
from labeler.wire.datasets import LabelChange


def snapshot(service: Any, project: Project, message: str = "test") -> dict[str, Any]:
    job = project.snapshot(message)
    service.run_jobs(kinds=("datasets.snapshot",))
    return project.client.get(f"{project.path}/datasets/{job.refresh().result['version']}")


def label_some(project: Project, n: int, value: str = "ham") -> list[str]:
    keys = []
    for item in project.queue.next(n):
        project.label(item, value)
        keys.append(item.key)
    return keys


def files_of(service: Any, project: Project) -> Path:
    return Repository(service.settings, project.info.id).data


def test_a_version_holds_items_labels_and_guideline(
    service: Any, project: Project, add_texts: Callable[..., Any]
) -> None:
    add_texts(30)
    project.guidelines.publish("# Rules\n\nBe kind.")
    label_some(project, 12)
    project.flag("m29", "Ambiguous", note="which one?")
    made = snapshot(service, project, "first")
    folder = files_of(service, project)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert made["counts"] == {
        "items": 30,
        "labeled": 12,
        "labels": 12,
        "flags": 1,
        "holdout": made["counts"]["holdout"],
        "by_label": {"ham": 12},
    }
    assert made["guideline_version"] == 1 and (folder / "guideline.md").read_text() == "# Rules\n\nBe kind."
    assert pq.read_table(folder / "flags.parquet")["note"].to_pylist() == ["which one?"]
    assert "first" in (folder / "README.md").read_text()
    hashes = {e["file"]: e["sha256"] for kind in manifest["segments"].values() for e in kind}
    hashes |= {entry["file"]: entry["sha256"] for entry in manifest["answered"]}
    hashes |= {name: entry["sha256"] for name, entry in (manifest["files"] | manifest["about"]).items()}
    for name, digest in hashes.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    listed = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert listed == set(hashes) | {"manifest.json"}


def test_the_same_state_has_the_same_content_hash(
    service: Any, project: Project, add_texts: Callable[..., Any]
) -> None:
    add_texts(20)
    label_some(project, 5)
    first, second = snapshot(service, project, "one"), snapshot(service, project, "two")
    assert first["content_hash"] == second["content_hash"] and first["tag"] != second["tag"]
    label_some(project, 1)
    assert snapshot(service, project)["content_hash"] != first["content_hash"]


def test_a_version_costs_what_changed(service: Any, project: Project) -> None:
    """One percent more labels: at most a tenth of the first version's bytes."""
    random = Random(0)
    rows = [{"key": f"m{n}", "text": random.randbytes(40).hex()} for n in range(4000)]
    project.items.add(rows, progress=False)
    answers = [{"item_key": f"m{n}", "value": random.choice(["ham", "spam"])} for n in range(2020)]
    project.client.post(f"{project.path}/labels", json=answers[:2000])
    snapshot(service, project)
    first = project.datasets()[-1]
    project.client.post(f"{project.path}/labels", json=answers[2000:])
    assert snapshot(service, project)["new_bytes"] < 0.1 * first.new_bytes


def test_many_small_versions_are_merged_and_nothing_is_lost(
    service: Any, project: Project, add_texts: Callable[..., Any]
) -> None:
    add_texts(40)
    for _ in range(27):
        label_some(project, 1)
        snapshot(service, project)
    folder = files_of(service, project)
    segments = sorted((folder / "labels").glob("*.parquet"))
    assert len(segments) < 10
    assert sum(pq.read_table(path).num_rows for path in segments) == 27


def test_two_versions_are_compared(
    service: Any, project: Project, labelers: list[Project], add_texts: Callable[..., Any]
) -> None:
    texts = {row["key"]: " ".join(row["text"].split())[:300] for row in add_texts(10)}
    for key in ("m0", "m1", "m2"):
        labelers[0].label(key, "ham")
    snapshot(service, project)
    labelers[0].label("m0", "spam")
    labelers[0].label("m3", "spam")
    labelers[0].undo(labelers[0].label("m1", "ham").label.id)
    project.items.add([{"key": "new", "text": "new one"}], progress=False)
    project.guidelines.publish("# New")
    snapshot(service, project)
    found = project.diff(1, 2)
    assert found.items == {"added": 1, "removed": 0}
    assert (found.labels.added, found.labels.changed, found.labels.removed) == (1, 1, 1)
    assert LabelChange(key="m0", preview=texts["m0"], a="ham", b="spam") in found.labels.examples
    assert {one.key: one.preview for one in found.labels.examples} == {key: texts[key] for key in ("m0", "m1")}
    assert found.agreement == 0.5 and found.guideline_changed
    assert {row.label: (row.a, row.b) for row in found.balance} == {"ham": (3, 1), "spam": (0, 2)}


@pytest.mark.one_database
def test_plain_dvc_gets_a_version_from_another_folder(
    service: Any, project: Project, add_texts: Callable[..., Any], tmp_path: Path
) -> None:
    add_texts(20)
    label_some(project, 3)
    made = snapshot(service, project)
    before = {
        p.relative_to(files_of(service, project)): p.read_bytes()
        for p in files_of(service, project).rglob("*.*")
        if p.is_file()
    }
    label_some(project, 3)
    snapshot(service, project)
    dvc = Path(sys.executable).with_name("dvc")
    command = [str(dvc), "get", made["repository"], "data", "--rev", made["tag"], "-o", str(tmp_path / "got")]
    subprocess.run(command, check=True, cwd=tmp_path, capture_output=True)
    got = {p.relative_to(tmp_path / "got"): p.read_bytes() for p in (tmp_path / "got").rglob("*.*") if p.is_file()}
    assert got == before


@pytest.mark.parametrize("step", ["track", "commit", "tag"])
def test_a_crash_at_any_step_leaves_nothing_to_see(
    service: Any, project: Project, add_texts: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    add_texts(12)
    label_some(project, 2)
    snapshot(service, project)
    label_some(project, 2)

    def crash(*_: Any, **__: Any) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patched:
        patched.setattr(Repository, step, crash)
        project.snapshot("cut off")
        assert service.run_jobs(kinds=("datasets.snapshot",))[-1].state == "failed"
    assert [entry.version for entry in project.datasets()] == [1]
    repository = Repository(service.settings, project.info.id)
    assert repository.tags() == {"v1"}
    made = snapshot(service, project)
    assert made["version"] == 2 and repository.tags() == {"v1", "v2"}
    assert made["counts"]["labels"] == 4


def test_a_tag_without_a_row_is_removed(service: Any, project: Project, add_texts: Callable[..., Any]) -> None:
    add_texts(5)
    first = snapshot(service, project)
    repository = Repository(service.settings, project.info.id)
    repository.tag("v2", first["git_commit"])  # what a process killed between tag and commit would leave
    repository.tag("v9", first["git_commit"])
    snapshot(service, project)
    assert repository.tags() == {"v1", "v2"}


@pytest.mark.parametrize("name", ["jsonl", "csv", "parquet"])
def test_an_export_comes_back_as_it_was(
    service: Any,
    admin: Any,
    project: Project,
    labelers: list[Project],
    add_texts: Callable[..., Any],
    tmp_path: Path,
    name: str,
) -> None:
    rows = add_texts(25)
    for number, row in enumerate(rows[:10]):
        labelers[0].label(row["key"], "spam" if number % 2 else "ham")
    version = snapshot(service, project)["version"]
    now = project.export(tmp_path / f"now.{name}", name)
    then = project.export(tmp_path / f"then.{name}", name, dataset=version)
    if name != "parquet":
        assert now.read_bytes() == then.read_bytes()
    else:
        assert pq.read_table(now).equals(pq.read_table(then))
    again = admin.client.projects.create("again", labels=["spam", "ham"])
    job = again.import_file(now, {"key": "key", "text": "text", "label": "label", "split": "split"})
    service.run_jobs(kinds=("items.import",))
    assert job.refresh().result["taken"] == 25
    labels = {item.key: [label.value for label in item.labels] for item in again.items}
    assert labels == {item.key: [label.value for label in item.labels] for item in project.items}


def test_formulas_are_neutralized_in_csv_only(admin: Any, project: Project, tmp_path: Path) -> None:
    project.items.add([{"key": "a", "text": "=1+1"}], progress=False)
    assert ",'=1+1," in project.export(tmp_path / "x.csv", "csv").read_text()
    assert json.loads(project.export(tmp_path / "x.jsonl").read_text())["text"] == "=1+1"
