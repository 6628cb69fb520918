"""A file that asks for too much is refused with a way out, and costs the service nothing (G33)."""

from typing import Any

import pytest

from labeler.client import Project
from labeler.imports import reading

FILE = b"id,text\n" + b"".join(b"%d,%s\n" % (n, b"long " * 100_000) for n in range(40))


def test_a_preview_is_read_in_bounds(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = {"files": {"file": ("a.csv", FILE)}}
    assert project.client._http.post(f"{project.path}/imports/preview", **sent).status_code == 200
    monkeypatch.setattr(reading, "MEMORY", 1_000_000)
    answer = project.client._http.post(f"{project.path}/imports/preview", **sent)
    assert answer.status_code == 422 and "split the file, or save it as CSV" in answer.json()["detail"]


def test_an_import_is_read_in_bounds(project: Project, bring: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "look", lambda *_, **__: bytearray(2 * reading.MEMORY))
    done = bring(project, FILE)
    assert done.state == "failed" and "split the file, or save it as CSV" in done.error
    monkeypatch.undo()
    assert bring(project, "id,text\n1,a prize\n").result["taken"] == 1
