"""Importing bytes as a file, and waiting for the job."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from labeler.client import Project
from labeler.kit.jobs import engine

Bring = Callable[..., Any]


@pytest.fixture
def bring(service: Any) -> Bring:
    """bring(project, data, mapping, name): the job's row, after the import."""

    def run(
        project: Project, data: bytes | str, mapping: Any = None, name: str = "a.csv", dry_run: bool = False
    ) -> Any:
        sent = data.encode() if isinstance(data, str) else data
        form = {"mapping": json.dumps(mapping)} if mapping else {}
        if dry_run:
            form["dry_run"] = "true"
        answer = project.client._http.post(f"{project.path}/imports", files={"file": (name, sent)}, data=form)
        assert answer.status_code == 202, answer.text
        service.run_jobs(kinds=("items.import",))
        return service.db.read(engine.get, answer.json()["id"])

    return run
