"""What is asked about an item: template, guideline, schema and examples of one moment, filled in."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.guidelines.service import get_text, published_version
from labeler.items.tables import items, present
from labeler.labels.tables import current_labels
from labeler.learning.features.text import text_of
from labeler.learning.llm.prompts import MOST_EXAMPLE, Example, Template, answer_schema, cut, messages
from labeler.llm.calling import Question
from labeler.llm.tables import llm_labelers, llm_prompts
from labeler.projects.access import Project
from labeler.quality.by_people import by_people
from labeler.quality.tables import answers

if TYPE_CHECKING:
    from labeler.learning.llm.examples import Examples

POOL = 1_000
"""The newest certain answers, among which examples are looked for."""


@dataclass(frozen=True)
class Pool:
    """Items that people answered for certain: ids, texts and answers, each in the same order."""

    ids: list[int]
    texts: list[str]
    values: list[Any]

    @cached_property
    def examples(self) -> "Examples":
        from labeler.learning.llm.examples import Examples  # scipy: a preview is rare

        known: dict[str, int] = {}
        return Examples(self.texts, [known.setdefault(repr(value), len(known)) for value in self.values])

    def near(self, text: str, n: int, item_id: int) -> list[Example]:
        if n == 0 or not self.ids:
            return []
        own = self.ids.index(item_id) if item_id in self.ids else None
        return [Example(self.texts[one], self.values[one]) for one in self.examples.nearest(text, n, own)]


@dataclass(frozen=True)
class Prepared:
    """Everything but the item. row: of `llm_labelers`."""

    project: Project
    row: Any
    template: Template
    prompt_version: int
    guideline: str
    guideline_version: int | None
    pool: Pool

    def question(self, item: Any) -> Question:
        """item: with id and content."""
        text, task, schema = text_of(item.content), self.project.task, self.project.schema
        near = self.pool.near(text, self.row.examples, item.id)
        said = messages(self.template, task, schema, self.guideline, near, written(item.content))
        return Question(self.row.model, said, answer_schema(task, schema), self.row.max_tokens)


def written(content: Any) -> str:
    """An item as it is asked about: a text, or a table's row with the names of its columns."""
    fields = content.get("fields")
    if content.get("text") is None and isinstance(fields, dict):
        return "\n".join(f"{name}: {value}" for name, value in fields.items() if value is not None)
    return text_of(content)


def prepare(
    tx: Connection, project: Project, labeler_id: int, template: Template | None = None, pool: int = POOL
) -> Prepared:
    """template: another one than its own."""
    row = tx.execute(sa.select(llm_labelers).where(llm_labelers.c.user_id == labeler_id)).one()
    own = prompt_of(tx, row)
    version = published_version(tx, project.id)
    guideline = "" if version is None else get_text(tx, project.id, version)
    found = template or Template(own.system, own.user)
    return Prepared(project, row, found, own.version, guideline, version, _pool(tx, project, pool))


def prompt_of(tx: Connection, row: Any) -> Any:
    """The version of its prompt that is in force."""
    mine = (llm_prompts.c.user_id == row.user_id, llm_prompts.c.version == row.prompt_version)
    return tx.execute(sa.select(llm_prompts).where(*mine)).one()


def answered(project: Project) -> Any:
    """Items that people answered for certain, without those that models are judged by."""
    return (
        sa.select(items.c.id, items.c.key, items.c.content, answers.c.value)
        .join(answers, answers.c.item_id == items.c.id)
        .where(
            present(project.id),
            items.c.split == "train",
            answers.c.confidence >= project.settings.certainty,
            by_people(items.c.id, current_labels.c.counted),
        )
    )


def _pool(tx: Connection, project: Project, most: int) -> Pool:
    rows: Sequence[Any] = tx.execute(answered(project).order_by(answers.c.created_at.desc()).limit(most)).all()
    texts = [cut(written(row.content), MOST_EXAMPLE) for row in rows]
    return Pool([row.id for row in rows], texts, [row.value for row in rows])
