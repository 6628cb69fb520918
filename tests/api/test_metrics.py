"""What an operator's Prometheus reads."""

from collections import defaultdict
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from labeler.client import Project


def read(client: Any) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    answer = client._http.get("http://testserver/metrics")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/plain")
    found: dict[str, dict[tuple[tuple[str, str], ...], float]] = defaultdict(dict)
    for family in text_string_to_metric_families(answer.text):
        for one in family.samples:
            found[one.name][tuple(sorted(one.labels.items()))] = one.value
    return found


def test_metrics_tell_requests_jobs_leases_and_models(
    service: Any, admin: Any, project: Project, add_texts: Any
) -> None:
    token = admin.client.post("/tokens", json={"name": "prometheus", "scopes": ["read"]})["token"]
    observer = service.client(token)
    add_texts(20)
    for number, item in enumerate(project.queue.next(12)[:11]):
        project.label(item, ["ham", "spam"][number % 2])
    found = read(observer)
    route = (("method", "POST"), ("route", "/projects/{project_id}/labels"), ("status", "201"))
    submitted = {key: n for key, n in found["labeler_request_seconds_count"].items() if key == route}
    assert sum(submitted.values()) >= 5, sorted(found["labeler_request_seconds_count"])
    waiting = [n for key, n in found["labeler_jobs"].items() if ("state", "queued") in key]
    assert sum(waiting) >= 1
    assert found["labeler_leases"][("project", project.slug),] >= 1
    assert found["labeler_jobs_oldest_wait_seconds"][()] >= 0
    assert "process_resident_memory_bytes" in found
    service.run_jobs()
    assert project.models()
    assert sum(read(observer)["labeler_models"].values()) == len(project.models())


def test_metrics_tell_what_became_of_deliveries(admin: Any, project: Project) -> None:
    hook = project.webhooks.create("https://hooks.example.org/")
    project.webhooks.test(hook.id)
    found = read(admin.client)
    assert found["labeler_webhook_deliveries_waiting"][()] == 1
    ended = (("project", project.slug), ("result", "delivered"))
    assert found["labeler_webhook_deliveries_total"][ended] == 0
    assert found["labeler_webhooks_off"][("project", project.slug),] == 0


def test_a_stranger_makes_no_new_series(service: Any, admin: Any) -> None:
    before = len(read(admin.client)["labeler_request_seconds_count"])
    for n in range(20):
        service.http.get(f"/nowhere/{n}")
    assert len(read(admin.client)["labeler_request_seconds_count"]) <= before + 1
