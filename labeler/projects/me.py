"""Routes about oneself that name projects: `/me`, and tokens that are good for one project."""

from fastapi import APIRouter
from sqlalchemy import Connection

from labeler.accounts import tokens
from labeler.accounts.auth import Caller, SignedIn
from labeler.accounts.users import get_user
from labeler.accounts.write import Write
from labeler.kit.web import Db
from labeler.projects.access import find_project, member_of
from labeler.projects.service import projects_of
from labeler.wire.accounts import Me, NewToken, TokenIn, TokenOut
from labeler.wire.base import Page

router = APIRouter(tags=["accounts"])


def me(tx: Connection, caller: Caller) -> Me:
    return Me(
        user=get_user(tx, caller.user_id),
        projects=projects_of(tx, caller),
        csrf_token=caller.csrf_token,
        scopes=None if caller.scopes is None else list(caller.scopes),
    )


def create(tx: Connection, caller: Caller, body: TokenIn) -> NewToken:
    project_id = None
    if body.project_id is not None:
        project_id = member_of(caller, find_project(tx, body.project_id)).project.id
    return tokens.create_token(tx, caller, body, project_id)


@router.get("/me")
async def get_me(caller: SignedIn, db: Db) -> Me:
    """Who you are, and the projects you are a member of."""
    return await db.aread(me, caller)


@router.get("/tokens")
async def list_tokens(caller: SignedIn, db: Db) -> Page[TokenOut]:
    """Your API tokens; everybody's for an administrator."""
    return Page(items=await db.aread(tokens.list_tokens, caller))


@router.post("/tokens", status_code=201)
async def create_token(body: TokenIn, caller: SignedIn, write: Write) -> NewToken:
    """Make an API token. It is shown this once."""
    return await write(create, caller, body)
