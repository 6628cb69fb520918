"""Log-in through a real OpenID Connect provider at another site, in a browser."""

from collections.abc import Iterator
from typing import Any

import oidc_provider
import pytest
from browsing import Site, without_worker
from playwright.sync_api import Page, expect

from labeler.accounts.users import add_user, invite
from labeler.kit.config import Settings


@pytest.fixture
def provider() -> Iterator[oidc_provider.Provider]:
    running = oidc_provider.Provider()
    yield running
    running.stop()


@pytest.fixture
def provider_site(settings: Settings, provider: oidc_provider.Provider) -> Iterator[Site]:
    """A service that knows the provider, and the provider it."""
    secret = {"LABELER_OIDC_CLIENT_SECRET": oidc_provider.SECRET, "NO_PROXY": "localhost,127.0.0.1"}
    given = provider.settings(oidc_name="Example", oidc_group_roles={"leads": ["manager"]})
    running = Site(without_worker(Settings(**{**settings.model_dump(), **given})), **secret)
    provider.serve(running.url)
    yield running
    running.stop()


def at_provider(page: Page, who: str | None) -> None:
    """Press the button, and log in there (None: cancel there)."""
    page.get_by_test_id("login-provider").click()
    if who is None:
        page.get_by_role("button", name="Cancel").click()
        return
    page.get_by_label("Who").fill(who)
    page.get_by_role("button", name="Continue").click()


@pytest.mark.whole
@pytest.mark.one_database
def test_in_through_the_provider_and_out_again(
    provider_site: Site, provider: oidc_provider.Provider, pages: Any
) -> None:
    site = provider_site
    page = pages.take(site.url, True, {})
    page.goto(f"{site.url}/account?from=mail")
    at_provider(page, None)
    expect(page.get_by_test_id("login-refused")).to_have_text("The log-in was cancelled.")
    at_provider(page, provider.person("stranger"))
    expect(page.get_by_test_id("login-refused")).to_contain_text("There is no account for you here.")
    assert "#" not in page.url and "/account?from=mail" in page.url

    page.context.clear_cookies()  # the provider remembers the stranger
    at_provider(page, provider.person("ada", groups=["leads"]))
    expect(page.get_by_test_id("stSidebar").get_by_text("Ada")).to_be_visible()
    assert page.url.startswith(f"{site.url}/account?from=mail")
    page.get_by_test_id("stSidebar").get_by_text("Log out").click()
    page.wait_for_url(f"{provider.issuer}/**")
    page.get_by_role("button", name="Yes, sign me out").click()
    page.wait_for_url(f"{site.url}/")
    expect(page.get_by_test_id("login-provider")).to_have_text("Log in with Example")

    user = site.db.write(add_user, "tom@example.org", "Tom", "labeler")
    page.goto(f"{site.url}/invitation#{site.db.write(invite, user.id, 7)}")
    expect(page.get_by_test_id("login")).to_contain_text("You were invited as tom@example.org.")
    at_provider(page, provider.person("tom", "tom@home.example", email_verified=False))
    expect(page.get_by_test_id("stSidebar").get_by_text("Tom")).to_be_visible()
    pages.give(page, {})
