"""What can be imported and exported here: for the UI's file picker and buttons, the command line and the client."""

from fastapi import APIRouter
from pydantic import BaseModel

from labeler.accounts.auth import SignedIn
from labeler.datasets.writers import writers
from labeler.items.readers import readers

router = APIRouter(tags=["items"])


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


@router.get("/formats")
def list_formats(caller: SignedIn) -> Formats:
    """File formats that can be imported, and those that can be exported."""
    return Formats(
        imports=[ImportFormat.model_validate(one, from_attributes=True) for one in readers()],
        exports=[ExportFormat.model_validate(one, from_attributes=True) for one in writers()],
    )
