"""What browser tests stand on: a service with people in it, the pages they open, the labeling card."""

import csv
import itertools
import secrets
import time
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from re import Pattern
from typing import Any
from urllib.parse import urlsplit

import processes
from playwright.sync_api import Browser, BrowserContext, Locator, Page, TimeoutError, expect

from labeler.accounts.tokens import make_token
from labeler.accounts.users import add_user
from labeler.client import Client, Project
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.projects.access import find_project
from labeler.projects.members import set_member
from labeler.wire.labels import LabelRow

GUIDELINE = "# SMS\n\nIs it unasked-for advertising?\n\n## spam\n\nWants money.\n\n## ham\n\nEverything else.\n"

AXE = Path(__file__).parents[1] / "typescript" / "node_modules" / "axe-core" / "axe.min.js"

expect.set_options(timeout=60_000)

DRAWING = "[data-testid=stApp][data-test-script-state=running]"
"""A page that Streamlit is drawing: lists close, and what is under the mouse may move."""

ASKED = """(() => {
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    if (new Uint8Array(data.buffer ?? data)[0] === 0x5a) globalThis.askedToDraw = performance.now();
    return send.call(this, data);
  };
  const look = (changes) => {
    if (changes.some((one) => one.target.dataset.testScriptState === "running")) globalThis.askedToDraw = null;
  };
  new MutationObserver(look).observe(document, { attributeFilter: ["data-test-script-state"], subtree: true });
})()"""
"""Keeps since when a page has waited to be drawn again: Streamlit asks its server first (a `rerun_script` message,
which begins with this byte), and says that it is running when the answer begins."""

WAITS = "() => !globalThis.askedToDraw || performance.now() - globalThis.askedToDraw > 5000"
"""What was answered at once, or never, is not waited for."""


@dataclass
class Someone:
    """An account with a password for the browser and a client for what the test arranges and checks."""

    id: int
    email: str
    name: str
    password: str
    client: Client


def without_worker(settings: Settings) -> Settings:
    """For a service of one test that waits for no job: a worker and its warm process take longer to start than it."""
    return settings.model_copy(update={"worker_slots": 0})


class Site:
    """A running service that can be killed and started again on the same port."""

    def __init__(self, settings: Settings, **environment: str) -> None:
        port = processes.free_port()
        self.settings = settings.model_copy(update={"port": port, "log_level": "WARNING"})
        self.db = Database(self.settings)
        self.numbers = itertools.count(1)
        self.environment = environment
        self.start()
        self.admin = self.person("admin")

    @property
    def url(self) -> str:
        return self.process.url

    def start(self) -> None:
        log = self.settings.home / "service.log"
        self.process = processes.Running(["-m", "labeler", "serve"], self.settings, log, **self.environment)
        try:
            processes.wait_for(self.process.ready, processes.STARTS_IN, "the service to be ready")
        except BaseException:
            self.process.kill()
            raise

    def person(self, role: str = "labeler") -> Someone:
        number = next(self.numbers)
        email, password = f"{role}{number}@example.org", secrets.token_urlsafe(12)
        user = self.db.write(add_user, email, f"{role.title()} {number}", role, password=password)
        token = self.db.write(make_token, user.id, "test", ["*"])[1]
        return Someone(user.id, email, user.name, password, Client(self.url, token=token))

    def member(self, project: Project, role: str = "labeler", read: bool = True) -> Someone:
        """A new person with this role in the project, who has read its guideline."""
        someone = self.person(role)
        project_id = self.db.read(find_project, project.slug).id
        self.db.write(set_member, project_id, someone.id, role)
        if read:
            someone.client.projects.get(project.slug).guidelines.acknowledge(1)
        return someone

    def project(self, n: int = 200, name: str = "SMS", labels: Any = ("spam", "ham"), **settings: Any) -> Project:
        """A project with n real messages and a published guideline. What it trains is the quickest there is: trainings
        share the processors with the browser."""
        if "task_type" not in settings:
            settings = {"model": "logistic_regression", **settings}
        made = self.admin.client.projects.create(name, labels=labels, **settings)
        made.guidelines.publish(GUIDELINE, "first version")
        made.items.add(messages(n), progress=False)
        return made

    def stop(self) -> None:
        self.process.stop()
        self.db.close()


