"""Reviews of answers, and comments on items."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from labeler.accounts.auth import SignedIn
from labeler.accounts.write import Write
from labeler.kit.web import Cursor, Db, Limit, decode_cursor, encode_cursor
from labeler.projects.access import CanManage, CanRead, CanSee
from labeler.reviews import comments, service
from labeler.wire.base import Page
from labeler.wire.reviews import CommentIn, CommentOut, ReviewIn, ReviewOut, ReviewQueue

router = APIRouter(tags=["reviews"])
P = "/projects/{project_id}"
Id = Annotated[int, Path(ge=1, lt=2**62)]


@router.get(P + "/reviews")
async def list_reviews(member: CanRead, db: Db, cursor: Cursor = None, limit: Limit = 50) -> Page[ReviewOut]:
    """What reviewers did, newest first."""
    before = decode_cursor(cursor, int)
    rows = await db.aread(service.list_reviews, member.project, before[0] if before else None, limit + 1)
    more = encode_cursor(rows[limit - 1].id) if len(rows) > limit else None
    return Page(items=rows[:limit], next_cursor=more)


@router.get(P + "/reviews/queue")
async def get_review_queue(member: CanRead, db: Db, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> ReviewQueue:
    """Answers that people do not agree on, the least certain first."""
    return await db.aread(service.to_review, member.project, limit)


@router.post(P + "/reviews", status_code=201)
async def review_answer(body: ReviewIn, member: CanManage, write: Write) -> ReviewOut:
    """Decide what an item's answer is, or ask for it again: who said it, or somebody else, blind."""
    return await write(service.review, member, body)


@router.delete(P + "/reviews/{review_id}")
async def undo_review(review_id: Id, member: CanManage, write: Write) -> ReviewOut:
    """What was decided is open again; nobody is asked any more."""
    return await write(service.undo, member, review_id)


@router.get(P + "/comments")
async def list_comments(
    member: CanSee,
    db: Db,
    item_key: Annotated[str | None, Query(max_length=200, description="On this item, oldest first.")] = None,
    unread: Annotated[bool, Query(description="Of those that mention you, only the ones you have not read.")] = False,
) -> Page[CommentOut]:
    """Comments on an item; without one, those that mention you, newest first."""
    if item_key is not None:
        return Page(items=await db.aread(comments.about, member, item_key))
    return Page(items=await db.aread(comments.to_me, member, unread))


@router.post(P + "/comments", status_code=201)
async def add_comment(body: CommentIn, member: CanSee, write: Write) -> CommentOut:
    """Say something about an item. `@name` reaches a member. Labelers can once they have labeled it, or were asked."""
    return await write(comments.comment, member, body)


@router.post(P + "/comments/{comment_id}/read", status_code=204)
async def read_comment(comment_id: Id, member: CanSee, write: Write) -> None:
    """You have read a comment that mentions you."""
    await write(comments.read, member, comment_id)


@router.get("/mentions")
async def list_mentions(caller: SignedIn, db: Db) -> Page[CommentOut]:
    """What you are asked in comments and have not read, in all your projects, newest first."""
    return Page(items=await db.aread(comments.unread_everywhere, caller))
