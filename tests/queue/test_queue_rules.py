"""The rules of lending as a state machine against a simple model (G4)."""

from typing import Any

import hypothesis.strategies as st
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from labeler.items.tables import items
from labeler.kit.columns import clock
from labeler.projects.access import project_cache
from labeler.queue.tables import leases

ITEMS = [f"i{n}" for n in range(4)]
WHO = st.integers(0, 2)
WHICH = st.sampled_from(ITEMS)


class Lending(RuleBasedStateMachine):
    """Who holds, has labeled and has put aside what, by the book; the service is asked and compared."""

    service: Any
    people: list[Any]
    overlap: int

    def __init__(self) -> None:
        super().__init__()
        admin = self.people[0].client
        project = admin.projects.create("P", labels=["a", "b"], overlap=self.overlap, holdout_share=0)
        project.items.add([{"key": key, "text": f"text {key}"} for key in ITEMS], progress=False)
        for person in self.people[1:]:  # the first one made it, and is its manager
            project.members.add(person.email, "labeler")
        self.labelers = [person.client.projects.get(project.slug) for person in self.people]
        self.labels: dict[str, dict[int, int]] = {key: {} for key in ITEMS}
        self.held: dict[str, set[int]] = {key: set() for key in ITEMS}
        self.aside: set[tuple[int, str]] = set()
        self.skips: list[tuple[int, str, int]] = []
        self.kept: dict[str, tuple[int, int]] = {}

    def free(self, key: str) -> int:
        """How many more may hold the item."""
        return self.overlap - len(self.labels[key]) - len(self.held[key])

    def may_get(self, who: int, key: str) -> bool:
        is_for_others = key in self.kept and self.kept[key][0] != who
        return self.may_have(who, key) and not is_for_others

    def may_have(self, who: int, key: str) -> bool:
        return self.free(key) > 0 and who not in self.held[key] and who not in self.labels[key]

    @rule(who=WHO, n=st.integers(1, 4))
    def asks_for_items(self, who: int, n: int) -> None:
        before = [key for key in ITEMS if who in self.held[key]]
        got = [item.key for item in self.labelers[who].queue.next(n)]
        assert len(set(got)) == len(got) <= n
        assert set(before) <= set(got) or set(got) <= set(before)
        new = [key for key in got if key not in before]
        for key in new:
            assert self.may_get(who, key), (who, key)
            fresh_ones_left = [k for k in ITEMS if self.may_get(who, k) and (who, k) not in self.aside]
            assert (who, key) not in self.aside or not fresh_ones_left, "what was put aside comes last"
            self.held[key].add(who)
        if len(got) < n:
            assert not [key for key in ITEMS if self.may_get(who, key)], "there was more to lend"

    @rule(who=WHO, key=WHICH, value=st.sampled_from("ab"))
    def labels_an_item_held_or_not(self, who: int, key: str, value: str) -> None:
        self.labels[key][who] = self.labelers[who].label(key, value).label.id
        self.held[key].discard(who)
        self.aside.discard((who, key))
        if key in self.kept and (len(self.labels[key]) >= self.overlap or self.kept[key][0] == who):
            del self.kept[key]  # nobody waits for it any more: the assignment has ended

    @rule(who=WHO, key=WHICH)
    def is_assigned_an_item_alone(self, who: int, key: str) -> None:
        if key in self.kept or who in self.labels[key] or len(self.labels[key]) >= self.overlap:
            return
        started = self.labelers[0].assignments.start([self.people[who].id], keys=[key], only=True)
        self.service.run_jobs(kinds=("campaigns.assign",))
        project_cache.forget()
        self.kept[key] = (who, started.id)

    @rule(key=WHICH)
    def an_assignment_is_ended(self, key: str) -> None:
        if key in self.kept:
            self.labelers[0].assignments.end(self.kept.pop(key)[1])

    @rule(who=WHO, key=WHICH)
    def labels_an_item_only_if_held(self, who: int, key: str) -> None:
        if who in self.held[key]:
            self.labels_an_item_held_or_not(who, key, "a")

    @rule(who=WHO, key=WHICH)
    def undoes_a_label(self, who: int, key: str) -> None:
        if who in self.labels[key]:
            answer = self.labelers[who].undo(self.labels[key].pop(who))
            self._lent_again(who, key, answer.item)

    @rule(who=WHO, key=WHICH)
    def skips_an_item(self, who: int, key: str) -> None:
        skip = self.labelers[who].skip(key, "Not clear").skip
        self.held[key].discard(who)
        self.aside.add((who, key))
        self.skips.append((who, key, skip.id))

    @precondition(lambda self: self.skips)
    @rule(data=st.data())
    def undoes_a_skip(self, data: Any) -> None:
        who, key, skip = data.draw(st.sampled_from(self.skips))
        labeler = self.labelers[who]
        self.aside.discard((who, key))
        self._lent_again(who, key, labeler.client.delete(f"{labeler.path}/skips/{skip}")["item"])

    def _lent_again(self, who: int, key: str, item: Any) -> None:
        self.held[key].discard(who)
        assert (item is not None) == self.may_have(who, key), "who takes an answer back has it, also where it is kept"
        if item is not None:
            self.held[key].add(who)

    @rule(who=WHO, key=WHICH)
    def a_lease_runs_out(self, who: int, key: str) -> None:
        if who in self.held[key]:
            project = sa.select(items.c.id).where(items.c.project_id == self.labelers[0].info.id)
            late = sa.update(leases).where(
                leases.c.item_id.in_(project.where(items.c.key == key)),
                leases.c.labeler_id == self.people[who].id,
            )
            self.service.db.write(lambda tx: tx.execute(late.values(expires_at=clock(-1))).rowcount)
            self.held[key].discard(who)

    @rule(who=WHO)
    def gives_everything_back(self, who: int) -> None:
        labeler = self.labelers[who]
        mine = [key for key in ITEMS if who in self.held[key]]
        if mine:
            tokens = [item.lease.token for item in labeler.queue.next(len(mine))]
            labeler.client.post(f"{labeler.path}/queue/release", json={"lease_tokens": tokens})
            for key in mine:
                self.held[key].discard(who)

    @invariant()
    def labels_are_kept(self) -> None:
        given = {item.key: {label.id for label in item.labels} for item in self.labelers[0].items}
        assert given == {key: set(labels.values()) for key, labels in self.labels.items()}


@pytest.fixture(autouse=True)
def _known_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """One process answers: what it remembers of a project is forgotten as soon as something was assigned."""
    monkeypatch.setattr("labeler.campaigns.jobs.REMEMBERED_SECONDS", 0.0)


@pytest.mark.parametrize("overlap", [1, 2, 3])
def test_lending_follows_its_rules(service: Any, overlap: int) -> None:
    people = [service.person("admin") for _ in range(3)]
    machine = type("Machine", (Lending,), {"service": service, "people": people, "overlap": overlap})
    examples = 12 if service.settings.is_sqlite else 4
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.faults
@pytest.mark.parametrize("overlap", [1, 2, 3])
def test_lending_follows_its_rules_for_long(service: Any, overlap: int) -> None:
    people = [service.person("admin") for _ in range(3)]
    machine = type("Machine", (Lending,), {"service": service, "people": people, "overlap": overlap})
    long = settings(
        max_examples=60,
        stateful_step_count=50,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=long)  # type: ignore[no-untyped-call]
