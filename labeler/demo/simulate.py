"""Labeling by itself, through the public API, from the demo data's known answers: to see the loop learn.

Its labels are marked `simulated`, and its account has the kind `simulated`.
"""

import csv
import time
from collections.abc import Callable

from sqlalchemy import Connection

from labeler.accounts.tokens import make_token
from labeler.accounts.users import add_user, find_user
from labeler.client import Client, Project, Unreachable
from labeler.demo.projects import SPAM
from labeler.demo.setup import data_file
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.projects.access import find_project
from labeler.projects.members import set_member
from labeler.wire.insight import ProgressOut

EMAIL = "simulated@demo.local"
TRAINING_SECONDS = 15.0


def token_for_simulation(settings: Settings) -> str:
    """An API token of the simulated labeler, who is made if need be."""
    db = Database(settings)

    def make(tx: Connection) -> str:
        user = find_user(tx, EMAIL) or add_user(tx, EMAIL, "Simulated labeler", "labeler", kind="simulated")
        set_member(tx, find_project(tx, SPAM.slug).id, user.id, "labeler")
        return make_token(tx, user.id, "simulation", ["read", "label"])[1]

    try:
        return db.write(make)
    finally:
        db.close()


def answers() -> dict[str, str]:
    with open(data_file(SPAM.file), encoding="utf-8", newline="") as file:
        return {row["id"]: row["label"] for row in csv.DictReader(file)}


def simulate(url: str, token: str, n: int, tell: Callable[[str], None]) -> int:
    """Label n items as the queue gives them; after every training's worth of labels, wait for the new order."""
    truth = answers()
    with Client(url, token=token) as client:
        project = _wait_for_items(client)
        if project.info.guideline_version is not None:
            project.guidelines.acknowledge(project.info.guideline_version)
        every = project.info.settings.retrain_every
        done = 0
        while done < n:
            held = project.queue.next(min(every, n - done, 25))
            if not held:
                tell("Everything is labeled.")
                break
            for item in held:
                project.label(item, truth[item.key])
                done += 1
            progress = _settled(project)
            model = progress.model
            score = ""
            if model and model.score and model.score["value"] is not None:
                accuracy = model.score
                score = f", model {model.number}: accuracy {accuracy['value']:.3f}"
                score += f" ({accuracy['low']:.3f} to {accuracy['high']:.3f} on {model.holdout_size} holdout items)"
            tell(f"{done:,} of {n:,} labeled{score}. {progress.stop.reason.capitalize()}.")
    return done


def _wait_for_items(client: Client) -> Project:
    while True:
        try:
            project = client.projects.get(SPAM.slug)
            if project.info.counts.items > 0:
                return project
        except Unreachable:
            pass
        time.sleep(0.3)


def _settled(project: Project) -> ProgressOut:
    """Progress once no training waits or runs (or it takes too long)."""
    stop_at = time.monotonic() + TRAINING_SECONDS
    time.sleep(0.2)
    while True:
        progress = project.progress()
        if progress.training.state not in ("queued", "running") or time.monotonic() > stop_at:
            return progress
        time.sleep(0.2)
