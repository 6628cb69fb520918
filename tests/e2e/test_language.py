"""The pages in the reader's language: the browser's, or the one that was chosen."""

from itertools import islice
from typing import Any

import pytest
from browsing import Site, settled, shown
from labeler_ui import words
from labeler_ui.names import PAGES
from playwright.sync_api import Page, expect

GERMAN = {"locale": "de-DE"}
STREAMLITS = {"download", "upload", "search"}  # words of its own widgets


def english() -> set[str]:
    """What no German page says: English messages that German writes in another way."""
    found = set()
    for name in ("ui", "service"):
        for message in words.catalog("de", name):
            said = message.id.strip().lower() if isinstance(message.id, str) and not message.context else ""
            if len(said) > 4 and said != str(message.string).strip().lower():
                found.add(said)
    return found - STREAMLITS


def lines(page: Page) -> list[str]:
    """The lines that one sees, those of the components too."""
    text = page.locator("body").inner_text()
    inside = page.locator("[data-testid=stBidiComponentRegular], [data-testid=stBidiComponentIsolated]")
    return [line.strip() for part in [text, *inside.all_inner_texts()] for line in part.splitlines() if line.strip()]


@pytest.fixture(scope="module")
def project(site: Site):
    made = site.project(60, "Deutsch")
    lin = site.member(made)
    for number, item in enumerate(islice(made.items.find(), 12)):
        lin.client.projects.get(made.slug).label(item.key, ("spam", "ham")[number % 2])
    return made


def test_every_page_speaks_german(site: Site, project: Any, visit: Any) -> None:
    left, found = english(), {}
    page = visit(site.url, site.admin, **GERMAN)
    for name in ("", *sorted(set(PAGES) - {"home"})):
        page.goto(f"{site.url}/{name}?project={project.slug}")
        expect(shown(page, "Abmelden")).to_be_visible()
        settled(page)
        if name == "label":
            expect(page.get_by_test_id("item-text")).not_to_be_empty()
        expect(page.locator("html")).to_have_attribute("lang", "de")
        if spoken := [line for line in lines(page) if line.lower() in left]:
            found[name] = spoken
    assert found == {}


def test_the_log_in_and_a_refusal_are_german(site: Site, visit: Any) -> None:
    page = visit(site.url, **GERMAN)
    expect(page.get_by_role("heading", name="Anmelden")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.get_by_label("E-Mail-Adresse").fill("nobody@example.org")
    page.get_by_role("textbox", name="Passwort", exact=True).fill("not the password")
    page.get_by_role("textbox", name="Passwort", exact=True).press("Enter")
    expect(page.get_by_test_id("login-error")).to_contain_text("Prüfen Sie E-Mail-Adresse und Passwort.")


def test_the_choice_stays_with_the_browser(site: Site, visit: Any) -> None:
    page = visit(f"{site.url}/account", site.person(), **GERMAN)
    expect(page.get_by_role("heading", name="Konto")).to_be_visible()
    page.get_by_test_id("language").get_by_label("Sprache").select_option("English")
    expect(page.get_by_role("heading", name="Account")).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    settled(page)
    page.get_by_test_id("language").get_by_label("Language").select_option("Deutsch")
    expect(page.get_by_role("heading", name="Anmelden")).to_be_visible()


def test_an_unknown_address_is_answered_in_the_browsers_language(site: Site, visit: Any) -> None:
    page = visit(f"{site.url}/no-such-page", **GERMAN)
    expect(page.get_by_role("heading", name="Diese Seite gibt es nicht")).to_be_visible()
