"""The service behind nginx, as docs/operations.md sets it up: TLS, a path, and a Host that is not passed on."""

import getpass
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from browsing import Card, Site, labels_of, shown, without_worker
from playwright.sync_api import Browser, expect
from processes import free_port, wait_for

from labeler.kit.config import Settings
from labeler.projects.access import find_project
from labeler.projects.members import set_member

DOCS = Path(__file__).parents[2] / "docs" / "operations.md"
LONG = pytest.mark.faults  # each way of nginx is taken by one of the two tests in any case
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
FRAME = """
daemon off;
user {user};
error_log stderr;
pid {folder}/pid;
worker_processes 1;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {server}
}}
"""


def certificate(folder: Path) -> None:
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run([*made, *names, *files], check=True, capture_output=True)


def configuration(folder: Path, front: int, back: int) -> str:
    """That of the documentation, with our ports and files."""
    [server] = re.findall(r"```nginx\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.S)
    for theirs, ours in (
        ("listen 443", f"listen 127.0.0.1:{front}"),
        ("127.0.0.1:8000", f"127.0.0.1:{back}"),
        ("/etc/ssl/example.org.pem", str(folder / "cert.pem")),
        ("/etc/ssl/example.org.key", str(folder / "key.pem")),
    ):
        assert theirs in server
        server = server.replace(theirs, ours)
    return FRAME.format(user=getpass.getuser(), folder=folder, server=server)


def answers(port: int) -> bool:
    try:
        return httpx.get(f"https://127.0.0.1:{port}/", verify=False).status_code == 404
    except httpx.ConnectError:
        return False


@pytest.fixture
def nginx(tmp_path: Path) -> Iterator[Callable[[int, int, bool], None]]:
    assert NGINX, "nginx was not found (apt-get install nginx)"
    folder, running = tmp_path / "nginx", []
    folder.mkdir()

    def start(front: int, back: int, takes_path_off: bool) -> None:
        certificate(folder)
        text = configuration(folder, front, back)
        if takes_path_off:
            text = text.replace(f"proxy_pass http://127.0.0.1:{back};", f"proxy_pass http://127.0.0.1:{back}/;")
        (folder / "nginx.conf").write_text(text)
        command = [NGINX, "-c", str(folder / "nginx.conf"), "-e", "stderr", "-p", str(folder)]
        with open(folder / "log", "wb") as log:
            running.append(subprocess.Popen(command, stderr=log))
        wait_for(lambda: answers(front), 20, "nginx")

    yield start
    for process in running:
        process.terminate()
        process.wait(20)


@pytest.fixture
def behind(settings: Settings, nginx: Any, request: pytest.FixtureRequest) -> Iterator[tuple[Site, str]]:
    """A service, and the address at which nginx shows it; the parameter says whether nginx takes the path off, and
    whether jobs run."""
    takes_path_off, has_worker = request.param
    settings = settings if has_worker else without_worker(settings)
    front = free_port()
    address = f"https://127.0.0.1:{front}/labels"
    site = Site(settings.model_copy(update={"public_url": address, "trusted_proxies": "127.0.0.1"}))
    nginx(front, site.settings.port, takes_path_off)
    yield site, address
    site.stop()


@pytest.mark.one_database
@pytest.mark.parametrize(
    "behind",
    [pytest.param((False, False), id="path left on"), pytest.param((True, False), marks=LONG, id="path taken off")],
    indirect=True,
)
def test_everything_works_below_a_path(behind: tuple[Site, str], browser: Browser) -> None:
    site, address = behind
    project = site.project(12)
    context = browser.new_context(ignore_https_errors=True, viewport={"width": 1280, "height": 800})
    with closing(context):
        page, outside, failed = context.new_page(), [], []
        inside = ("data:", "blob:", f"{address}/", f"{address.replace('https', 'wss')}/")
        context.on("request", lambda one: None if one.url.startswith(inside) else outside.append(one.url))
        page.on("websocket", lambda one: None if one.url.startswith(inside) else outside.append(one.url))
        context.on("response", lambda one: failed.append(f"{one.status} {one.url}") if one.status >= 500 else None)
        # An invitation, from the link as it was printed.
        made = site.admin.client.post("/users", json={"email": "new@example.org", "name": "New", "role": "labeler"})
        link = made["invitation_url"]
        assert link.startswith(f"{address}/invitation#")
        site.db.write(set_member, site.db.read(find_project, project.slug).id, made["id"], "labeler")
        page.goto(link)
        page.get_by_label("Choose a password").fill("a rather long pass phrase")
        page.get_by_label("Repeat the password").fill("a rather long pass phrase")
        page.get_by_role("button", name="Set the password and start").click()
        page.wait_for_url(f"{address}/label?project={project.slug}")
        [cookie] = [one for one in context.cookies() if one["name"] == "labeler_session"]
        assert (cookie["path"], cookie["secure"], cookie["httpOnly"]) == ("/labels", True, True)
        # Their first labels.
        page.get_by_role("button", name="I have read it").click()
        Card(page).ready().press("1", "2", "1")
        Card(page).saved()
        assert len(labels_of(project)) == 3
        # Another page by a link, and by its address.
        page.get_by_role("link", name="Progress").click()
        page.wait_for_url(f"{address}/progress?project={project.slug}")
        expect(shown(page, "3 of 12 items labeled.")).to_be_visible()
        page.reload()
        expect(shown(page, "3 of 12 items labeled.")).to_be_visible()
        page.get_by_role("button", name="Log out").click()
        expect(page.get_by_role("button", name="Log in")).to_be_visible()
    assert outside == []
    assert failed == []


@pytest.mark.whole
@pytest.mark.one_database
@pytest.mark.parametrize(
    "behind",
    [pytest.param((False, True), marks=LONG, id="path left on"), pytest.param((True, True), id="path taken off")],
    indirect=True,
)
def test_a_manager_uploads_and_downloads_below_a_path(behind: tuple[Site, str], browser: Browser) -> None:
    site, address = behind
    project = site.project(5)
    with closing(browser.new_context(ignore_https_errors=True)) as context:
        origin = address.removesuffix("/labels")
        given = {"email": site.admin.email, "password": site.admin.password}
        answer = context.request.post(f"{address}/api/v1/session", data=given, headers={"origin": origin})
        assert answer.ok and answer.headers["strict-transport-security"] == "max-age=31536000"
        page = context.new_page()
        page.goto(f"{address}/imports?project={project.slug}")
        rows = "\n".join(f'{{"key": "n{n}", "text": "text {n}"}}' for n in range(3))
        file = {"name": "new.jsonl", "mimeType": "text/plain", "buffer": rows.encode()}
        page.locator("input[type=file]").set_input_files(file)
        page.get_by_role("button", name="Import", exact=True).click()
        expect(shown(page, "All 3 rows are in.")).to_be_visible()
        page.goto(f"{address}/nowhere")
        page.get_by_role("link", name="To the projects").click()
        page.wait_for_url(f"{address}/")
        page.goto(f"{address}/api/docs")
        expect(page.locator(".opblock").first).to_be_visible()
        assert context.request.get(address, max_redirects=0).headers["location"].endswith("/labels/")
