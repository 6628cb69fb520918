"""Every page, for each role that it is offered to, in light and in dark: it renders and asks nobody outside."""

import re
from collections.abc import Iterator
from typing import Any

import processes
import pytest
from browsing import Site, barriers, covered, messages, phone, settled, shown
from labeler_ui.app import ENTRIES
from labeler_ui.names import PAGES
from languages import english, lines, said
from playwright.sync_api import Page, expect

WRONG = "[data-testid=stException], [data-testid=stAlertContentError]"
# What shows that a page has drawn to its end; what is in braces is a message of the catalogs.
DRAWN = {
    "home": "[data-testid=stProgress]",
    "label": "[data-testid=card][data-state=item]",
    "progress": "[aria-label*='{Labels per day}']",
    "guidelines": ".lb-guideline",
    "items": "[data-testid=stDataFrame] canvas",
    "imports": "[data-testid=stFileUploader]",
    "hard": ":text('{:gray[Not labeled yet.]}'), :text('{Resolve}')",
    "agreement": ":text('{No item has two labels yet}')",
    "review": ":text('{Nothing to decide}')",
    "labelers": ":text('{Gold items}'), :text('{Labelers with labels}')",
    "heuristics": ":text('{No rules yet}')",
    "label_errors": ":text('{Nobody has looked for label errors yet}')",
    "campaigns": ":text('{Nothing was asked again yet}')",
    "readiness": ":text('{Infrastructure}')",
    "llms": ":text('{No language models yet}')",
    "datasets": "[data-testid=stDataFrame] canvas",
    "models": "[aria-label*='{Confusion matrix on the holdout}']",
    "jobs": ":text('{Training of a model}')",
    "people": ":text('{**Add a member**}')",
    "settings": "[data-testid=labels-says]",
    "setup": ":text('{Create the project}')",
    "account": ":text('{Change password}')",
}


@pytest.fixture(scope="module")
def project(site: Site):
    """A project in which every page has something to show."""
    made = site.project()
    made.guidelines.acknowledge(1)
    truth = {row["key"]: row["metadata"]["truth"] for row in messages(200)}
    made.label_many({item.key: truth[item.key] for item in made.queue.next(40)})
    for item in made.queue.next(2):
        made.flag(item, "Ambiguous", note="could be either")
    made.guidelines.publish(made.guidelines.current().text + "\nMore.\n", "more")
    made.guidelines.acknowledge(2)
    made.snapshot("first").wait(90)
    processes.wait_for(made.models, 90, "the first model")
    return made


CUT = """[...document.querySelectorAll("[role=radiogroup]")]
  .filter((one) => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1).map((one) => one.innerText)"""


def check(page: Page, name: str, language: str = "en") -> None:
    expect(page.locator(said(DRAWN[name], language)).first).to_be_visible()
    settled(page)
    assert page.locator(WRONG).all_inner_texts() == []
    assert page.get_by_text("Something went wrong").count() == 0


@pytest.mark.whole
@pytest.mark.parametrize("role", ["labeler", "reader"])
def test_every_page_that_a_role_is_offered_renders(site, project, visit, role: str) -> None:
    someone = site.member(project, role)
    someone.client.projects.get(project.slug).guidelines.acknowledge(2)
    page = visit(f"{site.url}/?project={project.slug}", someone)
    offered = [entry for entry in ENTRIES if role in entry.roles]
    links = page.get_by_test_id("stSidebar").get_by_test_id("stPageLink-NavLink")
    expect(links).to_have_count(len([entry for entry in offered if entry.group is not None]) + 1)
    for entry in offered:
        if entry.name != "home":
            page.goto(f"{site.url}/{entry.name}?project={project.slug}")
        check(page, entry.name)
        assert brightness(page) == "light", entry.name


def all_pages(site: Site, project: Any, visit: Any, language: str, looks: tuple[str, ...], names: list[str]) -> None:
    """Look at pages as an administrator; where a page is looked at as well, nothing on it keeps people out."""
    site.admin.client.projects.get(project.slug).guidelines.acknowledge(2)
    page = visit(f"{site.url}/healthz", site.admin, **({"locale": "de-DE"} if language == "de" else {}))
    own = {one.info.name.lower() for one in site.admin.client.projects}  # what people wrote is in their own language
    left, found = english() - own if language == "de" else set(), {}
    for name in names:
        page.goto(f"{site.url}/{'' if name == 'home' else name}?project={project.slug}")
        check(page, name, language)
        expect(page.locator("html")).to_have_attribute("lang", language)
        expect(shown(page, said("{Log out}", language))).to_be_in_viewport(ratio=1)  # the side bar is seen whole
        if name == "label":
            expect(page.get_by_test_id("item-text")).not_to_be_empty()
        if spoken := [line for line in lines(page) if line.lower() in left]:
            found[name] = spoken
        assert brightness(page) == "light", name
        if name == "models":
            found |= {f"{name} {number}": sorted(spoken & left) for number, spoken in views(page) if spoken & left}
        if "at a desk" in looks:
            assert barriers(page) == [], name
        page.emulate_media(color_scheme="dark")
        processes.wait_for(lambda: brightness(page) == "dark", 10, f"the dark {name}")
        if "at a desk" in looks:
            check(page, name, language)
        phone(page)
        check(page, name, language)
        assert barriers(page) == [], f"{name} in the dark, on a phone"
        assert covered(page.locator("body")) == [], f"{name} on a phone"
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, f"{name} on a phone"
        assert page.evaluate(CUT) == [], f"choices that end beyond the edge, {name} on a phone"
        page.set_viewport_size({"width": 1280, "height": 800})
        page.emulate_media(color_scheme="light")
    assert found == {}, "English on a German page"


