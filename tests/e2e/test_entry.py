"""Coming in: the first administrator's link, log-in, log-out, and the headers that every answer carries."""

import re
from pathlib import Path

import httpx
import processes
import pytest
import sqlalchemy as sa
from browsing import barriers, settled, shown
from playwright.sync_api import expect

from labeler.accounts.tables import sessions
from labeler.accounts.users import invite
from labeler.kit.config import Settings
from labeler.projects.access import find_project
from labeler.projects.members import set_member


@pytest.fixture
def first_start(tmp_path: Path):
    settings = Settings(home=tmp_path, port=processes.free_port(), log_level="WARNING", worker_slots=0)
    running = processes.Running(["-m", "labeler", "serve"], settings, tmp_path / "log")
    processes.wait_for(running.ready, processes.STARTS_IN, "the service to be ready")
    yield running
    running.stop()


def test_the_first_admin_follows_the_printed_link_and_lands_on_projects(first_start, visit) -> None:
    link = re.search(r"http://\S+/invitation#\S+", first_start.log())
    assert link, first_start.log()
    page = visit(link.group())
    password = page.get_by_label("Choose a password")
    expect(page.get_by_test_id("login-submit")).to_be_enabled()
    expect(page.get_by_test_id("login")).to_contain_text("This is an administrator's account.")
    password.fill("short")
    page.get_by_label("Repeat the password").fill("short")
    page.get_by_test_id("login-submit").click()
    expect(page.get_by_test_id("login-error")).to_have_text("This has 5 characters: at least 10 are needed.")
    password.fill("four words in a row")
    page.get_by_label("Repeat the password").fill("four words in a row")
    page.get_by_test_id("login-submit").click()
    expect(page.get_by_role("heading", name="No project yet")).to_be_visible()
    expect(page.get_by_role("button", name="Create the first project")).to_be_visible()
    assert "#" not in page.url

    used = visit(link.group())
    expect(used.get_by_test_id("login-error")).to_be_visible()
    expect(used.get_by_role("link", name="Log in")).to_be_visible()


def test_a_wrong_password_shows_what_the_service_says(site, visit) -> None:
    somebody = site.person()
    page = visit(f"{site.url}/progress")
    page.get_by_label("Email address").fill(somebody.email)
    page.get_by_role("textbox", name="Password", exact=True).fill("not the password")
    page.get_by_role("textbox", name="Password", exact=True).press("Enter")
    given = {"email": "nobody@example.org", "password": "not the password"}
    detail = httpx.post(f"{site.url}/api/v1/session", json=given, trust_env=False, timeout=60).json()["detail"]
    expect(page.get_by_test_id("login-error")).to_have_text(detail)
    page.get_by_role("textbox", name="Password", exact=True).fill(somebody.password)
    page.get_by_role("textbox", name="Password", exact=True).press("Enter")
    expect(shown(page, "You are not a member of a project")).to_be_visible()


def test_scripts_travel_compressed_and_are_kept(site) -> None:
    index = httpx.get(site.url, trust_env=False).text
    script = re.search(r"static/js/index[^\"]*\.js", index)
    assert script
    answer = httpx.get(f"{site.url}/{script.group()}", headers={"accept-encoding": "gzip"}, trust_env=False)
    assert answer.headers["content-encoding"] == "gzip" and "immutable" in answer.headers["cache-control"]
    assert answer.num_bytes_downloaded < 0.5 * len(answer.content)


def test_log_out_ends_the_session(site, visit) -> None:
    page = visit(site.url, site.person())
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_test_id("login")).to_be_visible()
    page.reload()
    expect(page.get_by_test_id("login")).to_be_visible()
    assert page.context.request.get(f"{site.url}/api/v1/me").status == 401


@pytest.mark.parametrize("path", ["/", "/label", "/api/v1/me", "/api/v1/nowhere", "/healthz", "/_stcore/health"])
def test_every_answer_carries_the_security_headers(site, path) -> None:
    headers = httpx.get(site.url + path, trust_env=False).headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "default-src" in headers["content-security-policy"]
    assert "unsafe-eval" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_the_session_cookie_is_out_of_reach_of_scripts(site, visit) -> None:
    page = visit(site.url, site.person())
    [cookie] = [one for one in page.context.cookies() if one["name"] == "labeler_session"]
    assert cookie["httpOnly"] and cookie["sameSite"] == "Strict"
    assert "labeler_session" not in page.evaluate("document.cookie")


def test_an_invitation_leads_into_the_project_and_a_used_one_to_the_log_in(site, visit) -> None:
    project = site.project(5, "Joined")
    page = visit(f"{site.url}/people?project={project.slug}", site.admin)
    page.get_by_role("tab", name="Accounts").click()
    form = page.get_by_test_id("stForm").filter(has_text="Invite someone")
    form.get_by_label("Name").fill("Noor")
    form.get_by_label("Email address").fill("noor@example.org")
    form.get_by_role("button", name="Create an invitation link").click()
    link = page.get_by_test_id("stCode").inner_text().strip()
    link = site.url + link[link.index("/invitation") :]
    noor = visit(link)
    noor.get_by_label("Choose a password").fill("four words in a row")
    noor.get_by_label("Repeat the password").fill("four words in a row")
    noor.get_by_test_id("login-submit").click()
    expect(noor.get_by_test_id("acknowledge")).to_be_visible()
    assert noor.url.endswith(f"/label?project={project.slug}")
    again = visit(link)
    expect(again.get_by_role("heading", name="This link does not work any more")).to_be_visible()
    again.get_by_role("link", name="Log in").click()
    expect(again.get_by_role("heading", name="Log in")).to_be_visible()
    expect(again.get_by_label("Password", exact=True)).to_be_visible()


