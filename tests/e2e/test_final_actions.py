"""What others will notice asks first."""

from typing import Any

import pytest
from browsing import Site, shown
from labeler_ui.theme import DARK, LIGHT
from playwright.sync_api import Page, expect

from labeler.client import ApiError, Project
from labeler.kit.jobs import engine


@pytest.fixture(scope="module")
def project(site: Site) -> Project:
    return site.project(20, "Final")


def confirmed(page: Page, yes: str, said: str, text: str) -> None:
    """The dialog says what will happen; closed, nothing has; then it is done."""
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(text)
    dialog.get_by_role("button", name=yes, exact=True).click()
    expect(shown(page, said)).to_be_visible()


def test_an_account_is_deactivated_after_a_question(site: Site, project: Project, visit: Any) -> None:
    someone = site.member(project)
    page = visit(f"{site.url}/people?project={project.slug}", site.admin)
    page.get_by_role("tab", name="Accounts").click()
    row = page.locator(f".st-key-account-{someone.id}")
    row.get_by_role("button", name="Deactivate …").click()
    expect(page.get_by_role("dialog")).to_contain_text("is logged out everywhere")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert someone.client.me().user.active
    row.get_by_role("button", name="Deactivate …").click()
    confirmed(page, "Deactivate", "Deactivated.", "can be activated again")
    with pytest.raises(ApiError):
        someone.client.me()


def test_a_member_is_removed_after_a_question(site: Site, project: Project, visit: Any) -> None:
    someone = site.member(project)
    page = visit(f"{site.url}/people?project={project.slug}", site.admin)
    row = page.locator(f".st-key-member-{someone.id}")
    expect(row).to_contain_text("has read guideline 1")
    row.get_by_role("button", name="Remove …").click()
    confirmed(page, "Remove", "Removed.", "Their labels stay")
    assert someone.id not in [member.user_id for member in project.members]


def test_a_token_is_revoked_after_a_question(site: Site, project: Project, visit: Any) -> None:
    made = site.admin.client.tokens.create("crawler", ["read"])
    page = visit(f"{site.url}/people?project={project.slug}", site.admin)
    page.get_by_role("tab", name="API tokens").click()
    page.locator(f".st-key-token-{made.id}").get_by_role("button", name="Revoke …").click()
    confirmed(page, "Revoke", "crawler is revoked.", "can't be taken back")
    assert made.token[:8] not in [token.prefix for token in site.admin.client.tokens]


def test_nothing_is_resolved_with_nothing_decided(site: Site, project: Project, visit: Any) -> None:
    [first, *_] = project.queue.next(1)
    project.flag(first, "Ambiguous")
    page = visit(f"{site.url}/hard?project={project.slug}", site.admin)
    page.get_by_role("button", name="Resolve", exact=True).click()
    expect(shown(page, "Say what was decided")).to_be_visible()
    assert [flag.resolution for flag in project.flags] == [None]


def test_a_job_is_canceled_after_a_question(site: Site, project: Project, visit: Any) -> None:
    number = site.db.write(engine.enqueue, "training.train", delay=3600, project_id=project.info.id)
    page = visit(f"{site.url}/jobs?project={project.slug}", site.admin)
    page.get_by_role("button", name="Cancel …").first.click()
    confirmed(page, "Cancel the job", "The job is canceled.", "can be started again")
    assert site.admin.client.job(number).state == "cancelled"


@pytest.mark.parametrize(("colors", "palette"), [("light", LIGHT), ("dark", DARK)])
def test_what_destroys_is_in_the_warning_color(
    site: Site, project: Project, visit: Any, colors: Any, palette: dict[str, str]
) -> None:
    page = visit(f"{site.url}/settings?project={project.slug}", site.admin, color_scheme=colors)
    page.get_by_role("tab", name="Project").click()
    asks = page.get_by_role("button", name="Delete the project …")
    expect(asks).to_have_css("color", rgb(palette["bad"]))
    asks.click()
    does = page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True)
    expect(does).to_have_css("background-color", rgb(palette["danger"]))
    expect(does).to_have_css("color", "rgb(255, 255, 255)")
    expect(does.locator("p")).to_have_css("color", "rgb(255, 255, 255)")


def rgb(color: str) -> str:
    return f"rgb({', '.join(str(int(color[at : at + 2], 16)) for at in (1, 3, 5))})"
