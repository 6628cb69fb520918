"""Changing what can be answered: nothing is lost, whatever the order of labeling and changing (G27)."""

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from labeler.client import ApiError, Project, SchemaOutdated  # type: ignore[attr-defined]

Add = Callable[..., Any]


def value_of(project: Project, key: str) -> Any:
    answer = project.items.get(key).answer
    return None if answer is None else answer.value


def test_labels_are_renamed_merged_and_retired(service: Any, project: Project, add_texts: Add) -> None:
    project.change_schema(labels=["spam", "ham", "unclear"])
    add_texts(6)
    for key, value in (("m0", "spam"), ("m1", "ham"), ("m2", "unclear")):
        project.label(key, value)
    wanted = {"labels": ["junk", "fine"], "mapping": {"spam": "junk", "ham": "fine", "unclear": None}}
    told = project.change_schema(**wanted, dry_run=True)
    assert {(one.from_, one.to): one.answers for one in told.touches} == {
        ("spam", "junk"): 1,
        ("ham", "fine"): 1,
        ("unclear", None): 1,
    }
    assert value_of(project, "m0") == "spam" and told.version == 3
    made = project.change_schema(**wanted, reason="plainer")
    assert (made.version, made.reason) == (3, "plainer")
    assert [value_of(project, key) for key in ("m0", "m1", "m2")] == ["junk", "fine", None]
    assert project.progress().items.labeled == 2
    given = [entry["value"] for entry in project.client.get(f"{project.path}/items/m0/history")["items"]]
    assert given == ["spam"]  # what was said stays as it was said
    assert [one.version for one in project.schemas()] == [3, 2, 1]


def test_a_label_with_answers_does_not_go_without_a_word(project: Project, add_texts: Add) -> None:
    add_texts(2)
    project.label("m0", "ham")
    with pytest.raises(ApiError, match='"ham" has 1') as caught:
        project.client.patch(project.path, json={"labels": ["spam", "other"]})
    assert caught.value.status == 409
    assert value_of(project, "m0") == "ham" and len(project.schemas()) == 1


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("mapping", [{}, {"ham": "fine"}])
def test_a_change_of_another_version_than_the_present_one_is_refused(
    admin: Any, project: Project, dry_run: bool, mapping: Any
) -> None:
    project.change_schema(labels=["spam", "good"], mapping={"ham": "good"}, replaces=1)
    with pytest.raises(SchemaOutdated, match=f"{admin.name} has changed what can be answered") as refused:
        project.change_schema(labels=["spam", "fine"], mapping=mapping, replaces=1, dry_run=dry_run)
    assert refused.value.status == 409 and refused.value.body["version"] == 2
    assert len(project.schemas()) == 2
    assert project.change_schema(labels=["spam", "fine"], mapping={"good": "fine"}, replaces=2).version == 3


def test_a_change_of_the_project_is_refused_as_well(admin: Any, project: Project) -> None:
    project.change_schema(labels=["spam", "good"], mapping={"ham": "good"})
    for change in ({"labels": ["spam", "fine"]}, {"name": "Mail"}, {"settings": {"overlap": 2}}):
        with pytest.raises(SchemaOutdated, match=f"{admin.name} has changed what can be answered"):
            project.change(**change, replaces=1)
    assert project.change(labels=["spam", "good", "egg"], replaces=2).schema_version == 3
    assert project.change(name="Mail", replaces=3).name == "Mail"


