"""A manager tells another program what happens: its secret once, a test, what became of it, and the end of it."""

from typing import Any

import pytest
from browsing import Site, settled
from playwright.sync_api import Page, expect
from receivers import receiving


def open_them(page: Page) -> Page:
    page.get_by_role("tab", name="Webhooks").click()
    settled(page)
    return page


@pytest.mark.whole
def test_from_the_first_webhook_to_its_end(site: Site, visit: Any) -> None:
    project = site.project(3, "Hooks")
    address = f"{site.url}/settings?project={project.slug}"
    with receiving() as receiver:
        page = open_them(visit(address, site.admin))
        expect(page.get_by_text("No webhooks yet.")).to_be_visible()
        page.get_by_label("Address").fill("nowhere")
        page.get_by_role("button", name="Create the webhook").click()
        expect(page.get_by_text("Creating the webhook: Address: Such an address begins with https://")).to_be_visible()
        settled(page)
        page.get_by_label("Address").fill(receiver.url("/labels"))
        page.get_by_role("button", name="Create the webhook").click()
        secret = page.locator("[class*=st-key-once-]")
        expect(secret).to_contain_text("whsec_")
        expect(secret.get_by_test_id("stCode")).to_be_in_viewport(ratio=1)
        settled(page)
        secret.get_by_role("button", name="I have copied it").click()
        expect(secret).to_have_count(0)
        page.get_by_role("button", name="Send a test").click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_text("delivered")).to_be_visible()
        receiver.says(410)
        dialog.get_by_role("button", name="Send again").click()
        expect(dialog.get_by_text("given up")).to_be_visible()
        assert [call.event["type"] for call in receiver.calls] == ["ping", "ping"]
        assert receiver.calls[0].id == receiver.calls[1].id
    page.reload()
    open_them(page)
    expect(page.get_by_text("the receiver says that it is gone for good")).to_be_visible()
    page.goto(f"{site.url}/progress?project={project.slug}")
    expect(page.get_by_text("was turned off.")).to_be_visible()
    page.goto(f"{site.url}/")
    expect(page.get_by_text("1 webhook was turned off, since its address does not answer.")).to_be_visible()
    page.goto(address)
    open_them(page)
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_text("on", exact=True)).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Delete …").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No webhooks yet.")).to_be_visible()
