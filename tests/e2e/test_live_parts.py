"""Parts of a page that read themselves again, and a press that changes the page at that very moment."""

import re
import time
from typing import Any

import processes
import pytest
from browsing import Site, settled
from playwright.sync_api import Page, WebSocketRoute, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg


class Held:
    """What the page asks of its server waits until it is let through: the first at once, the others when the server
    has begun with the next page."""

    def __init__(self, page: Page) -> None:
        self.asked: list[Any] | None = None
        self.parts_drawn = 0
        self._later: list[Any] = []
        self._server: WebSocketRoute | None = None
        page.route_web_socket(re.compile("_stcore/stream"), self._meet)

    def _meet(self, socket: WebSocketRoute) -> None:
        self._server = server = socket.connect_to_server()

        def ask(message: Any) -> None:
            if self.asked is None:
                server.send(message)
            else:
                self.asked.append(message)

        def say(message: Any) -> None:
            ended = ForwardMsg.FromString(message).script_finished
            if ended == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                for waiting in self._later:
                    server.send(waiting)
                self._later = []
            self.parts_drawn += ended == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
            socket.send(message)

        socket.on_message(ask)
        server.on_message(say)

    def let_through(self) -> None:
        assert self._server is not None
        first, *self._later = self.asked or []
        self.asked = None
        self._server.send(first)


@pytest.mark.parametrize("presses", [pytest.param(1, marks=pytest.mark.whole), 2])
def test_a_press_just_when_a_part_reads_itself_again_leads_to_its_page(site: Site, visit: Any, presses: int) -> None:
    project = site.project(5, "Read again")
    page = visit(f"{site.url}/account", site.admin, fresh=True)
    held = Held(page)
    page.goto(f"{site.url}/progress?project={project.slug}")
    expect(page.get_by_role("heading", name="Learning curve")).to_be_visible()
    settled(page)
    held.asked = []
    for _ in range(presses):
        page.locator("[data-testid=stMain]").get_by_role("button", name="Label now").click()
    processes.wait_for(lambda: page.wait_for_timeout(30) or len(held.asked or []) > 1, 60, "a second request")
    before, began = held.parts_drawn, time.monotonic()
    held.let_through()
    # Where it comes when the next page has been drawn to its end, the server has nothing to say to it.
    processes.wait_for(lambda: page.wait_for_timeout(30) or held.parts_drawn > before or time.monotonic() - began > 5)
    settled(page)
    expect(page.get_by_test_id("card")).to_be_visible()
