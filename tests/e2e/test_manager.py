"""A manager at work: a project from a file, a training, a dataset version, a model that goes live."""

import csv
import re

import processes
import pytest
from browsing import Site, choose, labels_say, messages, settled, shown
from playwright.sync_api import Page, expect

from labeler.wire.jobs import JobOut


@pytest.fixture(scope="module")
def project(site: Site):
    """80 labels by a client, and the model that came of them."""
    made = site.project()
    made.guidelines.acknowledge(1)
    truth = {row["key"]: row["metadata"]["truth"] for row in messages(200)}
    made.label_many({item.key: truth[item.key] for item in made.queue.next(40) + made.queue.next(40)})
    processes.wait_for(made.models, 90, "the first model")
    processes.wait_for(lambda: made.progress().training.state == "idle", 90, "the end of the training")
    return made


def main(page: Page):
    return page.get_by_test_id("stMainBlockContainer")


def test_a_project_is_made_from_a_file(site, visit, tmp_path) -> None:
    known = {0: "spam", 1: "ham", 2: "spam"}  # the other rows have no label yet
    rows = [[row["key"], row["text"], known.get(n, "")] for n, row in enumerate(messages(60))]
    file = tmp_path / "messages.csv"
    with open(file, "w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([["id", "text", "label"], *rows])
    page = visit(f"{site.url}/setup", site.person("manager"))
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("What is in each column?")).to_be_visible(timeout=60_000)  # what reads files starts now
    expect(main(page).get_by_test_id("stDataFrame").first).to_be_visible()
    for column, role in (("id", "key"), ("text", "text"), ("label", "label")):
        expect(page.get_by_label(f"What is {column}?", exact=True)).to_have_value(role)
    expect(page.get_by_text("2 labels were found in the file.")).to_be_visible()
    labels_say(page, "2 labels")
    expect(page.get_by_test_id("label-name-2")).to_have_value("ham")
    page.get_by_role("button", name="Create the project").click()
    expect(page.get_by_text("Still needed: a name.")).to_be_visible()
    page.get_by_label("Name").first.fill("From a file")
    page.get_by_label("Name").first.press("Enter")
    expect(page.get_by_text("Still needed: a name.")).to_be_hidden()
    page.get_by_role("button", name="Create the project").click()
    expect(page.get_by_text("All 60 rows are in.")).to_be_visible(timeout=60_000)
    assert site.admin.client.projects.get("from-a-file").progress().items.labeled == 3
    page.get_by_role("button", name="Start labeling").click()
    expect(page.get_by_test_id("card")).to_have_attribute("data-state", "item", timeout=60_000)
    assert page.url.endswith("/label?project=from-a-file")


def test_an_import_is_told_before_tried_and_done(site, visit, tmp_path) -> None:
    project = site.project(3, "Told before")
    file = tmp_path / "more.csv"
    rows = [f"n{n},some new text {n},{['Spam', 'ham', 'odd', ''][n % 4]},{['ann', 'bob'][n % 2]}" for n in range(40)]
    file.write_text("\n".join(["id,text,label,annotator", *rows, "n1,another text,ham,ann"]))
    page = visit(f"{site.url}/imports?project={project.slug}", site.admin)
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_label("What is annotator?", exact=True)).to_have_value("who labeled")
    expect(page.get_by_text("with two different contents: no key")).to_be_visible()
    expect(page.get_by_text("31 labels")).to_be_visible()
    page.get_by_text("Labels that do not fit").click()
    page.get_by_text("add the label to the project", exact=True).click()
    expect(page.get_by_text("it is added to the project's labels")).to_be_visible()
    page.get_by_role("button", name="Try it on all rows").click()
    said = "41 rows: 41 taken."
    expect(page.get_by_text(f"A trial: nothing was changed. {said}", exact=True)).to_be_visible()
    assert project.progress().items.total == 3
    page.get_by_role("button", name="Import it now").click()
    expect(page.get_by_text("A trial: nothing was changed.")).to_have_count(0, timeout=60_000)
    expect(page.get_by_text("All 41 rows are in.", exact=True)).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="Import another file")).to_be_visible()
    processes.wait_for(
        lambda: "odd" in str(site.admin.client.projects.get(project.slug).info.schema_), 20, "the added label"
    )
    assert {row.labeler.name for row in project.labels} == {"ann", "bob"}


