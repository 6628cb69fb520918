"""Taking items back."""

from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from labeler.wire.base import In
from labeler.wire.jobs import JobOut


class ItemSearch(In):
    """Items as `GET items` finds them."""

    label: str | None = Field(None, max_length=200)
    min: float | None = None
    max: float | None = None
    flagged: bool = False
    unlabeled: bool = False
    disagreement: bool = False
    contested: bool = False
    labeled: bool = False
    labeler: int | None = None
    labeled_since: AwareDatetime | None = None
    labeled_before: AwareDatetime | None = None
    split: str | None = None
    q: str | None = Field(None, max_length=200)
    metadata: dict[str, Annotated[str, Field(max_length=1000)]] = Field(
        default_factory=dict,
        max_length=20,
        description="Items with these values of metadata fields, as they are written.",
    )
    import_id: int | None = Field(None, ge=1, lt=2**62, description="Items that this import (its job's id) brought.")


class RemovalIn(In):
    """Which items: by their keys, by the import (its job's id) that brought them, or by a search."""

    keys: Annotated[list[str], Field(max_length=100_000)] | None = None
    import_id: int | None = None
    search: ItemSearch | None = None
    dry_run: bool = Field(False, description="Change nothing: tell what it would come to.")

    @model_validator(mode="after")
    def _one_way(self) -> "RemovalIn":
        given = [name for name in ("keys", "import_id", "search") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("give one of keys, import_id or search")
        if self.search is not None and not self.search.model_dump(exclude_defaults=True):
            raise ValueError("a search without a condition would remove every item: delete the project instead")
        return self


class RemovalOut(BaseModel):
    """items: that leave the queue and the pool. labels: in force, which are so no more. by_people: those of
    them that people gave here. restored: changes of the import
    to items that were there, which are undone. predictions: suggested no more. versions: dataset versions that were
    made before and stay as they are. missing: keys that are no item's."""

    items: int
    labels: int
    by_people: int = 0
    restored: int = 0
    predictions: int = 0
    versions: int
    missing: list[str]
    labels_added: list[str] = Field([], description="To the project, by the import: they stay.")
    said: str
    job: JobOut | None = None

    @property
    def changes(self) -> bool:
        """Whether there is anything to take back."""
        return bool(self.items or self.labels or self.restored or self.predictions)


class RemovalResult(BaseModel):
    """What the job comes to."""

    items: int
    labels_taken_back: int
    restored: int = 0

    @classmethod
    def of(cls, result: Any) -> "RemovalResult":
        return cls.model_validate(result, extra="ignore")
