"""A language model is added, tried, run and let count on its page; what it may do is said there in a sentence."""

import re
from typing import Any

import processes
import pytest
from browsing import Site, messages, settled, shown
from language_models import Asked, Model, answering, completion
from playwright.sync_api import expect


@pytest.mark.whole
def test_a_language_model_is_added_tried_run_and_counts_once_it_passed(site: Site, visit: Any, model: Model) -> None:
    project = site.project(120, "Asked", holdout_share=0)
    truth = {row["text"]: row["metadata"]["truth"] for row in messages(120)}
    first = [row.key for row in project.items.page(limit=20).items]
    by_key = {row["key"]: row["metadata"]["truth"] for row in messages(120)}
    project.label_many({key: by_key[key] for key in first})

    def say(asked: Asked) -> Any:
        return completion("Well, it depends.") if len(model.asked) == 3 else answering(truth[asked.item])

    model.says = say
    page = visit(f"{site.url}/llms?project={project.slug}", site.admin)
    expect(shown(page, "No language models yet")).to_be_visible()
    for name, words in {"Name": "Small one", "Model": "small-1", "Address": model.endpoint}.items():
        page.get_by_label(name, exact=True).fill(words)
    page.get_by_label("Your own key", exact=True).fill("sk-of-the-browser-9876")
    page.get_by_label("Price of 1,000 tokens", exact=True).fill("0.5")
    page.get_by_label("People answer, too (%)", exact=True).fill("100")
    page.get_by_role("button", name="Add the language model").click()
    expect(page.get_by_text("key …9876")).to_be_visible()
    expect(page.get_by_text("People answered 0 of the labels")).to_be_visible()
    expect(page.get_by_role("button", name="Let it count", exact=True)).to_be_disabled()
    (made,) = project.llms
    settled(page)
    page.get_by_role("button", name="Change …").click()
    page.get_by_label("Requests per minute", exact=True).fill("6000")
    page.keyboard.press("Tab")
    settled(page)
    page.get_by_role("button", name="Save", exact=True).click()
    processes.wait_for(lambda: project.llms.get(made.id).per_minute == 6_000, 30, "the change")
    settled(page)
    page.get_by_role("button", name="Prompt …").click()
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("Nothing was sent.")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    settled(page)
    expect(page.get_by_role("button", name="Open the guideline")).to_be_visible()
    page.get_by_role("button", name="Try …").click()
    page.get_by_role("button", name="Start the trial").click()
    summary = page.get_by_text(re.compile("Last trial: 20 items, agrees with people on 95%"))
    processes.wait_for(lambda: project.llms.get(made.id).trial_id, 60, "the trial to begin")
    expect(summary).to_be_visible(timeout=60_000)
    summary.click()
    expect(page.get_by_text("No answers: prose 1")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Run …").click()
    page.get_by_role("button", name="Start", exact=True).click()
    processes.wait_for(lambda: project.llms.get(made.id).labels == 100, 90, "the run")
    keys = [row.item_key for row in project.labels if row.kind == "llm"]
    project.label_many({key: by_key[key] for key in keys})
    page.reload()
    expect(page.get_by_text("it may count")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Let it count", exact=True).click()
    expect(page.get_by_role("button", name="Let it count no more")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused by hand.")).to_be_visible()
    now = project.llms.get(made.id)
    assert (now.use, now.paused, now.measured.judged) == ("count", True, 100)
    assert all("sk-of-the-browser" not in text for text in page.locator("body").all_inner_texts())
