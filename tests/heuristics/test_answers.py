"""Rules that people's labels say are right often enough are the answer of items that nobody has labeled: told as such,
never anybody's label, gone with the rule."""

import re
from typing import Any

import pytest

from labeler.client import ApiError, Project
from labeler.heuristics.keep_answering import keep_answering
from labeler.heuristics.keep_up import keep_up

RUN, ANSWER = ("heuristics.match",), ("heuristics.answer",)
KINDS = (*RUN, *ANSWER)


@pytest.fixture
def rules(service: Any, project: Project) -> dict[str, int]:
    """200 messages: prizes are spam, dinners are ham, and some say neither; two rules that find them."""
    project.change(settings={"holdout_share": 0.2})
    words = ("a free prize", "dinner at home", "see the report")
    rows = [{"key": f"m{n}", "text": f"{words[n % 3]} number {n}"} for n in range(200)]
    project.items.add(rows, progress=False)
    made = {
        "prize": project.heuristics.create("prize", "keyword", "spam", pattern="prize").id,
        "dinner": project.heuristics.create("dinner", "keyword", "ham", pattern="dinner").id,
    }
    service.run_jobs(kinds=KINDS)
    return made


def kind_of(key: str) -> int:
    return int(re.sub(r"\D", "", key)) % 3


def train(project: Project, kind: int) -> list[str]:
    return sorted(item.key for item in project.items.find(split="train") if kind_of(item.key) == kind)


def label(project: Project, n: int, wrong: int = 0) -> None:
    """Label so many items of each rule, some of them against it."""
    for kind, said, other in ((0, "spam", "ham"), (1, "ham", "spam")):
        for place, key in enumerate(train(project, kind)[:n]):
            project.label(key, other if place < wrong else said)


def let_count(service: Any, project: Project, *ids: int) -> None:
    for one in ids:
        project.heuristics.change(one, use="count")
    service.run_jobs(kinds=KINDS)


def alone(project: Project) -> dict[str, Any]:
    return {row.item_key: row for row in project.answers() if row.labels and row.labels[0].kind == "heuristic"}


def test_a_rule_counts_only_once_people_have_measured_it(service: Any, project: Project, rules: dict[str, int]) -> None:
    with pytest.raises(ApiError, match="labeled 0 of the items"):
        project.heuristics.change(rules["prize"], use="count")
    label(project, 25, wrong=8)
    with pytest.raises(ApiError, match="may not count"):
        project.heuristics.change(rules["prize"], use="count")
    one = next(iter(project.heuristics))
    assert (one.use, one.passes) == ("suggest", False) and "70% is wanted" in one.why
    assert project.heuristics.all().answers is None and alone(project) == {}
    with pytest.raises(ApiError, match="labeled 0 of the items"):  # with it, it is another rule
        project.heuristics.change(rules["prize"], use="count", pattern="free")


def test_what_rules_say_is_the_answer_of_what_nobody_labeled_and_is_told_as_such(
    service: Any, project: Project, rules: dict[str, int]
) -> None:
    label(project, 30, wrong=1)
    before = project.progress()
    let_count(service, project, *rules.values())
    found = alone(project)
    prizes, dinners = train(project, 0), train(project, 1)
    assert set(found) == {*prizes[30:], *dinners[30:]}  # none of the holdout, none that a person labeled
    row = found[prizes[30]]
    assert (row.value, row.method) == ("spam", "label_model")
    assert [(said.labeler, said.kind, said.value) for said in row.labels] == [("prize", "heuristic", "spam")]
    assert 0.85 < row.confidence < 0.995 and row.posterior is not None
    people = [one for one in project.answers() if one.item_key not in found]
    assert len(people) == 60 and all(one.labels[0].kind == "person" for one in people)
    answer = project.items.get(prizes[30]).answer
    assert answer is not None and answer.method == "label_model" and project.items.get(prizes[30]).labels == []
    told = project.heuristics.all().answers
    assert told is not None and (told.voices, told.people, told.alone) == (2, 60, len(found))
    assert told.off is not None and told.off < 0.1
    now = project.progress()
    assert now.items == before.items  # nothing is labeled by it, and nothing needs less
    assert {item.key for item in project.items.find(unlabeled=True)} >= set(found)
    project.label(prizes[30], "ham")  # who looks at it knows better
    mine = {row.item_key: row for row in project.answers()}[prizes[30]]
    assert (mine.value, mine.method, mine.labels[0].kind) == ("ham", "majority", "person")


