"""Takes the pictures of docs/images again: a demo service in a temporary folder, a few days' worth of work, Chromium.

    make screenshots

What is secret (links, tokens) is never on a picture: the pages are taken before one is made.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from labeler.client import Client, Project
from labeler.demo.projects import SPAM
from labeler.demo.setup import LogIn

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from chromium import ARGUMENTS, CHROMIUM, MISSING

IMAGES = Path(__file__).with_name("images")
LABELS = 200
HARD_ITEM = "sms-train-001567"
NEW_RULE = "- Reminders and receipts of a service that somebody uses are ham, also when they come from a machine.\n"


@contextmanager
def demo(home: Path) -> Iterator[str]:
    """`labeler demo` with simulated labels on a free port; its address, once everything is labeled."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "labeler", "demo", "--port", str(port), "--simulate", str(LABELS)]
    with open(home / "log", "wb") as log:
        running = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "LABELER_HOME": str(home)})
        try:
            done = f"{LABELS:,} of {LABELS:,} labeled"
            wait(lambda: done in (home / "log").read_text(), 600, "the simulated labels", running)
            yield f"http://127.0.0.1:{port}"
        finally:
            running.terminate()
            running.wait(30)


def wait(found: Callable[[], Any], seconds: float, what: str, process: Any = None) -> Any:
    stop_at = time.monotonic() + seconds
    while not (answer := found()):
        if time.monotonic() > stop_at or (process is not None and process.poll() is not None):
            raise SystemExit(f"waited in vain for {what}")
        time.sleep(0.2)
    return answer


def log_in(url: str, person: LogIn) -> Client:
    """A client that acts for a person of the demo, through a session as a browser has one."""
    import httpx

    given = {"email": person.email, "password": person.password}
    answer = httpx.post(f"{url}/api/v1/session", json=given, trust_env=False)
    return Client(url, session=answer.cookies["labeler_session"])


def work(url: str, people: list[LogIn]) -> str:
    """What people did before the pictures: labels, hard flags, a second guideline, versions, a live model.

    Returns the tag of the first dataset version that was asked for.
    """
    ada, lin, peer = (log_in(url, person).projects.get(SPAM.slug) for person in people)
    wait(lambda: ada.progress().training.state == "idle", 300, "the last training")
    for project in (lin, peer):
        project.guidelines.acknowledge(1)
    truth = known_answers()
    for project, n in ((lin, 24), (peer, 14)):
        for item in project.queue.next(n):
            seconds = 2.2 + len(item.content.get("text", "")) / 60
            project.label(item, truth[item.key], elapsed_ms=round(1000 * seconds), guideline_version=1)
    ada.snapshot("before the first review").wait(120)
    before = max(ada.datasets(), key=lambda one: one.version).tag
    theirs = [row for row in lin.labels if row.labeler.name == "Lin"]
    for row in theirs[:2]:  # a change of mind
        lin.label(row.item_key, "spam" if row.value == "ham" else "ham")
    for item in peer.queue.next(10):
        peer.label(item, truth[item.key], elapsed_ms=3100)
    flag_some(lin, peer)
    text = ada.guidelines.current().text
    ada.guidelines.publish(second_version(text), "machine-made reminders are ham")
    for project in (ada, lin, peer):
        project.guidelines.acknowledge(2)
    ada.snapshot("with the decisions of the first review").wait(120)
    wait(lambda: ada.progress().training.state == "idle", 300, "the last training")
    ada.train().wait(120)
    newest = max(model.number for model in ada.models())
    ada.promote(newest - 1, "first model in use")
    ada.promote(newest, "better on the same holdout")
    return before


def known_answers() -> dict[str, str]:
    from labeler.demo.simulate import answers

    return answers()


def second_version(text: str) -> str:
    """The demo's guideline with one rule more, in the section of ham."""
    at = text.index("## ham")
    end = text.find("\n## ", at + 1)
    end = len(text) if end < 0 else end
    return text[:end].rstrip("\n") + "\n" + NEW_RULE + text[end:]


def flag_some(lin: Project, peer: Project) -> None:
    """Hard items as they come up: by one or two labelers, with and without a label."""
    ambiguous, silent, context, _ = lin.info.settings.flag_reasons
    lin.flag(HARD_ITEM, silent, note="A bank's message: does that count as subscribed to?")
    peer.label(HARD_ITEM, "ham")
    peer.flag("sms-train-002476", silent, note="Machine-made, but they want to know it.")
    lin.flag("sms-train-001177", ambiguous, note="A chain letter, but from a friend.")
    peer.label("sms-train-002771", "spam", hard={"reason": context, "note": "Did they pay for this?"})


