"""An installation with rows in every table: what people and programs do is done through the API, the rest is made up by
what the columns say."""

from typing import Any

import sqlalchemy as sa
from sample_texts import texts

from labeler.client import Client, Project
from labeler.insight.tally import count_to_keep, keep, labels_until
from labeler.kit.columns import Timestamp, metadata
from labeler.kit.db import Database
from labeler.projects.access import find_project
from labeler.quality.tables import answers, rule_answers, rule_fits

FULL = 100_000_000_000_000


def do_everything(service: Any, admin: Any) -> list[Project]:
    """A project of each task type, with answers, corrections, flags, versions, models and what else there is."""
    client: Client = admin.client
    choice = client.projects.create("Messages", labels=["spam", "ham"])
    helper = service.join(choice, service.person("labeler"))
    choice.guidelines.publish("# One\n\nBoth.")
    choice.items.add(texts(40), progress=False)
    mine = helper.client.projects.get(choice.slug)
    mine.guidelines.acknowledge(1)
    for number, item in enumerate(choice.queue.next(20)):
        choice.label(item, ["spam", "ham"][number % 2], hard={"reason": "Ambiguous"} if number == 3 else None)
    first, second, third, *_ = mine.queue.next(5)
    answer = mine.label(first, "spam").label
    mine.label(first.key, "ham")
    mine.undo(mine.label(second, "ham").label.id)
    mine.skip(third, "Not clear")
    mine.flag(second, "Ambiguous")
    choice.slices.create("Free", "free")
    choice.test_cases.create("Ours", {next(iter(choice.items.find(unlabeled=True))).key: "spam"})
    service.run_jobs()
    choice.snapshot("before")
    service.run_jobs()
    choice.promote(choice.models()[0].number)
    for data in (b"id,text,guess\na,a text,spam\n", b"id,text,guess\na,another text,ham\n"):
        choice.import_file("a.csv", {"key": "id", "text": "text", "prediction": "guess"}, data=data)
        service.run_jobs(kinds=("items.import",))
    choice.campaigns.start("Again", to="others", all=True)
    service.run_jobs(kinds=("campaigns.start",))
    choice.webhooks.test(choice.webhooks.create("https://hooks.example.org/").id)
    assert answer.id
    several = client.projects.create("Topics", labels=["news", "sports"], task_type="multi_choice")
    several.items.add([{"key": str(n), "fields": {"title": f"title {n}", "length": n}} for n in range(6)])
    for item in several.queue.next(3):
        several.label(item, ["news", "sports"])
    stars = client.projects.create("Stars", scale={"min": 1, "max": 5}, task_type="rating")
    stars.items.add(texts(6), progress=False)
    for number, item in enumerate(stars.queue.next(3)):
        stars.label(item, number + 1)
    service.db.write(count, choice.slug)
    service.db.write(let_a_rule_answer, choice.slug)
    return [choice, several, stars]


def count(tx: sa.Connection, slug: str) -> None:
    """As a job does where there are many items."""
    project = find_project(tx, slug)
    until = labels_until(tx, project.id)
    tally, last, took = count_to_keep(tx, project, until)
    keep(tx, project, tally, last, until, took)


def let_a_rule_answer(tx: sa.Connection, slug: str) -> None:
    """As a job does where rules count: of an item that people answered, too, since older schemas have none of it."""
    project = find_project(tx, slug)
    first = tx.execute(sa.select(sa.func.min(answers.c.item_id)).where(answers.c.project_id == project.id)).scalar_one()
    fit = {"method": "label_model", "voices": 1, "people": 60, "items": 1, "labels_until": 1, "took_ms": 1}
    tx.execute(sa.insert(rule_fits).values(project_id=project.id, **fit))
    said = {"value": "spam", "confidence": 0.9, "method": "label_model", "posterior": {"spam": 0.9, "ham": 0.1}}
    beside = {"evidence": {"spam": 1.0}, "votes": [["prize", "heuristic", "spam"]], "schema_version": 1}
    tx.execute(sa.insert(rule_answers).values(item_id=first, project_id=project.id, **said, **beside))


def fill(db: Database) -> list[str]:
    """A row for each table that has none; returns their names."""

    def write(tx: sa.Connection) -> list[str]:
        made = []
        for table in metadata.sorted_tables:
            if tx.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() == 0:
                tx.execute(sa.insert(table).values({column.name: _value(tx, column) for column in table.columns}))
                made.append(table.name)
        return made

    return db.write(write)


def _value(tx: sa.Connection, column: sa.Column[Any]) -> Any:
    for key in column.foreign_keys:
        return tx.execute(sa.select(sa.func.min(key.column))).scalar_one()
    if isinstance(column.type, Timestamp):
        return sa.literal(FULL, sa.BigInteger)
    kind = column.type.python_type if not isinstance(column.type, sa.JSON) else dict
    return {int: 1, float: 0.5, bool: True, str: "made up", dict: {"made": "up"}}[kind]
