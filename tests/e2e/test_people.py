"""Inviting people: the link is where one pressed, none replaces another, and who has not come yet is told apart."""

from typing import Any

import pytest
import sqlalchemy as sa
from browsing import Site, settled, shown
from playwright.sync_api import Locator, Page, expect

from labeler.accounts.tables import invitations
from labeler.client import Project
from labeler.kit.columns import clock


@pytest.fixture(scope="module")
def project(site: Site) -> Project:
    made = site.project(3, "People")
    for _ in range(8):  # enough for the form to be far below the top
        site.member(made)
    return made


def accounts(page: Page) -> Locator:
    """The form of an invitation, on its tab."""
    page.get_by_role("tab", name="Accounts").click()
    settled(page)
    return page.get_by_test_id("stForm").filter(has_text="Invite someone")


def invite(page: Page, name: str, email: str) -> None:
    form = accounts(page)
    form.get_by_label("Name").fill(name)
    form.get_by_label("Email address").fill(email)
    form.get_by_role("button", name="Create an invitation link").click()


def link_of(page: Page, email: str) -> Locator:
    return page.locator("[class*=st-key-once-]").filter(has_text=email)


def title_offset(page: Page) -> float:
    """How far below the top of what scrolls the title of the page begins."""
    inside = '[data-testid="stMainBlockContainer"]'
    from_top = "(e, within) => e.getBoundingClientRect().top - e.closest(within).getBoundingClientRect().top"
    return float(page.get_by_role("heading", name="People", exact=True).evaluate(from_top, inside))


@pytest.mark.whole
def test_each_link_is_shown_where_it_was_asked_for_until_it_is_copied(site: Site, project: Project, visit: Any) -> None:
    page = visit(f"{site.url}/people?project={project.slug}", site.admin)
    accounts(page)
    before = title_offset(page)
    invite(page, "Noor", "noor@example.com")
    expect(link_of(page, "noor@example.com")).to_contain_text("Invitation link for Noor")
    expect(link_of(page, "noor@example.com").get_by_test_id("stCode")).to_be_in_viewport(ratio=1)
    settled(page)
    invite(page, "Ben", "ben@example.com")
    expect(link_of(page, "ben@example.com").get_by_test_id("stCode")).to_be_in_viewport(ratio=1)
    assert title_offset(page) == before  # nothing that one can't see takes room
    links = [link_of(page, f"{name}@example.com").get_by_test_id("stCode").inner_text() for name in ("noor", "ben")]
    assert links[0] != links[1] and all("/invitation#" in link for link in links)
    settled(page)
    link_of(page, "ben@example.com").get_by_role("button", name="I have copied it").click()
    expect(link_of(page, "ben@example.com")).to_have_count(0)
    expect(link_of(page, "noor@example.com")).to_have_count(1)


@pytest.mark.whole
def test_a_new_link_is_shown_at_its_account(site: Site, project: Project, visit: Any) -> None:
    someone = site.member(project)
    page = visit(f"{site.url}/people?project={project.slug}", site.admin)
    accounts(page)
    row = page.locator(f".st-key-account-{someone.id}")
    row.get_by_role("button", name="New password link").click()
    link = link_of(page, someone.email)
    expect(link).to_contain_text(f"Password link for {someone.name}")
    expect(link.get_by_test_id("stCode")).to_be_in_viewport(ratio=1)
    assert 0 < link.bounding_box()["y"] - row.bounding_box()["y"] < 200
    reset = visit(link.get_by_test_id("stCode").inner_text().strip())
    expect(reset.get_by_test_id("login")).to_contain_text("Choose a new password for your account.")


