"""A share of the items that several people label, with enough of each value of a metadata field."""

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from labeler.client import ApiError, Project
from labeler.items.tables import items, present
from labeler.kit.columns import EPOCH
from labeler.projects.access import find_project
from labeler.projects.tables import overlap_shares, overlap_strata
from labeler.quality.strata import LEAST, count_strata, keep_strata

JOBS = ("quality.recount", "quality.strata")


def add(project: Project, n: int, field: str = "language", value: Any = "en", start: int = 0) -> None:
    metadata = {} if value is None else {field: value}
    rows = [{"key": f"{value}-{k}", "text": f"text {k}", "metadata": metadata} for k in range(start, start + n)]
    project.items.add(rows, progress=False)


def needed(service: Any, project: Project, field: str = "language") -> dict[Any, Counter[int]]:
    """By value of the field, how many items need so many labels."""

    def read(tx: sa.Connection) -> dict[Any, Counter[int]]:
        mine = find_project(tx, project.slug).id
        found: dict[Any, Counter[int]] = {}
        for metadata, n in tx.execute(sa.select(items.c.metadata, items.c.needed).where(present(mine))):
            found.setdefault(str(metadata.get(field)), Counter())[n] += 1
        return found

    return dict(service.db.read(read))


def shares(service: Any) -> dict[str, int]:
    rows = service.db.read(lambda tx: tx.execute(sa.select(overlap_shares)).all())
    return {row.value: row.share for row in rows}


def keep_up(service: Any) -> int:
    """What the schedule does some seconds later; returns how many jobs ran."""
    service.db.write(lambda tx: tx.execute(sa.update(overlap_strata).values(counted_at=EPOCH)).rowcount)
    service.db.write(keep_strata)
    return len([row for row in service.run_jobs(kinds=JOBS) if row.kind == "quality.strata"])


@pytest.fixture
def drawn(service: Any, project: Project) -> Project:
    """600 items in English, 90 in German, 12 in Dutch, 100 in none; several people label a twentieth."""
    for n, value in ((600, "en"), (90, "de"), (12, "nl"), (100, None)):
        add(project, n, value=value)
    project.change(settings={"overlap": 2, "overlap_share": 0.05, "overlap_field": "language"})
    service.run_jobs(kinds=JOBS)
    return project


def test_each_value_gets_enough_items_that_several_label(service: Any, drawn: Project) -> None:
    found = needed(service, drawn)
    assert found["nl"] == Counter({2: 12})
    assert LEAST <= found["de"][2] <= LEAST + 3, "those with the same draw as the last come, too"
    assert LEAST <= found["en"][2] <= 60 and found["None"][2] <= 15
    assert set(shares(service)) <= {"en", "de", "nl"} and shares(service)["nl"] == 1000
    assert keep_up(service) == 0, "nothing has changed"


def test_of_each_value_the_smallest_draws_are_taken_until_there_are_enough(service: Any, project: Project) -> None:
    rng = np.random.default_rng(0)
    sizes = {f"field {n}": rng.dirichlet([0.3] * int(rng.integers(1, 30))) for n in range(12)}
    metadata = [{name: f"v{rng.choice(len(p), p=p)}" for name, p in sizes.items()} for _ in range(500)]
    rows = [{"key": f"k{k}", "text": f"text {k}", "metadata": one} for k, one in enumerate(metadata)]
    project.items.add(rows, progress=False)

    def counted(tx: sa.Connection, name: str, share: float) -> tuple[dict[str, int], dict[str, list[int]]]:
        mine = find_project(tx, project.slug)
        changed = mine.settings.model_copy(update={"overlap": 2, "overlap_share": share, "overlap_field": name})
        draws: dict[str, list[int]] = {}
        for given, shuffle in tx.execute(sa.select(items.c.metadata, items.c.shuffle).where(present(mine.id))):
            draws.setdefault(given[name], []).append(shuffle % 1000)
        return count_strata(tx, replace(mine, settings=changed)), draws

    for name in sizes:
        share = float(rng.choice([0, 0.02, 0.1, 0.5]))
        found, draws = service.db.read(counted, name, share)
        for value, drawn in draws.items():
            wanted = max(round(1000 * share), found.get(value, 0))
            assert sum(draw < wanted for draw in drawn) >= min(LEAST, len(drawn))
            if value in found and len(drawn) > LEAST:
                assert sum(draw < wanted - 1 for draw in drawn) < LEAST, "no more than that"


