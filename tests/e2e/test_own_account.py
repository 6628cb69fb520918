"""One's own account, and settings that are typed and not saved yet."""

from typing import Any

import pytest
from browsing import Site, choose, settled
from playwright.sync_api import expect


def test_one_changes_ones_name(site: Site, visit: Any) -> None:
    someone = site.person("labeler")
    page = visit(f"{site.url}/account", someone)
    name = page.get_by_label("Name", exact=True)
    expect(name).to_have_value(someone.name)
    name.fill("Grace Hopper")
    page.get_by_role("button", name="Save the name").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_test_id("stSidebar").get_by_text("Grace Hopper")).to_be_visible()
    assert someone.client.me().user.name == "Grace Hopper"


def test_a_wrong_password_is_told_where_it_was_typed(site: Site, visit: Any) -> None:
    page = visit(f"{site.url}/account", site.person("labeler"))
    page.get_by_label("Current password").fill("not the one I have")
    for field in ("New password", "Repeat the new password"):
        page.get_by_label(field, exact=True).fill("seven blue umbrellas")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("The current password is not right.")).to_be_visible()
    expect(page.get_by_label("New password", exact=True)).to_have_value("seven blue umbrellas")


def test_one_logs_out_everywhere_else(site: Site, visit: Any) -> None:
    someone = site.person("labeler")
    there = visit(f"{site.url}/account", someone)
    expect(there.get_by_text("This browser")).to_be_visible()
    here = visit(f"{site.url}/account", someone)
    expect(here.get_by_text("Chrome, Linux, since")).to_have_count(1)
    here.get_by_role("button", name="Log out everywhere else …").click()
    here.get_by_role("dialog").get_by_role("button", name="Log out everywhere else").click()
    expect(here.get_by_text("You are logged in here only.")).to_be_visible()
    expect(here.get_by_text("Chrome, Linux, since")).to_have_count(0)
    there.reload()
    expect(there.get_by_label("Password", exact=True)).to_be_visible()


def test_one_logs_out_in_one_other_browser(site: Site, visit: Any) -> None:
    someone = site.person("labeler")
    there, here = visit(f"{site.url}/account", someone), visit(f"{site.url}/account", someone)
    here.get_by_role("button", name="Log out there").click()
    expect(here.get_by_text("You are not logged in there any more.")).to_be_visible()
    expect(here.get_by_role("button", name="Log out there")).to_have_count(0)
    there.reload()
    expect(there.get_by_label("Password", exact=True)).to_be_visible()


def test_ones_token_is_revoked_on_ones_account(site: Site, visit: Any) -> None:
    someone = site.person("labeler")
    page = visit(f"{site.url}/account", someone)
    page.get_by_role("button", name="Revoke …").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("None. Programs that push items")).to_be_visible()


@pytest.mark.whole
def test_reasons_that_were_typed_and_not_saved_are_there_again(site: Site, visit: Any) -> None:
    project = site.project(3, "Typed reasons")
    page = visit(f"{site.url}/settings?project={project.slug}", site.admin)
    page.get_by_role("tab", name="Reasons").click()
    skip = page.get_by_role("textbox", name="Reasons to skip, one per line")
    skip.fill("Not mine\nToo long")
    page.reload()
    page.get_by_role("tab", name="Reasons").click()
    expect(skip).to_have_value("Not mine\nToo long")
    skip.press("Control+End")
    skip.press_sequentially("er")
    page.get_by_role("tabpanel").get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert site.admin.client.projects.get(project.slug).info.settings.skip_reasons == ["Not mine", "Too longer"]


def test_the_language_is_the_first_thing_on_ones_account(site: Site, visit: Any) -> None:
    page = visit(f"{site.url}/account", site.person())
    titles = page.get_by_test_id("stMain").get_by_role("heading", level=2)
    expect(titles.first).to_be_visible()
    settled(page)
    assert titles.all_inner_texts()[0] == "Language"


MARK = "document.querySelectorAll('h1, [role=tablist]').forEach((one) => (one.seen = true))"
MARKED = "[...document.querySelectorAll('h1, [role=tablist]')].map((one) => Boolean(one.seen))"


@pytest.mark.whole
def test_what_is_not_saved_in_the_settings_of_learning_is_undone(site: Site, visit: Any) -> None:
    project = site.project(3, "Undone", retrain_every=40)
    page = visit(f"{site.url}/settings?project={project.slug}", site.admin)
    page.get_by_role("tab", name="Learning").click()
    page.get_by_text("For experts").click()
    every = page.get_by_role("spinbutton", name="Train after this many new labels")
    every.fill("77")
    every.press("Tab")
    page.evaluate(MARK)
    page.get_by_role("button", name="Undo what is not saved").click()
    expect(page.locator("input[value='77']")).to_have_count(0)
    settled(page)
    expect(every).to_be_visible()  # what one had opened stays so, where it is
    expect(every).to_have_value("40")
    page.get_by_role("tabpanel").get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.get_by_role("tab", name="Reasons").click()
    expect(page.get_by_role("textbox", name="Reasons to skip, one per line")).to_be_visible()
    settled(page)
    assert page.evaluate(MARKED) == [True, True], "all of the page was replaced: it flickers, and goes back to its top"
    assert site.admin.client.projects.get(project.slug).info.settings.retrain_every == 40


@pytest.mark.whole
def test_several_hard_items_are_decided_at_once(site: Site, visit: Any) -> None:
    project = site.project(20, "Decided together")
    for item in project.queue.next(3):
        project.flag(item, "Guideline is silent")
    project.flag(project.queue.next(1)[0], "Ambiguous")
    page = visit(f"{site.url}/hard?project={project.slug}", site.admin)
    page.get_by_role("button", name="Choose all of these").click()
    box = page.locator(".st-key-together")
    expect(box.get_by_text("Hard items chosen: 3.")).to_be_visible()
    settled(page)
    box.get_by_role("button", name="Resolve the chosen ones").click()
    expect(page.get_by_text("Say what was decided")).to_be_visible()
    settled(page)
    box.get_by_label("Your answer to all who asked").fill("not advertising")
    choose(box.get_by_role("combobox", name="Answer"), "ham")
    box.get_by_role("button", name="Resolve the chosen ones").click()
    expect(page.get_by_text("Resolved: 3.")).to_be_visible()
    resolved = list(project.flags.find("resolved"))
    assert {flag.resolution.note for flag in resolved} == {"not advertising"} and len(resolved) == 3
    assert [flag.reason for flag in project.flags] == ["Ambiguous"]
    assert sorted(row.value for row in project.labels) == ["ham"] * 3
