"""On what terms people label a project."""

from typing import Annotated

from fastapi import APIRouter, Path

from labeler.accounts.write import Write
from labeler.kit.web import Db
from labeler.projects.access import CanManage
from labeler.terms.service import get_terms, set_terms
from labeler.wire.terms import TermsIn, TermsOut

router = APIRouter(prefix="/projects/{project_id}/labelers", tags=["terms"])
LabelerId = Annotated[int, Path(ge=1, lt=2**62)]


@router.get("/{labeler_id}/terms")
async def get_labeler_terms(labeler_id: LabelerId, member: CanManage, db: Db) -> TermsOut:
    """What they are, cost and can, and how much they do at most; all empty where nothing was said."""
    return await db.aread(get_terms, member, labeler_id)


@router.put("/{labeler_id}/terms")
async def set_labeler_terms(labeler_id: LabelerId, body: TermsIn, member: CanManage, write: Write) -> TermsOut:
    """Say so. Labels that were given before cost as much as later ones."""
    return await write(set_terms, member, labeler_id, body)