def test_labels_are_asked_for_and_counted_by_the_share_of_the_value(
    service: Any, drawn: Project, labelers: list[Project]
) -> None:
    several = {key: n[2] for key, n in needed(service, drawn).items()}
    for view in labelers:
        while held := view.queue.next(50):
            view.label_many({item.key: "spam" for item in held})
    given = Counter((row.item_key.rsplit("-", 1)[0], len(row.labels)) for row in drawn.answers())
    assert {value: given[value, 2] for value in several} == several, "as many as wanted, and none beyond"
    assert drawn.progress().items.unlabeled == 0
    last = next(row for row in drawn.labels if row.item_key == "nl-0")
    next(view for view in labelers if view.client.me().user.id == last.labeler.id).undo(last.id)
    assert needed(service, drawn)["nl"] == Counter({0: 11, 1: 1})


def test_more_items_make_the_share_of_their_value_smaller_and_no_label_is_lost(
    service: Any, drawn: Project, labelers: list[Project]
) -> None:
    labelers[0].label_many({f"nl-{k}": "ham" for k in range(12)})
    labelers[1].label_many({f"nl-{k}": "ham" for k in range(6)})
    add(drawn, 300, value="nl", start=12)
    assert needed(service, drawn)["nl"][2] == 300, "until it is counted again, by the share of before"
    assert keep_up(service) == 1 and keep_up(service) == 0
    found = needed(service, drawn)["nl"]
    assert LEAST - 12 <= found[2] <= LEAST + 3 and found[0] >= 6 and sum(found.values()) == 312
    assert shares(service)["nl"] < 200
    rows = {row.item_key: len(row.labels) for row in drawn.answers()}
    assert rows == {f"nl-{k}": 2 if k < 6 else 1 for k in range(12)}


def test_items_that_come_with_the_share_of_their_value_get_it_at_once(service: Any, drawn: Project) -> None:
    before = needed(service, drawn)["nl"]
    add(drawn, 5, value="nl", start=12)
    add(drawn, 40, value="pl")
    found = needed(service, drawn)
    assert found["nl"] == before + Counter({2: 5}) and found["pl"][2] < 10
    assert keep_up(service) == 1
    assert LEAST <= needed(service, drawn)["pl"][2] <= LEAST + 3


def test_changed_metadata_is_drawn_as_what_it_is_now(service: Any, drawn: Project) -> None:
    sent = "key,text,language\n" + "\n".join(f"en-{k},text {k},fy" for k in range(20))
    form = {"mapping": json.dumps({"known_metadata": "update"})}
    drawn.client._http.post(f"{drawn.path}/imports", files={"file": ("more.csv", sent.encode())}, data=form)
    service.run_jobs(kinds=("items.import",))
    assert keep_up(service) == 1
    found = needed(service, drawn)
    assert found["fy"] == Counter({2: 20}) and sum(found["en"].values()) == 580


def test_removed_items_leave_room_for_others(service: Any, drawn: Project) -> None:
    drawn.items.remove([f"de-{k}" for k in range(45)])
    service.run_jobs(kinds=("items.remove",))
    assert keep_up(service) == 1
    assert LEAST <= needed(service, drawn)["de"][2] <= LEAST + 3


