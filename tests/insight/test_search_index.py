"""The index of trigrams finds what reading every item finds: after changes, removals and erasing, too."""

import unicodedata
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labeler.client import Project
from labeler.items import jobs
from labeler.items.tables import item_search, search_progress
from labeler.kit.db import Database
from labeler.kit.jobs import engine

LETTERS = st.sampled_from('aAbBiIkKßẞéÉΣσςİıK日本語 \t\n"%_\\’.-1\u0301\u00a0')
TEXTS = st.text(LETTERS, min_size=1, max_size=12).filter(str.strip)


def index_all(service: Any, project: Project) -> None:
    """As the schedule does, for projects of any size."""
    args: dict[str, Any] = {"project_id": project.info.id}
    service.db.write(lambda tx: engine.enqueue(tx, "items.index", **args))
    service.run_jobs(kinds=("items.index",))


def keys(project: Project, words: str, **more: Any) -> list[str]:
    found = [one.key for one in project.items.find(q=words, **more)]
    assert project.items.page(q=words, count=True, **more).total == len(found) == len(set(found))
    return found


def forget_index(db: Database) -> None:
    for table in (item_search, search_progress):
        db.write(lambda tx, table=table: tx.execute(sa.delete(table)).rowcount)


@pytest.fixture
def indexed(service: Any, project: Project) -> Iterator[Project]:
    project.items.add([{"key": f"k{n}", "text": f"Text number {n} {'rare' * (n == 7)}"} for n in range(30)])
    index_all(service, project)
    yield project


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TEXTS, min_size=1, max_size=6), TEXTS, st.data())
def test_the_index_finds_what_reading_finds(
    service: Any, admin: Any, texts: list[str], named: str, data: st.DataObject
) -> None:
    project = admin.client.projects.create("Texts", labels=["a", "b"])
    rows = [{"key": f"k{n}", "text": text, "metadata": {"named": [named, n]}} for n, text in enumerate(texts)]
    project.items.add(rows, progress=False)
    whole = data.draw(st.sampled_from([*texts, named]))
    start = data.draw(st.integers(0, len(whole) - 1))
    part = whole[start : start + data.draw(st.integers(1, 6))]
    asked = [one for one in (part, part.upper(), unicodedata.normalize("NFD", part), named) if one.strip()]
    read = [keys(project, words) for words in asked]
    index_all(service, project)
    assert [keys(project, words) for words in asked] == read
    project.delete()


def test_new_items_are_found_before_and_after_they_are_indexed(service: Any, indexed: Project) -> None:
    indexed.items.add([{"key": "late", "text": "another RARE one"}])
    assert keys(indexed, "rare") == ["k7", "late"]
    assert keys(indexed, "rare", sort="newest") == ["late", "k7"]
    index_all(service, indexed)
    assert keys(indexed, "rare") == ["k7", "late"]


