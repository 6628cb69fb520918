"""What people did before the pictures of docs/images are taken: a demo service, and a few days' worth of work in it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from labeler.client import Client, Project
from labeler.demo.projects import SPAM
from labeler.demo.setup import LogIn

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from language_models import Model, answering

LABELS = 200
HARD_ITEM = "sms-train-001567"
NEW_RULE = "- Reminders and receipts of a service that somebody uses are ham, also when they come from a machine.\n"


@contextmanager
def demo(home: Path, model: Model) -> Iterator[str]:
    """`labeler demo` with simulated labels on a free port, which may ask a language model; its address, once everything
    is labeled."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "labeler", "demo", "--port", str(port), "--simulate", str(LABELS)]
    environment = {**os.environ, "LABELER_HOME": str(home), "LABELER_LLM_ALLOWED_HOSTS": f"http://{model.host}"}
    with open(home / "log", "wb") as log:
        running = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
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


def work(url: str, people: list[LogIn], model: Model) -> str:
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
    for n, row in enumerate(theirs[2:22]):  # what both labeled: mostly the same
        peer.label(row.item_key, row.value if n % 7 else "spam" if row.value == "ham" else "ham")
    for item in peer.queue.next(10):
        peer.label(item, truth[item.key], elapsed_ms=3100)
    flag_some(lin, peer)
    slips(ada, peer)
    rules(ada)
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
    later_work(ada, model, truth)
    return before


def later_work(ada: Project, model: Model, truth: dict[str, str]) -> None:
    """A language model that was tried, a look for label errors, and a campaign that runs."""
    texts = {row.content["text"]: truth[row.key] for row in ada.items if row.key in truth}
    model.says = lambda asked: answering(texts.get(asked.item, "ham"))
    made = ada.add_llm_labeler("Small model", model.endpoint, "small-1", cost_per_1k_tokens=0.2)
    ada.llms.trial(made.id).wait(120)
    ada.llms.run(made.id, 40, money=1.0).wait(120)
    ada.label_errors.find().wait(300)
    ada.campaigns.start("Reminders are ham now", label="spam", guideline_before=2)
    wait(lambda: next(iter(ada.campaigns)).state == "running", 120, "the campaign")


def known_answers() -> dict[str, str]:
    from labeler.demo.simulate import answers

    return answers()


def second_version(text: str) -> str:
    """The demo's guideline with one rule more, in the section of ham."""
    at = text.index("## ham")
    end = text.find("\n## ", at + 1)
    end = len(text) if end < 0 else end
    return text[:end].rstrip("\n") + "\n" + NEW_RULE + text[end:]


def rules(ada: Project) -> None:
    """Good ones and one that is not, each judged by what people have answered."""
    ada.heuristics.create("prizes", "keyword", "spam", pattern="prize, winner, claim, free")
    ada.heuristics.create("long numbers", "regex", "spam", pattern=r"\d{5,}")
    ada.heuristics.create("small talk", "keyword", "ham", pattern="lol, love, sorry, home")
    ada.heuristics.create("long", "expression", "spam", expression="size(text) > 120")
    wait(lambda: all(rule.state == "ready" for rule in ada.heuristics), 300, "the rules to be counted")


def slips(ada: Project, peer: Project) -> None:
    """Items that were read too fast, for the search for label errors."""
    for word, answer in (("claim", "ham"), ("sorry", "spam")):
        keys = [row.key for row in islice(ada.items.find(q=word, unlabeled=True), 3)]
        peer.label_many(dict.fromkeys(keys, answer))


def flag_some(lin: Project, peer: Project) -> None:
    """Hard items as they come up: by one or two labelers, with and without a label."""
    ambiguous, silent, context, _ = lin.info.settings.flag_reasons
    lin.flag(HARD_ITEM, silent, note="A bank's message: does that count as subscribed to?")
    peer.label(HARD_ITEM, "ham")
    peer.flag("sms-train-002476", silent, note="Machine-made, but they want to know it.")
    lin.flag("sms-train-001177", ambiguous, note="A chain letter, but from a friend.")
    peer.label("sms-train-002771", "spam", hard={"reason": context, "note": "Did they pay for this?"})
