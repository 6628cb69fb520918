"""Language models of a project as its managers handle them."""

import secrets
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.accounts.tables import members, users
from labeler.accounts.users import add_user
from labeler.heuristics.changes import answer_later
from labeler.kit.columns import clock
from labeler.kit.config import Settings
from labeler.kit.db import lock
from labeler.kit.errors import Conflict, Invalid, NotFound
from labeler.kit.events import emit
from labeler.labels.tables import labels
from labeler.learning.llm.prompts import InvalidTemplate, Template, check_template
from labeler.llm.allowed import check_endpoint, check_key_name, host_of, require_on
from labeler.llm.calling import Dialect
from labeler.llm.measures import measured
from labeler.llm.reading import llm_out
from labeler.llm.suggesting import show, take_away
from labeler.llm.tables import llm_labelers, llm_prompts
from labeler.projects.access import LLM, Member, Project, find_project, project_cache
from labeler.projects.members import MemberLeft, set_member
from labeler.projects.service import ProjectChanged
from labeler.wire.llm import LlmChange, LlmIn, LlmOut, LlmPrompt

MOST = 20  # of one project
GATED = ("weigh", "count")
PLAIN = ("cost_per_1k_tokens", "blind_share", "bar", "per_minute", "money_limit", "max_tokens")
CLEARED = {"cost_per_1k_tokens", "bar", "money_limit"}
"""Those that null takes away."""
BY_HAND = {"paused": True, "pause_reason": "by_hand", "pause_detail": None}
GOING = {"paused": False, "pause_reason": None, "pause_detail": None}


def find(tx: Connection, project: Project, labeler_id: int, *, locked: bool = False) -> Any:
    """One of the project's; raises `NotFound`."""
    mine = (llm_labelers.c.user_id == labeler_id, llm_labelers.c.project_id == project.id)
    statement = sa.select(llm_labelers).where(*mine, llm_labelers.c.deleted_at.is_(None))
    row = tx.execute(statement.with_for_update() if locked else statement).one_or_none()
    if row is None:
        raise NotFound(f"There is no language model {labeler_id} among the labelers of this project.")
    return row


def create(tx: Connection, settings: Settings, member: Member, body: LlmIn) -> LlmOut:
    """It makes an account of the kind `llm` that is a member, and labels nothing until it is asked to."""
    require_on(settings)
    endpoint, project = check_endpoint(body.endpoint, settings), find_project(tx, member.project.id)
    check_key_name(body.key_name, settings)
    prompt = template_of(body.prompt)
    lock(tx, "llms", project.id)
    there = (llm_labelers.c.project_id == project.id, llm_labelers.c.deleted_at.is_(None))
    if tx.execute(sa.select(sa.func.count()).select_from(llm_labelers).where(*there)).scalar_one() >= MOST:
        raise Conflict(f"A project has at most {MOST} language models: delete one that is not needed any more.")
    account = add_user(tx, f"llm-{secrets.token_hex(8)}@models.invalid", body.name, "labeler", kind=LLM)
    set_member(tx, project.id, account.id, "labeler")
    values = {
        "user_id": account.id,
        "project_id": project.id,
        "endpoint": endpoint,
        "model": body.model,
        "api_key": None if body.api_key is None else body.api_key.get_secret_value(),
        "key_name": body.key_name,
        **{name: getattr(body, name) for name in (*PLAIN, "examples")},
        "prompt_version": 1,
        "dialect": Dialect().kept(),
        "revision": 1,
        "use": "measure",
        "revised_after": 0,
        "watched_until": 0,
        "paused": False,
        "created_by": member.user_id,
        "created_at": clock(),
    }
    row = tx.execute(sa.insert(llm_labelers).values(values).returning(llm_labelers)).one()
    _keep_prompt(tx, member, row, 1, prompt)
    told = {"host": host_of(endpoint), "model": body.model}
    audit(tx, member.caller, "llm.created", project_id=project.id, target=body.name, labeler=account.id, **told)
    return llm_out(tx, project, row)


def template_of(given: LlmPrompt | None) -> Template:
    """Raises `Invalid`."""
    found = Template() if given is None else Template(given.system, given.user)
    try:
        check_template(found)
    except InvalidTemplate as wrong:
        where = f"/prompt/{wrong.field}"
        raise Invalid(f"prompt/{wrong}.", errors=[{"pointer": where, "detail": wrong.reason}]) from None
    return found


def _keep_prompt(tx: Connection, member: Member, row: Any, version: int, prompt: Template) -> None:
    values = {"user_id": row.user_id, "project_id": row.project_id, "version": version, "created_by": member.user_id}
    made = {"system": prompt.system, "user": prompt.user, "created_at": clock()}
    tx.execute(sa.insert(llm_prompts).values(values | made))