def views(page: Page) -> Iterator[tuple[int, set[str]]]:
    """What is said in the other views of a page, each looked at; the first is open again afterwards."""
    tabs = page.get_by_role("tab")
    for number in [*range(1, tabs.count()), 0]:
        tabs.nth(number).click()
        settled(page)
        assert page.locator(WRONG).all_inner_texts() == []
        assert barriers(page) == [], number
        yield number, {line.lower() for line in lines(page)}


@pytest.mark.parametrize("names", [PAGES[:5], PAGES[5:9], PAGES[9:]], ids=["from home", "from hard", "from people"])
def test_every_page_renders_in_german_in_light_and_dark_and_on_a_phone(site, project, visit, names) -> None:
    all_pages(site, project, visit, "de", ("on a phone",), names)


@pytest.mark.faults
@pytest.mark.parametrize("language", ["en", "de"])
def test_every_page_renders_in_light_and_dark_at_a_desk_and_on_a_phone(site, project, visit, language) -> None:
    all_pages(site, project, visit, language, ("at a desk", "on a phone"), list(PAGES))


def brightness(page: Page) -> str:
    """Light or dark, by the color behind the page; waits for a change of the scheme to arrive."""
    color = page.get_by_test_id("stApp").evaluate("(node) => getComputedStyle(node).backgroundColor")
    return "light" if sum(int(part) for part in color[4:-1].split(",")[:3]) > 382 else "dark"


def test_a_manager_is_offered_what_an_admin_is(site, project, visit) -> None:
    page = visit(f"{site.url}/settings?project={project.slug}", site.member(project, "manager"))
    check(page, "settings")
    links = page.get_by_test_id("stSidebar").get_by_test_id("stPageLink-NavLink")
    expect(links).to_have_count(len([entry for entry in ENTRIES if entry.group is not None]) + 1)
    page.get_by_role("tab", name="Project").click()
    expect(page.get_by_role("button", name="Rename")).to_be_visible()
    assert page.get_by_role("button", name="Delete the project …").count() == 0


@pytest.mark.parametrize("role", ["labeler", "reader"])
def test_a_page_that_a_role_is_not_offered_says_so(site, project, visit, role: str) -> None:
    page = visit(f"{site.url}/settings?project={project.slug}", site.member(project, role))
    expect(page.get_by_text("“Settings” is not for your role")).to_be_visible()
    expect(page.get_by_text(f"Your role here is {role}; the page is for: manager and admin.")).to_be_visible()
    expect(page.get_by_text(re.compile(f"can give you another role: .*{site.admin.name}"))).to_be_visible()


@pytest.mark.whole
def test_an_empty_project_says_what_to_do_on_every_page(site, visit) -> None:
    empty = site.admin.client.projects.create("Empty", labels=["a", "b"])
    page = visit(f"{site.url}/?project={empty.slug}", site.admin)
    for name, words in {
        "label": "No items yet",
        "progress": "No items yet",
        "guidelines": "No guideline yet",
        "items": "No items yet",
        "hard": "No hard items",
        "agreement": "No item has two labels yet",
        "heuristics": "No rules yet",
        "campaigns": "Nothing was asked again yet",
        "llms": "No language models yet",
        "datasets": "No dataset version yet",
        "models": "No model yet",
        "jobs": "No jobs yet",
    }.items():
        page.goto(f"{site.url}/{name}?project={empty.slug}")
        if name == "guidelines":
            page.get_by_role("tab", name="Read").click()
        expect(shown(page, words)).to_be_visible()
        assert page.locator(WRONG).all_inner_texts() == []


def test_two_projects_of_one_name_are_told_apart(site, visit) -> None:
    first, second = site.project(20, name="Twins"), site.project(20, name="Twins")
    page = visit(f"{site.url}/items?project={first.slug}", site.admin)
    chooser = page.get_by_role("combobox", name="Project")
    expect(chooser).to_have_value(f"Twins ({first.slug})")
    expect(page.locator(DRAWN["items"]).first).to_be_visible()
    assert page.url.endswith(f"project={first.slug}")
    settled(page)  # a list that opens while the page is drawn is closed again
    chooser.click()
    chooser.fill(second.slug)  # of a long list only what is in sight is drawn
    page.get_by_role("option", name=f"Twins ({second.slug})").click()
    expect(chooser).to_have_value(f"Twins ({second.slug})")
    page.goto(f"{site.url}/")
    for slug in (first.slug, second.slug):
        expect(page.get_by_role("heading", name=f"Twins ({slug})")).to_be_visible()