@pytest.mark.parametrize(
    ("mapping", "reason"),
    [
        ({"egg": "junk"}, "no label of the present schema"),
        ({"spam": "egg"}, "no label of the new schema"),
        ({"spam": ["junk", "egg"]}, "no label of the new schema"),
        ({"spam": ["junk", "junk"]}, "is split into fewer than two labels"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(project: Project, mapping: Any, reason: str) -> None:
    with pytest.raises(ApiError, match=reason) as caught:
        project.change_schema(labels=["junk", "fine"], mapping=mapping)
    assert caught.value.status == 422 and len(project.schemas()) == 1


def test_a_label_given_under_an_earlier_version_is_read_in_the_newest(project: Project, add_texts: Add) -> None:
    add_texts(3)
    project.change_schema(labels=["junk", "ham"], mapping={"spam": "junk"})
    late = project.label("m0", "spam", schema_version=1).label
    assert (late.value, late.schema_version) == ("junk", 1)
    assert value_of(project, "m0") == "junk"


def test_an_answer_of_several_labels_is_open_again_only_when_it_lost_all(admin: Any) -> None:
    project = admin.client.projects.create("M", task_type="multi_choice", labels=["rain", "wind", "sun"])
    project.items.add([{"key": f"m{n}", "text": f"text {n}"} for n in range(4)], progress=False)
    for key, value in (("m0", ["sun"]), ("m1", ["rain", "sun"]), ("m2", [])):
        project.label(key, value)
    project.change_schema(labels=["wet", "wind"], mapping={"rain": "wet", "sun": None})
    assert {row.item_key: row.value for row in project.answers()} == {"m1": ["wet"], "m2": []}
    progress = project.progress()
    assert progress.items.labeled == 2 and progress.labels.by_label == {"wet": 1, "wind": 0}
    with pytest.raises(ApiError, match="was retired after version 1"):
        project.label("m3", ["sun"], schema_version=1)
    assert project.label("m3", ["rain", "sun"], schema_version=1).label.value == ["wet"]


def test_a_rating_scale_is_changed(admin: Any) -> None:
    project = admin.client.projects.create("R", task_type="rating", scale={"min": 1, "max": 3})
    project.items.add([{"key": f"m{n}", "text": f"text {n}"} for n in range(3)], progress=False)
    project.label("m0", 3)
    project.label("m1", 1)
    with pytest.raises(ApiError, match='"3" has 1'):
        project.change_schema(scale={"min": 1, "max": 2})
    project.change_schema(scale={"min": 1, "max": 5}, mapping={"3": "5", "2": "3"})
    assert [value_of(project, key) for key in ("m0", "m1")] == [5, 1]


def test_exports_and_differences_read_old_versions_in_the_newest_schema(
    service: Any, project: Project, add_texts: Add, tmp_path: Any
) -> None:
    add_texts(4)
    project.label("m0", "spam")
    project.label("m1", "ham")
    project.snapshot("before")
    service.run_jobs(kinds=("datasets.snapshot",))
    project.change_schema(labels=["junk", "ham"], mapping={"spam": "junk"})
    project.snapshot("after")
    service.run_jobs(kinds=("datasets.snapshot",))
    difference = project.diff(1, 2)
    assert difference.labels.changed == 0
    balance = {entry.label: (entry.a, entry.b) for entry in difference.balance}
    assert balance["junk"] == (1, 1)
    project.export(tmp_path / "old.csv", "csv", 1)
    assert "spam" in (tmp_path / "old.csv").read_text()  # a version is what it was when it was made
    project.export(tmp_path / "now.csv", "csv")
    assert "junk" in (tmp_path / "now.csv").read_text()


class Changes(RuleBasedStateMachine):
    """Labeling, undoing, and changing labels in any order, beside a model of what each item's answer must be."""

    start: Callable[[], Project]

    def __init__(self) -> None:
        super().__init__()
        self.project = type(self).start()
        self.names = ["a", "b", "c"]
        self.fresh = (f"n{number}" for number in itertools.count())
        self.expected: dict[str, str] = {}
        self.given: dict[str, int] = {}

    @rule(key=st.sampled_from(["m0", "m1", "m2", "m3"]), pick=st.integers(0, 9))
    def label(self, key: str, pick: int) -> None:
        value = self.names[pick % len(self.names)]
        self.given[key] = self.project.label(key, value).label.id
        self.expected[key] = value

    @precondition(lambda self: self.expected)
    @rule(pick=st.integers(0, 9))
    def undo(self, pick: int) -> None:
        key = sorted(self.expected)[pick % len(self.expected)]
        self.project.undo(self.given[key])
        del self.expected[key]

    @precondition(lambda self: len(self.names) < 6)
    @rule()
    def add(self) -> None:
        self._change([*self.names, next(self.fresh)], {})

    @rule(pick=st.integers(0, 9))
    def rename(self, pick: int) -> None:
        old, new = self.names[pick % len(self.names)], next(self.fresh)
        self._change([new if name == old else name for name in self.names], {old: new})

    @precondition(lambda self: len(self.names) > 2)
    @rule(pick=st.integers(0, 9), into=st.integers(0, 9))
    def merge(self, pick: int, into: int) -> None:
        old = self.names[pick % len(self.names)]
        left = [name for name in self.names if name != old]
        self._change(left, {old: left[into % len(left)]})

    @precondition(lambda self: len(self.names) > 2)
    @rule(pick=st.integers(0, 9))
    def retire(self, pick: int) -> None:
        old = self.names[pick % len(self.names)]
        self._change([name for name in self.names if name != old], {old: None})

    @precondition(lambda self: len(self.names) < 6)
    @rule(pick=st.integers(0, 9), keeps=st.booleans())
    def split(self, pick: int, keeps: bool) -> None:
        old = self.names[pick % len(self.names)]
        new = [old if keeps else next(self.fresh), next(self.fresh)]
        at = self.names.index(old)
        self._change([*self.names[:at], *new, *self.names[at + 1 :]], {old: new})

    def _change(self, names: list[str], mapping: dict[str, Any]) -> None:
        self.project.change_schema(labels=names, mapping=mapping)
        self.names = names
        becomes = {old: None if isinstance(new, list) else new for old, new in mapping.items()}
        moved = {key: becomes.get(value, value) for key, value in self.expected.items()}
        self.expected = {key: value for key, value in moved.items() if value is not None}

    @invariant()
    def answers_are_what_they_should_be(self) -> None:
        rows = self.project.answers()
        assert {row.item_key: row.value for row in rows} == self.expected

    @invariant()
    def counts_follow(self) -> None:
        progress = self.project.progress()
        assert progress.items.labeled == len(self.expected)
        counted = {name: n for name, n in progress.labels.by_label.items() if n}
        values = list(self.expected.values())
        assert counted == {name: values.count(name) for name in set(values)}


def test_no_order_of_changes_loses_an_answer(admin: Any) -> None:
    def start() -> Project:
        project = admin.client.projects.create("P", labels=["a", "b", "c"])
        project.items.add([{"key": f"m{n}", "text": f"text {n}"} for n in range(5)], progress=False)
        return project

    machine = type("M", (Changes,), {"start": staticmethod(start)})
    quick = settings(
        max_examples=8, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    machine.TestCase.settings = quick
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(machine, settings=quick)


def test_a_retired_label_is_not_given_any_more(project: Project, add_texts: Add) -> None:
    project.change_schema(labels=["spam", "ham", "unclear"])
    add_texts(2)
    project.change_schema(labels=["spam", "ham"], mapping={"unclear": None})
    with pytest.raises(ApiError) as refused:
        project.label("m0", "unclear", schema_version=2)
    assert refused.value.status == 422 and "was retired after version 2" in refused.value.detail
    assert project.progress().items.labeled == 0


def test_sixteen_labelers_go_on_while_labels_are_renamed_and_merged(service: Any, admin: Any) -> None:
    project = admin.client.projects.create("P", labels=["a", "b", "c"])
    number = 160
    project.items.add([{"key": f"k{n}", "text": f"text number {n}"} for n in range(number)], progress=False)
    people = [service.join(project, service.person("labeler")) for _ in range(16)]
    labelers = [person.client.projects.get(project.slug) for person in people]
    said: dict[str, str] = {}

    def work(labeler: Project) -> None:
        """As a browser does: with the schema that it was shown, and what it read answered by an older one is fine."""
        version = labeler.info.schema_version
        while held := labeler.queue.next(2):
            for item in held:
                value = "abc"[int(item.key[1:]) % 3]
                labeler.label(item, value, schema_version=version)
                said[item.key] = value

    with ThreadPoolExecutor(17) as pool:
        done = [pool.submit(work, labeler) for labeler in labelers]
        project.change_schema(labels=["a1", "b", "c"], mapping={"a": "a1"})
        project.change_schema(labels=["a1", "bc"], mapping={"b": "bc", "c": "bc"})
        for one in done:
            one.result()
    expected = {key: {"a": "a1", "b": "bc", "c": "bc"}[value] for key, value in said.items()}
    assert len(said) == number
    assert {row.item_key: row.value for row in project.answers()} == expected
    assert project.progress().items.labeled == number
    given = {row.item_key: row.value for row in project.labels}
    assert len(given) == number  # every label is kept in the words it was given in, or read in the newest
