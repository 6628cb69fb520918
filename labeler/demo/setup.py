"""The demo: a real project with real messages, a guideline and three people, made on the first start."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from importlib.resources import as_file, files
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.auth import Caller
from labeler.accounts.users import add_user, find_user
from labeler.guidelines.schemas import GuidelineIn
from labeler.guidelines.service import publish, save_draft
from labeler.items.uploads import start_import
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.projects.access import Member, find_project
from labeler.projects.schemas import LabelSchema, ProjectIn
from labeler.projects.service import create_project, set_member
from labeler.projects.tables import projects

SLUG = "sms-spam"
LABELS = [
    LabelSchema(name="ham", description="What people write to each other, or asked for.", color="#0d9488"),
    LabelSchema(name="spam", description="Unasked-for: wants money, a call or a click.", color="#dc2626"),
]


@dataclass(frozen=True)
class LogIn:
    name: str
    email: str
    password: str
    role: str


PEOPLE = (
    ("Ada", "ada@demo.local", "admin"),
    ("Lin", "lin@demo.local", "labeler"),
    ("Max", "max@demo.local", "labeler"),
)


def data_file() -> Path:
    with as_file(files("labeler.demo") / "sms.csv") as path:
        return path


def guideline_text() -> str:
    return (files("labeler.guideline_files") / "sms-spam.md").read_text("utf-8")


def log_ins(settings: Settings) -> list[LogIn]:
    """The demo's log-ins: made up on the first start, kept in a file that only the owner can read."""
    path = settings.home / "demo-logins.json"
    if not path.exists():
        made = [asdict(LogIn(name, email, secrets.token_urlsafe(9), role)) for name, email, role in PEOPLE]
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump(made, file)
    return [LogIn(**entry) for entry in json.loads(path.read_text())]


def ensure_demo(settings: Settings) -> list[LogIn]:
    """Make people and project unless they are there; returns the log-ins to show."""
    people = log_ins(settings)
    db = Database(settings)
    try:
        if not db.read(lambda tx: tx.execute(sa.select(projects.c.id).where(projects.c.slug == SLUG)).first()):
            db.write(_make, people)
    finally:
        db.close()
    return people


def caller_of(user_id: int, email: str, name: str) -> Caller:
    """The demo's administrator, acting in this process."""
    return Caller(user_id, email, name, "admin", "person", {}, None, None, "", None, None)


def _make(tx: Connection, people: list[LogIn]) -> None:
    users = [
        find_user(tx, person.email) or add_user(tx, person.email, person.name, person.role, password=person.password)
        for person in people
    ]
    ada = caller_of(users[0].id, users[0].email, users[0].name)
    body = ProjectIn(name="SMS spam", labels=LABELS)
    project = find_project(tx, create_project(tx, ada, body).id)
    for user in users[1:]:
        set_member(tx, project.id, user.id, "labeler")
    manager = Member(ada, project, "manager")
    draft = save_draft(tx, manager, GuidelineIn(text=guideline_text(), note="First version"))
    publish(tx, manager, draft.version, None)
    start_import(tx, manager, data_file(), "sms.csv", {"key": "id", "text": "text"}, keep_file=True)
