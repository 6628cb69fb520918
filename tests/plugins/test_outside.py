"""An outside package adds a strategy, a model, formats and an encoder, and nothing in the service is edited for it."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.random import default_rng

from labeler.client import ApiError, JobFailed, Project
from labeler.items.readers import FileRefused, read_rows, sniff
from labeler.kit.config import Settings
from labeler.learning.errors import EncoderBroken, InvalidModel, InvalidRanking
from labeler.learning.features.encoders import make_encoder
from labeler.learning.heuristics import Condition
from labeler.learning.heuristics.running import run_rules
from labeler.learning.models import get_model
from labeler.learning.strategies import Pool, query
from labeler.plugins import registries
from labeler.registry.encoders import encoder_for, why_without
from labeler.wire.formats import ImportFormat

OUTSIDE = Path(__file__).parent / "outside"
TEXTS = {"spam": "win a prize", "ham": "see you at lunch"}
CARDS = "#cards\n" + "".join(f"{label} > {text} {n}\n" for n in range(20) for label, text in TEXTS.items())
NO_LABELS = "".join(f" > {text} {n}\n" for n in range(20, 30) for text in TEXTS.values())


@pytest.fixture
def cards(installed: None, service: Any, project: Project, tmp_path: Path) -> Project:
    """A project whose items, and most of whose labels, came in the outside format."""
    project.client.patch(project.path, json={"settings": {"holdout_share": 0}})
    path = tmp_path / "upload"
    path.write_text(CARDS + "no card\n" + NO_LABELS)
    job = project.import_file(path)
    service.run_jobs()
    assert job.refresh().result["taken"] == 60 and job.result["refused"] == 1
    return project


def test_formats_of_the_package_are_listed(installed: None, admin: Any) -> None:
    found = admin.client.formats()
    cards = ImportFormat(name="acme_cards", title="index cards", endings=[".cards"], whole_file=False)
    assert cards in found.imports
    assert {"csv", "jsonl", "parquet", "acme_folders"} <= {one.name for one in found.exports}


def test_its_strategy_and_its_model_rank_the_queue(service: Any, cards: Project) -> None:
    settings = {"strategy": "acme_first_label", "model": "acme_bayes"}
    cards.client.patch(cards.path, json={"settings": settings})
    cards.train()
    service.run_jobs()
    made = cards.client.get(f"{cards.path}/models/{cards.models()[0].number}")
    assert made["config"]["model"] == "acme_bayes" and made["config"]["strategy"] == "acme_first_label"
    assert all("lunch" in item.content["text"] for item in cards.queue.next(10))


def test_its_kind_of_heuristic_speaks_of_items(installed: None) -> None:
    items = [({"text": text}, None) for text in ("you WON it", "you won it")]
    assert next(run_rules([Condition("acme_shout", "won")], items)).positions == [0]
    assert registries()["heuristics"].broken["acme_broken"].startswith("can't be imported: RuntimeError")


def test_its_folders_are_exported_as_one_file(cards: Project, tmp_path: Path) -> None:
    first = cards.export(tmp_path / "first.zip", "acme_folders").read_bytes()
    names = zipfile.ZipFile(io.BytesIO(first)).namelist()
    assert len(names) == 60 and {name.split("/")[0] for name in names} == {"spam", "ham", "none"}
    assert cards.export(tmp_path / "again.zip", "acme_folders").read_bytes() == first


def test_its_tools_rows_bring_labels_by_labeler(
    installed: None, service: Any, project: Project, tmp_path: Path
) -> None:
    path = tmp_path / "verdicts.csv"
    path.write_text("number,text,acme_verdicts\n1,win a prize,ab:spam cd:ham\n2,see you at lunch,ab:ham\n3,broken,ab\n")
    assert sniff(path).dialect == "acme_verdicts"
    job = project.import_file(path)
    service.run_jobs()
    assert job.refresh().result["taken"] == 2 and "Acme Verdicts" in job.result["errors"][0]["reason"]
    assert sorted((one.labeler.name, one.value) for one in project.items.get("1").labels) == [
        ("ab", "spam"),
        ("cd", "ham"),
    ]


def test_a_format_for_other_tasks_is_refused(cards: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = registries()["writers"].find("acme_folders")
    monkeypatch.setitem(writer.__dict__, "tasks", ("boxes",))
    with pytest.raises(ApiError, match='"acme_folders" is for projects of type boxes'):
        cards.export(tmp_path / "x", "acme_folders")


def test_its_encoder_is_set_by_name(installed: None, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, embeddings="auto", encoder="acme_lengths")
    encoder = encoder_for(settings)
    assert encoder is not None and encoder.dimensions == 2 and why_without(settings) is None


def test_a_broken_one_is_named_and_the_rest_works(installed: None, admin: Any) -> None:
    assert "csv" in {one.name for one in admin.client.formats().exports}
    why = "can't be imported: RuntimeError: the license of acme has expired"
    assert registries()["writers"].broken == {"acme_broken": why}
    assert registries()["models"].names() and registries()["models"].broken == {}


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("nothing", "NoneType, expected a Ranking"),
        ("too_few", "expected 5 whole numbers"),
        ("repeated", "of which 4 are repeated"),
        ("beyond", "from 1000000 to 1000004 of a pool of 30 items"),
        ("negative", "from -1 to 3"),
        ("fractions", "expected 5 whole numbers"),
        ("nan", "NaN or outside 0 to 1"),
        ("no_scores", "expected 5 numbers"),
    ],
)
def test_a_ranking_that_is_none_is_refused_by_name(installed: None, name: str, what: str) -> None:
    with pytest.raises(InvalidRanking, match=f'strategy "acme_mad_{name}" returned .*{what}'):
        query(f"acme_mad_{name}", Pool(X=np.ones((30, 2))), 5, default_rng(0))


@pytest.mark.one_database
def test_training_with_nonsense_fails_with_its_name_and_labeling_goes_on(service: Any, cards: Project) -> None:
    cards.client.patch(cards.path, json={"settings": {"strategy": "acme_mad_repeated"}})
    job = cards.train()
    service.run_jobs()
    with pytest.raises(JobFailed, match='strategy "acme_mad_repeated" returned'):
        job.wait()
    assert cards.queue.next(3)


def test_other_nonsense_is_refused_by_name(installed: None, tmp_path: Path) -> None:
    with pytest.raises(InvalidModel, match='model "acme_mad" is int'):
        get_model("acme_mad").make(0)
    with pytest.raises(EncoderBroken, match='"acme_mad" is str'):
        make_encoder("acme_mad")
    (tmp_path / "mad").write_text("#mad\n")
    with pytest.raises(FileRefused, match='reader of "acme_mad" gave dict'):
        list(read_rows(tmp_path / "mad", sniff(tmp_path / "mad")))
    (tmp_path / "csv").write_text("id,text\n1,a reader that crashes is passed over\n")
    assert sniff(tmp_path / "csv").format == "csv"


def test_doctor_names_what_is_broken(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("labeler")), "--json", "doctor"]
    environment = {"PATH": "/usr/bin:/bin", "LABELER_HOME": str(tmp_path), "PYTHONPATH": str(OUTSIDE)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=tmp_path)
    checks = json.loads(done.stdout)["checks"]
    assert done.returncode == 1
    assert checks["plugins.strategies"].startswith("acme_broken can't be imported: RuntimeError")
    del environment["PYTHONPATH"]
    fine = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=tmp_path)
    assert json.loads(fine.stdout)["checks"]["plugins"] == "ok"
