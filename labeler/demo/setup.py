"""The demo: real projects with real texts, guidelines and three people, made on the first start."""

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
from labeler.demo.projects import PROJECTS, DemoProject
from labeler.guidelines.service import publish, save_draft
from labeler.imports.uploads import start_import
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.projects.access import Member, find_project
from labeler.projects.members import set_member
from labeler.projects.service import create_project
from labeler.projects.tables import projects
from labeler.wire.guidelines import GuidelineIn
from labeler.wire.imports import ImportMapping

COLUMNS = ImportMapping(key="id", text="text")


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


def data_file(name: str) -> Path:
    with as_file(files("labeler.demo") / name) as path:
        return path


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
    """Make people and projects unless they are there; returns the log-ins to show."""
    people = log_ins(settings)
    db = Database(settings)
    try:
        there = db.read(lambda tx: set(tx.execute(sa.select(projects.c.slug)).scalars()))
        for wanted in PROJECTS:
            if wanted.slug not in there:
                db.write(_make, people, wanted)
    finally:
        db.close()
    return people


def caller_of(user_id: int, email: str, name: str) -> Caller:
    """The demo's administrator, acting in this process."""
    return Caller(user_id, email, name, "admin", "person", {}, None, None, "", None, None)


def _make(tx: Connection, people: list[LogIn], wanted: DemoProject) -> None:
    users = [
        find_user(tx, person.email) or add_user(tx, person.email, person.name, person.role, password=person.password)
        for person in people
    ]
    ada = caller_of(users[0].id, users[0].email, users[0].name)
    project = find_project(tx, create_project(tx, ada, wanted.create()).id)
    for user in users[1:]:
        set_member(tx, project.id, user.id, "labeler")
    manager = Member(ada, project, "manager")
    text = (files("labeler.guideline_files") / wanted.guideline).read_text("utf-8")
    draft = save_draft(tx, manager, GuidelineIn(text=text, note="First version"))
    publish(tx, manager, draft.version, None)
    start_import(tx, manager, data_file(wanted.file), wanted.file, COLUMNS, keep_file=True)
