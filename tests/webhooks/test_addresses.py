"""Webhooks reach public addresses and what the operator allows, and nothing else (G16)."""

import asyncio
import socket
import ssl
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from labeler.client import ApiError, Project
from labeler.kit.config import Settings
from labeler.webhooks import transport
from labeler.webhooks.addresses import Allowed, Refused, look_at, read_url
from labeler.webhooks.transport import Outcome, Transport

CLOSED = Allowed(frozenset(), (), http=False)
INSIDE = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.8.8.8",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.5",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::8.8.8.8",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside_are_refused_after_resolution(address: str) -> None:
    with pytest.raises(Refused):
        look_at("hooks.example.org", [address], CLOSED)
    with pytest.raises(Refused):
        look_at("hooks.example.org", ["8.8.8.8", address], CLOSED)
    written = f"[{address}]" if ":" in address else address
    with pytest.raises(Refused):
        read_url(f"https://{written}/hook", CLOSED)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "2606:4700::1111", "2a00:1450:4001::1"])
def test_public_addresses_are_reached(address: str) -> None:
    assert look_at("hooks.example.org", [address], CLOSED) == [address]


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org/",
        "ftp://hooks.example.org/",
        "file:///etc/passwd",
        "gopher://hooks.example.org/",
        "https://",
        "https:///hook",
        "hooks.example.org/hook",
        "//hooks.example.org",
        "https://user:password@hooks.example.org/",
        "https://user@hooks.example.org/",
        "https://hooks.example.org:22/",
        "https://hooks.example.org:25/",
        "https://hooks.example.org:80/",
        "https://hooks.example.org:99999/",
        "https://hooks.example.org/\r\nx: y",
        "https://[::1",
        "javascript:alert(1)",
        "",
    ],
)
def test_urls_that_lead_elsewhere_are_refused(url: str) -> None:
    with pytest.raises(Refused):
        read_url(url, CLOSED)


@pytest.mark.parametrize(
    "url", ["https://hooks.example.org", "https://hooks.example.org:8443/a?b=c", "https://8.8.8.8/"]
)
def test_usual_urls_are_taken(url: str) -> None:
    assert read_url(url, CLOSED).host


def test_the_operator_opens_names_and_networks() -> None:
    hosts = "hooks.internal, 10.1.0.0/16, fd00::/8"
    allowed = Allowed.of(Settings(webhook_allowed_hosts=hosts, webhook_allow_http=True))
    assert look_at("HOOKS.internal.", ["127.0.0.1"], allowed) == ["127.0.0.1"]
    assert look_at("any", ["10.1.2.3", "fd00::1"], allowed) == ["10.1.2.3", "fd00::1"]
    for address in ("10.2.0.1", "::ffff:10.1.2.3"):
        with pytest.raises(Refused):
            look_at("any", [address], allowed)
    assert read_url("http://hooks.internal/", allowed).host == "hooks.internal"
    with pytest.raises(ValueError, match="names or networks"):
        Settings(webhook_allowed_hosts="http://x/")


def post(url: str, allowed: Allowed, seconds: float = 3.0) -> Outcome:
    async def once() -> Outcome:
        using = Transport(allowed, 4)
        try:
            return await using.post(url, {"webhook-id": "x"}, b"{}", seconds)
        finally:
            await using.close()

    return asyncio.run(once())


