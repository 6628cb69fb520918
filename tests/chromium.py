"""The browser that tests, benchmarks and the screenshots use: Debian's Chromium, calm and offline. Its headless shell,
where that is installed, draws the same pages for half the work: no window, no pages of the browser's own."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser"))), None)
MISSING = "Chromium was not found (apt-get install chromium)."
ARGUMENTS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


SHORT_LIVED = ["--js-flags=--no-maglev --no-opt"]
"""For pages that are looked at for seconds each: optimizing their scripts takes a fifth of what a page takes."""


@contextmanager
def launched(*more: str) -> Iterator[Browser]:
    """A running browser; ended with the block. more: arguments beside its usual ones."""
    assert CHROMIUM, MISSING
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *more])
        yield browser
        browser.close()
