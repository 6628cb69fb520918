"""Items by URL: fetched once, kept with hash and time, looked at again on request, from allowed hosts only."""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow.parquet as pq
import pytest
from documents import Host, hosting

from labeler.client import ApiError, Project
from labeler.datasets.repository import Repository
from labeler.kit.config import Settings
from labeler.wire.sources import SourceIn


@pytest.fixture
def host() -> Iterator[Host]:
    with hosting() as found:
        yield found


@pytest.fixture
def settings(settings: Settings, host: Host) -> Settings:
    return settings.model_copy(update={"source_allowed_hosts": f"http://127.0.0.1:{host.port}"})


@pytest.fixture
def fetch(service: Any, project: Project) -> Callable[..., dict[str, Any]]:
    """Fetch these, and what came of it."""

    def ask(*wanted: str | SourceIn) -> dict[str, Any]:
        asked = project.items.fetch(wanted)
        service.run_jobs(kinds=("sources.fetch",))
        result: dict[str, Any] = asked.wait(timeout=5).result
        return result

    return ask


def test_a_document_becomes_an_item_with_hash_and_time(
    project: Project, host: Host, fetch: Callable[..., dict[str, Any]]
) -> None:
    url = host.has("/letter.txt", "Dear all, lunch is at noon.")
    result = fetch(SourceIn(url=url, key="letter", metadata={"from": "mail"}))
    assert (result["taken"], result["refused"]) == (1, 0)
    (item,) = project.items.find()
    sha256 = hashlib.sha256(b"Dear all, lunch is at noon.").hexdigest()
    assert item.key == "letter" and item.content == {"text": "Dear all, lunch is at noon."}
    assert item.metadata["from"] == "mail" and item.metadata["source_sha256"] == sha256
    assert item.metadata["source_url"] == url and item.metadata["source_fetched_at"].startswith("20")
    (source,) = project.items.sources()
    assert (source.item_key, source.url, source.sha256, source.state) == ("letter", url, sha256, "fetched")


def test_it_is_fetched_once_and_stays(project: Project, host: Host, fetch: Callable[..., dict[str, Any]]) -> None:
    url = host.has("/a", "first")
    fetch(url)
    host.has("/a", "second")
    assert fetch(url)["already_there"] == 1
    assert host.asked == ["/a"], "what is there is not read again"
    assert [item.content["text"] for item in project.items.find()] == ["first"]


def test_a_long_address_has_a_key_of_its_own(
    project: Project, host: Host, fetch: Callable[..., dict[str, Any]]
) -> None:
    urls = [host.has(f"/{'a' * 300}?page={n}", f"page {n}") for n in range(2)]
    assert fetch(*urls)["taken"] == 2
    keys = [item.key for item in project.items.find()]
    assert len(set(keys)) == 2 and all(len(key) == 200 and "#sha-" in key for key in keys)
    assert fetch(*urls)["already_there"] == 2


def test_a_page_becomes_what_it_says(project: Project, host: Host, fetch: Callable[..., dict[str, Any]]) -> None:
    page = "<html><head><title>x</title></head><body><nav>menu</nav><h1>Notice</h1><p>The <b>bridge</b> is&nbsp;closed."
    page += "</p><script>steal()</script><ul><li>one</li><li>two</li></ul></body></html>"
    latin = "Café fermé".encode("latin-1")
    fetch(host.has("/page", page, "text/html"), host.has("/latin", latin, "text/plain; charset=iso-8859-1"))
    assert {item.content["text"] for item in project.items.find()} == {
        "Notice\nThe bridge is closed.\none\ntwo",
        "Café fermé",
    }


def test_an_object_becomes_a_row(admin: Any, service: Any, host: Host) -> None:
    table = admin.client.projects.create("Rows", labels=["a", "b"])
    table.items.fetch([host.has("/1", '{"size": 3, "color": "red"}', "application/json")])
    service.run_jobs(kinds=("sources.fetch",))
    assert [item.content for item in table.items.find()] == [{"fields": {"size": 3, "color": "red"}}]


@pytest.mark.parametrize(
    ("status", "kind", "body", "why"),
    [
        (404, "text/plain", b"", "answered 404"),
        (200, "image/png", b"\x89PNG", "It is image/png"),
        (200, "application/json", b"[1, 2]", "no object"),
        (200, "application/json", b"{", "no JSON"),
        (200, "text/plain", b"   ", "empty"),
        (200, "text/plain", b"x" * 500_000, "larger than"),
        (200, "text/plain", b"a\x00b", "NUL|null|zero|character"),
    ],
)
def test_what_can_not_be_an_item_is_refused_in_words(
    project: Project, host: Host, fetch: Callable[..., dict[str, Any]], status: int, kind: str, body: bytes, why: str
) -> None:
    good = host.has("/good", "fine")
    result = fetch(host.has("/bad", body, kind, status), good)
    assert (result["taken"], result["refused"]) == (1, 1), "the others are taken"
    (error,) = result["errors"]
    assert error["row"] == 1
    with pytest.raises(AssertionError, match=why):
        raise AssertionError(error["reason"])


