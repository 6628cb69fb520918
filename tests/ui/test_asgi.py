"""The service's own routes come first, and pages of other origins can't open a socket."""

import asyncio
from base64 import b64encode
from hashlib import sha256

import pytest
from labeler_ui import asgi
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient


async def page(scope, receive, send):
    await PlainTextResponse("page")(scope, receive, send)


async def answer(request):
    return PlainTextResponse(request.path_params.get("key", "ok"))


def site():
    inner = [Route("/items/{key:path}", answer)]
    return asgi.RoutesFirst(page, [Mount("/api", routes=inner), Route("/healthz", answer)])


def test_given_routes_answer_before_the_pages():
    client = TestClient(site())
    assert client.get("/healthz").text == "ok"
    assert client.get("/api/items/C:%5C..%2Fx").text == "C:\\../x"
    assert client.get("/label").text == "page"


def socket(origin, allowed=()):
    """Whether a WebSocket with this Origin gets through to the application."""
    reached, sent = [], []

    async def inner(scope, receive, send):
        reached.append(True)

    async def send(message):
        sent.append(message)

    headers = [(b"host", b"labels.test:8000"), *([(b"origin", origin.encode())] if origin else [])]
    app = asgi.SameOriginSockets(inner, list(allowed))
    asyncio.run(app({"type": "websocket", "headers": headers}, None, send))
    return bool(reached)


@pytest.mark.parametrize("origin", ["http://labels.test:8000", "", "https://front.test"])
def test_the_own_origin_may_open_a_socket(origin):
    assert socket(origin, allowed=["https://front.test"])


@pytest.mark.parametrize("origin", ["http://evil.test", "http://labels.test:9000", "http://localhost:8000"])
def test_another_origin_may_not(origin):
    assert not socket(origin)


def test_the_policy_names_no_outside_and_no_eval():
    policy = asgi.content_security_policy()
    assert "'sha256-" in policy
    assert "http" not in policy
    assert "unsafe-eval" not in policy


@pytest.mark.parametrize("prefix", ["", "/labels"])
def test_every_page_says_where_the_service_is_and_the_policy_lets_it(monkeypatch, prefix):
    """Else a browser asks below each page first, which is answered with 404."""
    monkeypatch.setenv("LABELER_UI_PREFIX", prefix)
    asgi.page.cache_clear()
    asgi.content_security_policy.cache_clear()
    try:
        client = TestClient(asgi.KnowsItsHome(page, ["jobs"]))
        html = client.get("/jobs").text
        script = html.split("<script>")[1].split("</script>")[0]
        assert f'new URL("{prefix}/", location.href)' in script
        assert b64encode(sha256(script.encode()).digest()).decode() in asgi.content_security_policy()
        assert client.get("/").text == html and client.get("/static/a.js").text == "page"
    finally:
        asgi.page.cache_clear()
        asgi.content_security_policy.cache_clear()
