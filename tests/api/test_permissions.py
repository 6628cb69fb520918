"""Every route has its rule (G13): one table, walked as everybody."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from labeler.accounts.tokens import make_token
from labeler.api.paths import routes
from labeler.api.permissions import permission_of
from labeler.client import Project

API = "/api/v1"
P = API + "/projects/{project_id}"
RULES = {
    ("GET", "/healthz"): "nobody",
    ("GET", "/api/docs"): "nobody",
    ("GET", "/api/openapi.json"): "nobody",
    ("GET", "/api/docs/{name}"): "nobody",
    ("GET", "/readyz"): "nobody",
    ("GET", "/metrics"): "observer",
    ("POST", API + "/session"): "nobody",
    ("DELETE", API + "/session"): "signed-in",
    ("GET", API + "/ways-in"): "nobody",
    ("POST", API + "/oidc/begin"): "nobody",
    ("GET", API + "/oidc/callback"): "nobody",
    ("DELETE", API + "/oidc/session"): "signed-in",
    ("POST", API + "/invitation"): "nobody",
    ("POST", API + "/invitation/check"): "nobody",
    ("POST", API + "/password"): "owner",
    ("GET", API + "/me"): "signed-in",
    ("PATCH", API + "/me"): "owner",
    ("GET", API + "/sessions"): "owner",
    ("DELETE", API + "/sessions"): "owner",
    ("DELETE", API + "/sessions/{session_id}"): "owner",
    ("GET", API + "/users"): "admin",
    ("POST", API + "/users"): "admin",
    ("PATCH", API + "/users/{user_id}"): "admin",
    ("POST", API + "/users/{user_id}/invitation"): "admin",
    ("DELETE", API + "/users/{user_id}/identity"): "admin",
    ("GET", API + "/tokens"): "signed-in",
    ("POST", API + "/tokens"): "signed-in",
    ("DELETE", API + "/tokens/{token_id}"): "signed-in",
    ("GET", API + "/audit"): "signed-in",
    ("GET", API + "/metrics"): "signed-in",
    ("GET", API + "/strategies"): "signed-in",
    ("GET", API + "/task-types"): "signed-in",
    ("GET", API + "/answer-methods"): "signed-in",
    ("GET", API + "/mentions"): "signed-in",
    ("GET", API + "/models"): "signed-in",
    ("GET", API + "/formats"): "signed-in",
    ("POST", API + "/imports/preview"): "signed-in",
    ("POST", API + "/imports/table/preview"): "creator",
    ("GET", API + "/databases"): "creator",
    ("GET", API + "/databases/{database}/tables"): "creator",
    ("GET", API + "/jobs"): "signed-in",
    ("GET", API + "/jobs/{job_id}"): "signed-in",
    ("POST", API + "/jobs/{job_id}/cancel"): "signed-in",
    ("GET", API + "/jobs/{job_id}/events"): "signed-in",
    ("GET", API + "/projects"): "signed-in",
    ("POST", API + "/projects"): "creator",
    ("GET", P): "see",
    ("PATCH", P): "manage",
    ("DELETE", P): "manage",
    ("GET", P + "/members"): "read",
    ("GET", P + "/managers"): "see",
    ("POST", P + "/members"): "manage",
    ("DELETE", P + "/members/{user_id}"): "manage",
    ("GET", P + "/guidelines"): "see",
    ("POST", P + "/guidelines"): "manage",
    ("GET", P + "/guidelines/current"): "see",
    ("GET", P + "/guidelines/{version}"): "see",
    ("POST", P + "/guidelines/{version}/publish"): "manage",
    ("POST", P + "/guidelines/{version}/acknowledge"): "see",
    ("GET", P + "/guidelines/{a}/diff/{b}"): "see",
    ("POST", P + "/items"): "write",
    ("POST", P + "/items/lines"): "write",
    ("GET", P + "/items"): "read",
    ("DELETE", P + "/items"): "manage",
    ("GET", P + "/items/{key:path}"): "read",
    ("GET", P + "/items/{key:path}/history"): "read",
    ("GET", P + "/items/{key:path}/similar"): "read",
    ("POST", P + "/insight/like"): "read",
    ("POST", P + "/imports"): "write",
    ("POST", P + "/imports/preview"): "write",
    ("GET", P + "/databases"): "write",
    ("GET", P + "/databases/{database}/tables"): "write",
    ("POST", P + "/imports/table"): "write",
    ("POST", P + "/imports/table/preview"): "write",
    ("GET", P + "/progress"): "see",
    ("GET", P + "/insight/learning-curve"): "read",
    ("GET", P + "/insight/confusion"): "read",
    ("POST", P + "/queue/next"): "label",
    ("POST", P + "/queue/release"): "label",
    ("POST", P + "/labels"): "label",
    ("POST", P + "/labels/lines"): "label",
    ("DELETE", P + "/labels/{label_id}"): "label",
    ("GET", P + "/labels"): "see",
    ("POST", P + "/skips"): "label",
    ("DELETE", P + "/skips/{skip_id}"): "label",
    ("POST", P + "/flags"): "label",
    ("DELETE", P + "/flags/{flag_id}"): "label",
    ("GET", P + "/flags"): "read",
    ("POST", P + "/flags/{flag_id}/resolve"): "manage",
    ("POST", P + "/flags/{flag_id}/reopen"): "manage",
    ("GET", P + "/own/answers"): "label",
    ("GET", P + "/own/flags"): "label",
    ("POST", P + "/own/flags/{flag_id}/read"): "label",
    ("GET", P + "/own/comparable"): "label",
    ("POST", P + "/train"): "manage",
    ("POST", P + "/search"): "manage",
    ("GET", P + "/search"): "read",
    ("POST", P + "/scores"): "write",
    ("POST", P + "/scores/lines"): "write",
    ("GET", P + "/datasets"): "read",
    ("POST", P + "/datasets"): "manage",
    ("GET", P + "/datasets/{version}"): "read",
    ("GET", P + "/datasets/{version}/card"): "read",
    ("GET", P + "/datasets/{a}/diff/{b}"): "read",
    ("GET", P + "/export"): "read",
    ("GET", P + "/answers"): "read",
    ("GET", P + "/insight/agreement"): "read",
    ("GET", P + "/labelers"): "read",
    ("GET", P + "/insight/human-level"): "read",
    ("GET", P + "/insight/anchoring"): "read",
    ("GET", P + "/standings"): "read",
    ("POST", P + "/standings/{labeler_id}"): "manage",
    ("GET", P + "/insight/prevalence"): "read",
    ("GET", P + "/insight/overlap"): "read",
    ("GET", P + "/labelers/{labeler_id}/terms"): "manage",
    ("PUT", P + "/labelers/{labeler_id}/terms"): "manage",
    ("GET", P + "/labelers/llm"): "read",
    ("POST", P + "/labelers"): "manage",
    ("GET", P + "/labelers/{labeler_id}"): "read",
    ("PATCH", P + "/labelers/{labeler_id}"): "manage",
    ("DELETE", P + "/labelers/{labeler_id}"): "manage",
    ("GET", P + "/labelers/{labeler_id}/prompts"): "read",
    ("POST", P + "/labelers/{labeler_id}/preview"): "manage",
    ("POST", P + "/labelers/{labeler_id}/trial"): "manage",
    ("POST", P + "/labelers/{labeler_id}/run"): "manage",
    ("GET", P + "/labelers/{labeler_id}/asked"): "manage",
    ("GET", P + "/gold"): "manage",
    ("GET", P + "/reviews"): "read",
    ("GET", P + "/reviews/queue"): "read",
    ("POST", P + "/reviews"): "manage",
    ("DELETE", P + "/reviews/{review_id}"): "manage",
    ("GET", P + "/comments"): "see",
    ("POST", P + "/comments"): "see",
    ("POST", P + "/comments/{comment_id}/read"): "see",
    ("POST", P + "/gold"): "manage",
    ("POST", P + "/gold/promote"): "manage",
    ("POST", P + "/gold/remove"): "manage",
    ("GET", P + "/insight/views"): "read",
    ("GET", P + "/models/{number}/mistakes"): "read",
    ("GET", P + "/models/{number}/comparison/{other}"): "read",
    ("GET", P + "/models/{number}/error-parts"): "read",
    ("GET", P + "/schema"): "see",
    ("GET", P + "/schema/{version}"): "see",
    ("POST", P + "/schema"): "manage",
    ("POST", P + "/schema/looks"): "manage",
    ("GET", P + "/models"): "read",
    ("GET", P + "/models/{number}"): "read",
    ("GET", P + "/models/{number}/card"): "read",
    ("GET", P + "/models/{number}/export"): "read",
    ("GET", P + "/models/{number}/test-cases/{case_id}"): "read",
    ("POST", P + "/models/{number}/check"): "manage",
    ("GET", P + "/models/{number}/report"): "read",
    ("GET", P + "/predict/use"): "read",
    ("GET", P + "/predict/shadows"): "read",
    ("PUT", P + "/predict/pin"): "read",
    ("GET", P + "/retraining"): "read",
    ("POST", P + "/items/fetch"): "write",
    ("GET", P + "/sources"): "read",
    ("POST", P + "/sources/recheck"): "write",
    ("POST", P + "/retraining/challenge"): "manage",
    ("POST", P + "/retraining/pipeline-test"): "manage",
    ("GET", P + "/predict/pins"): "read",
    ("DELETE", P + "/predict/pins/{token_id}"): "read",
    ("GET", P + "/predict/later-labels"): "read",
    ("GET", P + "/insight/readiness"): "read",
    ("GET", P + "/insight/readiness/report"): "read",
    ("PUT", P + "/insight/readiness/{name}"): "manage",
    ("DELETE", P + "/insight/readiness/{name}"): "manage",
    ("GET", P + "/insight/drift"): "read",
    ("PATCH", P + "/insight/drift"): "manage",
    ("POST", P + "/insight/drift/check"): "manage",
    ("POST", P + "/insight/drift/sample"): "manage",
    ("GET", P + "/savings"): "read",
    ("POST", P + "/savings/count"): "manage",
    ("GET", P + "/simulations"): "read",
    ("POST", P + "/simulations"): "manage",
    ("GET", P + "/columns"): "read",
    ("POST", P + "/columns/look"): "manage",
    ("POST", P + "/columns/try-without"): "manage",
    ("GET", P + "/failure-modes"): "read",
    ("POST", P + "/failure-modes/find"): "manage",
    ("GET", P + "/failure-modes/{mode_id}"): "read",
    ("POST", P + "/failure-modes/{mode_id}/keep"): "manage",
    ("DELETE", P + "/failure-modes/{mode_id}"): "manage",
    ("POST", P + "/failure-modes/{mode_id}/collect"): "manage",
    ("POST", P + "/failure-modes/{mode_id}/stop"): "manage",
    ("GET", P + "/slices"): "read",
    ("POST", P + "/slices"): "manage",
    ("DELETE", P + "/slices/{slice_id}"): "manage",
    ("GET", P + "/test-cases"): "read",
    ("POST", P + "/test-cases"): "manage",
    ("GET", P + "/test-cases/{case_id}"): "read",
    ("PATCH", P + "/test-cases/{case_id}"): "manage",
    ("DELETE", P + "/test-cases/{case_id}"): "manage",
    ("POST", P + "/test-cases/{case_id}/items"): "manage",
    ("POST", P + "/test-cases/{case_id}/items/remove"): "manage",
    ("POST", P + "/models/{number}/stage"): "manage",
    ("POST", P + "/models/{number}/reproduce"): "manage",
    ("GET", P + "/rollback"): "read",
    ("POST", P + "/rollback"): "manage",
    ("POST", P + "/predict"): "read",
    ("GET", P + "/heuristics"): "read",
    ("POST", P + "/heuristics"): "manage",
    ("POST", P + "/heuristics/try"): "manage",
    ("GET", P + "/heuristics/suggestions"): "manage",
    ("PATCH", P + "/heuristics/{heuristic_id}"): "manage",
    ("DELETE", P + "/heuristics/{heuristic_id}"): "manage",
    ("GET", P + "/guidelines/{version}/impact"): "manage",
    ("GET", P + "/campaigns"): "read",
    ("POST", P + "/campaigns"): "manage",
    ("GET", P + "/campaigns/{campaign_id}"): "read",
    ("POST", P + "/campaigns/{campaign_id}/end"): "manage",
    ("POST", P + "/campaigns/{campaign_id}/cancel"): "manage",
    ("GET", P + "/assignments"): "read",
    ("POST", P + "/assignments"): "manage",
    ("GET", P + "/assignments/{assignment_id}"): "read",
    ("POST", P + "/assignments/{assignment_id}/end"): "manage",
    ("GET", P + "/bulk"): "read",
    ("POST", P + "/bulk"): "manage",
    ("GET", P + "/bulk/{bulk_id}"): "read",
    ("POST", P + "/bulk/{bulk_id}/undo"): "manage",
    ("GET", P + "/hard-items/clusters"): "read",
    ("POST", P + "/hard-items/clusters"): "manage",
    ("GET", P + "/hard-items/clusters/{cluster_id}"): "read",
    ("GET", P + "/hard-items/decisions"): "read",
    ("POST", P + "/hard-items/decisions"): "manage",
    ("GET", P + "/hard-items/decisions/{decision_id}"): "read",
    ("POST", P + "/hard-items/decisions/{decision_id}/undo"): "manage",
    ("GET", P + "/label-errors"): "read",
    ("POST", P + "/label-errors/find"): "manage",
    ("POST", P + "/label-errors/recheck"): "manage",
    ("GET", P + "/webhooks"): "manage",
    ("POST", P + "/webhooks"): "manage",
    ("PATCH", P + "/webhooks/{webhook_id}"): "manage",
    ("DELETE", P + "/webhooks/{webhook_id}"): "manage",
    ("POST", P + "/webhooks/{webhook_id}/secret"): "manage",
    ("POST", P + "/webhooks/{webhook_id}/test"): "manage",
    ("GET", P + "/webhooks/{webhook_id}/deliveries"): "manage",
    ("POST", P + "/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver"): "manage",
}
ROLES = ("reader", "labeler", "manager", "admin", "stranger")
TOKENS = ("token read", "token label", "token write", "token manage", "token admin")
IN_PROJECT = {*ROLES[:4], *TOKENS}
MAY = {
    "nobody": {"nobody", *ROLES, *TOKENS},
    "signed-in": {*ROLES, *TOKENS},
    "owner": {*ROLES},
    "admin": {"admin", "token admin"},
    "observer": {"admin"},
    "creator": {"admin", "manager", "stranger", "token manage"},
    "see": IN_PROJECT,
    "read": {"reader", "manager", "admin", "token read"},
    "label": {"labeler", "manager", "admin", "token label"},
    "write": {"manager", "admin", "token write"},
    "manage": {"manager", "admin", "token manage"},
}
PARTS = {"user_id": 99999, "token_id": 99999, "job_id": 99999, "label_id": 99999, "skip_id": 99999, "flag_id": 99999,
         "version": 1, "a": 1, "b": 1, "number": 1, "other": 1, "key:path": "m0", "database": "crm",
         "webhook_id": 99999, "delivery_id": 99999, "heuristic_id": 99999,
         "labeler_id": 99999, "bulk_id": 99999, "cluster_id": 99999, "decision_id": 99999}  # fmt: skip


def test_the_table_names_every_route_and_its_rule() -> None:
    found = {(method, path): permission_of(route) for path, route in routes() for method in route.methods or ()}
    assert found == RULES


def _credential(service: Any, project: Project, who: str) -> str | None:
    if who == "nobody":
        return None
    if who == "stranger":
        person = service.person("manager")
        person.client.projects.create("Elsewhere", labels=["a", "b"])
    elif who.startswith("token "):
        scope = who.removeprefix("token ")
        person = service.person("admin" if scope == "admin" else "manager")
        if scope != "admin":
            service.join(project, person, "manager")
        return str(service.db.write(make_token, person.id, "one scope", [scope])[1])
    else:
        person = service.person(who)
        if who != "admin":
            service.join(project, person, who)
    return str(person.client._http.headers["authorization"].removeprefix("Bearer "))


def _calls(project: Project) -> list[tuple[str, str, str]]:
    """Method, address, rule; what takes the project or the session away comes last."""
    last = [("DELETE", API + "/session"), ("DELETE", P)]
    order = sorted(RULES, key=lambda route: (route in last, route))
    found = []
    for method, path in order:
        address = path.replace("{project_id}", project.slug)
        for name, value in PARTS.items():
            address = address.replace("{" + name + "}", str(value))
        found.append((method, address, RULES[method, path]))
    return found


@pytest.mark.one_database
@pytest.mark.parametrize("who", ["nobody", *ROLES, *TOKENS])
def test_each_route_as_everybody(service: Any, project: Project, add_texts: Callable[..., Any], who: str) -> None:
    add_texts(1)
    token = _credential(service, project, who)
    headers = {"authorization": f"Bearer {token}"} if token else {}
    wrong = []
    for method, address, rule in _calls(project):
        answer = service.http.request(method, address, headers=headers, json={} if method != "GET" else None)
        foreign = who == "stranger" and rule in ("see", "read", "label", "write", "manage")
        no_project = answer.status_code == 404 and "no such project" in answer.json().get("detail", "")
        if who in MAY[rule]:
            fine = answer.status_code < 500 and not no_project
            fine &= answer.status_code != 403 or (rule == "signed-in" and address.endswith(("/jobs", "/audit")))
            fine &= answer.status_code != 401 or rule == "nobody"
        elif who == "nobody":
            fine = answer.status_code == 401
        else:
            fine = no_project if foreign else answer.status_code == 403
        if not fine:
            wrong.append((method, address, rule, answer.status_code, answer.text[:120]))
    assert wrong == []


def test_a_foreign_project_looks_like_one_that_does_not_exist(service: Any, project: Project) -> None:
    stranger = service.person("manager")
    answers = [stranger.client._http.get(f"/projects/{slug}") for slug in (project.slug, "no-such-project")]
    bodies = [{**answer.json(), "request_id": ""} for answer in answers]
    assert bodies[0] == bodies[1] and answers[0].status_code == 404


def test_a_token_for_one_project_sees_no_other(service: Any, admin: Any, project: Project) -> None:
    other = admin.client.projects.create("Other", labels=["a", "b"])
    made = admin.client.post("/tokens", json={"name": "t", "scopes": ["*"], "project_id": project.slug})
    client = service.client(made["token"])
    assert [entry["slug"] for entry in client.me().projects] == [project.slug]
    assert [entry.slug for entry in client.projects] == [project.slug]
    assert client._http.get(other.path).status_code == 404
    assert client._http.get("/users").status_code == 403
    assert client._http.post("/projects", json={"name": "x", "labels": ["a", "b"]}).status_code == 403
    wider = client._http.post("/tokens", json={"name": "t", "scopes": ["*"]})
    assert wider.status_code == 403


def test_a_token_gives_no_more_than_its_maker_has(service: Any, admin: Any) -> None:
    def refused(token: str, **body: Any) -> int:
        answer: httpx.Response = service.client(token)._http.post("/tokens", json={"name": "t", **body})
        return answer.status_code

    read = admin.client.post("/tokens", json={"name": "r", "scopes": ["read"]})["token"]
    assert refused(read, scopes=["read"]) == 201
    assert refused(read, scopes=["read", "manage"]) == 403 and refused(read, scopes=["*"]) == 403
    labeler = service.person("labeler")
    assert refused(labeler.client._http.headers["authorization"][7:], scopes=["manage"]) == 403
    assert refused(labeler.client._http.headers["authorization"][7:], scopes=["label"], user_id=admin.id) == 403
    assert refused(read, scopes=["read"], user_id=labeler.id) == 403


def test_a_token_that_expires_makes_none_that_outlives_it(service: Any, admin: Any) -> None:
    body = {"name": "short", "scopes": ["*"], "expires_at": "2999-01-01T00:00:00Z"}
    short = service.client(admin.client.post("/tokens", json=body)["token"])
    assert short._http.post("/tokens", json={"name": "t", "scopes": ["read"]}).status_code == 403
    later = {"name": "t", "scopes": ["read"], "expires_at": "2999-01-02T00:00:00Z"}
    assert short._http.post("/tokens", json=later).status_code == 403
    sooner = later | {"expires_at": "2998-01-01T00:00:00Z"}
    assert short._http.post("/tokens", json=sooner).status_code == 201


def test_a_read_token_of_an_administrator_touches_nobody_elses_tokens(service: Any, admin: Any) -> None:
    victim = service.person("labeler")
    theirs = victim.client.get("/tokens")["items"][0]
    read = service.client(admin.client.post("/tokens", json={"name": "r", "scopes": ["read"]})["token"])
    assert {entry["user_id"] for entry in read.get("/tokens")["items"]} == {admin.id}
    assert read._http.delete(f"/tokens/{theirs['id']}").status_code == 404
    assert admin.client.delete(f"/tokens/{theirs['id']}") is None
    assert victim.client._http.get("/me").status_code == 401


def test_expired_and_revoked_tokens_are_refused(service: Any, admin: Any) -> None:
    past = admin.client.post("/tokens", json={"name": "p", "scopes": ["*"], "expires_at": "2020-01-01T00:00:00Z"})
    assert service.client(past["token"])._http.get("/me").status_code == 401
    made = admin.client.post("/tokens", json={"name": "r", "scopes": ["*"]})
    client = service.client(made["token"])
    assert client.me().user.id == admin.id
    client.delete(f"/tokens/{made['id']}")
    assert client._http.get("/me").status_code == 401
    for nonsense in ("", "lab_", "x" * 5000, "lab_é"):
        headers = {"authorization": f"Bearer {nonsense}".encode()}
        assert service.http.get(f"{API}/me", headers=headers).status_code == 401


def test_who_loses_a_membership_loses_the_project_at_once(service: Any, project: Project, labelers: Any) -> None:
    member = labelers[0].client
    assert member.get(project.path)["slug"] == project.slug
    project.client.delete(f"{project.path}/members/{member.me().user.id}")
    assert member._http.get(project.path).status_code == 404


def test_jobs_are_seen_by_the_rights_in_their_project(service: Any, project: Project, labelers: Any) -> None:
    job = project.train()
    stranger, reader = service.person("manager"), service.join(project, service.person("reader"))
    for path, method in (("", "GET"), ("/cancel", "POST"), ("/events", "GET")):
        answer = stranger.client._http.request(method, f"/jobs/{job.id}{path}")
        assert answer.status_code == 404
    assert labelers[0].client._http.get(f"/jobs/{job.id}").status_code == 403
    assert reader.client._http.get(f"/jobs/{job.id}").status_code == 200
    assert reader.client._http.post(f"/jobs/{job.id}/cancel").status_code == 403
    assert stranger.client.get("/jobs")["items"] == [] and labelers[0].client.get("/jobs")["items"] == []
    assert [row["id"] for row in reader.client.get("/jobs")["items"]] == [job.id]
    assert stranger.client._http.get("/jobs", params={"project": project.slug}).status_code == 404
    assert job.cancel().state == "cancelled"


@pytest.mark.parametrize("scope", ["label", "write"])
def test_lists_of_jobs_and_audit_need_their_scope(service: Any, admin: Any, project: Project, scope: str) -> None:
    project.train()
    token = admin.client.post("/tokens", json={"name": "t", "scopes": [scope]})["token"]
    for path in ("/jobs", "/audit"):
        assert service.client(token)._http.get(path).status_code == 403


def test_a_labeler_sees_only_their_own_labels(labelers: list[Project], add_texts: Callable[..., Any]) -> None:
    add_texts(4)
    for labeler in labelers:
        labeler.label(labeler.queue.next()[0], "ham")
    own = [list(labeler.labels) for labeler in labelers]
    assert [len(rows) for rows in own] == [1, 1] and own[0] != own[1]
