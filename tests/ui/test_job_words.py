"""What jobs made is said in words, for every kind of job."""

import re
from pathlib import Path
from typing import Any

import pytest
from labeler_ui import job_filters, job_folds, job_results, job_words

import labeler
from labeler.wire.jobs import JobOut


def made(kind: str, result: dict[str, Any]) -> str | None:
    row = {"state": "done", "attempt": 1, "max_attempts": 3, "message": "", "error": None}
    found = job_results.made(JobOut.model_construct(id=1, kind=kind, result=result, **row))
    return None if found is None else found.words.replace("\\", "")


@pytest.mark.parametrize(
    ("kind", "result", "words"),
    [
        ("training.coverage", {"ranked": 176}, "176 items put in order."),
        ("training.coverage", {"ranked": 1}, "1 item put in order."),
        (
            "training.coverage",
            {"ranked": 1500, "hinted": {"spam": 12, "ham": 3}},
            "1,500 items put in order. Found by keywords: spam 12, ham 3.",
        ),
        (
            "training.coverage",
            {"ranked": 0, "reason": "a model ranks the queue"},
            "A model orders the queue already.",
        ),
        ("training.embed", {"read": 1200, "of": 4128}, "1,200 of 4,128 items read."),
        ("training.embed", {"read": 1, "of": 1}, "1 of 1 item read."),
        ("training.embed", {"read": 0, "reason": "no texts"}, "No item has a text."),
        ("datasets.push", {"pushed": ["v1", "v2"]}, "2 dataset versions copied."),
        ("datasets.push", {"pushed": ["v1"]}, "1 dataset version copied."),
        ("datasets.push", {"pushed": []}, "Every dataset version was there already."),
        ("quality.recount", {"items": 200}, "Labels of 200 items counted again."),
        (
            "quality.estimate",
            {"items": 200, "changed": 12, "method": "dawid_skene", "labelers": 3},
            "The answers of 200 items looked at, 12 of them changed.",
        ),
        ("shadows.follow", {"items": 40, "same": 38}, "Asked about 40 items, the same answer: 38."),
        (
            "retraining.challenge",
            {"champion": 3, "challenger": 5, "outcome": "replaced", "items": 40},
            "Model 5 beside the live model 3: it went live.",
        ),
        (
            "retraining.pipeline",
            {"model": 3, "outcome": "identical", "compared": 40},
            "Model 3 trained again: all predictions identical.",
        ),
        ("sources.fetch", {"taken": 3, "refused": 1}, "3 items taken. 1 address could not be taken."),
        (
            "sources.recheck",
            {"looked": 4, "changed": 1, "gone": 0, "failed": 2},
            "4 documents looked at: changed 1, gone 0, could not be had 2.",
        ),
        ("drift.compare", {"model": 1, "missing": 12}, "Can't tell yet: 12 more items."),
        ("drift.compare", {"model": 1, "new": 60, "moved": 0}, "60 new items compared: nothing moved."),
        ("drift.compare", {"model": 1, "new": 60, "moved": 2}, "60 new items compared: 2 things moved."),
        (
            "simulations.simulate",
            {"model": 1, "used": 200, "best": "margin", "needed": 61.4},
            "Simulated on 200 labels: “margin” needs 61, surely fewer than a random order.",
        ),
        (
            "simulations.simulate",
            {"model": 1, "used": 200, "best": None, "needed": None},
            "Simulated on 200 labels: no strategy surely needs fewer than a random order.",
        ),
        ("items.index", {"items": 1}, "1 item can be searched now."),
        ("training.coverage", {"ranked": 9, "spoken": 4}, "9 items put in order. Heuristics match 4 of them."),
        ("heuristics.match", {"items": 1}, "Heuristics looked at 1 item."),
        ("items.remove", {"items": 1, "labels_taken_back": 0, "restored": 0}, "1 item removed."),
        (
            "items.remove",
            {"items": 5, "labels_taken_back": 1, "restored": 2},
            "5 items removed. 1 label taken back. 2 items are as they were before.",
        ),
        ("projects.erase", {"rows": 4000, "left": None}, "4,000 rows erased."),
        ("projects.erase", {"rows": 1, "left": "s3://b"}, "1 row erased. Copies are left: s3://b."),
        ("campaigns.start", {"items": 2, "wanted": 3, "unasked": 0}, "3 labels are asked for again."),
        ("campaigns.assign", {"items": 1}, "1 item assigned."),
        (
            "label_errors.find",
            {"answers": 120, "wrong": 6, "duplicate": 2, "outlier": 0, "why": None},
            "120 answers looked at, 8 to be checked.",
        ),
        ("bulk.label", {"items": 900, "check": 60}, "900 items labeled; people are asked about 60 of them."),
        (
            "hard_items.cluster",
            {"items": 17, "clusters": 2, "alone": 1},
            "17 hard items looked at; clusters: 2, alone: 1.",
        ),
        ("heuristics.answer", {"items": 1}, "Rules that count match 1 item."),
        ("hard_items.check", {"check": 5}, "People are asked about 5 items."),
        ("bulk.count", {"items": 1}, "1 label counts now."),
        ("bulk.take_back", {"labels_taken_back": 90}, "90 labels taken back."),
        ("somebody.elses", {"left_overs": 3}, None),
    ],
)
def test_a_result_is_a_sentence(kind: str, result: dict[str, Any], words: str | None) -> None:
    assert made(kind, result) == words


def test_every_kind_of_job_has_its_words() -> None:
    source = "\n".join(path.read_text() for path in Path(labeler.__file__).parent.rglob("*.py"))
    kinds = {job_results.short(kind) for kind in re.findall(r'^(?:@job\("|KIND = ")(\w+\.\w+)"', source, re.M)}
    assert len(kinds) > 10
    assert kinds <= set(job_words.KINDS)
    listed = {job_results.short(kind) for _, group in job_filters.GROUPS.values() for kind in group}
    assert kinds == listed, "the page of jobs finds every kind by its filters"
    assert kinds - {"import"} == set(job_results.RESULTS), "the page of jobs draws an import's result itself"


def test_reasons_are_those_that_jobs_give() -> None:
    folder = Path(labeler.__file__).parent / "training" / "jobs"
    source = "\n".join(path.read_text() for path in folder.glob("*.py"))
    assert all(part in source for reason in job_results.REASONS for part in reason.split("; "))


def test_every_reason_of_a_training_is_said_in_words() -> None:
    own = Path(labeler.__file__).parent.rglob("*.py")
    named = re.compile(r'request_training\(\s*tx, [\w.]+, ("[a-z ]+"(?: if .+ else "[a-z ]+")?)')
    calls = [call for path in own for call in named.findall(path.read_text())]
    given = {why for call in calls for why in re.findall(r'"([a-z ]+)"', call)}
    assert len(calls) > 10 and given == set(job_words.WHY)


def test_routine_jobs_of_a_kind_are_one_line_and_what_somebody_asked_for_is_not() -> None:
    def job(number: int, kind: str, state: str = "done", by: int | None = None) -> JobOut:
        return JobOut.model_construct(id=number, kind=kind, state=state, created_by=by)

    found = [
        job(9, "quality.estimate"), job(8, "training.train"), job(7, "quality.estimate", "failed"),
        job(6, "quality.estimate"), job(5, "training.train"), job(4, "quality.estimate", by=3),
    ]  # fmt: skip
    lines = [[one.id for one in jobs] for jobs in job_folds.lines(found)]
    assert lines == [[9, 6], [8], [7], [5], [4]]
