"""X and y for scikit-learn, as Parquet: rows in the same order in both."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import Field

from labeler.datasets.writers.options import Options
from labeler.datasets.writers.registry import Export, ExportRow, register_folder_writer
from labeler.tasks import BUILT_IN

NOTE = """X = pandas.read_parquet("X.parquet")  # {columns}
y = pandas.read_parquet("y.parquet")  # {answers}

Row i of y is the answer for row i of X. Never train on rows whose `split` is "holdout": measure on them.
"""


class ScikitLearnOptions(Options):
    unlabeled: bool = Field(
        False,
        title="Items without an answer, too",
        description="Their label is -1, as semi-supervised estimators take it.",
    )


@register_folder_writer(
    "scikit_learn",
    title="scikit-learn (X and y as Parquet, zip)",
    tasks=BUILT_IN,
    options=ScikitLearnOptions,
)
def write_scikit_learn(rows: Iterable[ExportRow], export: Export, folder: Path) -> None:
    """X.parquet: `text`, or the fields as columns. y.parquet: key, split, confidence, and the answer: of a choice
    `label` and its place in the schema as `code`; of several labels one column of 0 and 1 each; of a rating the number.

    Without an answer: null, and -1 in the columns of codes.
    """
    from labeler.datasets import arrow

    content, answers = arrow.content_columns(export), arrow.answer_columns(export)
    contents, answered = arrow.schema_of(content), arrow.schema_of(answers)
    with (
        arrow.File(folder / "X.parquet", contents) as x,
        arrow.File(folder / "y.parquet", answered) as y,
    ):
        for batch in arrow.batches(_wanted(rows, export)):
            x.write(arrow.batch_of(batch, content))
            y.write(arrow.batch_of(batch, answers))
    note = NOTE.format(columns=", ".join(contents.names)[:500], answers=", ".join(answered.names)[:500])
    (folder / "README.txt").write_text(note, "utf-8")


def _wanted(rows: Iterable[ExportRow], export: Export) -> Iterator[ExportRow]:
    return (row for row in rows if export.options.unlabeled or row.get("label") is not None)
