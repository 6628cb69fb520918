"""What one file may ask for in this installation."""

from labeler.items.readers import Limits
from labeler.kit.config import Settings


def limits_of(settings: Settings) -> Limits:
    return Limits(
        max_rows=settings.max_rows,
        max_columns=settings.max_columns,
        max_cell=settings.max_cell_chars,
        max_depth=settings.max_depth,
    )