def test_with_few_labels_the_majority_answers_and_contradictions_answer_nothing(
    service: Any, project: Project, rules: dict[str, int]
) -> None:
    label(project, 22)
    let_count(service, project, *rules.values())
    assert {row.method for row in alone(project).values()} == {"rules_majority"}
    project.change(settings={"holdout_share": 0.0})
    project.items.add([{"key": f"m90{n}", "text": "a prize for the dinner"} for n in range(1, 6)], progress=False)
    service.db.write(keep_up)
    service.run_jobs(kinds=KINDS)
    found = alone(project)
    assert found and not any(key.startswith("m90") for key in found)


def test_votes_go_with_the_rule(service: Any, project: Project, rules: dict[str, int]) -> None:
    label(project, 30)
    let_count(service, project, *rules.values())
    assert {row.value for row in alone(project).values()} == {"spam", "ham"}
    changed = project.heuristics.change(rules["prize"], pattern="free prize")
    assert changed.use == "suggest"  # another rule: measured again before it counts
    service.run_jobs(kinds=KINDS)
    assert {row.value for row in alone(project).values()} == {"ham"}
    project.heuristics.delete(rules["dinner"])
    service.run_jobs(kinds=KINDS)
    assert alone(project) == {} and project.heuristics.all().answers is None
    assert len(list(project.answers())) == 60


def test_one_that_people_contradict_later_ceases_to_count_and_one_that_says_all_tells_nothing(
    service: Any, project: Project, rules: dict[str, int]
) -> None:
    label(project, 30)
    everything = project.heuristics.create("all", "regex", "spam", pattern=".").id
    service.run_jobs(kinds=KINDS)
    with pytest.raises(ApiError, match="may not count"):
        project.heuristics.change(everything, use="count")
    let_count(service, project, rules["prize"])
    assert alone(project)
    for key in train(project, 0)[:25]:
        project.label(key, "ham")
    service.db.write(keep_answering)
    assert service.run_jobs(kinds=ANSWER) == []  # not a minute after the last
    project.heuristics.change(rules["prize"], active=False)
    project.heuristics.change(rules["prize"], active=True)
    service.run_jobs(kinds=KINDS)
    rule = next(iter(project.heuristics))
    assert (rule.use, rule.passes) == ("count", False) and alone(project) == {}


def test_where_people_disagree_rules_are_heard_and_people_come_first(
    service: Any, project: Project, labelers: list[Project], rules: dict[str, int]
) -> None:
    project.change(settings={"overlap": 2, "answers": "one_coin"})
    keys, plain = train(project, 0), train(project, 2)
    for key in [*keys[:30], *train(project, 1)[:30]]:
        said = "spam" if kind_of(key) == 0 else "ham"
        labelers[0].label(key, said)
        labelers[1].label(key, said)
    for key in (keys[31], plain[0]):
        labelers[0].label(key, "ham")
        labelers[1].label(key, "spam")
    let_count(service, project, *rules.values())
    service.run_jobs(kinds=("quality.estimate",))
    found = {row.item_key: row for row in project.answers()}
    split, other = found[keys[31]], found[plain[0]]
    assert split.value == "spam" and split.confidence > 0.8 > other.confidence
    assert len(split.labels) == 2 and project.items.get(keys[31]).labels[0].kind == "person"
    for labeler in labelers:
        labeler.label(keys[32], "ham")
    service.run_jobs(kinds=("quality.estimate",))
    assert {row.item_key: row for row in project.answers()}[keys[32]].value == "ham"  # what both said