def test_a_link_opened_by_somebody_who_is_logged_in_is_still_complete(site, visit) -> None:
    alone = site.member(site.project(3, "Only one"), "labeler")  # with one project, the address is given its name
    invited = site.person()
    page = visit(f"{site.url}/invitation#{site.db.write(invite, invited.id, 1)}", alone)
    expect(shown(page, f"You are logged in here as {alone.name}.")).to_be_visible()
    expect(page.get_by_label("Email address")).to_have_value(invited.email)
    page.get_by_label("Choose a password").fill("four words in a row")
    page.get_by_label("Repeat the password").fill("four words in a row")
    page.get_by_test_id("login-submit").click()
    expect(page.get_by_test_id("stSidebar").get_by_text(invited.name)).to_be_visible()


def test_the_form_of_an_invitation_never_moves_who_is_typing(site, visit) -> None:
    token = site.db.write(invite, site.person().id, 1)
    page = visit(site.url)
    held: list = []
    page.route("**/invitation/check", lambda route: held.append(route))
    page.goto(f"{site.url}/invitation#{token}")
    page.get_by_label("Repeat the password").fill("four words")
    processes.wait_for(lambda: page.wait_for_timeout(10) or held, 30, "the form to ask whom it is for")
    [checked] = held
    checked.continue_()
    expect(page.get_by_test_id("login-submit")).to_be_enabled()
    page.keyboard.type(" in a row")
    expect(page.get_by_label("Repeat the password")).to_have_value("four words in a row")


def test_a_session_that_ended_shows_the_log_in_and_no_side_bar(site, visit) -> None:
    project = site.project(5, "Ended")
    someone = site.member(project, "manager")
    page = visit(f"{site.url}/guidelines?project={project.slug}", someone)
    expect(page.get_by_role("link", name="People")).to_be_visible()
    expect(page.get_by_role("tab", name="Versions")).to_be_visible()
    settled(page)
    site.db.write(lambda tx: tx.execute(sa.delete(sessions).where(sessions.c.user_id == someone.id)).rowcount)
    ask = page.context.request
    processes.wait_for(lambda: ask.get(f"{site.url}/api/v1/me").status == 401, 30, "the service to know of it")
    page.get_by_role("link", name="Hard items").click()
    expect(page.get_by_text("Your session has ended.")).to_be_visible()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    expect(page.get_by_role("link", name="People")).to_have_count(0)


def test_an_unknown_address_is_a_page_of_ours(site, visit) -> None:
    page = visit(f"{site.url}/healthz", site.admin)
    for address in ("/nowhere", "/nowhere/at/all?project=x"):
        page.goto(f"{site.url}{address}")
        expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
        page.get_by_role("link", name="To the projects").click()
        expect(page.get_by_role("heading", name="Hello Admin")).to_be_visible()


def test_the_project_where_somebody_waits_is_first(site, visit) -> None:
    calm, waits, done = site.project(5, "Calm"), site.project(5, "Waits"), site.project(1, "All done")
    grace = site.member(calm, "manager")
    for project in (waits, done):
        site.db.write(set_member, site.db.read(find_project, project.slug).id, grace.id, "manager")
    for item in done.queue.next():
        done.label(item, "ham")
    page = visit(site.url, grace)
    titles = page.get_by_test_id("stMain").get_by_role("heading", level=2)
    expect(titles).to_have_text(["Calm", "Waits", "All done"])
    expect(shown(page, "Choose a project.")).to_be_visible()
    waits.flag(waits.queue.next()[0], "Ambiguous")
    page.reload()
    expect(titles).to_have_text(["Waits", "Calm", "All done"])
    expect(shown(page, "1 project needs a decision from you.")).to_be_visible()


def test_the_log_in_is_light_or_dark_as_the_browser_is_and_keeps_nobody_out(site, visit) -> None:
    page = visit(site.url, color_scheme="dark")
    parts = page.locator(".lb")
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    expect(page.get_by_test_id("language")).to_be_visible()
    for scheme in ("dark", "light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for place in range(parts.count()):
            expect(parts.nth(place)).to_have_attribute("data-mode", scheme)
        assert barriers(page) == [], scheme


@pytest.mark.parametrize("path", ["jobs", "imports", "label"])
def test_a_page_asks_for_nothing_that_is_not_there(site, visit, path) -> None:
    page = visit(f"{site.url}/healthz", site.admin)
    project = site.project(3, f"Asks for {path}")
    failed: list[str] = []
    listener = lambda response: failed.append(response.url) if response.status >= 400 else None  # noqa: E731
    page.on("response", listener)
    page.goto(f"{site.url}/{path}?project={project.slug}")
    expect(page.get_by_test_id("stSidebar").get_by_text("Jobs", exact=True)).to_be_visible()
    page.remove_listener("response", listener)
    assert failed == []
