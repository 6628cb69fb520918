"""What a manager sees at a glance: the list of projects with what waits in each, and the jobs with what they made."""

import re

import processes
from browsing import Site, messages, settled, shown
from playwright.sync_api import expect

from labeler.kit.jobs import engine
from labeler.kit.jobs.tables import jobs as job_table
from labeler.projects.members import set_member
from labeler.wire.jobs import ENDED


def test_the_list_of_projects_says_what_waits_in_each(site: Site, visit) -> None:
    waiting = site.project(40, "With questions")
    waiting.guidelines.acknowledge(1)
    for item in waiting.queue.next(3):
        waiting.label(item, "ham")
    waiting.flag(waiting.queue.next(1)[0], "Ambiguous")
    silent = site.admin.client.projects.create("No guideline", labels=["a", "b"])
    silent.items.add([{"key": "1", "text": "one"}], progress=False)
    page = visit(f"{site.url}/", site.admin)
    card = page.locator(f".st-key-project-{waiting.slug}")
    expect(card.get_by_text("3 of 40 items labeled (8%)")).to_be_visible()
    expect(card.get_by_text("Labels today: 3 (yours: 3).")).to_be_visible()
    expect(card.get_by_text("1 hard item waits for a decision.")).to_be_visible()
    other = page.locator(f".st-key-project-{silent.slug}")
    expect(other.get_by_text("0 of 1 item labeled (0%)")).to_be_visible()
    expect(other.get_by_text("No guideline is published yet.")).to_be_visible()
    card.get_by_role("button", name="Decide").click()
    expect(page.get_by_role("heading", name="Hard items")).to_be_visible()
    assert page.url.endswith(f"/hard?project={waiting.slug}")


def test_a_labelers_list_has_no_managers_questions(site: Site, visit) -> None:
    project = site.project(40, "Just labels")
    project.flag(project.queue.next(1)[0], "Ambiguous")
    page = visit(f"{site.url}/", site.member(project))
    card = page.locator(f".st-key-project-{project.slug}")
    expect(card.get_by_text("0 of 40 items labeled (0%)")).to_be_visible()
    settled(page)
    assert card.get_by_text("waits for a decision").count() == 0


def test_a_job_says_how_long_it_took_what_it_made_and_leads_there(site: Site, visit) -> None:
    project = site.project(60, "Jobs that made something", retrain_every=1000)
    project.guidelines.acknowledge(1)
    truth = {row["key"]: row["metadata"]["truth"] for row in messages(60)}
    project.label_many({item.key: truth[item.key] for item in project.queue.next(30)})
    project.train()
    processes.wait_for(project.models, 90, "the first model")
    ended = lambda: all(job.row.state in ENDED for job in site.admin.client.jobs(project=project.slug))  # noqa: E731
    processes.wait_for(ended, 90, "the end of what runs")
    page = visit(f"{site.url}/jobs?project={project.slug}", site.admin)
    made = shown(page, re.compile(r"Model 1, from \d+ labels of dataset version v1"))
    expect(made).to_contain_text(re.compile(r"took \d"))
    page.get_by_role("button", name="Open the model").last.click()
    expect(page.get_by_role("combobox", name="Model", exact=True)).to_have_value("Model 1 (candidate)")


def test_a_job_that_failed_says_why_and_what_to_do(site: Site, visit) -> None:
    project = site.project(5, "Jobs that fail")
    number = site.db.write(engine.enqueue, "training.train", delay=3600, project_id=project.info.id)
    failed = {"state": "failed", "error": "the disk is full"}
    site.db.write(lambda tx: tx.execute(job_table.update().where(job_table.c.id == number).values(**failed)).rowcount)
    page = visit(f"{site.url}/jobs?project={project.slug}", site.admin)
    box = page.locator(f".st-key-job-{number}")
    expect(page.get_by_text("1 failed", exact=True)).to_be_visible()
    expect(box.get_by_text("the disk is full")).to_be_visible()
    expect(box.get_by_text("The models so far go on answering. Train now tries again.")).to_be_visible()
    box.get_by_role("button", name="Open Progress").click()
    expect(page).to_have_url(re.compile(rf"/progress\?project={project.slug}$"))


def test_of_many_projects_one_is_found_by_its_name(site: Site, visit) -> None:
    someone = site.person()
    many = [site.admin.client.projects.create(f"Field {number}", labels=["a", "b"]) for number in range(12)]
    for made in many:
        site.db.write(set_member, made.info.id, someone.id, "labeler")
    page = visit(site.url, someone)
    expect(page.locator("[class*=st-key-project-]")).to_have_count(12)
    page.get_by_label("Find a project").fill("field 11")
    page.keyboard.press("Enter")
    expect(page.locator("[class*=st-key-project-]")).to_have_count(1)
    expect(page.get_by_role("heading", name="Field 11")).to_be_visible()
    page.get_by_label("Find a project").fill("nothing like it")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No project has a name with these words.")).to_be_visible()
    for made in many:  # others look at the first projects of this site
        made.delete()
