"""Errors that reach a caller, and their `application/problem+json` form (RFC 9457).

`type` is a stable name: programs match on it, the client raises one exception class per type, and
docs/errors.md lists them all (a test compares).
"""

from typing import Any, ClassVar


class Problem(Exception):
    """An error that is reported to the caller, with what to do about it."""

    type: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something went wrong"
    status: ClassVar[int] = 500

    def __init__(
        self, detail: str, *, errors: list[dict[str, str]] | None = None, retry_after: int = 60, **extra: Any
    ) -> None:
        """retry_after: seconds until asking again makes sense, where the status is 429."""
        super().__init__(detail)
        self.detail = detail
        self.retry_after = retry_after
        self.errors = errors or []
        self.extra = extra

    def body(self, request_id: str) -> dict[str, Any]:
        return {
            "type": self.type,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "errors": self.errors,
            "request_id": request_id,
            **self.extra,
        }


class Internal(Problem):
    pass


class Invalid(Problem):
    """Well-formed, but not acceptable; `errors` points at each field."""

    type, title, status = "invalid", "The request is not valid", 422


class Malformed(Problem):
    type, title, status = "malformed", "The request could not be read", 400


class NotSignedIn(Problem):
    type, title, status = "not-signed-in", "Sign in first", 401


class WrongCredentials(Problem):
    type, title, status = "wrong-credentials", "Email address or password is wrong", 401


class Forbidden(Problem):
    type, title, status = "forbidden", "Not allowed", 403


class NotFound(Problem):
    type, title, status = "not-found", "Not found", 404


class MethodNotAllowed(Problem):
    type, title, status = "method-not-allowed", "This method is not offered here", 405


class Conflict(Problem):
    type, title, status = "conflict", "Not possible in the present state", 409


class DraftChanged(Problem):
    type, title, status = "draft-changed", "Somebody else has saved the draft", 409


class SchemaOutdated(Problem):
    type, title, status = "schema-outdated", "Somebody else has changed what can be answered", 409


class IdempotencyMismatch(Problem):
    type, title, status = "idempotency-mismatch", "This idempotency key was used for another request", 409


class GuidelineNotAcknowledged(Problem):
    type, title, status = "guideline-not-acknowledged", "Read the new guideline version first", 409


class TrainingNotPassed(Problem):
    """Somebody who is new did not get enough of the training right: a manager lets them go on, or train again."""

    type, title, status = "training-not-passed", "The training was not passed", 409


class LabelerPaused(Problem):
    """A manager paused somebody's labeling, or the project's rule on gold items did."""

    type, title, status = "labeler-paused", "Labeling is paused for you", 409


class RequirementsNotMet(Problem):
    """A model is not known to hold all that its project requires, or to pass its test cases; `errors` has each one. It
    can go live all the same with `override` and a reason."""

    type, title, status = "requirements-not-met", "The model does not meet what is required", 409


class NoLiveModel(Problem):
    type, title, status = "no-live-model", "No model is live yet", 409


class TooLarge(Problem):
    type, title, status = "too-large", "The request is too large", 413


class Unsupported(Problem):
    """A body in an encoding that is not read here."""

    type, title, status = "unsupported", "This encoding is not read here", 415


class TooManyAttempts(Problem):
    type, title, status = "too-many-attempts", "Too many attempts", 429


class TooManyRequests(Problem):
    type, title, status = "too-many-requests", "Too many requests", 429


class Unavailable(Problem):
    """What is needed is out of reach for now; nothing was changed, try again."""

    type, title, status = "unavailable", "Not available right now", 503


class StorageFull(Problem):
    type, title, status = "storage-full", "The disk is full", 507


def every_problem() -> list[type[Problem]]:
    """All error types, for the documentation, the client and their tests."""
    return sorted(Problem.__subclasses__(), key=lambda kind: kind.type)
