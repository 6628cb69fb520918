"""Nothing is lost: without a connection, with the service killed, after a reload, after the session's end."""

from pathlib import Path

import httpx
import processes
import pytest
from browsing import Card, Site, Someone, labels_of
from playwright.sync_api import expect

OUTSIDE = Path(__file__).parents[1] / "plugins" / "outside"


@pytest.fixture(scope="module")
def project(site: Site):
    return site.project()


@pytest.fixture
def lin(site: Site, project) -> Someone:
    return site.member(project)


def once_each(project, lin: Someone, n: int) -> None:
    """n labels, each on an item of its own."""
    keys = [row.item_key for row in labels_of(project, lin)]
    assert len(keys) == n
    assert len(set(keys)) == n


def test_labeling_goes_on_without_a_connection(site, project, lin, label_page) -> None:
    card = label_page(site, project, lin)
    card.press(*"22")
    card.saved()
    card.page.context.set_offline(True)
    card.press(*"2212")
    expect(card.pill).to_have_text("Offline: 4 waiting")
    card.press("u")
    expect(card.pill).to_have_text("Offline: 3 waiting")
    card.press("1")
    card.page.context.set_offline(False)
    card.saved()
    once_each(project, lin, 6)
    assert [row.value for row in labels_of(project, lin)] == ["ham", "ham", "ham", "ham", "spam", "spam"]


def test_everything_in_the_browser_answered_offline_then_it_goes_on(site, label_page) -> None:
    small = site.project(25, "Few")  # of few items one holds few
    lin = site.member(small)
    card = label_page(site, small, lin)
    card.page.context.set_offline(True)
    card.press(*"222")
    card.page.keyboard.press("2")
    expect(card.part("state")).to_contain_text("No connection")
    expect(card.part("state")).to_contain_text("4 of your answers wait in this browser, safe")
    expect(card.pill).to_have_text("Offline: 4 waiting")
    card.page.context.set_offline(False)
    card.saved()
    card.ready().press("1")
    card.saved()
    once_each(small, lin, 5)


def test_many_items_and_the_guideline_are_there_without_a_connection(site, project, lin, label_page) -> None:
    card = label_page(site, project, lin)
    kept = "Object.keys(localStorage).some((key) => key.startsWith('labeler:guideline:'))"
    processes.wait_for(lambda: card.page.evaluate(kept), 20, "the guideline to be kept")
    card.page.context.set_offline(True)
    expect(card.pill).to_have_text("Offline: all saved")
    card.press(*"2121212121212")
    expect(card.pill).to_have_text("Offline: 13 waiting")
    card.page.keyboard.press("g")
    expect(card.part("guideline-text")).to_contain_text("Is it unasked-for advertising?")
    expect(card.part("dialog")).to_contain_text("the version that this browser kept")
    card.page.keyboard.press("Escape")
    card.page.context.set_offline(False)
    card.saved()
    once_each(project, lin, 13)


@pytest.mark.whole
@pytest.mark.one_database
def test_a_killed_service_comes_back_and_gets_every_answer_once(own_site, label_page) -> None:
    project = own_site.project(200)
    lin = own_site.member(project)
    card = label_page(own_site, project, lin)
    card.press(*"22")
    card.page.keyboard.press("1")
    own_site.process.kill()
    card.press(*"2212")
    expect(card.pill).to_contain_text("waiting")
    expect(card.page.locator("[data-testid=stApp][data-test-connection-state=PINGING_SERVER]")).to_be_visible()
    expect(card.page.get_by_role("dialog")).to_be_hidden()  # nothing covers the item
    before = card.shown()
    card.ready().part("label-ham").click()
    expect(card.text).not_to_have_text(before)
    own_site.environment = {"PYTHONPATH": str(OUTSIDE)}  # an upgrade: the card brings another script
    own_site.settings = own_site.settings.model_copy(update={"worker_slots": 1})
    own_site.start()
    card.press("2")
    expect(card.part("banner")).to_contain_text("There is a newer version of this page.", timeout=60_000)
    card.press("1")
    card.part("reload").click()
    expect(card.part("banner")).to_be_hidden()
    card.ready().saved()
    once_each(project, lin, 10)
    processes.wait_for(project.models, 90, "a model, trained on this database too")


def test_a_reload_keeps_answers_that_were_not_sent(site, project, lin, label_page) -> None:
    card = label_page(site, project, lin)
    card.page.route("**/labels", lambda route: route.abort())
    card.press(*"212")
    expect(card.pill).to_contain_text("3 waiting")
    card.page.unroute("**/labels")
    card.page.reload()
    card.ready().saved()
    once_each(project, lin, 3)
    card.press("u")
    expect(card.hint).to_contain_text("You had chosen: ham")
    card.press("2")
    card.saved()


def test_a_closed_tab_leaves_its_answers_to_the_next_one(site, project, lin, label_page) -> None:
    card = label_page(site, project, lin)
    card.page.route("**/labels", lambda route: route.abort())
    card.press(*"21")
    expect(card.pill).to_contain_text("2 waiting")
    context, url = card.page.context, card.page.url
    card.page.close()
    again = Card(context.new_page())
    again.page.goto(url)
    again.ready().saved()
    once_each(project, lin, 2)


def test_a_refused_answer_is_shown_and_can_be_sent_again(site, project, lin, label_page) -> None:
    card = label_page(site, project, lin)
    refusal = '{"type": "invalid", "title": "Invalid", "detail": "Not today."}'
    card.page.route(
        "**/labels",
        lambda route: route.fulfill(status=422, content_type="application/problem+json", body=refusal),
    )
    card.press("1")
    expect(card.pill).to_have_text("1 answer not accepted")
    card.page.unroute("**/labels")
    card.pill.click()
    expect(card.part("dialog")).to_contain_text("Not today.")
    card.part("dialog").get_by_role("button", name="Send again").click()
    card.saved()
    once_each(project, lin, 1)


def test_answers_given_after_the_session_ended_are_sent_after_the_next_log_in(site, project, lin, label_page) -> None:
    card = label_page(site, project, lin)
    card.press("2")
    card.saved()
    [cookie] = [one for one in card.page.context.cookies() if one["name"] == "labeler_session"]
    me = httpx.get(f"{site.url}/api/v1/me", cookies={cookie["name"]: cookie["value"]}, trust_env=False).json()
    ended = httpx.delete(
        f"{site.url}/api/v1/session",
        cookies={cookie["name"]: cookie["value"]},
        headers={"x-csrf-token": me["csrf_token"]},
        trust_env=False,
    )
    assert ended.status_code == 204
    card.press(*"12")
    expect(card.part("banner")).to_contain_text("Your session has ended")
    expect(card.pill).to_have_text("Logged out: 2 waiting")
    card.part("log-in-again").click()
    page = card.page
    page.get_by_label("Email address").fill(lin.email)
    page.get_by_role("textbox", name="Password", exact=True).fill(lin.password)
    page.get_by_test_id("login-submit").click()
    card.ready().saved()
    once_each(project, lin, 3)