def test_pages_follow_each_other(indexed: Project) -> None:
    indexed.items.add([{"key": f"late{n}", "text": "a late text"} for n in range(9)])
    for sort in ("oldest", "newest"):
        found, cursor = [], None
        while True:
            page = indexed.items.page(cursor, q="text", limit=4, sort=sort)
            found += [one.key for one in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert len(found) == len(set(found)) == 39
        assert found[:: -1 if sort == "newest" else 1][0] == "k0"


def test_two_letters_are_found_too(indexed: Project) -> None:
    assert keys(indexed, "29") == ["k29"]
    assert len(keys(indexed, "x")) == 30


def test_names_of_fields_are_not_searched(service: Any, admin: Any) -> None:
    project = admin.client.projects.create("Rows", labels=["a", "b"])
    project.items.add([{"key": "k", "fields": {"subject": "Money", "amount": 12.5, "nothing": None}}])
    for _ in range(2):
        assert keys(project, "money") == keys(project, "12.5") == ["k"]
        assert keys(project, "subject") == keys(project, "nothing") == []
        index_all(service, project)


def test_removed_items_are_found_no_more(service: Any, indexed: Project) -> None:
    indexed.items.remove(search={"q": "rare"})
    service.run_jobs(kinds=("items.remove",))
    assert keys(indexed, "rare") == []
    assert len(keys(indexed, "number")) == 29


@pytest.mark.parametrize("again", [False, True], ids=["at once", "indexed again"])
def test_changed_metadata_is_found_and_what_was_before_is_not(service: Any, project: Project, again: bool) -> None:
    def imported(source: str) -> Any:
        job = project.import_file(
            "a.csv",
            {"key": "id", "text": "text", "metadata": ["source"], "known_metadata": "update"},
            data=f"id,text,source\nx,a text,{source}\n".encode(),
        )
        service.run_jobs(kinds=("items.import",))
        return job

    imported("newspaper")
    index_all(service, project)
    job = imported("website")
    if again:
        index_all(service, project)
    assert (keys(project, "newspaper"), keys(project, "website")) == ([], ["x"])
    project.items.remove(import_id=job.id)
    service.run_jobs(kinds=("items.remove",))
    if again:
        index_all(service, project)
    assert (keys(project, "newspaper"), keys(project, "website")) == (["x"], [])


def test_an_interrupted_index_goes_on_and_projects_keep_apart(
    service: Any, admin: Any, indexed: Project, monkeypatch: Any
) -> None:
    other = admin.client.projects.create("Other", labels=["a", "b"])
    other.items.add([{"key": f"o{n}", "text": "a rare text"} for n in range(5)])
    monkeypatch.setattr(jobs, "PART", 2)
    part = partial(jobs.index_part, project_id=other.info.id, end=2**40)
    assert service.db.write(part) == 2
    assert len(keys(other, "rare")) == 5
    assert service.db.write(part) == 2
    index_all(service, other)
    assert len(keys(other, "rare")) == 5
    assert keys(indexed, "rare") == ["k7"]


def test_only_what_is_far_behind_becomes_a_job(service: Any, indexed: Project, monkeypatch: Any) -> None:
    from labeler.kit.jobs.tables import jobs as rows

    def waiting() -> int:
        service.db.write(jobs.index_later)
        chosen = sa.select(rows.c.id).where(rows.c.kind == "items.index", rows.c.state == "queued")
        return len(service.db.read(lambda tx: tx.execute(chosen).all()))

    monkeypatch.setattr(jobs, "BEHIND", 3)
    indexed.items.add([{"key": f"n{n}", "text": "new"} for n in range(2)])
    assert waiting() == 0
    indexed.items.add([{"key": "n3", "text": "new"}])
    assert (waiting(), waiting()) == (1, 1)
    service.run_jobs(kinds=("items.index",))
    assert waiting() == 0


def test_an_erased_project_leaves_no_words(service: Any, admin: Any, database_kind: str) -> None:
    project = admin.client.projects.create("Secret", labels=["a", "b"])
    kept = admin.client.projects.create("Kept", labels=["a", "b"])
    for one, word in ((project, "xylophone"), (kept, "marimba")):
        one.items.add([{"key": f"k{n}", "text": f"{word} {n}"} for n in range(400)])
        index_all(service, one)
    project.delete(erase=True)
    service.run_jobs(kinds=("projects.erase",))
    assert len(keys(kept, "marimba")) == 400
    if database_kind == "sqlite":
        with service.db.engine.connect() as tx:
            terms = "CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, item_search_fts, 'row')"
            tx.exec_driver_sql(terms)
            left = set(tx.exec_driver_sql("SELECT term FROM temp.terms").scalars())
            blocks = b"".join(tx.exec_driver_sql("SELECT block FROM item_search_fts_data").scalars())
        assert "mar" in left and not left & {"xyl", "ylo", "lop"}
        assert b"yl" not in blocks
        file = service.settings.home / "labeler.db"
        with service.db.engine.connect() as tx:
            tx.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        assert b"xylophone" not in file.read_bytes()


def test_without_an_index_of_trigrams_the_texts_are_read(service: Any, indexed: Project, database_kind: str) -> None:
    drop = "DROP TABLE item_search_fts" if database_kind == "sqlite" else "DROP INDEX ix_item_search_text"
    service.db.write(lambda tx: tx.exec_driver_sql(drop).rowcount)
    assert keys(indexed, "rare") == ["k7"]