def resolves(monkeypatch: Any, *answers: str) -> list[str]:
    """Names resolve to these, one after the other; returns which were asked for."""
    asked, left = [], list(answers)

    def getaddrinfo(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (left.pop(0), port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


HTTP = Allowed(frozenset(), (), http=True)
NOT_PUBLIC = "The host's address is not a public one, and the operator has not allowed it."


def test_a_name_that_resolves_to_loopback_is_not_called(monkeypatch: Any, receiver: Any) -> None:
    asked = resolves(monkeypatch, "127.0.0.1")
    assert post(f"http://hooks.example.org:{receiver.port}/", HTTP).error == NOT_PUBLIC
    assert asked == ["hooks.example.org"] and receiver.calls == []


def test_a_name_is_resolved_once_and_that_address_is_called(monkeypatch: Any, receiver: Any) -> None:
    """A name server that says something else the second time (rebinding) is not asked a second time."""
    asked = resolves(monkeypatch, "8.8.8.8", "127.0.0.1")
    connected = []

    async def connect(self: Any, host: str, *given: Any) -> Any:
        connected.append(host)
        raise transport.httpcore.ConnectError("nobody there")

    monkeypatch.setattr(transport.httpcore.AnyIOBackend, "connect_tcp", connect)
    outcome = post(f"http://hooks.example.org:{receiver.port}/", HTTP)
    assert outcome.error == "The receiver could not be connected to."
    assert (asked, connected, receiver.calls) == (["hooks.example.org"], ["8.8.8.8"], [])


@pytest.mark.parametrize("written", ["2130706433", "0x7f000001", "127.1", "localhost", "[::ffff:127.0.0.1]"])
def test_other_spellings_of_loopback_are_refused(written: str, receiver: Any) -> None:
    assert post(f"http://{written}:{receiver.port}/", HTTP).error is not None
    assert receiver.calls == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(receiver: Any, status: int) -> None:
    receiver.says(status, location=receiver.url("/inside"))
    outcome = post(
        receiver.url("/out"), Allowed.of(Settings(webhook_allowed_hosts="127.0.0.1", webhook_allow_http=True))
    )
    assert outcome.error == f"The receiver answered {status}: redirects are not followed."
    assert [call.path for call in receiver.calls] == ["/out"]


def test_no_proxy_of_the_environment_is_used(monkeypatch: Any, receiver: Any) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, receiver.url())
    asked = resolves(monkeypatch, "169.254.169.254")
    assert post("https://metadata.example.org/", CLOSED).error == NOT_PUBLIC
    assert asked == ["metadata.example.org"] and receiver.calls == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    made = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    names = ["-subj", "/CN=hooks.example.org", "-addext", "subjectAltName=DNS:hooks.example.org"]
    subprocess.run(
        [*made, *names, "-keyout", folder / "key.pem", "-out", folder / "cert.pem"], check=True, capture_output=True
    )
    return folder


@pytest.mark.parametrize(("host", "error"), [("hooks.example.org", None), ("else.example.org", "certificate")])
def test_the_certificate_must_be_of_the_name_in_the_url(
    monkeypatch: Any, certificate: Path, host: str, error: str | None
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    named = []
    context.sni_callback = lambda _, name, __: named.append(name)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            try:
                with context.wrap_socket(listener.accept()[0], server_side=True) as connection:
                    asked = b""
                    # To its end: who hangs up before cuts its own answer off.
                    while not asked.endswith(b"{}") and (part := connection.recv(65_536)):
                        asked += part
                    connection.sendall(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
            except OSError:
                return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        resolves(monkeypatch, "127.0.0.1")
        outcome = post(f"https://{host}:{listener.getsockname()[1]}/", Allowed(frozenset([host]), (), http=False))
        thread.join(5)
    assert named == [host]
    assert outcome.error is None if error is None else error in str(outcome.error)


def test_an_answer_that_drips_is_cut_off() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        over = threading.Event()

        def drip() -> None:
            with listener.accept()[0] as connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                while not over.wait(0.1):
                    try:
                        connection.sendall(b"x: y\r\n")
                    except OSError:
                        return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        port = listener.getsockname()[1]
        outcome = post(f"http://127.0.0.1:{port}/", Allowed(frozenset(["127.0.0.1"]), (), http=True), 0.6)
        over.set()
        thread.join(5)
    assert outcome.error == "The receiver did not answer within 0.6 seconds." and outcome.duration_ms < 2_000


def test_a_url_is_judged_when_it_is_written(project: Project) -> None:
    for url in ("https://10.0.0.1/", "https://user:x@hooks.example.org/", "https://hooks.example.org:25/"):
        with pytest.raises(ApiError) as refused:
            project.webhooks.create(url)
        assert refused.value.type == "invalid" and refused.value.errors[0]["pointer"] == "/url"
    hook = project.webhooks.create("https://hooks.example.org/x#part")
    assert hook.url == "https://hooks.example.org/x"
    with pytest.raises(ApiError):
        project.webhooks.change(hook.id, url="https://[fd00::1]/")
