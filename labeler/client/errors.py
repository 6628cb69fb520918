"""What the service said is wrong: one exception class for each problem type."""

from typing import Any, NoReturn

from pydantic import ValidationError

from labeler.kit import errors
from labeler.lean import without
from labeler.wire.jobs import JobOut

with without("httpx._main"):  # its command line, with rich and click
    import httpx


class ApiError(Exception):
    """What the service said is wrong: `status`, `type`, `title`, `detail`, `errors`, `request_id`."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        self.status = status
        self.type = str(body.get("type", "unknown"))
        self.title = str(body.get("title", "The service could not be understood"))
        self.detail = str(body.get("detail", ""))
        self.errors: list[dict[str, str]] = body.get("errors") or []
        self.request_id = str(body.get("request_id", ""))
        self.body = body
        super().__init__(f"{self.title}: {self.detail}")


class Unreachable(ApiError):
    """No answer at all: the service is down, or the address is wrong."""

    def __init__(self, url: str, reason: str) -> None:
        detail = f"No answer from {url}: {reason}. Is the service running?"
        super().__init__(0, {"type": "unreachable", "title": "The service can't be reached", "detail": detail})


class NotUnderstood(ApiError):
    """An answer that is not of the shape it should have: client and service are of different versions."""

    def __init__(self, shape: str, error: ValidationError) -> None:
        first = error.errors(include_url=False, include_input=False)[0]
        where = "/".join(map(str, first["loc"])) or "body"
        detail = f"This is no {shape}, {where}: {first['msg']}. Are client and service of the same version?"
        super().__init__(0, {"type": "not-understood", "title": "The answer can't be read", "detail": detail})


class JobFailed(ApiError):
    """A job that was waited for ended in another way than done; `job` is its row."""

    def __init__(self, job: JobOut) -> None:
        detail = job.error or f"The job is {job.state}."
        super().__init__(0, {"type": "job-failed", "title": f"Job {job.id} {job.state}", "detail": detail})
        self.job = job


def _class_of(problem: type[errors.Problem]) -> type[ApiError]:
    return type(problem.__name__, (ApiError,), {"__doc__": problem.title, "__module__": "labeler.client"})


BY_TYPE = {problem.type: _class_of(problem) for problem in errors.every_problem()}
CLASSES = {kind.__name__: kind for kind in BY_TYPE.values()}


def raise_for(response: httpx.Response) -> NoReturn:
    try:
        body = response.json()
    except ValueError:
        body = {"detail": response.text[:500]}
    if not isinstance(body, dict):
        body = {"detail": str(body)[:500]}
    raise BY_TYPE.get(str(body.get("type")), ApiError)(response.status_code, body)
