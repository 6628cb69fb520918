"""What is said about an import before it, and what it came to."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from labeler.wire.base import In
from labeler.wire.registered import Registered

Columns = Annotated[list[str], Field(max_length=1_000)]

EXAMPLES = 5
"""Of each fate."""

ROW_FATES = {
    "labeled": "taken, with a label",
    "unlabeled": "taken, without a label",
    "updated": "there already with another content: taken as a new revision",
    "same": "there already, and the same",
    "different": "there already, with another content: not taken",
    "new_metadata": "there already, and the same but for metadata: these are taken",
    "other_metadata": "there already, and the same but for metadata: these are not taken",
    "repeated_same": "repeated in this file, and the same",
    "repeated_different": "repeated in this file, with another content: only the first is taken",
    "repeated_new_metadata": "repeated in this file, and the same but for metadata: these are taken",
    "repeated_other_metadata": "repeated in this file, and the same but for metadata: those of the first are taken",
    "refused": "refused",
}
"""Every row of a file has one of these fates; together they are all rows. A row is repeated where an earlier row of the
same file brought the item of its key."""

LABEL_FATES = {
    "recorded": "recorded",
    "same": "there already, and the same",
    "different": "another label is there already: not recorded",
    "repeated_same": "repeated in this file, and the same",
    "repeated_different": "another label stands further up in this file: not recorded",
    "unknown": "no label of this project: not recorded",
    "unclear": "not one answer to this question: not recorded",
    "rejected": "rejected in the file: not recorded",
    "ignored": "ignored in the file: not recorded",
    "left_out": "left out, as the plan says",
    "with_row": "its row was not taken",
}
"""Every label that a file holds has one of these fates."""


ROLES = ("key", "text", "fields", "label", "labeler", "prediction", "score", "split", "metadata")


class ImportMapping(In):
    """What the columns of a file are, and what is to become of what does not fit. All that is left out is guessed, or
    as it is said here."""

    key: str | None = Field(None, description="The column of stable ids; none: keys are made of the content.")
    text: str | Columns | None = Field(None, description="The column of the text; several are joined.")
    fields: Columns | None = Field(None, description="The columns of a table row.")
    label: str | Columns | None = Field(None, description="The column with labels, or several.")
    labeler: str | None = Field(None, description="The column that says who labeled.")
    prediction: str | None = Field(None, description="The column with what a model predicts: never a label.")
    score: str | None = Field(None, description="The column with the prediction's score.")
    split: str | None = Field(None, description="The column that says train or holdout.")
    metadata: Columns | None = Field(None, description="Columns that are kept and shown next to the item.")
    label_columns: Literal["labelers", "flags"] = Field(
        "labelers", description="Several label columns: one for each labeler, or one for each label (yes or no)."
    )
    separator: str | None = Field(None, min_length=1, max_length=5, description="Between the labels in one cell.")
    join: str = Field("\n\n", max_length=20, description="Between the columns of a joined text.")
    label_map: dict[str, str | None] = Field(
        default_factory=dict, description="Labels as they are written, to labels of the project; null leaves out."
    )
    unknown_labels: Literal["report", "add", "refuse"] = Field(
        "report", description="Take the item without it and say so, add it to the project, or refuse the row."
    )
    known_labels: Literal["add", "leave"] = Field(
        "add", description="Of items that are there already: record labels where there is none yet, or leave all."
    )
    known_items: Literal["leave", "update"] = Field(
        "leave",
        description="Of a key that is there with another content: leave the item and tell, or take the row as a new "
        "revision: the old one with its labels stays on record, the new one is asked again.",
    )
    known_metadata: Literal["leave", "update"] = Field(
        "leave",
        description="Of a key that is there with the same content and other metadata: leave them and tell, or take "
        "those of the file in place of what the item has under the same names.",
    )
    format: Annotated[str, Field(max_length=64), Registered("readers")] | None = Field(
        None, description="What the file is, if it is not recognized rightly."
    )
    header: bool | None = Field(None, description="Whether the first row names the columns.")
    delimiter: str | None = Field(None, min_length=1, max_length=1)
    encoding: str | None = Field(None, max_length=40)

    def columns(self) -> list[tuple[str, str]]:
        """(role, column) of all columns that are asked for."""
        named = [(role, getattr(self, role)) for role in ROLES]
        return [(role, one) for role, value in named for one in (value if isinstance(value, list) else [value]) if one]


class TableIn(In):
    """A table to import, of a database that the operator has named."""

    database: str = Field(max_length=100, description="Its name, as GET /projects/{project_id}/databases gives it.")
    table: str = Field(max_length=300, description="A table or view: `name`, or `schema.name`.")
    mapping: ImportMapping | None = None


class TableImportIn(TableIn):
    dry_run: bool = Field(False, description="Change nothing: tell the fate of every row and label.")


class DatabaseOut(BaseModel):
    name: str
    kind: str = Field(description="sqlite or postgresql")


class TableOut(BaseModel):
    """name: as an import takes it. view: whether it is one."""

    name: str
    view: bool


class PlannedColumn(BaseModel):
    name: str
    role: str = Field(description="key, text, fields, label, labeler, prediction, score, split, metadata or unused")
    why: str
    kind: str
    samples: list[str]


class LabelCount(BaseModel):
    """A label that a file brings."""

    name: str
    rows: int = Field(description="How often it comes in the rows that were looked at.")
    rare: bool = Field(description="So seldom that it may be a mistake.")
    like: str | None = Field(description="A more frequent label, or one of the project, that it may be meant for.")
    spelled: list[str] = Field(default_factory=list, description="Other ways it is written, which are taken as one.")


class Example(BaseModel):
    """One row with its fate."""

    row: int
    key: str | None = None
    field: str = ""
    reason: str = ""


class Balance(BaseModel):
    """How many have which fate. The numbers add up to the rows, and to the labels, of the file."""

    rows: dict[str, int] = Field(default_factory=dict)
    labels: dict[str, int] = Field(default_factory=dict)
    predictions: int = 0
    labels_added: list[str] = Field(default_factory=list, description="To the project, as labels to choose from.")
    examples: dict[str, list[Example]] = Field(
        default_factory=dict, description="The first few of each fate; those of labels begin with `label_`."
    )

    def add(self, other: "Balance", rows: int = 0) -> None:
        """Count in what another part came to, which began after so many rows."""
        for mine, theirs in ((self.rows, other.rows), (self.labels, other.labels)):
            for fate, number in theirs.items():
                mine[fate] = mine.get(fate, 0) + number
        self.predictions += other.predictions
        self.labels_added += [name for name in other.labels_added if name not in self.labels_added]
        for fate, shown in other.examples.items():
            moved = [one.model_copy(update={"row": one.row + rows}) for one in shown]
            self.examples[fate] = (self.examples.get(fate, []) + moved)[:EXAMPLES]


class Plan(BaseModel):
    """What an import takes a file for, and what becomes of what is in it."""

    format: str
    encoding: str | None = None
    delimiter: str | None = None
    header: bool | None = None
    columns: list[PlannedColumn]
    keys: str
    labels: str
    labelers: str
    predictions: str
    metadata: str
    mapping: ImportMapping = Field(description="Sent back with the file, it gives exactly this plan.")
    warnings: list[str]
