"""`kill -9` of API and worker while programs ask for predictions and models are moved: every request is answered in the
end, by a model that was live or tried out, and one model is live (G9)."""

import random
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import processes
import pytest
import sqlalchemy as sa
from sample_texts import texts

from labeler.accounts.tokens import make_token
from labeler.accounts.users import add_user
from labeler.client import ApiError, Client, Project, Unreachable
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.registry.tables import model_versions, stage_changes

CLIENTS, PATIENCE = 3, 120  # seconds until a request is lost


def insisting(ask: Callable[[], Any]) -> Any:
    """As programs do: what broke on the way is asked again."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return ask()
        except (httpx.TransportError, Unreachable):
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        except ApiError as error:
            if error.status != 503 or time.monotonic() > until:  # it starts
                raise
            time.sleep(0.05)


def trained(project: Project) -> None:
    """Two models, the first live, the second unseen beside it."""
    project.items.add([{**one, "label": one["metadata"]["truth"]} for one in texts(80)], progress=False)
    for _ in range(2):
        project.train().wait(240)
    project.promote(1)
    project.set_stage(2, "shadow")


def kill_at_random(settings: Settings, tmp_path: Path, kills: int) -> None:
    settings = settings.model_copy(update={"port": processes.free_port(), "log_level": "WARNING", "embeddings": "off"})
    db, chance, over = Database(settings), random.Random(2), threading.Event()
    admin = db.write(add_user, "admin@example.org", "Admin", "admin")
    token = db.write(make_token, admin.id, "fault test", ["*"])[1]
    api = processes.start_api(settings, tmp_path / "api.log")
    worker = processes.start_worker(settings, tmp_path / "worker.log")
    answered, errors = [0] * CLIENTS, []

    def ask(number: int) -> None:
        with Client(api.url, token=token, timeout=20) as client:
            mine = insisting(lambda: client.projects.get(slug))
            while not over.is_set():
                item = {"key": f"{number}-{answered[number]}", "text": "win a free prize call now"}
                try:
                    (one,) = insisting(lambda item=item: mine.predict([item]))
                    assert one.model in (1, 2) and one.stage in ("live", "canary") and one.key == item["key"]
                    answered[number] += 1
                except Exception as error:
                    errors.append(repr(error))

    try:
        with Client(api.url, token=token, timeout=20) as client:
            project = client.projects.create("moved", labels=["spam", "ham"], model="logistic_regression")
            slug = project.slug
            trained(project)
            asking = [threading.Thread(target=ask, args=[number]) for number in range(CLIENTS)]
            for one in asking:
                one.start()
            for kill in range(kills):
                enough = sum(answered) + 5 * CLIENTS
                processes.wait_for(lambda enough=enough: sum(answered) >= enough or errors, PATIENCE, "predictions")
                time.sleep(chance.uniform(0.0, 0.5))
                moving = threading.Thread(target=move, args=[api.url, token, slug, kill])
                moving.start()  # it is killed in the middle
                time.sleep(chance.uniform(0.0, 0.1))
                if chance.random() < 0.7:
                    api.kill()
                    api = processes.start_api(settings, tmp_path / "api.log")
                else:
                    worker.kill()
                    worker = processes.start_worker(settings, tmp_path / "worker.log")
                moving.join(PATIENCE)
            over.set()
            for one in asking:
                one.join(PATIENCE)
        assert errors == [], f"{len(errors)} of {sum(answered)} requests are lost"
        assert all(answered), "every program got answers"
        one_is_live(db)
        print(f"{sum(answered)} predictions through {kills} kills")
    finally:
        over.set()
        api.kill()
        worker.kill()
        db.close()


def move(url: str, token: str, slug: str, kill: int) -> None:
    """Promote the other model, try it out, or roll back; a move that is broken off may have happened, or not."""
    with Client(url, token=token, timeout=20) as client:
        project = insisting(lambda: client.projects.get(slug))
        live = next(one.number for one in insisting(lambda: project.models()) if one.stage == "live")
        try:
            if kill % 3 == 0:
                insisting(lambda: project.set_stage(3 - live, "canary", share=0.3))
            elif kill % 3 == 1:
                insisting(lambda: project.promote(3 - live))
            else:
                insisting(project.rollback)
        except ApiError as refused:  # asked again, after it had happened
            assert refused.status == 409, refused


def one_is_live(db: Database) -> None:
    """Stages are those that the last moves led to."""
    stages = dict(db.read(lambda tx: tx.execute(sa.select(model_versions.c.id, model_versions.c.stage)).all()))
    assert list(stages.values()).count("live") == 1 and list(stages.values()).count("canary") <= 1
    changes = db.read(lambda tx: tx.execute(sa.select(stage_changes).order_by(stage_changes.c.id)).all())
    now: dict[int, str] = {}
    for change in changes:
        assert now.get(change.model_id, "candidate") == change.from_stage
        now[change.model_id] = change.to_stage
    assert now == {one: stage for one, stage in stages.items() if one in now}


@pytest.mark.one_database
@pytest.mark.timeout(400)
def test_predictions_go_on_through_a_few_kills(settings: Settings, tmp_path: Path) -> None:
    kill_at_random(settings, tmp_path, 2)


@pytest.mark.faults
@pytest.mark.timeout(1800)
def test_predictions_go_on_through_fifty_kills(settings: Settings, tmp_path: Path) -> None:
    kill_at_random(settings, tmp_path, 50)
