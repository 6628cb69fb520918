"""OpenTelemetry traces, where the operator asks for them (`LABELER_TRACES`): a span for each request, and for each job.

A request that comes with a `traceparent` is part of its sender's trace (W3C Trace Context). Where spans go says the
environment, in OpenTelemetry's own words (`OTEL_EXPORTER_OTLP_ENDPOINT`). They hold no text, no query and no name of
anybody: method, route, status, kind of job, ids.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from labeler.kit.config import Settings

CONTEXT = (b"traceparent", b"tracestate")
_tracer: Any = None


def configure(settings: Settings, process: str) -> None:
    """Send the spans of this process. Raises `RuntimeError` where the packages for it are not installed."""
    global _tracer
    if not settings.traces or _tracer is not None:
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise RuntimeError("LABELER_TRACES needs packages that are not installed: labeler[traces]") from error
    provider = TracerProvider(resource=Resource.create({"service.name": "labeler", "labeler.process": process}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    # It is no one else's: spans that libraries make of their own may say more.
    _tracer = provider.get_tracer("labeler")


def begin_request(scope: Any) -> Any:
    """The span of a request, to be ended with `end_request`; None: nobody asked for traces."""
    if _tracer is None:
        return None
    from opentelemetry.propagate import extract
    from opentelemetry.trace import SpanKind

    sent = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"] if name in CONTEXT}
    return _tracer.start_span(scope["method"], context=extract(sent), kind=SpanKind.SERVER)


def end_request(span: Any, method: str, route: str, status: int) -> None:
    if span is None:
        return
    from opentelemetry.trace import StatusCode

    span.update_name(f"{method} {route}")
    span.set_attributes({"http.request.method": method, "http.route": route, "http.response.status_code": status})
    if status >= 500:
        span.set_status(StatusCode.ERROR)
    span.end()


@contextmanager
def job_span(kind: str, job_id: int, project_id: int | None) -> Iterator[None]:
    if _tracer is None:
        yield
        return
    about = {"labeler.job.id": job_id, "labeler.project.id": project_id or 0}
    with _tracer.start_as_current_span(f"job {kind}", attributes=about, record_exception=False):
        yield
