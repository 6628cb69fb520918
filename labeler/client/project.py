"""One project's verbs."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from labeler.client import databases, job, labels
from labeler.client.accounts import Members
from labeler.client.assignments import Assignments
from labeler.client.bulk_labels import BulkLabels
from labeler.client.campaigns import Campaigns
from labeler.client.column_use import Columns
from labeler.client.connection import Connection
from labeler.client.drift import Drift
from labeler.client.failure_modes import FailureModes
from labeler.client.guidelines import Guidelines
from labeler.client.hard_items import HardItems
from labeler.client.heuristics import Heuristics
from labeler.client.items import Items
from labeler.client.job import Job
from labeler.client.label_errors import LabelErrors
from labeler.client.labels import Flags, Item, Labels, OwnWork, Queue
from labeler.client.llm import LanguageModels
from labeler.client.models import Learned
from labeler.client.quality import Quality
from labeler.client.readiness import Readiness
from labeler.client.reviews import Comments, Reviews
from labeler.client.savings import Savings
from labeler.client.simulations import Simulations
from labeler.client.slices import Slices
from labeler.client.standings import Standings
from labeler.client.test_cases import TestCases
from labeler.client.webhooks import Webhooks
from labeler.tasks.labels import Label
from labeler.wire.imports import DatabaseOut, TableOut
from labeler.wire.insight import (
    Curve,
    ProgressOut,
)
from labeler.wire.items import Preview
from labeler.wire.labels import Hard
from labeler.wire.llm import LlmOut
from labeler.wire.projects import ProjectOut
from labeler.wire.quality import AnswerRow
from labeler.wire.queue import FlagAnswer, LabelAnswer, LabelsRecorded, SkipAnswer, UndoneLabel
from labeler.wire.schema import LooksOut, SchemaVersionOut


class Project(Quality, Learned):
    """One project's verbs. `info` is its description as the service last gave it."""

    def __init__(self, client: Connection, info: ProjectOut) -> None:
        self.client = client
        self.info = info
        self.path = f"/projects/{info.slug}"
        self.items = Items(client, self.path)
        self.queue = Queue(client, self.path)
        self.labels = Labels(client, self.path)
        self.flags = Flags(client, self.path)
        self.own = OwnWork(client, self.path)
        self.guidelines = Guidelines(client, self.path)
        self.campaigns = Campaigns(client, self.path)
        self.assignments = Assignments(client, self.path)
        self.reviews = Reviews(client, self.path)
        self.comments = Comments(client, self.path)
        self.members = Members(client, self.path)
        self.webhooks = Webhooks(client, self.path)
        self.slices = Slices(client, self.path)
        self.drift = Drift(client, self.path)
        self.failure_modes = FailureModes(client, self.path)
        self.columns = Columns(client, self.path)
        self.savings = Savings(client, self.path)
        self.simulations = Simulations(client, self.path)
        self.readiness = Readiness(client, self.path)
        self.test_cases = TestCases(client, self.path)
        self.heuristics = Heuristics(client, self.path)
        self.llms = LanguageModels(client, self.path)
        self.label_errors = LabelErrors(client, self.path)
        self.bulk_labels = BulkLabels(client, self.path)
        self.standings = Standings(client, self.path)
        self.hard_items = HardItems(client, self.path)

    @property
    def slug(self) -> str:
        return self.info.slug

    def change(self, *, name: str | None = None, settings: Mapping[str, Any] | None = None, **parts: Any) -> ProjectOut:
        """Change the name, single settings, or parts of the schema (labels, scale); `info` follows.

        parts: also `replaces`, the `schema_version` that one began with; raises `SchemaOutdated` when somebody has made
        another since."""
        given = {"name": name, "settings": None if settings is None else dict(settings), **parts}
        body = {field: value for field, value in given.items() if value is not None}
        self.info = self.client.send(ProjectOut, "PATCH", self.path, json=body)
        return self.info

    def delete(self, *, erase: bool = False) -> None:
        """Take the project out of sight for everybody. erase: destroy it for good, in the background."""
        if erase:
            self.client.request("DELETE", self.path, params={"erase": "true", "name": self.info.name})
        else:
            self.client.delete(self.path)

    def progress(self, utc_offset: int = 0) -> ProgressOut:
        """Counts, pace, what is left, the newest model, and whether more labels will help.

        utc_offset: minutes that your clock is ahead of UTC, for when a day begins.
        """
        return self.client.fetch(ProgressOut, f"{self.path}/progress", utc_offset=utc_offset or None)

    def learning_curve(self) -> Curve:
        """How good each model was on the holdout, by labels."""
        return self.client.fetch(Curve, f"{self.path}/insight/learning-curve")

    def views(self) -> dict[str, Any]:
        """What the holdout says of the newest model beyond single figures, by name."""
        found: dict[str, Any] = self.client.get(f"{self.path}/insight/views")
        return found

    def label(
        self, item: Item, value: Any, *, hard: Hard | Mapping[str, Any] | None = None, **more: Any
    ) -> LabelAnswer:
        """Label an item (as `queue.next` gave it, or its key). Repeated when the reply is lost, recorded once.

        more: other fields of `LabelAndNext`, such as guideline_version, elapsed_ms or next.
        """
        flagged = hard.model_dump() if isinstance(hard, Hard) else hard
        said = {"value": value, **({} if flagged is None else {"hard": flagged}), **more}
        return labels.answer(self.client, LabelAnswer, f"{self.path}/labels", item, said)

    def label_many(self, answers: Mapping[str, Any]) -> LabelsRecorded:
        """Label several items, all or none. answers: by the item's key. Repeated when the reply is lost, recorded
        once."""
        return labels.answer_many(self.client, f"{self.path}/labels", answers)

    def add_llm_labeler(self, name: str, endpoint: str, model: str, **more: Any) -> LlmOut:
        """Let a language model label: see `llms`, which has its other verbs."""
        return self.llms.create(name, endpoint, model, **more)

    def skip(self, item: Item, reason: str, **more: Any) -> SkipAnswer:
        """Put an item aside. more: other fields of `SkipIn`."""
        return labels.answer(self.client, SkipAnswer, f"{self.path}/skips", item, {"reason": reason, **more})

    def flag(self, item: Item, reason: str, **more: Any) -> FlagAnswer:
        """Say that an item is hard, without labeling it. more: other fields of `FlagIn`."""
        return labels.answer(self.client, FlagAnswer, f"{self.path}/flags", item, {"reason": reason, **more})

    def undo(self, label_id: int) -> UndoneLabel:
        """Take a label back; the history keeps both."""
        return self.client.send(UndoneLabel, "DELETE", f"{self.path}/labels/{label_id}")

    def answers(self) -> Iterator[AnswerRow]:
        """The answer in force of every item that has one, with its confidence and the labels that it was made of."""
        return self.client.rows(AnswerRow, f"{self.path}/answers")

    def schemas(self) -> list[SchemaVersionOut]:
        """All versions of what can be answered, newest first."""
        return list(self.client.each(SchemaVersionOut, f"{self.path}/schema"))

    def change_schema(
        self,
        *,
        labels: Iterable[str | dict[str, Any] | Label] | None = None,
        mapping: Mapping[str, str | Sequence[str] | None] | None = None,
        reason: str = "",
        dry_run: bool = False,
        replaces: int | None = None,
        **parts: Any,
    ) -> SchemaVersionOut:
        """Make the next version of what can be answered. mapping: old label to new one (two to one merge them), to
        several that it is split into (a campaign asks its items again; parts: `split_hints`, `split_to`), or to None,
        which asks for its items again. dry_run: only say how many answers it touches. replaces: `schema_version`
        that one began with; raises `SchemaOutdated` when somebody has made another since."""
        body = {"mapping": dict(mapping or {}), "reason": reason, "dry_run": dry_run, **parts}
        if replaces is not None:
            body["replaces"] = replaces
        if labels is not None:
            body["labels"] = as_labels(labels)
        return self.client.send(SchemaVersionOut, "POST", f"{self.path}/schema", json=body)

    def looks_like(self, label: str, hints: Mapping[str, Mapping[str, Sequence[str]]]) -> LooksOut:
        """How many answers with a label look like each label that it may be split into. hints: by new label, `words`
        and keys of `items` that are examples of it."""
        body = {"label": label, "hints": {name: dict(hint) for name, hint in hints.items()}}
        return self.client.send(LooksOut, "POST", f"{self.path}/schema/looks", json=body)

    def import_file(
        self,
        path: str | Path,
        mapping: Mapping[str, Any] | None = None,
        *,
        data: bytes | IO[bytes] | None = None,
        dry_run: bool = False,
    ) -> Job:
        """Import a file in the background; the result is an `ImportResult`. data: its bytes, if it is on no disk.
        dry_run: change nothing, only tell what would become of every row and label."""
        if data is None:
            with open(path, "rb") as file:
                return self.import_file(path, mapping, data=file, dry_run=dry_run)
        form = {"mapping": json.dumps(dict(mapping))} if mapping else {}
        if dry_run:
            form["dry_run"] = "true"
        return job.start(self.client, f"{self.path}/imports", files={"file": (Path(path).name, data)}, data=form)

    def databases(self) -> list[DatabaseOut]:
        """The databases whose tables can be imported."""
        return databases.databases(self.client, self.slug)

    def tables(self, database: str) -> list[TableOut]:
        """The tables and views of one of them."""
        return databases.tables(self.client, database, self.slug)

    def preview_table(self, database: str, table: str, mapping: Mapping[str, Any] | None = None) -> Preview:
        """What a table is taken for, and what would become of its first rows."""
        return databases.preview_table(self.client, database, table, mapping, self.slug)

    def import_table(
        self, database: str, table: str, mapping: Mapping[str, Any] | None = None, *, dry_run: bool = False
    ) -> Job:
        """Import a table or view in the background, as `import_file` does a file."""
        body = {"database": database, "table": table, "mapping": None if mapping is None else dict(mapping)}
        return job.start(self.client, f"{self.path}/imports/table", json={**body, "dry_run": dry_run})

    def export(
        self,
        target: str | Path,
        format: str = "jsonl",
        dataset: int | None = None,
        options: Mapping[str, str | bool] | None = None,
    ) -> Path:
        """Write an export to a file, which appears only when it is complete. options: of the format, by name; see
        `Client.formats`."""
        chosen = [
            f"{name}={str(value).lower() if value in (True, False) else value}"
            for name, value in (options or {}).items()
        ]
        path = Path(target)
        partial = path.with_name(f".{path.name}.part")
        try:
            with open(partial, "wb") as file:
                for chunk in self.client.stream(f"{self.path}/export", format=format, dataset=dataset, option=chosen):
                    file.write(chunk)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        return path


def as_labels(labels: Iterable[str | dict[str, Any] | Label] | None) -> list[dict[str, Any]] | None:
    """Labels as requests have them: a name alone is a label."""
    if labels is None:
        return None
    named = ({"name": one} if isinstance(one, str) else one for one in labels)
    return [one.model_dump() if isinstance(one, Label) else one for one in named]
