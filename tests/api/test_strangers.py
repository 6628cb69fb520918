"""What somebody who is not logged in can cost a service that really runs (G29)."""

import resource
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from bench.load import label_for
from hostile import KINDS, hostile_strangers
from processes import STARTS_IN, Running, wait_for

from labeler.accounts.tokens import make_token
from labeler.accounts.users import add_user
from labeler.api.connections import HEAD_BYTES, HEAD_SECONDS
from labeler.api.middleware import STRANGERS_BYTES
from labeler.client import Client
from labeler.kit.config import Settings
from labeler.kit.db import Database

API = "/api/v1"
MEGABYTE = b"x" * 1024**2
MANY = 600


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """API and UI, as people open them."""
    from processes import free_port

    folder = tmp_path_factory.mktemp("strangers")
    settings = Settings(home=folder / "home", database_url="", port=free_port(), log_level="ERROR")
    running = Running(["-m", "labeler", "ui"], settings, folder / "log")
    wait_for(running.ready, STARTS_IN, "the service to answer")
    yield running
    running.stop()


def connect(site: Running, sent: bytes = b"") -> socket.socket:
    stranger = socket.create_connection(("127.0.0.1", site.settings.port), timeout=30)
    stranger.sendall(sent)
    return stranger


def answer_of(stranger: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    found = b""
    try:
        while part := stranger.recv(65536):
            found += part
    except ConnectionError:
        pass
    return found


def closed(stranger: socket.socket) -> bool:
    stranger.setblocking(False)
    try:
        while stranger.recv(65536):
            pass
        return True
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


def memory(running: Running) -> int:
    """Bytes that the process has in memory."""
    pages = int(Path(f"/proc/{running.pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def files_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def send_until_refused(stranger: socket.socket, parts: Iterator[bytes], most: int) -> int:
    """Send, as long as the other side takes it; how many bytes it took."""
    sent = 0
    try:
        for part in parts:
            stranger.sendall(part)
            sent += len(part)
            if sent > most:
                break
    except OSError:
        pass
    return sent


def endless(part: bytes) -> Iterator[bytes]:
    while True:
        yield part


@pytest.mark.parametrize(
    "begin",
    [b"GET / HTTP/1.1\r\nx-long: ", b"GET /", b"GET / HTTP/1.1\r\nhost: x\r\n"],
    ids=["one header", "the address", "many headers"],
)
def test_an_endless_head_is_cut_off(site: Running, begin: bytes) -> None:
    before = memory(site)
    stranger = connect(site, begin)
    part = b"a: b\r\n" * 1000 if begin.endswith(b"\r\n") else b"y" * 8000
    assert send_until_refused(stranger, endless(part), 64 * 1024**2) < 16 * 1024**2
    assert memory(site) - before < 32 * 1024**2
    assert httpx.get(site.url + "/healthz").status_code == 200


def test_a_long_head_at_once_is_refused(site: Running) -> None:
    stranger = connect(site, b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-long: " + b"y" * HEAD_BYTES + b"\r\n\r\n")
    assert answer_of(stranger).startswith(b"HTTP/1.1 431 ")


def test_what_is_begun_and_not_finished_is_closed(site: Running) -> None:
    """Half-open connections, heads that come slowly and bodies that don't come: none stays, nobody waits for them."""
    begun = {
        "nothing": b"",
        "half a head": b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: ",
        "no body": b"POST /api/v1/session HTTP/1.1\r\nhost: x\r\ncontent-length: 60000\r\n\r\n{",
    }
    strangers = [connect(site, sent) for sent in begun.values() for _ in range(MANY // len(begun))]
    started = time.monotonic()
    while not all(closed(stranger) for stranger in strangers):
        asked = time.monotonic()
        assert httpx.get(site.url + "/healthz").status_code == 200
        assert time.monotonic() - asked < 10  # a busy machine has its own pace
        assert asked - started < 3 * HEAD_SECONDS, "some were still open"
        time.sleep(0.2)
    for stranger in strangers:
        stranger.close()


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=b", "text/plain", ""])
@pytest.mark.parametrize("path", ["/session", "/imports/preview", "/invitation", "/projects/p/imports", "/nowhere"])
@pytest.mark.parametrize("told", [True, False], ids=["length told", "in chunks"])
def test_a_strangers_big_body_is_not_taken(site: Running, kind: str, path: str, told: bool) -> None:
    before, kept = memory(site), files_in(site.settings.home)
    length = f"content-length: {600 * 1024**2}" if told else "transfer-encoding: chunked"
    head = f"POST {API}{path} HTTP/1.1\r\nhost: x\r\ncontent-type: {kind}\r\n{length}\r\n\r\n".encode()
    body = b'--b\r\ncontent-disposition: form-data; name="file"; filename="f"\r\n\r\n' if "multi" in kind else b'"'
    stranger = connect(site, head + (body if told else b"%x\r\n%s\r\n" % (len(body), body)))
    part = MEGABYTE if told else b"%x\r\n%s\r\n" % (len(MEGABYTE), MEGABYTE)
    send_until_refused(stranger, endless(part), 24 * 1024**2)
    assert stranger.recv(12) in (b"HTTP/1.1 401", b"HTTP/1.1 413", b"HTTP/1.1 404")
    stranger.close()
    assert memory(site) - before < 16 * 1024**2
    assert files_in(site.settings.home) == kept


def test_a_stranger_uploads_nothing_to_the_ui(site: Running) -> None:
    answer = httpx.put(site.url + "/_stcore/upload_file/a/b", files={"file": MEGABYTE})
    assert answer.status_code == 401
    assert httpx.get(site.url + "/_stcore/metrics").status_code == 404
    assert httpx.get(site.url + "/_stcore/health").status_code == 200


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("content-encoding: gzip\r\ncontent-length: 2", b"415"),
        ("transfer-encoding: gzip, chunked", b"415"),
        ("content-encoding: identity\r\ncontent-length: 2", b"422"),
        ("content-length: 2", b"422"),
    ],
)
def test_an_encoding_is_refused_and_not_ignored(site: Running, header: str, status: bytes) -> None:
    head = f"POST {API}/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n{header}\r\n\r\n"
    stranger = connect(site, head.encode() + (b"{}" if "length" in header else b"2\r\n{}\r\n0\r\n\r\n"))
    assert stranger.recv(12) == b"HTTP/1.1 " + status
    stranger.close()


def test_a_log_in_fits_into_what_a_stranger_may_send(site: Running) -> None:
    assert STRANGERS_BYTES > 10 * 1000 + 254
    body = {"email": "a@b.c", "password": "x" * 1000}
    assert httpx.post(f"{site.url}{API}/session", json=body).status_code == 401


def test_people_label_beside_ten_hostile_clients(site: Running) -> None:
    """How much slower it makes them is measured in tests/bench/test_strangers.py."""
    db = Database(site.settings)
    people = [db.write(add_user, f"admin{number}@example.org", "Admin", "admin") for number in range(8)]
    tokens = [db.write(make_token, one.id, "test", ["*"])[1] for one in people]
    db.close()
    with Client(site.url, token=tokens[0]) as client:
        project = client.projects.create("Beside", labels=["spam", "ham"])
        project.items.add([{"key": f"m{n}", "text": f"message {n}"} for n in range(500)], progress=False)
    before, kept = memory(site), files_but_the_database(site.settings.home)
    with hostile_strangers(site.settings.port) as did:
        found = label_for([site.settings.port], tokens, project.path, 4, 0.3)
    assert found.errors == [] and len(found.submit_times) >= len(tokens)
    assert len(did) == len(KINDS) and all(one["steps"] > 4 for one in did.values())
    assert memory(site) - before < 256 * 1024**2
    assert files_but_the_database(site.settings.home) == kept


def files_but_the_database(home: Path) -> int:
    """Each looked at once: the database grows meanwhile."""
    files = (path for path in home.rglob("*") if path.is_file() and not path.name.startswith("labeler.db"))
    return sum(path.stat().st_size for path in files)
