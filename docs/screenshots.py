"""Takes the pictures of docs/images again: a demo service in a temporary folder, a few days' worth of work, Chromium.

    make screenshots

What is secret (links, tokens) is never on a picture: the pages are taken before one is made.
"""

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from labeler.demo.projects import SPAM
from labeler.demo.setup import LogIn

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from chromium import ARGUMENTS, CHROMIUM, MISSING
from demo_work import HARD_ITEM, demo, work
from labeler_ui.app import ENTRIES
from language_models import language_model

IMAGES = Path(__file__).with_name("images")
GALLERY = IMAGES.with_name("gallery.md")


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


def imports(camera: "Camera") -> None:
    camera.open("imports", "[data-testid=stFileUploader]")
    camera.page.locator("input[type=file]").set_input_files(example_file(camera.folder))
    camera.page.get_by_text("What is in each column?").first.wait_for()


def label(camera: "Camera") -> None:
    camera.open("label", "[data-testid=card][data-state=item]")
    camera.page.get_by_test_id("progress").get_by_text("labeled").wait_for()


OF_ADA: dict[str, Scene] = {
    "home": lambda camera: camera.open("", "[data-testid=stProgress]"),
    "progress": progress,
    "items": items,
    "imports": imports,
    "hard": lambda camera: camera.open("hard", ":text('Resolve')"),
    "heuristics": lambda camera: camera.open("heuristics", ":text('Rules at work')"),
    "agreement": lambda camera: camera.open("agreement", ":text('Every two people')"),
    "review": lambda camera: camera.open("review", ":text('Comparable items')"),
    "labelers": lambda camera: camera.open("labelers", ":text('Gold items')"),
    "label_errors": lambda camera: camera.open("label_errors", ":text('Look now')"),
    "campaigns": lambda camera: camera.open("campaigns", ":text('Reminders are ham now')"),
    "readiness": lambda camera: camera.open("readiness", ":text('Infrastructure')"),
    "llms": lambda camera: camera.open("llms", ":text('Small model')"),
    "guidelines": guidelines,
    "datasets": datasets,
    "models": lambda camera: camera.open("models", ":text('Confusion matrix')"),
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
    with (
        tempfile.TemporaryDirectory(prefix="labeler-shots-") as folder,
        language_model() as model,
        demo(Path(folder), model) as url,
    ):
        people = [LogIn(**entry) for entry in json.loads((Path(folder) / "demo-logins.json").read_text())]
        before = work(url, people, model)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            tour(browser, url, people[0], people[1], before, Path(folder))
            browser.close()
    GALLERY.write_text(gallery(), "utf-8")


def gallery() -> str:
    """Every picture there is, by page."""
    titles = {"login": "Log in", "home": "Projects", **{entry.name: entry.title for entry in ENTRIES if entry.name}}
    parts = [
        "# Every page, light and dark, on a desk and on a phone\n",
        "Taken from the demo by `make screenshots`; what each page is for: [pages.md](pages.md).\n",
    ]
    for name in ("login", "home", "label", *(one for one in OF_ADA if one != "home")):
        title = titles[name]
        parts.append(f"## {title}\n")
        for head, modes in (("light | dark", ("", "-dark")), ("phone | phone, dark", ("-phone", "-phone-dark"))):
            cells = (f"![{title}{mode.replace('-', ', ')}](images/{name}{mode}.png)" for mode in modes)
            parts.append(f"| {head} |\n|---|---|\n| {' | '.join(cells)} |\n")
    return "\n".join(parts)


if __name__ == "__main__":
    main()
