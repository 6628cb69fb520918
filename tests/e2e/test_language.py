"""Coming in in the reader's language: the browser's, or the one that was chosen. Every page: test_pages.py."""

from typing import Any

from browsing import Site, settled
from playwright.sync_api import expect

GERMAN = {"locale": "de-DE"}


def test_the_log_in_and_a_refusal_are_german(site: Site, visit: Any) -> None:
    page = visit(site.url, **GERMAN)
    expect(page.get_by_role("heading", name="Anmelden")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.get_by_label("E-Mail-Adresse").fill("nobody@example.org")
    page.get_by_role("textbox", name="Passwort", exact=True).fill("not the password")
    page.get_by_role("textbox", name="Passwort", exact=True).press("Enter")
    expect(page.get_by_test_id("login-error")).to_contain_text("E-Mail-Adresse oder Passwort ist falsch.")


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
