"""What the files of a dataset version mean: its schema, how earlier labels in it are read, and who gave them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from labeler import contents
from labeler.contents import ContentKind
from labeler.tasks import TaskSchema, TaskType, parse_schema, task_type


def told_apart(labelers: Iterable[tuple[int, str]]) -> dict[int, str]:
    """Names for those labelers (id, name) whose name somebody with a lower id has."""
    owners: dict[str, int] = {}
    return {
        labeler_id: f"{name} #{labeler_id}"
        for labeler_id, name in sorted(set(labelers))
        if owners.setdefault(name, labeler_id) != labeler_id
    }


@dataclass(frozen=True)
class VersionSchema:
    """What could be answered when a version was made, and how older answers in it are read.

    mappings: from each version of the schema to the next.
    """

    task_type: str
    content: str | None
    schema: TaskSchema
    version: int
    mappings: list[Mapping[str, str | None]]

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "VersionSchema":
        """Of a version's schema.json. Versions of format 1 know labels only, and one version of them."""
        task, schema = stored["task_type"], stored.get("schema") or {"labels": stored.get("labels")}
        return cls(
            task_type=task,
            content=stored.get("content"),
            schema=parse_schema({**schema, "type": task}),
            version=stored.get("version", 1),
            mappings=stored.get("mappings") or [],
        )

    @property
    def task(self) -> TaskType[Any]:
        return task_type(self.task_type)

    def kind_of(self, row: Mapping[str, Any]) -> ContentKind:
        """The kind of content of a row of items; versions of format 1 have the columns of all kinds there were."""
        if self.content is not None:
            return contents.registry.find(self.content)
        return contents.registry.find("text" if row.get("text") is not None else "table")

    def content_columns(self) -> list[str]:
        """The columns of the items' content."""
        kinds = ["text", "table"] if self.content is None else [self.content]
        return [column for name in kinds for column in contents.registry.find(name).columns]

    def read(self, text: str, under: int | None) -> Any:
        """A label's value (see `TaskType.dump`) as this version's schema reads it; None: gone."""
        value = self.task.load(text)
        for mapping in self.mappings[(under or 1) - 1 : self.version - 1]:
            if value is not None and mapping:
                value = self.task.translate(value, mapping)
        return value