class Camera:
    """A browser logged in as one person. before, folder: what some scenes need, see `tour`."""

    before: str
    folder: Path

    def __init__(self, browser: Browser, url: str, person: LogIn | None, **options: Any) -> None:
        settings = {
            "viewport": {"width": 1280, "height": 800},
            "device_scale_factor": 1,
            "color_scheme": "light",
        }
        self.context = browser.new_context(**{**settings, **options})
        self.context.set_default_timeout(30_000)
        self.url = url
        if person:
            given = {"email": person.email, "password": person.password}
            self.context.request.post(f"{url}/api/v1/session", data=given)
        self.page: Page = self.context.new_page()

    def open(self, name: str, until: str) -> Page:
        self.page.goto(f"{self.url}/{name}?project={SPAM.slug}")
        self.page.locator(until).first.wait_for()
        return self.page

    def take(self, name: str) -> None:
        """The picture, once nothing on the page is a placeholder or still moves."""
        self.page.mouse.move(0, 0)
        self.page.evaluate("document.activeElement.blur()")
        self.page.get_by_test_id("stSkeleton").first.wait_for(state="hidden")
        self.page.wait_for_timeout(1500)
        path = IMAGES / f"{name}.png"
        self.page.screenshot(path=path, animations="disabled", caret="hide")
        shrink(path)
        print(f"{path.name}  {path.stat().st_size // 1024} KB", flush=True)


def shrink(path: Path) -> None:
    """At most 256 colors (Pillow comes with Streamlit)."""
    from PIL import Image

    Image.open(path).convert("RGB").quantize(256).save(path, optimize=True)


def example_file(folder: Path) -> Path:
    """A small file for the picture of a new project."""
    kinds = ("arrived in two days;praise", "the lid was broken;complaint", "does it fit a jug?;question")
    rows = [f"r{n};order {1000 + 7 * n}: {kinds[n % 3]}" for n in range(30)]
    path = folder / "reviews.csv"
    path.write_text("\n".join(["id;text;label", *rows]), "utf-8")
    return path


PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
MODES: dict[str, dict[str, Any]] = {
    "": {},
    "-dark": {"color_scheme": "dark"},
    "-phone": PHONE,
    "-phone-dark": {**PHONE, "color_scheme": "dark"},
}
TABLE = "[data-testid=stDataFrame] canvas"
Scene = Callable[["Camera"], Any]


def progress(camera: "Camera") -> None:
    camera.open("progress", ":text('Dashed:')")
    camera.page.locator(TABLE).first.wait_for()


def items(camera: "Camera") -> None:
    camera.open("items", TABLE)
    camera.page.goto(f"{camera.page.url}&item={HARD_ITEM}")
    camera.page.get_by_placeholder("words in the text").fill("transaction")
    camera.page.keyboard.press("Enter")
    camera.page.get_by_text("History", exact=True).wait_for()


def guidelines(camera: "Camera") -> None:
    camera.open("guidelines", ".lb-guideline")
    camera.page.get_by_role("tab", name="Versions").click()
    camera.page.locator(".lb-diff").wait_for()


def datasets(camera: "Camera") -> None:
    camera.open("datasets", TABLE)
    camera.page.get_by_role("tab", name="Compare two").click()
    camera.page.get_by_role("combobox", name="From").click()
    camera.page.get_by_role("option", name=camera.before, exact=True).click()
    camera.page.get_by_text("Changed labels").wait_for()


def settings(camera: "Camera") -> None:
    camera.open("settings", "[data-testid=labels-says]")
    camera.page.get_by_role("tab", name="Learning").click()
    camera.page.get_by_text("Query strategy").wait_for()


def setup(camera: "Camera") -> None:
    camera.open("setup", ":text('Create the project')")
    camera.page.get_by_label("Name").first.fill("Reviews")
    camera.page.get_by_text("1. Items").click()
    camera.page.locator("input[type=file]").set_input_files(example_file(camera.folder))
    camera.page.get_by_text("What is in each column?").first.wait_for()


def label(camera: "Camera") -> None:
    camera.open("label", "[data-testid=card][data-state=item]")
    camera.page.get_by_test_id("progress").get_by_text("labeled").wait_for()


OF_ADA: dict[str, Scene] = {
    "home": lambda camera: camera.open("", "[data-testid=stProgress]"),
    "progress": progress,
    "items": items,
    "hard": lambda camera: camera.open("hard", ":text('Resolve')"),
    "guidelines": guidelines,
    "datasets": datasets,
    "models": lambda camera: camera.open("models", "summary:has-text('How it was trained')"),
    "jobs": lambda camera: camera.open("jobs", ":text('Training')"),
    "people": lambda camera: camera.open("people", ":text('Add a member')"),
    "settings": settings,
    "setup": setup,
    "account": lambda camera: camera.open("account", ":text('Where you are logged in')"),
}


def tour(browser: Browser, url: str, ada: LogIn, lin: LogIn, before: str, folder: Path) -> None:
    """Every page in every mode: light and dark, on a desk and on a phone."""
    for mode, options in MODES.items():
        camera = Camera(browser, url, None, **options)
        camera.open("", "[data-testid=login]")
        camera.take(f"login{mode}")
        for person, scenes in ((lin, {"label": label}), (ada, OF_ADA)):
            camera = Camera(browser, url, person, **options)
            camera.before, camera.folder = before, folder
            for name, scene in scenes.items():
                scene(camera)
                camera.take(f"{name}{mode}")
            camera.context.close()


def main() -> None:
    if CHROMIUM is None:
        raise SystemExit(MISSING)
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="labeler-shots-") as folder, demo(Path(folder)) as url:
        people = [LogIn(**entry) for entry in json.loads((Path(folder) / "demo-logins.json").read_text())]
        before = work(url, people)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            tour(browser, url, people[0], people[1], before, Path(folder))
            browser.close()


if __name__ == "__main__":
    main()
