"""File formats that a service imports and exports."""

from pydantic import BaseModel


class ImportFormat(BaseModel):
    """whole_file: a preview needs all of the file, not only its first megabyte."""

    name: str
    title: str
    endings: list[str]
    whole_file: bool


class ExportFormat(BaseModel):
    """tasks: the task types whose answers it can write; null: all."""

    name: str
    title: str
    suffix: str
    media_type: str
    tasks: list[str] | None


class Formats(BaseModel):
    imports: list[ImportFormat]
    exports: list[ExportFormat]
