"""What one labeling tool wrote, with several annotators, goes in with every label accounted for and out again for each
of them."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from labeler.client import Project
from labeler.datasets.writers import argilla as argilla_writer

Said = dict[str, list[tuple[str, str]]]
SAID: Said = {
    "win a prize": [("ann", "spam"), ("bob", "ham")],
    "see you at noon": [("ann", "ham"), ("bob", "ham")],
    'über 3 000 € | "gratis"': [("bob", "spam")],
    "nobody looked": [],
}
"""By text: who said what."""


def jsonl(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def label_studio(said: Said) -> dict[str, str]:
    def annotation(who: str, value: str) -> dict[str, Any]:
        region = {"from_name": "label", "to_name": "text", "type": "choices", "value": {"choices": [value]}}
        return {"completed_by": {"email": who}, "was_cancelled": False, "result": [region]}

    tasks = [
        {"id": number, "data": {"text": text}, "annotations": [annotation(*one) for one in given]}
        for number, (text, given) in enumerate(said.items(), start=1)
    ]
    return {"export.json": json.dumps(tasks)}


def doccano(said: Said) -> dict[str, str]:
    """A file for each annotator, as doccano packs them."""
    numbered = {text: number for number, text in enumerate(said, start=1)}
    people = sorted({who for given in said.values() for who, _ in given})
    of = {who: {text: value for text, given in said.items() for one, value in given if one == who} for who in people}
    return {
        f"{who}.jsonl": jsonl(
            [
                {"id": n, "text": text, "label": [of[who][text]] if text in of[who] else []}
                for text, n in numbered.items()
            ]
        )
        for who in people
    }


def prodigy(said: Said) -> dict[str, str]:
    options = [{"id": name, "text": name} for name in ("spam", "ham")]
    rows = []
    for number, (text, given) in enumerate(said.items(), start=1):
        about = {"text": text, "_input_hash": number, "options": options, "answer": "accept", "_view_id": "choice"}
        rows += [{**about, "accept": [value], "_annotator_id": who} for who, value in given]
        if not given:
            rows.append({**about, "accept": [], "answer": "ignore", "_annotator_id": "ann"})
    return {"dataset.jsonl": jsonl(rows)}


def argilla(said: Said) -> dict[str, str]:
    rows = [
        {
            "id": f"r{number}",
            "status": "completed",
            "_server_id": f"s{number}",
            "text": text,
            "label.responses": [value for _, value in given] or None,
            "label.responses.users": [who for who, _ in given] or None,
            "label.responses.status": ["submitted" for _ in given] or None,
        }
        for number, (text, given) in enumerate(said.items(), start=1)
    ]
    return {"records.jsonl": jsonl(rows)}


TOOLS = (label_studio, doccano, prodigy, argilla)


def told(project: Project) -> Said:
    return {
        item.content["text"]: sorted((one.labeler.name, one.value) for one in project.items.get(item.key).labels)
        for item in project.items
    }


@pytest.fixture
def filled(project: Project, bring: Any, request: pytest.FixtureRequest) -> Project:
    """The project with the export of a tool in it."""
    files = request.param(SAID)
    if len(files) == 1:
        ((name, text),) = files.items()
        row = bring(project, text, name=name)
    else:
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)
        row = bring(project, held.getvalue(), name="export.zip")
    assert row.result["balance"]["labels"].get("recorded") == 5, row.result
    return project


@pytest.mark.one_database
@pytest.mark.parametrize("filled", TOOLS, indirect=True, ids=lambda tool: tool.__name__)
def test_every_annotators_label_goes_on_to_every_tool(filled: Project, admin: Any, bring: Any, tmp_path: Path) -> None:
    assert told(filled) == SAID
    for target in ("label_studio", "doccano_annotators", "prodigy", "argilla"):
        path = filled.export(tmp_path / target, target)
        again = admin.client.projects.create(target, labels=["spam", "ham"])
        result = bring(again, path.read_bytes(), name=path.name).result
        found = told(again)
        if target == "argilla":  # which knows its users by UUID: another for each of ours, always the same
            names = {argilla_writer.user_id(name): name for name in ("ann", "bob")}
            found = {text: sorted((names[who], value) for who, value in given) for text, given in found.items()}
        assert found == SAID, (target, result)
