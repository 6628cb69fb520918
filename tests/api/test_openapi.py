"""Property-based calls over the whole OpenAPI description: no 5xx, no answer outside its schema (G24)."""

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from labeler.client import Project

CHECKED = [CHECKS.get_one("not_a_server_error"), content_type_conformance, response_schema_conformance]
# These would end the walk: out of the session, the project away, or following a job for as long as it runs.
LEFT_OUT = {"log_out", "log_out_everywhere", "delete_project", "follow_job"}


def _without_lifespan(app: Any) -> Any:
    """schemathesis starts and stops the application around each call; this one is running already."""

    async def asgi(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for kind in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{kind}.complete"})
        else:
            await app(scope, receive, send)

    return asgi


def _walk(service: Any, admin: Any, project: Project, examples: int) -> None:
    headers = {"authorization": admin.client._http.headers["authorization"]}
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", _without_lifespan(service.http.app))
    failures: dict[str, str] = {}
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.definition.raw.get("operationId") in LEFT_OUT:
            continue
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @settings(
                max_examples=examples,
                deadline=None,
                database=None,
                derandomize=True,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def call(case: Any) -> None:
                if "project_id" in (case.path_parameters or {}):
                    case.path_parameters["project_id"] = project.slug
                case.validate_response(case.call(headers=headers), checks=CHECKED)

            try:
                call()
            except Unsatisfiable:  # an operation without parameters can't be called wrongly
                continue
            except (Exception, BaseExceptionGroup) as error:  # one walk tells all of them
                failures[f"{operation.label} {mode.name}"] = str(error)[:800]
    assert not failures, "\n\n".join(f"{label}\n{text}" for label, text in failures.items())


@pytest.fixture
def filled(project: Project, add_texts: Callable[..., Any]) -> Project:
    add_texts(5)
    project.guidelines.publish("# G")
    project.label("m0", "spam")
    project.flag("m1", "Ambiguous")
    return project


@pytest.mark.one_database
def test_a_few_calls_of_every_operation(service: Any, admin: Any, filled: Project) -> None:
    _walk(service, admin, filled, 2)


@pytest.mark.faults
def test_many_calls_of_every_operation(service: Any, admin: Any, filled: Project) -> None:
    _walk(service, admin, filled, 60)
