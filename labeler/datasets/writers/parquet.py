"""Parquet: typed columns, labels and flags as lists of structs."""

import tempfile
from collections.abc import Iterable, Iterator

from labeler.datasets.writers.options import TableOptions
from labeler.datasets.writers.registry import CHUNK, Export, ExportRow, register_writer


@register_writer(
    "parquet",
    title="Parquet (typed columns)",
    media_type="application/vnd.apache.parquet",
    suffix=".parquet",
    options=TableOptions,
)
def write_parquet(rows: Iterable[ExportRow], export: Export) -> Iterator[bytes]:
    """The columns of `labeler.datasets.arrow.columns_of`.

    A column of fields or metadata is boolean, integer or float when all of its values are, else text (nested
    values as JSON). The file is made in a temporary one; memory stays constant. Equal rows give equal bytes.
    """
    from labeler.datasets import arrow

    with tempfile.TemporaryFile() as file:
        arrow.write(rows, arrow.columns_of(export), file)
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk
