"""The Models page: which model is live and why, what would be better, and where a model is wrong."""

import io
import re
import zipfile
from typing import Any

import processes
import pytest
from browsing import Site, choose, covered, messages, settled
from playwright.sync_api import Page, expect

from labeler.client import Project

LAST = {
    "figures": "Confusion matrix",
    "required": "Slices",
    "mistakes": "Failure modes",
    "card": "How it was trained",
}  # of each view


def modeled(site: Site, name: str) -> Project:
    """A project of 80 labels with a model, and a holdout of which some is labeled."""
    made = site.project(name=name, holdout_share=0.4, retrain_every=1000)
    made.guidelines.acknowledge(1)
    truth = {row["key"]: row["metadata"]["truth"] for row in messages(200)}
    made.label_many({item.key: truth[item.key] for item in made.queue.next(40) + made.queue.next(40)})
    made.train()
    processes.wait_for(made.models, 90, "the first model")
    processes.wait_for(lambda: made.progress().training.state == "idle", 90, "the end of the training")
    return made


@pytest.fixture(scope="module")
def project(site: Site) -> Project:
    return modeled(site, "Mistaken")


def shown(site: Site, project: Project, visit: Any, view: str = "figures", **options: Any) -> Page:
    page = visit(f"{site.url}/models?project={project.slug}&view={view}", site.admin, **options)
    expect(page.get_by_text(LAST[view]).first).to_be_visible()
    settled(page)
    return page


def test_a_model_goes_live_from_the_first_sentence_and_the_page_says_by_whom(site, visit) -> None:
    fresh = modeled(site, "Goes live")
    newest = fresh.models()[0].number
    page = shown(site, fresh, visit)
    expect(
        page.get_by_role("heading", name=re.compile(rf"^No model is live.* model {newest} ", re.IGNORECASE))
    ).to_be_visible()
    page.get_by_role("button", name="Promote it …").click()
    reason = page.get_by_role("dialog").get_by_label("Reason")
    reason.fill("the first that is measured")
    page.reload()
    page.get_by_role("button", name="Promote it …").click()
    expect(reason, "what was typed is kept").to_have_value("the first that is measured")
    reason.press("End")
    reason.press_sequentially(" here")
    page.get_by_role("dialog").get_by_role("button", name=re.compile(r"Make model \d+ live")).click()
    went = f"Model {newest} went live on"
    expect(page.locator(".st-key-lead").get_by_text(went)).to_contain_text(
        f"by {site.admin.name}: “the first that is measured here”."
    )
    expect(page.get_by_role("heading", name=f"Model {newest} is live, and no newer one waits.")).to_be_visible()


@pytest.mark.whole
def test_a_model_is_taken_along_from_its_page(site, project, visit) -> None:
    number = project.models()[0].number
    page = shown(site, project, visit, "card")
    page.get_by_text("Use it elsewhere").click()
    link = page.get_by_role("link", name="Download the folder")
    expect(link).to_be_visible()
    command = f"labeler export-model {project.slug} {number} FOLDER"
    expect(page.get_by_text(command, exact=True)).to_be_visible()
    expect(page.get_by_text(f"{command} --onnx")).to_be_visible()
    expect(page.get_by_role("link", name="Download as ONNX")).to_have_attribute("href", re.compile("format=onnx"))
    answer = page.request.get(f"{site.url}{link.get_attribute('href')}")
    archive = zipfile.ZipFile(io.BytesIO(answer.body()))
    assert f"{project.slug}-model-{number}/README.md" in archive.namelist()


@pytest.mark.whole
def test_a_model_stands_beside_what_it_has_to_beat_and_what_others_reached(site, project, visit) -> None:
    page = shown(site, project, visit)
    page.get_by_text("Compare with a published figure").click()
    page.get_by_label("Accuracy in percent").fill("97.5")
    page.get_by_label("Who said so, and where").fill("A paper, 2024")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("What others reached, on their own data: A paper, 2024.")).to_be_visible()
    published = site.admin.client.projects.get(project.slug).info.settings.published
    assert (published.metric, published.value) == ("accuracy", 0.975)
    chart = page.get_by_role("img", name=re.compile("^Accuracy, the best first: "))
    expect(chart.or_(page.locator("[aria-label^='Accuracy, the best first: ']")).first).to_be_visible()


@pytest.mark.whole
def test_what_is_required_is_said_on_the_page_and_keeps_a_model_back(site, project, visit) -> None:
    number = project.models()[0].number
    page = shown(site, project, visit, "required")
    page.get_by_text("Change what is required").click()
    page.get_by_label("in percent", exact=True).fill("99.9")
    choose(page.get_by_role("combobox", name="Metric", exact=True), "Recall")
    settled(page)
    expect(page.get_by_label("in percent", exact=True), "another metric leaves what was typed").to_have_value("99.9")
    page.get_by_role("button", name="Add", exact=True).click()
    condition = page.get_by_text(re.compile(r"^Recall of (spam|ham), at least 99.9%$"))
    expect(condition).to_be_visible()
    (kept,) = project.model(number).requirements
    assert (kept.metric, kept.min, kept.state == "holds") == ("recall", 0.999, False)
    settled(page)
    page.get_by_role("button", name="Promote").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("It is not known to hold what is required:")).to_be_visible()
    dialog.get_by_role("button", name="live all the same").click()
    expect(dialog.get_by_text("Say why it answers all the same.")).to_be_visible()
    assert project.model(number).stage == "candidate"
    dialog.get_by_role("textbox", name="Reason").fill("there is no other")
    dialog.get_by_role("button", name="live all the same").click()
    lead = page.locator(".st-key-lead")
    expect(lead.get_by_text("It went live all the same, though it was not known to hold")).to_be_visible()
    expect(lead.get_by_text("at least 99.9%")).to_be_visible()
    page.reload()
    expect(lead.get_by_text("It went live all the same, though it was not known to hold")).to_be_visible()
    settled(page)
    page.get_by_role("tab", name="What is required").click()
    page.get_by_text("Change what is required").click()
    page.get_by_role("button", name="Take it off").click()
    expect(page.get_by_text("Nothing: every model can go live.")).to_be_visible()
    assert project.model(number).requirements == []
    project.set_stage(number, "candidate")


def test_where_errors_come_from_leads_to_what_helps(site, visit) -> None:
    made = site.project(name="Four parts", holdout_share=0.4, retrain_every=1000)
    made.guidelines.acknowledge(1)
    truth = {row["key"]: row["metadata"]["truth"] for row in messages(200)}
    held, rest = ([item.key for item in made.items.find(split=split, limit=200)] for split in ("holdout", "train"))
    other = {"spam": "ham", "ham": "spam"}
    made.label_many({key: truth[key] for key in rest[:40]})
    made.label_many({key: other[truth[key]] if n % 3 == 0 else truth[key] for n, key in enumerate(held[:45])})
    made.train()
    processes.wait_for(made.models, 90, "the first model")
    page = shown(site, made, visit)
    parts = page.locator(".st-key-error-parts")
    expect(parts.get_by_text(re.compile(r"^Variance is .*; the other parts are not known yet\."))).to_be_visible()
    expect(parts.get_by_text("30 more holdout items with two labels tell").first).to_be_visible()
    expect(parts.get_by_text("nothing was chosen by the holdout")).to_be_visible()
    parts.get_by_role("button", name="Label more").click()
    expect(page).to_have_url(re.compile(rf"/label\?project={made.slug}"))


def test_a_models_mistakes_are_shown_by_kind_and_lead_to_their_items(site, project, visit) -> None:
    held = [item for item in project.items.find(split="holdout") if item.answer is not None]
    number = project.models()[0].number
    page = shown(site, project, visit, "mistakes")
    told = project.mistakes(number)
    if not told.wrong:
        expect(page.get_by_text(f"No mistakes on the {told.judged} holdout items that have an answer.")).to_be_visible()
    turned = [item for item in held if item.prediction["value"] == "ham"][:3]
    for item in turned:
        project.label(item.key, "spam")
    for item in [item for item in held if item.prediction["value"] == "spam"][:1]:
        project.label(item.key, "ham")
    told = project.mistakes(number)
    page.reload()
    page.get_by_role("tab", name="Mistakes").click()
    settled(page)
    expect(page.get_by_text(f"Model {number} answers {told.wrong} of {told.judged} holdout items")).to_be_visible()
    kind = next(pair for pair in told.pairs if pair.truth == "spam")
    which = page.get_by_role("combobox", name="Which mistakes")
    which.fill(f"People said spam, the model said ham ({kind.items})")
    which.press("Enter")
    boxes = page.locator("[class*=st-key-mistake-]")
    expect(boxes).to_have_count(min(kind.items, 5))
    surest = project.mistakes(number, truth="spam", said="ham").items[0]
    expect(boxes.first).to_contain_text(" ".join(surest.content["text"].split())[:60])
    expect(boxes.first).to_contain_text("People: spam")
    sure = 100 * surest.prediction["proba"]["ham"]
    expect(boxes.first).to_contain_text(f"Model: ham, {int(sure)}% sure")
    boxes.first.get_by_role("button", name="Open the item").click()
    expect(page.get_by_role("heading", name="Items", exact=True)).to_be_visible()
    assert f"item={surest.key}" in page.url and f"project={project.slug}" in page.url


def test_the_address_names_the_model_that_is_looked_at(site, project, visit) -> None:
    project.train()
    processes.wait_for(lambda: project.models()[0].number >= 2, 90, "the second model")
    project.promote(project.models()[0].number)
    page = visit(f"{site.url}/models?project={project.slug}&model=1", site.admin)
    expect(page.get_by_role("combobox", name="Model", exact=True)).to_have_value("Model 1 (candidate)")


def test_what_a_chart_shows_is_downloaded(site, project, visit) -> None:
    page = shown(site, project, visit)
    with page.expect_download() as download:
        page.locator(".st-key-csv-Confusion-matrix-on-the-holdout").get_by_role("button").click()
    assert download.value.suggested_filename == "confusion-matrix-on-the-holdout.csv"
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "people,model,items,share" and len(lines) == 5
    page.goto(f"{site.url}/progress?project={project.slug}")
    for name, first in (("items-by-label", "label,count,share"), ("labels-per-day", "day,labels")):
        chart = page.locator(f".st-key-csv-{name.capitalize()}")
        with page.expect_download() as download:
            chart.get_by_role("button").click()
        assert download.value.suggested_filename == f"{name}.csv"
        assert download.value.path().read_text(encoding="utf-8-sig").startswith(first)


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_heading_of_the_models_table_is_whole(site, project, visit, language: str) -> None:
    options = {"viewport": {"width": 1280, "height": 900}, "locale": "de-DE" if language == "de" else "en-US"}
    page = visit(f"{site.url}/models?project={project.slug}", site.admin, **options)
    headings = page.get_by_test_id("stDataFrame").first.locator("[role=columnheader]")
    expect(headings.first).to_be_attached()
    settled(page)
    assert [text for text in headings.all_text_contents() if text.strip().endswith("…")] == []


def test_nothing_lies_over_a_table_where_one_touches(site, project, visit) -> None:
    """Its tools are always there on a phone, above it: they move it down, and so what follows."""
    page = shown(site, project, visit, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    assert covered(page.locator("body")) == []
