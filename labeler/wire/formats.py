"""File formats that a service imports and exports."""

from pydantic import BaseModel, Field


class ImportFormat(BaseModel):
    """whole_file: a preview needs all of the file, not only its first megabyte."""

    name: str
    title: str
    endings: list[str]
    whole_file: bool


class ImportTool(BaseModel):
    """A labeling tool whose files are known by what is in them, whatever their format."""

    name: str
    title: str


class FormatOption(BaseModel):
    """What one can choose about an export. choices: the values there are; null: any text."""

    name: str
    title: str
    description: str
    default: bool | str
    choices: list[str] | None


class ExportFormat(BaseModel):
    """tasks: the task types whose answers it can write, contents: the kinds of items; null: all."""

    name: str
    title: str
    suffix: str
    media_type: str
    tasks: list[str] | None
    contents: list[str] | None = None
    options: list[FormatOption] = Field(default_factory=list)

    def suits(self, task_type: str, content: str | None) -> bool:
        """Whether a project of this task type and kind of content (None: not known yet) can be written."""
        right = self.contents is None or content is None or content in self.contents
        return right and (self.tasks is None or task_type in self.tasks)


class Formats(BaseModel):
    imports: list[ImportFormat]
    exports: list[ExportFormat]
    tools: list[ImportTool] = Field(default_factory=list)
