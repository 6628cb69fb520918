"""A manager looks at what columns are worth on the page Models, measures the model without one, and leaves it out."""

from typing import Any

import processes
import pytest
from browsing import Site, barriers, choose, covered, settled, shown
from planted_columns import loans
from playwright.sync_api import Page, expect

from labeler.client import Project


@pytest.fixture(scope="module")
def lending(site: Site) -> Project:
    """A table with a model, and a column that was filled in afterwards."""
    made = site.admin.client.projects.create(
        "Loans", labels=["paid", "lost"], model="logistic_regression", retrain_every=1000
    )
    made.items.add(loans(), progress=False)
    processes.wait_for(lambda: made.models(), 120, "the first model")
    processes.wait_for(lambda: made.progress().training.state == "idle", 90, "the end of the training")
    return made


def left_out(site: Site, project: Project) -> list[str]:
    """As the service has it now."""
    return site.admin.client.projects.get(project.slug).info.settings.left_out_columns


def test_columns_are_weighed_and_one_is_left_out(site: Site, lending: Project, visit: Any) -> None:
    page: Page = visit(f"{site.url}/models?project={lending.slug}&model=1&view=columns", site.admin)
    expect(page.get_by_role("heading", name="What each column is worth")).to_be_visible()
    expect(shown(page, "Nobody has looked at the columns of this model yet.")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Look at the columns").click()
    expect(shown(page, "1 column is surely useful: collector.")).to_be_visible()
    expect(shown(page, "Look twice at these")).to_be_visible()
    expect(shown(page, "These say the same")).to_be_visible()
    settled(page)
    assert barriers(page) == []
    assert covered(page.get_by_role("main")) == []
    choose(page.get_by_role("combobox", name="Column"), "collector")
    settled(page)
    page.get_by_role("button", name="Measure the model without it").click()
    expect(shown(page, "Without it, accuracy is")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Leave it out …").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Without it, accuracy is")).to_be_visible()
    settled(page)
    dialog.get_by_role("button", name="Leave it out", exact=True).click()
    expect(shown(page, "Left out of new models: collector.")).to_be_visible()
    assert left_out(site, lending) == ["collector"]
    processes.wait_for(lambda: len(lending.models()) == 2, 120, "the model without it")
    assert lending.model(2).config["left_out_columns"] == ["collector"]
    settled(page)
    page.get_by_role("button", name="Learn from it again").click()
    expect(page.get_by_role("button", name="Leave it out …")).to_be_visible()
    assert left_out(site, lending) == []


def test_who_only_reads_changes_nothing(site: Site, lending: Project, visit: Any) -> None:
    someone = site.member(lending, "reader", read=False)
    options = {"viewport": {"width": 390, "height": 844}}
    page: Page = visit(f"{site.url}/models?project={lending.slug}&model=1&view=columns", someone, **options)
    expect(page.get_by_role("heading", name="What each column is worth")).to_be_visible()
    expect(page.get_by_role("combobox", name="Column")).to_be_visible()
    settled(page)
    for name in ("Look at the columns", "Look again", "Leave it out …", "Measure the model without it", "Cost …"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is wider than a phone"


def test_texts_have_no_columns_to_weigh(site: Site, visit: Any) -> None:
    texts = site.project(60, "No columns")
    texts.label_many({item.key: item.metadata["truth"] for item in texts.items.find(limit=40)})
    processes.wait_for(lambda: texts.models(), 120, "the first model")
    page: Page = visit(f"{site.url}/models?project={texts.slug}&view=columns", site.admin)
    expect(shown(page, "There are no columns to weigh")).to_be_visible()
    expect(page.get_by_role("button", name="Look at the columns")).to_have_count(0)
