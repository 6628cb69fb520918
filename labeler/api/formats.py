"""What can be imported and exported here: for the UI's file picker and buttons, the command line and the client."""

from fastapi import APIRouter

from labeler.accounts.auth import SignedIn
from labeler.datasets.writers import described, writers
from labeler.imports.reading import helper
from labeler.items.readers import readers
from labeler.items.readers.tools import tools
from labeler.wire.formats import ExportFormat, Formats, ImportFormat, ImportTool

router = APIRouter(tags=["items"])


@router.get("/formats")
def list_formats(caller: SignedIn) -> Formats:
    """File formats that can be imported, and those that can be exported."""
    helper.start()  # who asks may soon want a file looked at
    return Formats(
        imports=[ImportFormat.model_validate(one, from_attributes=True) for one in readers()],
        tools=[ImportTool(name=one.name, title=one.title) for one in tools()],
        exports=[ExportFormat.model_validate(vars(one) | {"options": described(one.options)}) for one in writers()],
    )