def test_turned_off_again_the_share_is_that_of_the_project(
    service: Any, drawn: Project, labelers: list[Project]
) -> None:
    labelers[0].label_many({f"nl-{k}": "ham" for k in range(12)})
    drawn.change(settings={"overlap_field": None})
    service.run_jobs(kinds=JOBS)
    found = needed(service, drawn)
    assert found["nl"][0] >= 8 and found["de"][2] < 15
    assert service.db.read(lambda tx: tx.execute(sa.select(overlap_strata)).all()) == [] and shares(service) == {}
    assert len(list(drawn.answers())) == 12
    drawn.change(settings={"overlap_field": "language", "overlap_share": 1.0})
    service.run_jobs(kinds=JOBS)
    assert needed(service, drawn)["nl"] == Counter({1: 12}) and keep_up(service) == 0


def test_more_are_asked_where_the_answer_is_not_certain_as_before(
    service: Any, drawn: Project, labelers: list[Project]
) -> None:
    drawn.change(settings={"most_labels": 3})
    service.run_jobs(kinds=JOBS)
    labelers[0].label("nl-0", "spam")
    labelers[1].label("nl-0", "ham")
    labelers[0].label("nl-1", "spam")
    drawn.set_gold({"nl-2": "ham"})
    add(drawn, 1, value="nl", start=12)
    assert needed(service, drawn)["nl"] == Counter({2: 10, 1: 2, 0: 1})
    assert keep_up(service) == 1
    assert needed(service, drawn)["nl"] == Counter({2: 10, 1: 2, 0: 1})


@pytest.mark.parametrize("field", ['a"b', "a.b[0]", "Größe'; --", "\\u0041\\", "%(x)s :y", "行"])
def test_any_name_may_be_the_field(service: Any, project: Project, labelers: list[Project], field: str) -> None:
    add(project, 300, field, "much")
    add(project, 10, field, f'"{field}"')
    project.change(settings={"overlap": 2, "overlap_share": 0.01, "overlap_field": field})
    service.run_jobs(kinds=JOBS)
    labelers[0].label_many({f'"{field}"-{k}': "ham" for k in range(10)})
    found = needed(service, project, field)
    assert found[f'"{field}"'] == Counter({1: 10}) and LEAST <= found["much"][2] <= LEAST + 3


def test_numbers_and_booleans_are_values_and_lists_are_none(service: Any, project: Project) -> None:
    for value in (3, True, ["x"], {"y": 1}):
        add(project, 15, value=value)
    add(project, 5, value="3", start=15)
    project.change(settings={"overlap": 3, "overlap_share": 0.0, "overlap_field": "language"})
    service.run_jobs(kinds=JOBS)
    found = needed(service, project)
    assert shares(service) == {"3": 1000, "true": 1000}
    assert found["3"] == Counter({3: 20}) and found["True"] == Counter({3: 15})
    assert found["['x']"] == found["{'y': 1}"] == Counter({1: 15})


def test_a_field_with_very_many_values_has_no_share_for_each(
    service: Any, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labeler.quality.strata.MOST_VALUES", 3)
    for n, value in ((8, "a"), (7, "b"), (6, "c"), (5, "d"), (20, "x" * 101)):
        add(project, n, value=value)
    project.change(settings={"overlap": 2, "overlap_share": 0.0, "overlap_field": "language"})
    service.run_jobs(kinds=JOBS)
    assert set(shares(service)) == {"a", "b", "c"}
    assert service.db.read(lambda tx: set(count_strata(tx, find_project(tx, project.slug)))) == {"a", "b", "c"}


def test_a_field_that_can_be_none_is_refused_with_the_reason(project: Project) -> None:
    for wrong in ("", "x" * 101, 3, ["language"]):
        with pytest.raises(ApiError, match="overlap_field") as caught:
            project.change(settings={"overlap_field": wrong})
        assert caught.value.status == 422
    assert project.change(settings={"overlap_field": "language"}).settings.overlap_field == "language"
