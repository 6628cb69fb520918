"""Test cases: items with the answer that a model must give."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from labeler.accounts.write import Write
from labeler.kit.web import Db
from labeler.projects.access import CanManage, CanRead
from labeler.test_cases import service
from labeler.wire.base import Page
from labeler.wire.test_cases import CaseChange, CaseDetail, CaseIn, CaseItemList, CaseKeys, CaseOut

router = APIRouter(prefix="/projects/{project_id}/test-cases", tags=["test cases"])
Id = Annotated[int, Path(ge=1, lt=2**62)]


@router.get("")
async def list_test_cases(
    member: CanRead,
    db: Db,
    item_key: Annotated[str | None, Query(max_length=200, description="Those that this item is in.")] = None,
) -> Page[CaseOut]:
    """Test cases, by name."""
    if item_key is not None:
        return Page(items=await db.aread(service.cases_with, member.project, item_key))
    return Page(items=await db.aread(service.list_cases, member.project))


@router.post("", status_code=201)
async def create_test_case(body: CaseIn, member: CanManage, write: Write) -> CaseDetail:
    """Name items and the answers that a model must give. They are not trained on from the next training on."""
    return await write(service.create_case, member, body)


@router.get("/{case_id}")
async def get_test_case(case_id: Id, member: CanRead, db: Db) -> CaseDetail:
    """A test case with its items."""
    return await db.aread(service.get_case, member.project, case_id)


@router.patch("/{case_id}")
async def change_test_case(case_id: Id, body: CaseChange, member: CanManage, write: Write) -> CaseDetail:
    """Another name, or another bound."""
    return await write(service.change_case, member, case_id, body)


@router.delete("/{case_id}", status_code=204)
async def remove_test_case(case_id: Id, member: CanManage, write: Write) -> None:
    """Its items may be trained on again. What models came to stays with them."""
    await write(service.remove_case, member, case_id)


@router.post("/{case_id}/items")
async def set_test_case_items(case_id: Id, body: CaseItemList, member: CanManage, write: Write) -> CaseDetail:
    """Add items; of those that are there the expected answer is another one from now on."""
    return await write(service.set_items, member, case_id, body.items)


@router.post("/{case_id}/items/remove")
async def drop_test_case_items(case_id: Id, body: CaseKeys, member: CanManage, write: Write) -> CaseDetail:
    """Take items out of the test case, also those that are in the project no more."""
    return await write(service.drop_items, member, case_id, body.item_keys)
