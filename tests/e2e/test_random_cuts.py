"""No answer is lost or given twice by what happens at random: the network goes, pages are loaded again, tabs change."""

import random
from collections import Counter
from typing import Any

import pytest
from browsing import Card, Site, labels_of

KEYS = {"1": "spam", "2": "ham"}


def answer(card: Card, chance: random.Random, given: dict[str, str], most: int = 3) -> None:
    """Up to `most` answers; what was answered is kept in `given`, by the item's text."""
    for _ in range(chance.randint(1, most)):
        key = chance.choice(list(KEYS))
        given[card.ready().shown()] = KEYS[key]
        card.press(key)


def happenings(site: Site, label_page: Any, counts: dict[str, int], seed: int, items: int = 900) -> None:
    chance = random.Random(seed)
    project = site.project(items, f"Cuts {seed}")
    texts = {item.key: item.content["text"] for item in project.items.find()}
    lin = site.member(project)
    first = label_page(site, project, lin)
    other = first.page.context.new_page()
    other.goto(first.page.url)
    tabs, given = [first, Card(other)], dict[str, str]()
    events = [name for name, times in counts.items() for _ in range(times)]
    chance.shuffle(events)
    for event in events:
        card = tabs[0]
        answer(card, chance, given)
        if event == "cut":
            card.page.context.set_offline(True)
            answer(card, chance, given)
            card.page.wait_for_timeout(chance.randint(0, 400))
            card.page.context.set_offline(False)
        elif event == "reload":
            card.page.reload()
        else:
            tabs.reverse()
            tabs[0].page.bring_to_front()
    for card in tabs:
        card.page.bring_to_front()
        card.saved()
    rows = labels_of(project, lin)
    assert max(Counter(row.item_key for row in rows).values()) == 1
    assert {texts[row.item_key]: row.value for row in rows} == given


def test_nothing_is_lost_or_doubled_by_a_few_cuts_reloads_and_other_tabs(site: Site, label_page: Any) -> None:
    happenings(site, label_page, {"cut": 2, "reload": 2, "tab": 2}, seed=1, items=150)


@pytest.mark.faults
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", [2, 3])
def test_nothing_is_lost_or_doubled_by_20_cuts_50_reloads_and_other_tabs(
    site: Site, label_page: Any, seed: int
) -> None:
    happenings(site, label_page, {"cut": 20, "reload": 50, "tab": 15}, seed)
