"""The OpenAPI description says all that a generated client must know."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from labeler.client import Project
from labeler.datasets.writers import formats
from labeler.items.readers import readers

Operations = dict[str, dict[str, Any]]


def operations(description: dict[str, Any]) -> Operations:
    return {one["operationId"]: one for path in description["paths"].values() for one in path.values()}


def test_every_operation_says_who_may_call_it(description: dict[str, Any]) -> None:
    assert set(description["components"]["securitySchemes"]) == {"token", "session"}
    found = operations(description)
    is_open = {name for name, one in found.items() if one["security"] == []}
    assert is_open == {"log_in", "ways_in", "begin_log_in", "check_invitation", "accept_invitation"}
    assert all(
        one["security"] == [{"token": []}, {"session": []}] for name, one in found.items() if name not in is_open
    )


def test_names_are_told_apart(description: dict[str, Any]) -> None:
    """Generators make a function of each operation id, and a class of each title."""
    ids = [one["operationId"] for path in description["paths"].values() for one in path.values()]
    titles = [one["title"] for one in description["components"]["schemas"].values()]
    assert len(ids) == len(set(ids)) and len(titles) == len(set(titles))
    assert [name for name in ids if not re.fullmatch(r"[a-z]+(_[a-z]+)+", name)] == []


def test_every_error_is_the_one_problem(description: dict[str, Any]) -> None:
    problem = {"$ref": "#/components/responses/Problem"}
    for name, one in operations(description).items():
        errors = {status: said for status, said in one["responses"].items() if not status.startswith("2")}
        assert set(errors) >= {"401", "429", "default"}, name
        assert all(said == problem for said in errors.values()), name


def test_names_of_plug_ins_are_enumerated_where_they_are_sent(description: dict[str, Any]) -> None:
    schemas, found = description["components"]["schemas"], operations(description)
    (exported,) = [one["schema"]["enum"] for one in found["export_items"]["parameters"] if one["name"] == "format"]
    assert exported == formats()
    sent = schemas["ImportMapping-Input"]["properties"]["format"]["anyOf"][0]["enum"]
    assert set(sent) > {one.name for one in readers()} and "tsv" in sent
    settings = schemas["ProjectSettings-Input"]["properties"]
    assert {"auto", "margin"} < set(settings["strategy"]["enum"])
    assert {"auto", "pool_ensemble"} < set(settings["model"]["enum"])
    project = schemas["ProjectIn"]["properties"]
    assert project["task_type"]["enum"] == ["choice", "multi_choice", "rating"]
    assert project["content"]["anyOf"][0]["enum"] == ["table", "text"]
    for name in ("ImportMapping-Output", "ProjectSettings-Output", "ProjectOut", "Plan"):
        named = json.dumps({key: schemas[name]["properties"].get(key) for key in ("format", "strategy", "task_type")})
        assert "enum" not in named, name


def test_a_repeated_write_can_be_asked_for(description: dict[str, Any]) -> None:
    named = {
        name: [one["name"].lower() for one in operation.get("parameters", [])]
        for name, operation in operations(description).items()
    }
    assert all(
        "idempotency-key" in named[name] for name in ("create_project", "import_file", "train_model", "skip_item")
    )


@pytest.mark.parametrize("address", ["items", "items/lines"])
def test_lines_are_taken_at_both_addresses(project: Project, address: str) -> None:
    kind = "application/x-ndjson" if address == "items" else "application/octet-stream"
    lines = b'{"text": "one"}\nnot json\n{"text": "two"}\n'
    answer = project.client.request("POST", f"{project.path}/{address}", content=lines, headers={"content-type": kind})
    assert (answer.json()["taken"], answer.json()["refused"]) == (2, 1)


def test_a_stream_is_sent_as_what_the_caller_reads(project: Project, add_texts: Callable[..., Any]) -> None:
    add_texts(1)
    project.label("m0", "spam")
    path = f"{project.path}/answers"
    usual = project.client.request("GET", path)
    plain = project.client.request("GET", path, headers={"accept": "application/octet-stream"})
    assert usual.content == plain.content
    kinds = [one.headers["content-type"] for one in (usual, plain)]
    assert kinds == ["application/x-ndjson", "application/octet-stream"]
