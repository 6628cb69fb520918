"""The service's verbs for Python: what pipelines and the UI use.

    with Client("http://127.0.0.1:8000", token=...) as c:
        p = c.projects.create("sms", labels=["spam", "ham"])
        p.items.add(frame, key="id", text="text")
        for item in p.queue.next(5): p.label(item, "ham")
        p.train().wait(); p.snapshot("first thousand").wait(); p.labels.to_pandas()

Answers are models of `labeler.wire`. An answer that is not a success raises `ApiError`; each problem type has a
subclass of its own, so `except client.GuidelineNotAcknowledged` works. `Client.get/post/patch/delete/stream` reach
every route, with plain JSON.
"""

from labeler.client import errors
from labeler.client.errors import ApiError, JobFailed, NotUnderstood, Unreachable
from labeler.client.job import Job
from labeler.client.project import Project
from labeler.client.service import Client


def __getattr__(name: str) -> type[ApiError]:
    """`client.GuidelineNotAcknowledged` and all the others: a class for each problem type."""
    try:
        return errors.CLASSES[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None


__all__ = ["ApiError", "Client", "Job", "JobFailed", "NotUnderstood", "Project", "Unreachable"]
