"""Rules are written on their page: what each would do is seen before it is kept, and how good it is afterwards."""

from typing import Any

import processes
import pytest
from browsing import Site, choose, messages, settled, shown
from playwright.sync_api import expect

from labeler.client import Project


@pytest.mark.whole
def test_a_rule_is_written_tried_kept_turned_off_and_deleted(site: Site, visit: Any) -> None:
    project = site.project(300, "Rules", holdout_share=0.0)
    truth = {row["key"]: row["metadata"]["truth"] for row in messages(300)}
    keys = [row.key for row in project.items.page(limit=250).items]
    project.label_many({key: truth[key] for key in keys})
    page = visit(f"{site.url}/heuristics?project={project.slug}", site.admin)
    expect(shown(page, "No rules yet")).to_be_visible()
    page.get_by_label("Words", exact=True).fill("free, call, txt")
    page.keyboard.press("Tab")
    expect(shown(page, "choose what it says")).to_be_visible()
    choose(page.get_by_role("combobox", name="It says"), "spam")
    expect(page.get_by_text("It matches", exact=True).first).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Add the rule").click()
    expect(page.get_by_text("Rules at work").first).to_be_visible()
    # A training comes first on the one slot that tests have.
    processes.wait_for(lambda: [rule.state for rule in project.heuristics] == ["ready"], 100, "the rule to be counted")
    expect(page.get_by_text("matches").first).to_be_visible()
    settled(page)
    expect(page.get_by_role("button", name="Let it count")).to_be_disabled()  # right too seldom
    page.get_by_role("button", name="Turn off").click()
    expect(page.get_by_role("button", name="Turn on")).to_be_visible()
    (rule,) = project.heuristics
    assert (rule.name, rule.kind, rule.value, rule.state) == ("free, call, txt", "keyword", "spam", "off")
    suggested = page.get_by_role("button", name="Add", exact=True)
    expect(suggested.first).to_be_visible()
    suggested.first.click()
    expect(page.get_by_role("button", name="Delete …")).to_have_count(2)
    page.get_by_role("button", name="Delete …").first.click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("button", name="Delete …")).to_have_count(1)
    assert [one.kind for one in project.heuristics] == ["keyword"]
    project.items.add([{"key": "new", "text": "Your code is 123456."}], progress=False)
    project.heuristics.create("numbers", "regex", "spam", pattern=r"\d{4,}")
    processes.wait_for(lambda: [rule.state for rule in project.heuristics][-1] == "ready", 60, "the rule to be counted")
    rule = list(project.heuristics)[-1]
    assert rule.passes, (rule.why, rule.hits, rule.judged)
    page.reload()
    page.get_by_role("button", name="Let it count").and_(page.locator(":enabled")).click()
    expect(page.get_by_text("counts in answers", exact=True)).to_be_visible()
    processes.wait_for(lambda: ("new", "heuristic") in _answered(project), 60, "the rule's answer")
    settled(page)
    page.get_by_role("button", name="Only suggest").click()
    expect(page.get_by_role("button", name="Only suggest")).to_have_count(0)


def _answered(project: Project) -> set[tuple[str, str]]:
    return {(row.item_key, row.labels[0].kind) for row in project.answers()}


def test_the_form_below_many_rules_is_one_press_away(site: Site, visit: Any) -> None:
    project = site.project(3, "Many rules")
    for word in ("free", "prize", "urgent", "parcel"):
        project.heuristics.create(word, "keyword", "spam", pattern=word)
    page = visit(f"{site.url}/heuristics?project={project.slug}", site.admin)
    form = page.locator(".st-key-new-rule")
    expect(form).to_be_visible()
    settled(page)
    expect(form).not_to_be_in_viewport(ratio=0.5)
    page.get_by_role("button", name="Write a rule").click()
    expect(form.get_by_label("Words", exact=True)).to_be_in_viewport()
