"""Traces on request: what a collector on loopback gets from a real service and its jobs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import processes
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from receivers import Receiver, receiving

from labeler.accounts.tokens import make_token
from labeler.accounts.users import add_user
from labeler.client import Client
from labeler.kit.config import Settings
from labeler.kit.db import Database

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.fixture
def collector() -> Iterator[Receiver]:
    with receiving() as found:
        found.answer = lambda call: (200, {}, b"")
        yield found


def spans(collector: Receiver) -> list[Any]:
    sent = [ExportTraceServiceRequest.FromString(call.body) for call in collector.calls]
    return [span for one in sent for part in one.resource_spans for scope in part.scope_spans for span in scope.spans]


def attributes(span: Any) -> dict[str, Any]:
    return {one.key: one.value.string_value or one.value.int_value for one in span.attributes}


@pytest.mark.one_database
def test_requests_and_jobs_are_spans_and_say_nothing_of_anybody(
    settings: Settings, tmp_path: Path, collector: Receiver
) -> None:
    traced = settings.model_copy(update={"traces": True, "port": processes.free_port()})
    db = Database(traced)
    token = db.write(make_token, db.write(add_user, "ada@example.org", "Ada", "admin").id, "test", ["*"])[1]
    db.close()
    where = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url("").rstrip("/"), "OTEL_BSP_SCHEDULE_DELAY": "100"}
    running = processes.Running(["-m", "labeler", "serve"], traced, tmp_path / "log", **where)
    try:
        processes.wait_for(running.ready, processes.STARTS_IN, "the service")
        with Client(running.url, token=token, timeout=30) as client:
            project = client.projects.create("Hush", labels=["a", "b"])
            project.import_file(data(tmp_path)).wait()
            headers = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
            client._http.get(f"projects/{project.slug}/items?q=secretword", headers=headers)
        found = processes.wait_for(lambda: [one for one in spans(collector) if one.trace_id.hex() == TRACE], 30)
        names = processes.wait_for(lambda: {one.name for one in spans(collector)} >= {"job items.import"} and spans, 30)
    finally:
        running.stop()
    assert names
    assert [one.name for one in found] == ["GET /projects/{project_id}/items"]
    [mine] = found
    assert mine.parent_span_id.hex() == PARENT and mine.name == "GET /projects/{project_id}/items"
    assert attributes(mine)["http.response.status_code"] == 200
    everything = b"".join(call.body for call in collector.calls)
    for said in (b"secretword", b"ada@", b"Hush", b"hush", token.encode(), b"words of an item"):
        assert said not in everything


def data(folder: Path) -> Path:
    path = folder / "items.csv"
    path.write_text("id,text\n1,words of an item\n2,others\n")
    return path


@pytest.mark.one_database
def test_nothing_is_sent_unless_asked_for(settings: Settings) -> None:
    from labeler.kit import tracing

    assert not settings.traces
    tracing.configure(settings, "test")
    assert tracing.begin_request({"method": "GET", "headers": []}) is None