def change(tx: Connection, settings: Settings, member: Member, labeler_id: int, body: LlmChange) -> LlmOut:
    """Another model, endpoint, prompt or number of examples makes it another labeler: it is measured again, and counts
    no more until then. Raises `Invalid`, and `Conflict` where it may not count."""
    project = find_project(tx, member.project.id)
    before = find(tx, project, labeler_id, locked=True)
    given = body.model_fields_set
    values: dict[str, Any] = {
        name: getattr(body, name)
        for name in PLAIN
        if name in given and (getattr(body, name) is not None or name in CLEARED)
    }
    values |= _address(settings, before, body)
    if body.paused is not None and body.paused != before.paused:
        if not body.paused:
            require_on(settings)
        values |= BY_HAND if body.paused else GOING
    values |= _revised(tx, member, before, body, values)
    row = before
    if values:
        mine = sa.update(llm_labelers).where(llm_labelers.c.user_id == labeler_id)
        row = tx.execute(mine.values(values).returning(llm_labelers)).one()
    if body.name is not None:
        tx.execute(sa.update(users).where(users.c.id == labeler_id).values(name=body.name))
    if body.use is not None and body.use != row.use:
        row = _use(tx, project, row, body.use)
    _count_again(tx, before, row)
    if "weigh" in (before.use, row.use):
        answer_later(tx, project.id)
    name = str(tx.execute(sa.select(users.c.name).where(users.c.id == labeler_id)).scalar())
    told: dict[str, Any] = {"changed": sorted(given), "host": host_of(row.endpoint), "model": row.model, "use": row.use}
    audit(tx, member.caller, "llm.changed", project_id=project.id, target=name, labeler=labeler_id, **told)
    return llm_out(tx, project, row)


def _address(settings: Settings, before: Any, body: LlmChange) -> dict[str, Any]:
    """Where it is asked, and with which key: one that was given for a host goes to no other."""
    values: dict[str, Any] = {}
    if body.api_key is not None:
        values |= {"api_key": body.api_key.get_secret_value(), "key_name": None}
    if body.key_name is not None:
        check_key_name(body.key_name, settings)
        values |= {"api_key": None, "key_name": body.key_name}
    if body.endpoint is not None:
        values["endpoint"] = check_endpoint(body.endpoint, settings)
        moved = host_of(body.endpoint) != host_of(before.endpoint) or body.endpoint[:5] != before.endpoint[:5]
        if moved and before.api_key is not None and not {"api_key", "key_name"} & values.keys():
            detail = "another host gets no key that was given for the one before: give a key with it"
            raise Invalid(f"api_key: {detail}.", errors=[{"pointer": "/api_key", "detail": detail}])
    return values


def _revised(tx: Connection, member: Member, before: Any, body: LlmChange, values: dict[str, Any]) -> dict[str, Any]:
    """What changes beside where it becomes another labeler."""
    found: dict[str, Any] = {}
    if body.model is not None and body.model != before.model:
        found["model"] = body.model
    if body.examples is not None and body.examples != before.examples:
        found["examples"] = body.examples
    if body.prompt is not None:
        prompt = template_of(body.prompt)
        mine = (llm_prompts.c.user_id == before.user_id, llm_prompts.c.version == before.prompt_version)
        now = tx.execute(sa.select(llm_prompts).where(*mine)).one()
        if (now.system, now.user) != (prompt.system, prompt.user):
            newest = sa.select(sa.func.max(llm_prompts.c.version)).where(llm_prompts.c.user_id == before.user_id)
            found["prompt_version"] = tx.execute(newest).scalar_one() + 1
            _keep_prompt(tx, member, before, found["prompt_version"], prompt)
    if values.get("endpoint", before.endpoint) != before.endpoint or "model" in found:
        found["dialect"] = Dialect().kept()
    if not found:
        return {}
    last = sa.select(sa.func.max(labels.c.id)).where(labels.c.project_id == before.project_id)
    found |= {"revision": before.revision + 1, "revised_after": tx.execute(last).scalar() or 0, "counts_after": None}
    return found | ({"use": "measure"} if before.use in GATED else {})


def _use(tx: Connection, project: Project, row: Any, use: str) -> Any:
    if use == "weigh" and project.task.level != "nominal":
        raise Conflict("Only language models of projects with one label for each item are weighed.")
    if use in GATED:
        known = measured(tx, project, row)
        if not known.passes:
            raise Conflict(known.why)
    if row.use == "suggest":
        take_away(tx, row)
    after = row.revised_after if use == "count" else None
    mine = sa.update(llm_labelers).where(llm_labelers.c.user_id == row.user_id)
    changed = tx.execute(mine.values(use=use, counts_after=after).returning(llm_labelers)).one()
    if use == "suggest":
        show(tx, project, changed)
    return changed


def _count_again(tx: Connection, before: Any, row: Any) -> None:
    """Others count from now on: who listens makes the answers again."""
    if before.counts_after != row.counts_after:
        project_cache.forget()
        emit(tx, ProjectChanged(row.project_id, ["counting"], False), find_project(tx, row.project_id))


def delete(tx: Connection, member: Member, labeler_id: int) -> None:
    """Its labels stay, and count as they did; its key is gone."""
    project = find_project(tx, member.project.id)
    row = find(tx, project, labeler_id, locked=True)
    if row.use == "suggest":
        take_away(tx, row)
    if row.use == "weigh":
        answer_later(tx, project.id)
    gone = {
        **BY_HAND,
        "use": "measure" if row.use == "weigh" else row.use,
        "api_key": None,
        "key_name": None,
        "deleted_at": clock(),
    }
    tx.execute(sa.update(llm_labelers).where(llm_labelers.c.user_id == labeler_id).values(gone))
    tx.execute(sa.delete(members).where(members.c.project_id == project.id, members.c.user_id == labeler_id))
    left = sa.update(users).where(users.c.id == labeler_id).values(active=False).returning(users.c.name)
    name = str(tx.execute(left).scalar())
    emit(tx, MemberLeft(project.id, labeler_id), project)
    audit(tx, member.caller, "llm.deleted", project_id=project.id, target=name, labeler=labeler_id)
