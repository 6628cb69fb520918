"""What a request and an answer say about themselves in their headers."""

from typing import Any

import pytest

from labeler.api.middleware import named


def test_what_is_offered_at_an_address_is_told(service: Any, project: Any) -> None:
    answer = service.http.request("PUT", f"/api/v1{project.path}")
    assert answer.status_code == 405 and answer.headers["allow"] == "DELETE, GET, PATCH"
    assert "DELETE, GET, PATCH" in answer.json()["detail"]
    assert service.http.request("DELETE", "/api/v1/me").headers["allow"] == "GET, PATCH"


@pytest.mark.parametrize("given", ["abc-123", "A.b_c:9/x"])
def test_the_senders_id_is_the_requests(service: Any, given: str) -> None:
    answer = service.http.get("/api/v1/projects", headers={"x-request-id": given})
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == given


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "<script>", '"'])
def test_an_id_that_no_log_should_bear_is_replaced(service: Any, given: str) -> None:
    answer = service.http.get("/api/v1/projects", headers={"x-request-id": given})
    assert answer.headers["x-request-id"] == answer.json()["request_id"] != given
    assert len(answer.json()["request_id"]) == 16


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", {"trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"}),
        (b"00-nonsense", {}),
    ],
)
def test_the_trace_is_known_to_the_log(given: bytes, found: dict[str, str]) -> None:
    assert named({"headers": [(b"traceparent", given)]})[1] == found
