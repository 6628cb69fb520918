"""Errors say what to do (RFC 9457), and nothing that is sent gives a 5xx (G18, G24)."""

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import structlog

from labeler.api.app import create_app
from labeler.client import Project
from labeler.kit.errors import every_problem

API = "/api/v1"
STATUS_OF = {kind.type: kind.status for kind in every_problem()}


def check(answer: httpx.Response, status: int, kind: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail", "errors", "request_id"} <= body.keys()
    assert (body["type"], body["status"], STATUS_OF[kind]) == (kind, status, status)
    assert body["detail"] and body["request_id"] == answer.headers["x-request-id"]
    assert all({"pointer", "detail"} <= entry.keys() for entry in body["errors"])
    return body


def test_every_kind_of_refusal_has_its_shape(service: Any, project: Project, labelers: list[Project]) -> None:
    admin, labeler = project.client._http, labelers[0].client._http
    check(admin.post("/projects", content=b"{", headers={"content-type": "application/json"}), 400, "malformed")
    check(admin.post(f"{project.path}/labels", content=b"{nonsense"), 400, "malformed")
    check(service.http.get(API + "/me"), 401, "not-signed-in")
    check(service.http.post(API + "/session", json={"email": "x@y", "password": "z"}), 401, "wrong-credentials")
    check(labeler.post(f"{project.path}/train"), 403, "forbidden")
    check(admin.get("/projects/nowhere"), 404, "not-found")
    check(admin.get("/nothing/here"), 404, "not-found")
    check(service.http.get("/elsewhere"), 404, "not-found")
    check(admin.put("/projects"), 405, "method-not-allowed")
    check(admin.post(f"{project.path}/rollback"), 409, "conflict")
    check(admin.post(f"{project.path}/predict", json={"items": [{"text": "a"}]}), 409, "no-live-model")
    body = check(admin.post("/projects", json={"name": "", "labels": [], "wrong": 1}), 422, "invalid")
    assert {"/name", "/labels", "/wrong"} <= {entry["pointer"] for entry in body["errors"]}
    body = check(admin.patch(project.path, json={"settings": {"overlap": 0}}), 422, "invalid")
    assert body["errors"][0]["pointer"] == "/settings/overlap"


def test_too_many_requests_are_told_when_to_come_back(settings: Any, service: Any) -> None:
    from starlette.testclient import TestClient

    me = service.person("labeler")
    token = me.client._http.headers["authorization"]
    few = settings.model_copy(update={"requests_per_minute": 3})
    with TestClient(create_app(few), raise_server_exceptions=False) as http:
        answers = [http.get(API + "/me", headers={"authorization": token}) for _ in range(5)]
    check(answers[-1], 429, "too-many-requests")
    assert int(answers[-1].headers["retry-after"]) > 0


@pytest.fixture
def small(settings: Any, service: Any, admin: Any) -> Iterator[Any]:
    """The service with small limits."""
    from starlette.testclient import TestClient

    limits = {"max_body_bytes": 2048, "max_upload_bytes": 4096, "max_bulk": 5, "max_cell_chars": 100, "max_columns": 4,
              "max_depth": 3}  # fmt: skip
    app = create_app(settings.model_copy(update=limits))
    headers = {"authorization": admin.client._http.headers["authorization"]}
    with TestClient(app, base_url="http://testserver/api/v1", headers=headers, raise_server_exceptions=False) as http:
        yield http


def test_bodies_that_are_too_large(small: Any, project: Project) -> None:
    large = b"[" + b" " * 3000 + b"]"

    def in_parts() -> Iterator[bytes]:
        yield from (b"[", *([b" " * 500] * 6), b"]")

    for path in ("/projects", f"{project.path}/items", f"{project.path}/labels", f"{project.path}/scores"):
        check(small.post(path, content=large), 413, "too-large")
        check(small.post(path, content=in_parts(), headers={"content-type": "application/json"}), 413, "too-large")
    file = {"file": ("a.csv", b"key,text\n" + b"x" * 5000)}
    for path in (f"{project.path}/imports", "/imports/preview"):
        check(small.post(path, files=file), 413, "too-large")
    many = [{"item_key": "m", "value": "ham"}] * 6
    for path in ("items", "labels", "scores"):
        check(small.post(f"{project.path}/{path}", json=many), 413, "too-large")


def test_limits_of_an_item(small: Any, project: Project) -> None:
    rows = [
        {"text": "x" * 101},
        {"fields": {f"f{n}": 1 for n in range(5)}},
        {"text": "fine", "metadata": {"a": {"b": {"c": {"d": 1}}}}},
        {"key": "k" * 201, "text": "fine"},
        {"text": "fine"},
    ]
    answer = small.post(f"{project.path}/items", json=rows).json()
    assert (answer["taken"], answer["refused"]) == (1, 4)
    assert [error["row"] for error in answer["errors"]] == [1, 2, 3, 4]


NESTED = (10, 100, 300, 450, 900, 5_000, 100_000)
HOSTILE = {
    "nul": b'{"name": "a\\u0000b", "labels": ["a", "b"]}',
    "lone surrogate": b'{"name": "a\\ud800b", "labels": ["a", "b"]}',
    "lone surrogate as a name": b'{"name": "a", "labels": ["a", "b"], "\\udfff": 1}',
    "not UTF-8": b'{"name": "\xff\xfe", "labels": ["a", "b"]}',
    "huge whole number": b'{"name": "a", "labels": ["a", "b"], "settings": {"seed": ' + b"9" * 400 + b"}}",
    "endless number": b'{"name": "a", "labels": ["a", "b"], "settings": {"seed": ' + b"9" * 10_000 + b"}}",
    "NaN": b'{"name": "a", "labels": ["a", "b"], "settings": {"holdout_share": NaN}}',
    "Infinity": b'{"name": "a", "labels": ["a", "b"], "settings": {"holdout_share": -Infinity}}',
    "huge exponent": b'{"name": "a", "labels": ["a", "b"], "settings": {"holdout_share": 1e999}}',
    "twice the same name": b'{"name": "a", "name": "b", "labels": ["a", "b"]}',
    "a list": b"[]",
    "a string": b'"text"',
    "null": b"null",
    "empty": b"",
}
JSON = {"content-type": "application/json"}
BODIES = [
    ("POST", "/projects"),
    ("PATCH", "{p}"),
    ("POST", "{p}/members"),
    ("POST", "{p}/guidelines"),
    ("POST", "{p}/items"),
    ("POST", "{p}/labels"),
    ("POST", "{p}/skips"),
    ("POST", "{p}/flags"),
    ("POST", "{p}/scores"),
    ("POST", "{p}/queue/next"),
    ("POST", "{p}/queue/release"),
    ("POST", "{p}/datasets"),
    ("POST", "{p}/predict"),
    ("POST", "/tokens"),
    ("POST", "/users"),
    ("POST", "/session"),
    ("POST", "/invitation"),
]


@pytest.mark.parametrize("body", HOSTILE)
def test_hostile_bodies_are_refused_everywhere(admin: Any, project: Project, body: str) -> None:
    for method, path in BODIES:
        address = path.replace("{p}", project.path)
        answer = admin.client._http.request(method, address, content=HOSTILE[body], headers=JSON)
        assert answer.status_code < 500, (method, path, answer.text)


HOSTILE_VALUES: dict[str, list[Any]] = {
    "{p}/labels": [
        {"item_key": "m0", "value": "\x00"},
        {"item_key": "m0", "value": {"a": [1, {"b": None}]}},
        {"item_key": "\x00", "value": "ham"},
        {"item_key": "m0", "value": "ham", "elapsed_ms": 10**30},
        {"item_key": "m0", "value": "ham", "guideline_version": 2**31},
        {"item_key": "m0", "value": "ham", "hard": {"reason": "x" * 201}},
    ],
    "{p}/members": [{"user_id": 10**30}, {"user_id": -1}, {"user_id": 2**63}],
    "/tokens": [
        {"name": "t", "scopes": ["read"], "user_id": 10**30},
        {"name": "t", "scopes": ["read"], "project_id": 10**30},
        {"name": "t", "scopes": ["read"], "project_id": "\u0661"},
        {"name": "t", "scopes": ["read"], "expires_at": "0001-01-01T00:00:00Z"},
        {"name": "t", "scopes": ["read"], "expires_at": "9999-12-31T23:59:59-23:59"},
        {"name": "t", "scopes": ["read"], "expires_at": 10**15},
    ],
    "{p}/scores": [{"key": "m0", "score": 1e308}, {"key": "m0", "proba": {"spam": "x"}}, {"key": ["m0"], "score": 1}],
    "{p}/predict": [{"items": [{"text": ""}]}, {"items": [{"fields": {"a": "\x00"}}]}, {"items": [{}]}],
    "{p}/guidelines": [{"text": "\x00"}, {"text": "x", "note": "\x00"}],
    "/session": [{"email": "\x00", "password": "\x00"}, {"email": "x" * 300, "password": "y"}],
}


@pytest.mark.parametrize("path", HOSTILE_VALUES)
def test_hostile_values_are_refused(admin: Any, project: Project, add_texts: Callable[..., Any], path: str) -> None:
    add_texts(1)
    for value in HOSTILE_VALUES[path]:
        answer = admin.client._http.post(path.replace("{p}", project.path), content=json.dumps(value), headers=JSON)
        assert answer.status_code < 500, (value, answer.text)


@pytest.mark.parametrize("depth", NESTED)
def test_deep_json_is_refused(admin: Any, project: Project, add_texts: Callable[..., Any], depth: int) -> None:
    add_texts(1)
    deep = b"[" * depth + b"]" * depth
    bodies = {
        "/projects": b'{"name": "a", "labels": ["a", "b"], "settings": ' + deep + b"}",
        f"{project.path}/items": b'{"text": "a", "metadata": {"deep": ' + deep + b"}}",
        f"{project.path}/labels": b'{"item_key": "m0", "value": ' + deep + b"}",
        f"{project.path}/scores": b'{"key": "m0", "proba": ' + deep + b"}",
        f"{project.path}/predict": b'{"items": [{"fields": {"a": ' + deep + b"}}]}",
        f"{project.path}/flags": b'{"item_key": "m0", "reason": ' + deep + b"}",
    }
    for path, body in bodies.items():
        answer = admin.client._http.post(path, content=body, headers=JSON)
        assert answer.status_code in (400, 409, 422) or answer.json().get("refused") == 1, (path, answer.text)
    patched = admin.client._http.patch(project.path, content=b'{"settings": {"a": ' + deep + b"}}", headers=JSON)
    assert patched.status_code in (400, 422), patched.text


@pytest.mark.parametrize(
    "address",
    [
        "/projects/%00",
        "/projects/{p}/items/%00",
        "/projects/{p}/items?q=%00",
        "/projects/{p}/items?q=%ED%A0%80",
        "/projects/{p}/items/%ED%A0%80",
        "/projects/{p}/items?cursor=x",
        "/projects/{p}/items?cursor=WzFlOTldCg",
        "/projects/{p}/items?limit=0",
        "/projects/{p}/items?limit=501",
        "/projects/{p}/items?label=%22%5C",
        "/projects/{p}/items?q=%25_%5C%22",
        "/projects/{p}/labels?since=-1",
        "/projects/{p}/labels?since=99999999999999999999",
        "/projects/{p}/datasets/99999999999",
        "/projects/{p}/export?format=../../etc/passwd",
        "/projects/{p}/export?dataset=99",
        "/projects/99999999999999999999999999",
        "/projects/-1",
        "/jobs/99999999999999999999",
        "/jobs?state=%27%20OR%201=1",
        "/jobs?cursor=bnVsbA",
        "/audit?cursor=W10",
    ],
)
def test_hostile_addresses_are_refused(admin: Any, project: Project, address: str) -> None:
    answer = admin.client._http.get(address.replace("{p}", project.slug))
    assert answer.status_code < 500, answer.text


def test_numbers_beyond_the_database_in_addresses(admin: Any, project: Project) -> None:
    for number in ("99999999999999999999", "9223372036854775807", "-1", "0"):
        for path in ("/users/{}", "/tokens/{}", project.path + "/members/{}", project.path + "/labels/{}"):
            method = "PATCH" if path == "/users/{}" else "DELETE"
            answer = admin.client._http.request(method, path.format(number), json={} if method == "PATCH" else None)
            assert answer.status_code in (404, 422, 409), (path, answer.text)


def test_every_answer_has_the_headers_that_protect(service: Any) -> None:
    for path in ("/healthz", API + "/me", "/nowhere", "/api/openapi.json"):
        headers = service.http.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors" in headers["content-security-policy"]
        assert headers["referrer-policy"] and "access-control-allow-origin" not in headers


def test_who_leaves_in_the_middle_of_a_request_is_no_fault_of_the_service(service: Any, project: Project) -> None:
    answered: list[dict[str, Any]] = []
    parts = iter([{"type": "http.request", "body": b'{"item_key": ', "more_body": True}, {"type": "http.disconnect"}])

    async def receive() -> dict[str, Any]:
        return next(parts, {"type": "http.disconnect"})

    async def send(message: dict[str, Any]) -> None:
        answered.append(message)

    path, token = f"{API}{project.path}/labels", project.client._http.headers["authorization"]
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"content-type", b"application/json"), (b"authorization", token.encode())],
        "client": ("127.0.0.1", 1),
        "server": ("testserver", 80),
        "scheme": "http",
        "http_version": "1.1",
    }
    with structlog.testing.capture_logs() as logs:
        asyncio.run(service.http.app(scope, receive, send))
    assert [one for one in logs if one["log_level"] == "error"] == []
    assert {one["status"] for one in answered if one["type"] == "http.response.start"} <= {400}
