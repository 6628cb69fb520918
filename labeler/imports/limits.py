"""What one file may ask for in this installation, and what its mapping says of items that are there already."""

from labeler.imports.judge import Rules
from labeler.items.readers import Limits
from labeler.kit.config import Settings
from labeler.wire.imports import ImportMapping


def limits_of(settings: Settings) -> Limits:
    return Limits(
        max_rows=settings.max_rows,
        max_columns=settings.max_columns,
        max_cell=settings.max_cell_chars,
        max_depth=settings.max_depth,
    )


def rules_of(mapping: ImportMapping) -> Rules:
    return Rules(mapping.known_labels, mapping.known_items, mapping.known_metadata)
