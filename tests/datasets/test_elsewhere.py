"""A dataset version on another machine: what plain DVC brings is opened by the tools of data scientists, describes
itself, and can be checked without the service."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from labeler.client import Project
from labeler.datasets.answered import Answered, fields_of
from labeler.datasets.verify import NoVersion, verify_folder

BIN = Path(sys.executable).parent
SCALE = {"min": 1, "max": 5, "step": 1}


@pytest.fixture
def brought(service: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Project], Path]:
    """Make a dataset version and get it with plain DVC; what it brought."""
    for name in ("HF_DATASETS_OFFLINE", "HF_HUB_OFFLINE"):
        monkeypatch.setenv(name, "1")

    def bring(project: Project) -> Path:
        project.snapshot("for others")
        service.run_jobs(kinds=("datasets.snapshot",))
        made = project.datasets()[0]
        out = tmp_path / f"got-{made.version}"
        words = [str(BIN / "dvc"), "get", "-q", made.repository, "data", "--rev", made.tag, "-o", str(out)]
        subprocess.run(words, check=True, cwd=tmp_path, capture_output=True)
        return out

    return bring


def loaded(folder: Path, *more: str) -> Any:
    from datasets import load_dataset

    return load_dataset(str(folder), *more, cache_dir=str(folder.parent / f"cache-{folder.name}"))


def label_all(project: Project, answers: dict[str, Any]) -> None:
    rows = [{"item_key": key, "value": value} for key, value in answers.items()]
    assert project.client.post(f"{project.path}/labels", json=rows)


def keyed(table: Any, column: str = "label") -> dict[str, Any]:
    return {row["key"]: row[column] for split in table.values() for row in split}


@pytest.mark.one_database
def test_load_dataset_opens_a_version(project: Project, brought: Any, add_texts: Callable[..., Any]) -> None:
    rows = add_texts(60)
    answers = {row["key"]: "ham" if n % 3 else "spam" for n, row in enumerate(rows[:50])}
    label_all(project, answers)
    project.flag(rows[55]["key"], "Ambiguous")
    folder = brought(project)
    found = loaded(folder)
    label = found["train"].features["label"]
    assert sorted(label.names) == ["ham", "spam"]
    assert {key: label.int2str(code) for key, code in keyed(found).items()} == answers
    assert keyed(found, "text") == {row["key"]: row["text"] for row in rows[:50]}
    assert set(found) == {"train", "test"}
    assert len(loaded(folder, "items")["items"]) == 60 and len(loaded(folder, "labels")["labels"]) == 50
    assert loaded(folder, "flags")["flags"]["reason"] == ["Ambiguous"]


@pytest.mark.one_database
def test_later_versions_open_as_well(project: Project, brought: Any, add_texts: Callable[..., Any]) -> None:
    rows = add_texts(60)
    answers = {row["key"]: "ham" for row in rows[:20]}
    label_all(project, answers)
    first = brought(project)
    answers |= {row["key"]: "spam" for row in rows[15:30]}
    label_all(project, {row["key"]: "spam" for row in rows[15:30]})
    second = brought(project)
    for folder, n in ((first, 20), (second, 30)):
        found = loaded(folder)
        label = found["train"].features["label"]
        said = {key: label.int2str(code) for key, code in keyed(found).items()}
        assert len(said) == n and (n == 20 or said == answers)
        assert verify_folder(folder).faults == []


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("question", "values"),
    [
        ({"task_type": "multi_choice", "labels": ["a", "b", "c"]}, [["a"], [], ["b", "c"]]),
        ({"task_type": "rating", "scale": SCALE}, [1, 3, 5]),
    ],
    ids=["multi_choice", "rating"],
)
def test_load_dataset_opens_other_answers(admin: Any, brought: Any, question: dict[str, Any], values: Any) -> None:
    project = admin.client.projects.create("Other", **question)
    project.items.add([{"key": f"k{n}", "text": f"text {n}"} for n in range(12)], progress=False)
    answers = {f"k{n}": values[n % 3] for n in range(12)}
    label_all(project, answers)
    found = loaded(brought(project))
    names = getattr(getattr(found["train"].features["label"], "feature", None), "names", None)
    said = {key: [names[code] for code in value] if names else value for key, value in keyed(found).items()}
    assert said == answers


@pytest.mark.one_database
def test_load_dataset_opens_tables_whose_columns_changed(admin: Any, brought: Any) -> None:
    project = admin.client.projects.create("Table", labels=["yes", "no"])
    first = [{"key": f"a{n}", "fields": {"age": n, "place": "here"}} for n in range(8)]
    project.items.add(first, progress=False)
    label_all(project, {row["key"]: "yes" for row in first})
    brought(project)
    second = [{"key": f"b{n}", "fields": {"age": n + 0.5, "late": True}} for n in range(8)]
    project.items.add(second, progress=False)
    label_all(project, {row["key"]: "no" for row in second})
    folder = brought(project)
    found = loaded(folder)
    assert keyed(found, "fields.age") == {row["key"]: row["fields"]["age"] for row in first + second}
    assert keyed(found, "fields.late") == {row["key"]: row["fields"].get("late") for row in first + second}
    assert len(list((folder / "answered").rglob("*.parquet"))) > len(set(found))


def test_fields_take_the_kind_that_all_their_values_have() -> None:
    def file(**fields: str) -> Answered:
        return Answered("", "train", 1, "", 1, fields)

    assert fields_of([file(a="integer", b="boolean"), file(a="number", b="text", c="text")]) == {
        "a": "number",
        "b": "text",
        "c": "text",
    }


@pytest.mark.one_database
def test_a_version_describes_itself_in_croissant(
    project: Project, labelers: list[Project], brought: Any, add_texts: Callable[..., Any]
) -> None:
    import mlcroissant

    rows = add_texts(30)
    project.guidelines.publish("# Rules")
    label_all(project, {row["key"]: "ham" for row in rows[:10]})
    label_all(labelers[0], {row["key"]: "ham" for row in rows[5:9]} | {rows[9]["key"]: "spam"})
    folder = brought(project)
    dataset = mlcroissant.Dataset(folder / "croissant.json")
    assert not dataset.metadata.ctx.issues.errors
    written = json.loads((folder / "croissant.json").read_text())
    assert "http://mlcommons.org/croissant/1.1" in written["conformsTo"]
    assert written["rai:annotationsPerItem"] == "1: 5 items; 2: 5 items"
    assert "observed agreement of pairs of labels 0.800" in written["rai:dataAnnotationAnalysis"]
    assert "guideline version 1" in written["rai:dataAnnotationProtocol"]
    told = dataset.metadata
    assert told.data_annotation_protocol and told.machine_annotation_tools and told.data_biases
    assert {one.id for one in dataset.metadata.record_sets} == {"answered", "items", "labels", "flags"}
    found = [(one["items/key"], one["items/text"]) for one in dataset.records("items")]
    assert sorted((key.decode(), text.decode()) for key, text in found) == sorted((r["key"], r["text"]) for r in rows)
    labeled = {one["answered/key"].decode(): one["answered/label"].decode() for one in dataset.records("answered")}
    assert len(labeled) == 10 and set(labeled.values()) <= {"ham", "spam"}
    assert sum(1 for _ in dataset.records("labels")) == 15


def run_verify(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(BIN / "labeler"), "verify", str(folder)], capture_output=True, text=True)


@pytest.mark.one_database
def test_verify_says_what_was_changed(project: Project, brought: Any, add_texts: Callable[..., Any]) -> None:
    rows = add_texts(40)
    label_all(project, {row["key"]: "ham" for row in rows[:20]})
    folder = brought(project)
    done = run_verify(folder)
    assert done.returncode == 0 and "dataset version 1: 40 items, 20 labeled, 20 labels" in done.stdout

    random = Random(0)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        changed = folder.parent / "changed"
        shutil.rmtree(changed, ignore_errors=True)
        shutil.copytree(folder, changed)
        data = bytearray(path.read_bytes())
        if not data:
            continue
        data[random.randrange(len(data))] ^= 1
        (changed / name).write_bytes(data)
        try:
            assert verify_folder(changed).faults, name
        except NoVersion:
            assert name == "manifest.json"
        (changed / name).unlink()
        if name != "manifest.json":
            assert verify_folder(changed).faults == [f"{name} is missing"]
    (folder / "more.txt").write_text("not ours")
    done = run_verify(folder)
    assert done.returncode == 1 and "more.txt is not of this version" in done.stderr


@pytest.mark.one_database
def test_verify_believes_no_manifest(project: Project, brought: Any, add_texts: Callable[..., Any]) -> None:
    rows = add_texts(10)
    label_all(project, {row["key"]: "ham" for row in rows})
    folder = brought(project)
    manifest = json.loads((folder / "manifest.json").read_text())
    for change in (
        {"counts": {**manifest["counts"], "items": 11}},
        {"segments": {**manifest["segments"], "labels": []}},
        {"guideline_version": 7},
        {"files": {**manifest["files"], "../../etc/passwd": {"sha256": "0", "bytes": 1}}},
    ):
        (folder / "manifest.json").write_text(json.dumps(manifest | change))
        assert verify_folder(folder).faults
    for nonsense in ("", "[]", "{}", '{"segments": 3}', "\x00"):
        (folder / "manifest.json").write_text(nonsense)
        with pytest.raises(NoVersion):
            verify_folder(folder)
    with pytest.raises(NoVersion, match="holds no dataset version"):
        verify_folder(folder / "items")


@pytest.mark.one_database
def test_a_corrected_answer_is_in_one_file_only(
    service: Any, project: Project, brought: Any, add_texts: Callable[..., Any]
) -> None:
    rows = add_texts(30)
    random = Random(1)
    said: dict[str, str] = {}
    for _ in range(4):
        label_all(project, changed := {row["key"]: random.choice(["ham", "spam"]) for row in random.sample(rows, 12)})
        said |= changed
        folder = brought(project)
        tables = [pq.read_table(path) for path in (folder / "answered").rglob("*.parquet")]
        table = pa.concat_tables(tables)
        assert sorted(zip(table["key"].to_pylist(), table["label"].to_pylist(), strict=True)) == sorted(said.items())
