"""A manager adds an item to a test case, or saves a search as a slice, and the page Models says how a model does."""

from typing import Any

import processes
import pytest
from browsing import Site, choose, messages, settled, shown
from playwright.sync_api import Page, expect

from labeler.client import Project


@pytest.fixture(scope="module")
def tested(site: Site) -> Project:
    """A project of 120 items with a model."""
    made = site.project(120, "Put to the test", holdout_share=0.4, retrain_every=1000)
    truth = {row["key"]: row["metadata"]["truth"] for row in messages(120)}
    made.label_many({item.key: truth[item.key] for item in made.queue.next(40) + made.queue.next(40)})
    made.train().wait(120)
    processes.wait_for(lambda: made.progress().training.state == "idle", 90, "the end of the training")
    return made


@pytest.mark.whole
def test_an_item_is_in_a_test_case_after_two_clicks_and_a_failed_one_keeps_a_model_back(
    site: Site, tested: Project, visit: Any
) -> None:
    item = next(one for one in tested.items.find(unlabeled=True) if one.prediction)
    page: Page = visit(f"{site.url}/items?project={tested.slug}&item={item.key}", site.admin)
    page.get_by_role("button", name="Add to test case …").click()
    page.get_by_role("dialog").get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("It is in the test case.")).to_be_visible()
    expect(page.get_by_text("In the test case Test case 1: no model is trained on it.")).to_be_visible()
    (made,) = tested.test_cases
    (entry,) = tested.test_cases.get(made.id).entries
    assert (entry.item_key, entry.value) == (item.key, (item.prediction or {})["value"])
    newest = tested.models()[0].number
    processes.wait_for(lambda: tested.model(newest).test_cases[0].state == "passes", 60, "the run on the model")
    said = {"spam": "ham", "ham": "spam"}[entry.value]
    tested.test_cases.create("Never so", {item.key: said})
    processes.wait_for(lambda: tested.model(newest).test_cases[0].state == "fails", 60, "the run on the model")

    page.goto(f"{site.url}/models?project={tested.slug}&view=required")
    expect(page.get_by_role("heading", name="Test cases", exact=True)).to_be_visible()
    expect(page.get_by_text("0 of 1 item right, all must be.")).to_be_visible()
    expect(page.get_by_text("1 of 1 item right, all must be.")).to_be_visible()
    expect(page.locator(".st-key-lead").get_by_text("1 thing that is required")).to_be_visible()
    settled(page)
    page.get_by_text("Look into a test case").click()
    expect(page.get_by_role("button", name="Remove this test case …")).to_be_visible()
    settled(page)
    page.get_by_text("A model must pass it to go live").click()
    page.get_by_role("button", name="Save", exact=True).click()
    never = next(one.id for one in tested.test_cases if one.name == "Never so")
    processes.wait_for(lambda: not tested.test_cases.get(never).must_pass, 60, "what was saved")
    expect(page.locator(".st-key-lead").get_by_text("that is required")).to_have_count(0)


@pytest.mark.whole
def test_a_search_is_saved_as_a_slice_and_its_items_are_a_click_away(site: Site, tested: Project, visit: Any) -> None:
    page: Page = visit(f"{site.url}/items?project={tested.slug}&q=you", site.admin)
    page.get_by_role("button", name="Save as slice …").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("About you")
    dialog.get_by_label("Name").press("Enter")
    settled(page)
    dialog.get_by_role("button", name="Save", exact=True).click()
    processes.wait_for(lambda: list(tested.slices), 60, "the slice")
    (made,) = tested.slices
    assert (made.name, made.query.q) == ("About you", "you") and made.items > 0
    number = tested.models()[0].number
    processes.wait_for(lambda: tested.model(number).slices[0].why != "not_run", 60, "the measurement")
    page.goto(f"{site.url}/models?project={tested.slug}&view=required")
    expect(page.get_by_role("heading", name="Slices", exact=True)).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Open its items").click()
    expect(page.get_by_role("heading", name="Items", exact=True)).to_be_visible()
    expect(shown(page, f"{made.items} items")).to_be_visible()
    assert "slice=About" in page.url


def test_a_hard_item_is_added_from_where_it_is_decided(site: Site, tested: Project, visit: Any) -> None:
    item = next(one for one in tested.items.find(labeled=True))
    tested.flag(item.key, "Ambiguous")
    page: Page = visit(f"{site.url}/hard?project={tested.slug}", site.admin)
    page.get_by_role("button", name="Add to test case …").click()
    dialog = page.get_by_role("dialog")
    choose(dialog.get_by_role("combobox", name="Test case"), "A new one")
    settled(page)
    dialog.get_by_label("Name", exact=True).fill("Hard ones")
    dialog.get_by_label("Name", exact=True).press("Enter")
    settled(page)
    dialog.get_by_role("button", name="Add", exact=True).click()
    processes.wait_for(lambda: "Hard ones" in [one.name for one in tested.test_cases], 60, "the test case")
    assert [one.name for one in tested.test_cases.having(item.key)] == ["Hard ones"]


def test_ticked_items_are_added_together_each_with_its_answer(site: Site, tested: Project, visit: Any) -> None:
    page: Page = visit(f"{site.url}/items?project={tested.slug}&state=Labeled", site.admin)
    table = page.get_by_test_id("stDataFrame").first.locator(".dvn-scroller")
    expect(table).to_be_visible()
    settled(page)
    for row in range(2):
        table.click(position={"x": 17, "y": 53 + 35 * row})
        expect(shown(page, "2 items are chosen" if row else "1 item is chosen")).to_be_visible()
        settled(page)
    page.get_by_role("button", name="Add to test case …").click()
    dialog = page.get_by_role("dialog")
    choose(dialog.get_by_role("combobox", name="Test case"), "A new one")
    settled(page)
    dialog.get_by_label("Name", exact=True).fill("Two at once")
    dialog.get_by_label("Name", exact=True).press("Enter")
    settled(page)
    dialog.get_by_role("button", name="Add", exact=True).click()
    processes.wait_for(lambda: "Two at once" in [one.name for one in tested.test_cases], 60, "the test case")
    made = next(one for one in tested.test_cases if one.name == "Two at once")
    answers = {item.key: item.answer.value for item in tested.items.find(labeled=True) if item.answer}
    entries = tested.test_cases.get(made.id).entries
    assert len(entries) == 2 and all(one.value == answers[one.item_key] for one in entries)
