"""The projects of a service."""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from labeler.client.connection import Connection
from labeler.client.project import Project, as_labels
from labeler.tasks import DEFAULT
from labeler.tasks.labels import Label
from labeler.tasks.rating import Scale
from labeler.wire.projects import ProjectOut


class Projects:
    """Those that one is a member of; all of them for an administrator."""

    def __init__(self, client: Connection) -> None:
        self.client = client

    def create(
        self,
        name: str,
        *,
        task_type: str = DEFAULT,
        labels: Iterable[str | dict[str, Any] | Label] | None = None,
        scale: dict[str, Any] | Scale | None = None,
        schema: dict[str, Any] | None = None,
        content: str | None = None,
        **settings: Any,
    ) -> Project:
        """Set up a project: with labels (names, or objects with name, description, ...), or a scale for ratings
        ({"min": 1, "max": 5, "step": 1}), or the whole schema of a task type from elsewhere."""
        numbers = scale.model_dump() if isinstance(scale, Scale) else scale
        given = {"labels": as_labels(labels), "scale": numbers, "schema": schema, "content": content}
        body: dict[str, Any] = {"name": name, "task_type": task_type, "settings": settings}
        body |= {key: value for key, value in given.items() if value is not None}
        return Project(self.client, self.client.send(ProjectOut, "POST", "/projects", json=body))

    def get(self, project: str | int) -> Project:
        """The project of this id or slug."""
        return Project(self.client, self.client.fetch(ProjectOut, f"/projects/{quote(str(project), safe='')}"))

    def __iter__(self) -> Iterator[Project]:
        return (Project(self.client, info) for info in self.client.each(ProjectOut, "/projects"))