@pytest.mark.whole
def test_an_import_that_is_finished_says_what_comes_next(site, visit, tmp_path) -> None:
    file = tmp_path / "few.csv"
    file.write_text("id,text,label\n" + "\n".join(f"n{n},some text {n},{('spam', 'ham')[n % 2]}" for n in range(6)))
    page = visit(f"{site.url}/setup", site.admin)
    page.locator("input[type=file]").set_input_files(file)
    settled(page)
    page.get_by_label("Name", exact=True).fill("What next")
    page.get_by_label("Name", exact=True).press("Enter")
    settled(page)
    page.get_by_role("button", name="Create the project").click()
    expect(page.get_by_role("heading", name="Next steps")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("you may leave this page")).to_have_count(0)
    expect(page.get_by_role("button", name="Start labeling")).to_be_visible()
    expect(page.get_by_role("button", name="Add people")).to_be_visible()
    expect(shown(page, "No guideline is published yet.")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Write it").click()
    expect(page.get_by_role("heading", name="Guideline")).to_be_visible()
    assert "project=what-next" in page.url


def test_train_now_makes_a_model(site, project, visit) -> None:
    newest = max(model.number for model in project.models())
    page = visit(f"{site.url}/progress?project={project.slug}", site.admin)
    page.get_by_role("button", name="Train now").click()
    expect(page.get_by_text("Training has been requested.")).to_be_visible()
    processes.wait_for(lambda: max(model.number for model in project.models()) > newest, 90, "a new model")
    page.goto(f"{site.url}/models?project={project.slug}")
    expect(page.get_by_role("combobox", name="Model")).to_have_value(f"Model {newest + 1} (candidate)")
    page.goto(f"{site.url}/progress?project={project.slug}")
    page.get_by_role("button", name="Train now").click()
    expect(page.get_by_text(f"No label is new since model {newest + 1}")).to_be_visible()


def test_what_a_search_finds_is_asked_first(site, visit) -> None:
    fresh = site.project()
    fresh.guidelines.acknowledge(1)
    page = visit(f"{site.url}/items?project={fresh.slug}", site.admin)
    expect(main(page).get_by_test_id("stDataFrame").first).to_be_visible()
    assert page.get_by_role("button", name="Ask these first").count() == 0
    page.get_by_placeholder("words in the text").fill("free")
    page.get_by_placeholder("words in the text").press("Enter")
    page.get_by_role("button", name="Ask these first").click()
    said = page.get_by_text(re.compile(r"\d+ items? will be asked first\."))
    expect(said).to_be_visible()
    ranked = int(said.inner_text().split()[0])
    asked = [item.content["text"].lower() for item in fresh.queue.next(ranked)]
    assert ranked >= 3 and sum("free" in text for text in asked) >= 0.6 * ranked, "holdout items come in between"


def test_a_dataset_version_is_made_and_says_how_to_get_it(site, project, visit) -> None:
    page = visit(f"{site.url}/datasets?project={project.slug}", site.admin)
    page.get_by_placeholder("what is in it, in a few words").fill("for the browser test")
    page.get_by_role("button", name="Create a version").click()
    expect(page.get_by_text("The dataset version was created.")).to_be_visible(timeout=60_000)
    newest = max(project.datasets(), key=lambda one: one.version)
    assert newest.message == "for the browser test"
    page.get_by_role("tab", name="Download").click()
    choose(page.get_by_role("combobox", name="Version"), newest.tag)
    line = f"dvc get {newest.repository} data --rev {newest.tag}"
    expect(page.get_by_test_id("stCode")).to_contain_text(line)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename.endswith(".jsonl")


@pytest.mark.whole
def test_a_search_for_a_model_is_started_and_cancelled(site, project, visit) -> None:
    page = visit(f"{site.url}/models?project={project.slug}", site.admin)
    page.get_by_text("Search for a better model").click()

    def search() -> JobOut:
        page.get_by_role("button", name="Search now").click()
        return processes.wait_for(lambda: project.searches().job, 60, "the search's job")

    job = search()
    assert job.kind == "training.search"
    project.client.job(job.id).cancel()  # it starts a second after it was asked for
    expect(page.get_by_text("Canceled. Nothing was left half done.")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("button", name="Search now")).to_be_visible()


@pytest.mark.whole
def test_a_model_is_chosen_in_the_settings(site, project, visit) -> None:
    page = visit(f"{site.url}/settings?project={project.slug}", site.admin)
    page.get_by_role("tab", name="Learning").click()
    page.get_by_text("For experts").click()
    choose(page.get_by_role("combobox", name="Model: what learns from the labels"), re.compile("^Linear SVM "))
    page.get_by_role("tabpanel").get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert site.admin.client.projects.get(project.slug).info.settings.model == "linear_svm"
    project.client.patch(project.path, json={"settings": {"model": "auto"}})
    processes.wait_for(lambda: project.progress().training.state == "idle", 90, "the end of the training")


@pytest.mark.whole
def test_keywords_are_given_to_a_label_in_the_settings(site, visit) -> None:
    fresh = site.project(30, "Hints", labels=[{"name": "spam", "keywords": ["free", "you won"]}, {"name": "ham"}])
    page = visit(f"{site.url}/settings?project={fresh.slug}", site.admin)
    ham = page.get_by_test_id("label-row").nth(1)
    ham.locator("summary").click()
    ham.get_by_label("Keywords, separated by commas").fill("lunch,  see you ")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    saved = site.admin.client.projects.get(fresh.slug).info.labels
    assert [label["keywords"] for label in saved] == [["free", "you won"], ["lunch", "see you"]]


@pytest.mark.whole
def test_a_promoted_model_is_live(site, project, visit) -> None:
    page = visit(f"{site.url}/models?project={project.slug}", site.admin)
    number = max(model.number for model in project.models())
    page.get_by_role("button", name=re.compile("^Promote( it)? …")).click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile(r"Make model \d+ live")).click()
    expect(main(page).get_by_text("answers every prediction")).to_be_visible()
    expect(page.get_by_role("button", name="Roll back …")).to_have_count(0)  # no other was live before
    live = [model.number for model in project.models() if model.stage == "live"]
    assert live == [number]
    assert project.predict(["win a free prize now"])[0].model == number
