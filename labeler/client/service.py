"""A service: what it offers, its projects and accounts."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

from labeler.client import databases
from labeler.client.accounts import Tokens, Users
from labeler.client.connection import Connection
from labeler.client.job import Job
from labeler.client.projects import Projects
from labeler.wire.accounts import Onward, SessionOut, UserOut, WaysIn
from labeler.wire.base import Page
from labeler.wire.formats import Formats
from labeler.wire.imports import DatabaseOut, TableOut
from labeler.wire.items import Preview
from labeler.wire.jobs import JobOut, State
from labeler.wire.projects import AnswerMethod, MetricOut, ModelChoice, StrategyOut, TaskTypeOut
from labeler.wire.reviews import CommentOut


class Client(Connection):
    """A service, and the projects in it: `Client(url, token=...)`, or `session=` for a browser's cookie."""

    def __init__(self, url: str = "http://127.0.0.1:8000", token: str | None = None, **options: Any) -> None:
        super().__init__(url, token, **options)
        self.projects = Projects(self)
        self.users = Users(self)
        self.tokens = Tokens(self)

    def job(self, job_id: int) -> Job:
        return Job(self, self.fetch(JobOut, f"/jobs/{job_id}"))

    def jobs(
        self, project: str | None = None, *, kinds: Sequence[str] | None = None, state: State | None = None
    ) -> Iterator[Job]:
        """Background jobs that one may see, newest first: of one project, or of all. kinds: such as `items.import`."""
        return (Job(self, row) for row in self.each(JobOut, "/jobs", project=project, kind=kinds, state=state))

    def jobs_page(self, cursor: str | None = None, *, limit: int = 50, **filters: Any) -> Page[JobOut]:
        """One page of `jobs`. cursor: `next_cursor` of the page before. filters: project, kind, state."""
        return self.page(JobOut, "/jobs", cursor=cursor, limit=limit, **filters)

    def formats(self) -> Formats:
        """What can be imported (`imports`) and exported (`exports`), each with its name and title."""
        return self.fetch(Formats, "/formats")

    def preview(
        self,
        name: str,
        data: bytes | IO[bytes],
        mapping: Mapping[str, Any] | None = None,
        *,
        project: str | None = None,
        cut: bool = False,
    ) -> Preview:
        """What a file is taken for, before anything of it is kept. project: the slug of one, in which the first rows
        are judged as its import would. cut: the data are only the beginning of the file."""
        form = {"cut": str(cut).lower()} | ({"mapping": json.dumps(dict(mapping))} if mapping else {})
        return self.send(
            Preview, "POST", f"{databases.path_of(project)}/imports/preview", files={"file": (name, data)}, data=form
        )

    def databases(self, project: str | None = None) -> list[DatabaseOut]:
        """The databases whose tables can be imported, into a project or a new one."""
        return databases.databases(self, project)

    def tables(self, database: str, project: str | None = None) -> list[TableOut]:
        """The tables and views of one of them."""
        return databases.tables(self, database, project)

    def preview_table(
        self, database: str, table: str, mapping: Mapping[str, Any] | None = None, project: str | None = None
    ) -> Preview:
        """What a table is taken for; project: as in `preview`."""
        return databases.preview_table(self, database, table, mapping, project)

    def task_types(self) -> list[TaskTypeOut]:
        """The kinds of questions that a project can ask."""
        return self.page(TaskTypeOut, "/task-types").items

    def strategies(self, task_type: str) -> list[StrategyOut]:
        """The query strategies of a task type, the default first."""
        return self.page(StrategyOut, "/strategies", task_type=task_type).items

    def mentions(self) -> list[CommentOut]:
        """What you are asked in comments and have not read, in all your projects."""
        return self.page(CommentOut, "/mentions").items

    def answer_methods(self, task_type: str) -> list[AnswerMethod]:
        """How several labels of an item can come to one answer, the default first."""
        return self.page(AnswerMethod, "/answer-methods", task_type=task_type).items

    def model_choices(self, task_type: str) -> list[ModelChoice]:
        """The models that a project of this task type can choose from, the default first."""
        return self.page(ModelChoice, "/models", task_type=task_type).items

    def metrics(self, task_type: str) -> list[MetricOut]:
        """What models of this task type are judged by, the primary metric first."""
        return self.page(MetricOut, "/metrics", task_type=task_type).items

    def ways_in(self) -> WaysIn:
        """How people log in: with a password, or through an OpenID Connect provider."""
        return self.fetch(WaysIn, "/ways-in")

    def log_out(self) -> str | None:
        """End the browser's session. Where it began at a provider: the address at which the session there ends."""
        return self.send(Onward, "DELETE", "/oidc/session").url

    def change_password(self, current: str, new: str) -> None:
        """Set one's own password; all other sessions end."""
        self.post("/password", json={"current": current, "new": new})

    def rename(self, name: str) -> UserOut:
        """Change one's own name."""
        return self.send(UserOut, "PATCH", "/me", json={"name": name})

    def sessions(self) -> list[SessionOut]:
        """Where one is logged in, the session that asks first."""
        return self.page(SessionOut, "/sessions").items

    def log_out_of(self, session_id: str) -> None:
        """End one of one's sessions, by its id in `sessions`."""
        self.delete(f"/sessions/{session_id}")

    def log_out_elsewhere(self) -> None:
        """End all of one's sessions but the one that asks; tokens of programs stay."""
        self.delete("/sessions")
