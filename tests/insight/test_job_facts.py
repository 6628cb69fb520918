"""What is said of jobs: who asked, of imports which file, and who took it back and when."""

from typing import Any

from labeler.client import Project
from labeler.wire.jobs import JobOut


def imported(service: Any, project: Project, name: str = "a") -> int:
    data = "id,text,label\n" + "\n".join(f"{name}{n},a text {name} {n},ham" for n in range(5))
    job = project.import_file("a.csv", data=data.encode())
    service.run_jobs(kinds=("items.import",))
    return job.id


def jobs(project: Project, *kinds: str) -> list[JobOut]:
    return [job.row for job in project.client.jobs(project.slug, kinds=kinds or None)]


def test_an_import_says_its_file_and_who_took_it_back(service: Any, admin: Any, project: Project) -> None:
    first, second = imported(service, project), imported(service, project, "z")
    [newer, older] = jobs(project, "items.import")
    assert (newer.id, older.id) == (second, first) and {newer.file, older.file} == {"a.csv"}
    assert newer.created_by_name == admin.name and newer.taken_back is None
    out = project.items.remove(import_id=first)
    assert out.job is not None
    waits = project.client.job(first).row.taken_back
    assert waits is not None and (waits.job, waits.state, waits.by) == (out.job.id, "queued", admin.name)
    service.run_jobs(kinds=("items.remove",))
    [newer, older] = jobs(project, "items.import")
    assert newer.taken_back is None and older.taken_back is not None
    [removal] = jobs(project, "items.remove")
    assert (older.taken_back.state, older.taken_back.at) == ("done", removal.finished_at)
    assert (removal.import_id, removal.file) == (first, "a.csv")


def test_a_removal_that_was_canceled_took_nothing_back(service: Any, project: Project) -> None:
    brought = imported(service, project)
    out = project.items.remove(import_id=brought)
    assert out.job is not None
    project.client.job(out.job.id).cancel()
    assert project.client.job(brought).row.taken_back is None


def test_a_removal_by_keys_takes_no_import_back(service: Any, project: Project) -> None:
    imported(service, project)
    project.items.remove(keys=["a0", "a1"])
    [removal] = jobs(project, "items.remove")
    assert removal.import_id is None and removal.file is None
    assert [one.taken_back for one in jobs(project, "items.import")] == [None]


def test_jobs_are_found_by_kind_and_state_page_after_page(service: Any, project: Project) -> None:
    for n in range(5):
        imported(service, project, f"k{n}-")
    project.items.remove(keys=["k0-0"])
    client = project.client
    page = client.jobs_page(limit=2, project=project.slug, kind=["items.import"])
    seen = [row.id for row in page.items]
    while page.next_cursor:
        page = client.jobs_page(page.next_cursor, limit=2, project=project.slug, kind=["items.import"])
        seen += [row.id for row in page.items]
    assert len(seen) == 5 and seen == sorted(seen, reverse=True)
    both = jobs(project, "items.import", "items.remove")
    assert {row.kind for row in both} == {"items.import", "items.remove"}
    waiting = client.jobs_page(project=project.slug, kind=["items.import", "items.remove"], state="queued").items
    assert [row.kind for row in waiting] == ["items.remove"]


def test_a_training_says_why_it_began(service: Any, project: Project) -> None:
    imported(service, project)
    project.train()
    (newest, *_) = jobs(project, "training.train")
    assert newest.why == "asked"
    assert {one.why for one in jobs(project, "items.import")} == {None}
