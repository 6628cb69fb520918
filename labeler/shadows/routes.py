"""Shadows beside what was answered, and models beside labels that came later."""

from fastapi import APIRouter

from labeler.kit.web import Db
from labeler.projects.access import CanRead
from labeler.shadows import service
from labeler.wire.base import Page
from labeler.wire.shadows import LaterLabels, ShadowOut

router = APIRouter(prefix="/projects/{project_id}/predict", tags=["models"])


@router.get("/shadows")
async def list_shadows(member: CanRead, db: Db) -> Page[ShadowOut]:
    """What models that are shadows say of a random sample of what was asked, beside what was answered: nothing of it is
    ever returned by `POST /predict`."""
    return Page(items=await db.aread(service.list_shadows, member.project))


@router.get("/later-labels")
async def list_later_labels(member: CanRead, db: Db) -> Page[LaterLabels]:
    """How often the live model, the canary and the shadows were right on items that were first labeled after they had
    answered them. Which items are labeled is not drawn at random: the holdout is what a model is judged by."""
    return Page(items=await db.aread(service.later_labels, member.project))