@pytest.mark.parametrize(
    ("to", "charset"), [("http://[::1", None), (None, "idna"), (None, "undefined"), ("\\\\", None)]
)
def test_one_hostile_document_costs_the_others_nothing(
    project: Project, host: Host, fetch: Callable[..., dict[str, Any]], to: str | None, charset: str | None
) -> None:
    good = host.has("/good", "fine")
    bad = host.has("/bad", "ä\xad".encode("latin-1") * 70, f"text/plain; charset={charset}")
    if to is not None:
        bad = host.moves("/bad", to)
    result = fetch(bad, good)
    assert result["taken"] + result["refused"] == 2 and result["taken"] >= 1, result
    asked = project.items.recheck_sources()
    assert asked.state == "queued"


def test_what_was_fetched_can_be_taken_back(
    service: Any, project: Project, host: Host, fetch: Callable[..., dict[str, Any]]
) -> None:
    fetch(host.has("/a", "first"))
    (job,) = project.client.jobs_page(project=project.slug, kind=["sources.fetch"]).items
    project.items.remove(import_id=job.id)
    service.run_jobs(kinds=("items.remove",))
    assert list(project.items.find()) == [] and project.items.source_counts().counts == {}


def test_redirects_lead_to_allowed_hosts_only(
    project: Project, host: Host, fetch: Callable[..., dict[str, Any]]
) -> None:
    host.has("/there", "arrived")
    with hosting() as other:
        other.has("/secret", "inside")
        result = fetch(
            host.moves("/here", "/there"), host.moves("/out", other.url("/secret")), host.moves("/loop", "/loop")
        )
        assert other.asked == []
    assert result["taken"] == 1
    assert ["not a host" in one["reason"] for one in result["errors"]] == [True, False]
    assert "too often" in result["errors"][1]["reason"]


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "https://example.org/a",
        "file:///etc/passwd",
        "ftp://127.0.0.1/a",
        "http://user:secret@127.0.0.1/a",
        "nonsense",
    ],
)
def test_no_other_address_is_ever_called(project: Project, url: str) -> None:
    with pytest.raises(ApiError) as refused:
        project.items.fetch([url])
    assert (refused.value.status, refused.value.errors[0]["pointer"]) == (422, "/items/0/url")


def test_it_is_off_until_a_host_is_named(start_service: Callable[..., Any], settings: Settings, host: Host) -> None:
    service = start_service(settings.model_copy(update={"source_allowed_hosts": ""}))
    project = service.person("admin").client.projects.create("Off", labels=["a", "b"])
    with pytest.raises(ApiError, match="LABELER_SOURCE_ALLOWED_HOSTS"):
        project.items.fetch([host.has("/a", "x")])
    assert project.items.source_counts().allowed == []


def test_changes_are_found_and_items_stay(
    service: Any, project: Project, host: Host, fetch: Callable[..., dict[str, Any]]
) -> None:
    urls = [host.has(f"/{name}", name) for name in ("same", "changed", "gone", "broken")]
    fetch(*urls)
    host.has("/changed", "other words")
    del host.documents["/gone"]
    host.has("/broken", "oops", status=503)
    asked = project.items.recheck_sources()
    service.run_jobs(kinds=("sources.recheck",))
    assert asked.wait(timeout=5).result == {"looked": 4, "changed": 1, "gone": 1, "failed": 1}
    assert project.items.source_counts().counts == {"same": 1, "changed": 1, "gone": 1, "failed": 1}
    (changed,) = project.items.sources("changed")
    assert changed.found_sha256 == hashlib.sha256(b"other words").hexdigest() != changed.sha256
    assert {item.content["text"] for item in project.items.find()} == {"same", "changed", "gone", "broken"}
    host.has("/changed", "changed")
    project.items.recheck_sources()
    service.run_jobs(kinds=("sources.recheck",))
    assert "changed" not in project.items.source_counts().counts, "it is as it was"


def test_without_items_by_url_there_is_nothing_to_look_at(project: Project) -> None:
    with pytest.raises(ApiError, match="No item"):
        project.items.recheck_sources()


def test_hash_and_time_are_in_the_dataset_version(
    service: Any, project: Project, host: Host, fetch: Callable[..., dict[str, Any]]
) -> None:
    fetch(host.has("/a", "first"))
    project.snapshot("with sources")
    service.run_jobs()
    folder = Repository(service.settings, project.info.id).path / "data" / "items"
    (file,) = folder.glob("*.parquet")
    assert "source_sha256" in str(pq.read_table(file).to_pylist())
