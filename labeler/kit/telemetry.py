"""Structured logs. Every line of a request carries its `request_id`; secrets never get here.

Text for people by default, JSON lines with `LABELER_LOG_JSON=true`. Everything goes to standard error.
"""

import logging
import sys
from typing import Any

from labeler.kit import tracing
from labeler.kit.config import Settings
from labeler.lean import without

with without("rich"):  # it would write tracebacks in color, with the values of local variables
    import structlog


def configure(settings: Settings, process: str, *, traces: bool = True) -> None:
    level = logging.getLevelNamesMapping().get(settings.log_level.upper(), logging.INFO)
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    # Tracebacks without the values of local variables: those may be passwords (G14), or endless (G18).
    as_data = structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=20)
    last: list[Any] = (
        [structlog.processors.ExceptionRenderer(as_data), structlog.processors.JSONRenderer()]
        if settings.log_json
        else [
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
        ]
    )
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)
    if traces:
        tracing.configure(settings, process)
    logging.basicConfig(
        level=max(level, logging.WARNING), stream=sys.stderr, format="%(levelname)s %(name)s %(message)s"
    )


def logger() -> Any:
    return structlog.get_logger()