def messages(n: int) -> list[dict[str, Any]]:
    """The first n different messages of the demo's data."""
    found: dict[str, dict[str, Any]] = {}
    with (files("labeler.demo") / "sms.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            words = " ".join(row["text"].split())
            found.setdefault(words, {"key": row["id"], "text": words, "metadata": {"truth": row["label"]}})
            if len(found) == n:
                break
    return list(found.values())


class Pages:
    """Browser pages that were used before: most of the work of a first visit is to compile the scripts. Each is in a
    context of its own, and nothing of the visit before is left in it."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.free: dict[str, list[Page]] = {}

    def take(self, origin: str, fresh: bool, options: dict[str, Any]) -> Page:
        """A page in a context with these options, without cookies and storage. fresh: one that nobody had."""
        size = options.pop("viewport", {"width": 1280, "height": 800})
        colors = options.pop("color_scheme", "light")
        free = self.free.setdefault(repr(options), [])
        page = free.pop() if free and not fresh else self._new(options)
        page.context.set_default_timeout(60_000)
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=colors)
        page.goto(f"{origin}/healthz")
        page.evaluate("[localStorage, sessionStorage].forEach((one) => one.clear())")
        page.context.clear_cookies()
        return page

    def _new(self, options: dict[str, Any]) -> Page:
        context = self.browser.new_context(**options)
        context.add_init_script(ASKED)
        return context.new_page()

    def give(self, page: Page, options: dict[str, Any]) -> None:
        """Take it back, when nobody listens to it any more."""
        for other in page.context.pages:
            if other is not page:
                other.close()
        page.unroute_all(behavior="ignoreErrors")
        page.context.set_offline(False)
        page.mouse.move(0, 0)
        self.free[repr(options)].append(page)


@dataclass
class Visit:
    """A page that was opened, the options of its context, and who listens to it."""

    page: Page
    options: dict[str, Any]
    fresh: bool
    listeners: list[tuple[Page | BrowserContext, str, Any]]


@dataclass
class Visits:
    """Opens pages; keeps what must not happen on any of them."""

    pages: Pages
    opened: list[Visit] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __call__(self, url: str, someone: Someone | None = None, fresh: bool = False, **options: Any) -> Page:
        """A page in a context of its own, logged in as someone, at the address.

        fresh: for who changes what can't be changed back, such as scripts that run before the page's own.
        """
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        page = self.pages.take(origin, fresh, options)
        context = page.context
        listeners = [
            (context, "request", lambda request: self._asked(request.url, parts.netloc)),
            (page, "dialog", self._dialog),
            (page, "pageerror", lambda error: self.errors.append(str(error))),
            (page, "websocket", lambda socket: self._asked(socket.url, parts.netloc)),
        ]
        for where, event, listener in listeners:
            where.on(event, listener)  # type: ignore[call-overload]
        self.opened.append(Visit(page, options, fresh, listeners))
        page.add_locator_handler(page.locator(DRAWING), lambda: None)  # wait for its end, as one who looks would
        if someone:
            given = {"email": someone.email, "password": someone.password}
            answer = context.request.post(f"{origin}/api/v1/session", data=given)
            assert answer.ok, answer.text()
        page.goto(url)
        return page

    def end(self) -> None:
        """Leave all pages; afterwards nothing may have popped up or asked another host."""
        for visit in self.opened:
            if visit.fresh or visit.page.is_closed():
                visit.page.context.close()
                continue
            visit.page.goto("about:blank")
            visit.page.remove_locator_handler(visit.page.locator(DRAWING))
            for where, event, listener in visit.listeners:
                where.remove_listener(event, listener)
            self.pages.give(visit.page, visit.options)
        assert self.dialogs == []
        assert self.outside == []
        assert self.errors == []

    def _asked(self, url: str, netloc: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"blob", "data", "about"} and parts.netloc != netloc:
            self.outside.append(url)

    def _dialog(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()


def shown(where: Page | Locator, text: str | Pattern[str]) -> Locator:
    """The first of these texts that one sees: tables keep others, hidden, for screen readers."""
    return where.get_by_text(text).locator("visible=true").first


def settled(page: Page) -> None:
    """Wait until the page is drawn to its end: what is typed into a table before may be drawn over. What was done last
    counts: the page may not know yet that it will be drawn again."""
    page.wait_for_function(WAITS)
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_visible()


STILL = """(box) => new Promise((done) => {
  let [top, since] = [NaN, 0];
  const look = (now) => {
    const found = box.getBoundingClientRect().top;
    if (found !== top) [top, since] = [found, now];
    if (now - since > 150) done();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""
"""Waits until the place of a field has stayed the same: what opens above it, or scrolls the page, takes some frames."""


def choose(box: Locator, name: str | Pattern[str] = "") -> None:
    """Choose what has this name, or the first there is, from a field's list: that closes when the page moves, and is
    then opened again, as people do."""
    found = box.page.get_by_role("option", name=name, exact=True) if name else box.page.get_by_role("option").first
    for wait in (5_000, 10_000, 20_000, 60_000):
        settled(box.page)
        box.scroll_into_view_if_needed()
        box.evaluate(STILL)
        if box.get_attribute("aria-expanded") != "true":
            box.click()
        try:
            found.click(timeout=wait)
        except TimeoutError:
            continue
        return
    raise AssertionError(f"no option {name}")


def barriers(page: Page) -> list[str]:
    """What axe finds on the page that keeps people out: serious and critical, and moderate."""
    assert AXE.exists(), "The packages of tests/typescript are not installed: make node"
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']} ({one['impact']}): {node['html'][:160]} {node['failureSummary'][:300]}"
        for one in found["violations"]
        if one["impact"] != "minor"
        for node in one["nodes"]
    ]


COVERED = """(where) => {
  const buttons = [...where.querySelectorAll("button, summary, a, [role=tab]")];
  const tables = [...where.querySelectorAll("[data-testid=stDataFrame]")];
  const isSeen = (one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const isUnder = (one, x, y) => {
    one.scrollIntoView({ block: "center", inline: "center" });
    const box = one.getBoundingClientRect();
    const top = one.getRootNode().elementFromPoint(box.x + x(box.width), box.y + y(box.height));
    return box.width && top && !one.contains(top) && !top.contains(one);
  };
  const half = (size) => size / 2, edge = (size) => size - 8, near = () => 20;
  return [
    ...buttons.filter((one) => isSeen(one) && isUnder(one, half, half)),
    ...tables.filter((one) => isSeen(one) && (isUnder(one, near, edge) || isUnder(one, near, near))),
  ].map((one) => one.ariaLabel || one.innerText || one.outerHTML.slice(0, 80));
}"""


RESTS = "() => document.getAnimations().every((one) => one.playState !== 'running' || !(one instanceof CSSTransition))"
"""Whether nothing is on its way to another place: the side bar takes some frames to leave."""


def phone(page: Page) -> None:
    """Make the window as small as a phone; the side bar leaves by itself, sometimes later than the page is drawn."""
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.get_by_test_id("stSidebar")).not_to_be_in_viewport()


def covered(where: Locator) -> list[str]:
    """Buttons and links in there that can't be pressed in their middle, and tables that don't end where they seem to:
    something else is drawn over them."""
    where.page.wait_for_function(RESTS)
    found: list[str] = where.evaluate(COVERED)
    return found


class Card:
    """The labeling card as a labeler sees it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.root = page.get_by_test_id("card")
        self.text = page.get_by_test_id("item-text")
        self.pill = page.get_by_test_id("status-pill")
        self.hint = page.get_by_test_id("hint")

    def ready(self) -> "Card":
        """Wait until there is an item, and has been in sight for as long as an answer takes."""
        expect(self.root).to_have_attribute("data-state", "item")
        expect(self.root).to_have_attribute("data-seen", "true")
        return self

    def unsent(self) -> int:
        """Answers that wait in this browser."""
        return int(self.page.evaluate("Object.keys(localStorage).filter((k) => k.startsWith('labeler:out:')).length"))

    def saved(self) -> "Card":
        """Wait until every answer was taken by the service, and the page says so."""
        stop_at = time.monotonic() + 60
        while self.unsent():
            assert time.monotonic() < stop_at, f"{self.unsent()} answers are not sent: {self.pill.inner_text()}"
            self.page.wait_for_timeout(30)
        expect(self.pill).to_have_text("All saved")
        return self

    def shown(self) -> str:
        return self.text.inner_text()

    def press(self, *keys: str) -> None:
        """Press keys, each of which answers an item; the next one is there before the next key."""
        for key in keys:
            before = self.ready().shown()
            self.page.keyboard.press(key)
            expect(self.text).not_to_have_text(before)
        if keys and self.root.get_attribute("data-state") == "item":
            self.ready()

    def part(self, name: str) -> Locator:
        return self.page.get_by_test_id(name)


def labels_say(page: Page, words: str) -> None:
    """Wait until the editor of labels says so; the one before it may be there for a moment when a new one is drawn."""
    says = page.get_by_test_id("labels-says")
    expect(says).to_have_count(1)
    expect(says).to_contain_text(words)


def labels_of(project: Project, someone: Someone | None = None) -> list[LabelRow]:
    """The project's label rows, oldest first."""
    return [row for row in project.labels if someone is None or row.labeler.id == someone.id]