@pytest.mark.whole
def test_a_token_is_shown_at_its_form(site: Site, project: Project, visit: Any) -> None:
    page = visit(f"{site.url}/people?project={project.slug}", site.admin)
    page.get_by_role("tab", name="API tokens").click()
    settled(page)
    for name in ("crawler", "export"):
        form = page.get_by_test_id("stForm").filter(has_text="New token")
        form.get_by_label("Name").fill(name)
        form.get_by_role("button", name="Create the token").click()
        token = page.locator("[class*=st-key-once-]").filter(has_text=f"The token {name}")
        expect(token.get_by_test_id("stCode")).to_be_in_viewport(ratio=1)
        settled(page)
    expect(page.locator("[class*=st-key-once-]")).to_have_count(2)


def test_who_was_invited_and_has_not_come_is_told_apart(site: Site, project: Project, visit: Any) -> None:
    waiting, late = (site.admin.client.users.invite(f"{name}@example.com", name.title()) for name in ("wait", "late"))
    for one in (waiting, late):
        project.members.add(one.email)
    expire = sa.update(invitations).where(invitations.c.user_id == late.id).values(expires_at=clock(-1))
    site.db.write(lambda tx: tx.execute(expire).rowcount)
    page = visit(f"{site.url}/people?project={project.slug}", site.admin)
    row = page.locator(f".st-key-member-{waiting.id}")
    expect(row).to_contain_text("invited, has not come yet")
    expect(row).not_to_contain_text("has not read")
    accounts(page)
    expect(page.locator(f".st-key-account-{waiting.id}")).to_contain_text("invited, link not used yet")
    expect(page.locator(f".st-key-account-{late.id}")).to_contain_text("invitation link expired")
    expect(page.locator(f".st-key-account-{site.admin.id}")).not_to_contain_text("invit")


@pytest.mark.whole
def test_an_unknown_address_goes_to_the_form_of_an_invitation(site: Site, project: Project, visit: Any) -> None:
    page = visit(f"{site.url}/people?project={project.slug}", site.admin)
    settled(page)
    page.get_by_label("Email address of an account").fill("zoe@example.com")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(shown(page, "There is no account zoe@example.com yet.")).to_be_visible()
    expect(page.get_by_text("An administrator can invite")).to_have_count(0)
    expect(page.get_by_role("button", name="Invite this person …")).to_be_in_viewport()
    settled(page)
    page.get_by_role("button", name="Invite this person …").click()
    settled(page)  # the form is drawn again, with the address
    form = page.get_by_test_id("stForm").filter(has_text="Invite someone")
    expect(form.get_by_label("Email address")).to_be_in_viewport()
    expect(form.get_by_label("Email address")).to_have_value("zoe@example.com")
    settled(page)
    form.get_by_label("Name").fill("Zoe")
    form.get_by_role("button", name="Create an invitation link").click()
    expect(link_of(page, "zoe@example.com")).to_be_visible()
    assert "zoe@example.com" in [member.email for member in project.members]


def test_a_manager_is_told_who_can_invite(site: Site, project: Project, visit: Any) -> None:
    page = visit(f"{site.url}/people?project={project.slug}", site.member(project, "manager"))
    settled(page)
    page.get_by_label("Email address of an account").fill("ida@example.com")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(shown(page, "An administrator can invite this person first.")).to_be_visible()
    expect(page.get_by_role("button", name="Invite this person …")).to_have_count(0)


def test_the_only_manager_is_told_what_to_do_first_and_adding_stands_before_the_list(site: Site, visit: Any) -> None:
    project = site.project(0, "One manager")
    site.member(project)
    page = visit(f"{site.url}/people?project={project.slug}", site.admin)
    form = page.get_by_test_id("stForm").filter(has_text="Add a member")
    row = page.locator(f".st-key-member-{site.admin.id}")
    expect(row).to_be_visible()
    settled(page)
    assert (form.bounding_box() or {})["y"] < page.locator("[class*=st-key-member-]").first.bounding_box()["y"]
    row.get_by_role("button", name="Remove …").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("You are the only manager of this project.")).to_be_visible()
    assert site.admin.id in {one.user_id for one in project.members}
