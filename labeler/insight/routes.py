import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime, StringConstraints

from labeler.accounts.write import Write
from labeler.insight import (
    anchoring,
    error_parts,
    human_level,
    items,
    labelers,
    learning_curve,
    mistakes,
    overlap,
    prevalence,
    progress,
    removal,
)
from labeler.insight.recounts import recounts
from labeler.kit.web import AsWritten, Config, Cursor, Db, Limit, decode_cursor, encode_cursor
from labeler.projects.access import CanLabel, CanManage, CanRead, CanSee
from labeler.registry.service import newest_model
from labeler.slices.alike import alike, asked_like
from labeler.slices.conditions import Filter
from labeler.wire.base import Page
from labeler.wire.error_parts import ErrorParts
from labeler.wire.insight import (
    Anchoring,
    ComparableItem,
    Curve,
    HistoryEntry,
    HumanLevel,
    ItemOut,
    ItemPage,
    MistakePage,
    ModelComparison,
    Prevalence,
    ProgressOut,
)
from labeler.wire.meaning import LONGEST, MOST_KEYS, USUAL_LEAST, LikeFound, LikeIn
from labeler.wire.quality import LabelersOut, OverlapSaved
from labeler.wire.removal import RemovalIn, RemovalOut

router = APIRouter(prefix="/projects/{project_id}", tags=["insight"], route_class=AsWritten)
Key = Annotated[str, Path(max_length=200)]
Number = Annotated[int, Path(ge=1, lt=2**31)]


@router.get("/progress")
async def get_progress(
    member: CanSee,
    db: Db,
    utc_offset: Annotated[
        int, Query(ge=-840, le=840, description="Minutes that your clock is ahead of UTC: when your day begins.")
    ] = 0,
) -> ProgressOut:
    """Counts, pace, what is left, the newest model on the holdout, and whether more labels will help.

    Of projects with tens of thousands of items the answers by label may be a minute old, the other counts are of now.
    """
    found, stale = await db.aread(progress.progress, member, timedelta(minutes=utc_offset))
    if stale:
        recounts.start(db, member.project)
    return found


@router.get("/labelers")
async def list_labelers(member: CanRead, db: Db) -> LabelersOut:
    """Everybody who labels, of any kind: how much, how fast, how often they are right with its interval, and advice.

    Who is right how often is known where several people label the same items, or items are gold.
    """
    return await db.aread(labelers.labelers, member.project, member.may("manage"))


@router.get("/insight/overlap")
async def get_overlap_saved(member: CanRead, db: Db) -> OverlapSaved:
    """What it saved to ask one more person only where an answer was not certain, against a fixed number of labels."""
    return await db.aread(overlap.overlap_saved, member.project)


@router.get("/insight/prevalence")
async def get_prevalence(member: CanRead, db: Db, settings: Config) -> Prevalence:
    """How frequent each label is in the whole pool, without the bias of what was chosen for labeling."""
    return await db.aread(prevalence.prevalence, settings, member.project)


@router.get("/insight/anchoring")
async def get_anchoring(member: CanRead, db: Db) -> Anchoring:
    """How far people follow what the model suggests: answers beside a suggestion against those without it, where a
    share of the items comes without (`unsuggested_share`)."""
    return await db.aread(anchoring.anchoring, member.project)


@router.get("/insight/human-level")
async def get_human_level(member: CanRead, db: Db) -> HumanLevel:
    """How well people do on the holdout, by the metrics of models: what a model can hope for."""
    return await db.aread(human_level.human_level, member.project)


@router.get("/items")
async def list_items(
    member: CanRead,
    db: Db,
    settings: Config,
    label: Annotated[str | None, Query(max_length=200, description="Items whose answer holds this label.")] = None,
    min: Annotated[float | None, Query(description="Items rated at least so high.", allow_inf_nan=False)] = None,
    max: Annotated[float | None, Query(description="Items rated at most so high.", allow_inf_nan=False)] = None,
    flagged: bool = False,
    unlabeled: bool = False,
    disagreement: bool = False,
    contested: Annotated[bool, Query(description="Items whose answer is not what most labels say.")] = False,
    labeled: bool = False,
    labeler: Annotated[int | None, Query(ge=1, lt=2**62, description="Items that this account labeled.")] = None,
    model_differs: Annotated[bool, Query(description="Items whose answer is not what the newest model says.")] = False,
    model_confidence_min: Annotated[
        float | None, Query(ge=0, le=1, description="Items of which the newest model is at least so sure, from 0 to 1.")
    ] = None,
    model_confidence_max: Annotated[
        float | None, Query(ge=0, le=1, description="Items of which the newest model is at most so sure.")
    ] = None,
    labeled_since: Annotated[
        AwareDatetime | None,
        Query(
            description="Items with a label in force given then or later (by `labeler`), such as 2026-11-26T00:00:00Z."
        ),
    ] = None,
    labeled_before: Annotated[
        AwareDatetime | None, Query(description="Items with a label in force given before then (by `labeler`).")
    ] = None,
    split: Literal["train", "holdout"] | None = None,
    q: Annotated[str | None, Query(max_length=200, description="Text to search for.")] = None,
    metadata: Annotated[
        list[Annotated[str, StringConstraints(max_length=1200)]],
        Query(max_length=20, description="A value of a metadata field as it is written, such as `region=EU`."),
    ] = [],  # noqa: B006
    import_id: Annotated[int | None, Query(ge=1, lt=2**62, description="Items that this import brought.")] = None,
    like: Annotated[
        str | None, Query(min_length=1, max_length=LONGEST, description="Items that mean about the same as this text.")
    ] = None,
    like_key: Annotated[
        list[Annotated[str, StringConstraints(max_length=200)]],
        Query(max_length=MOST_KEYS, description="Items that mean about the same as one of these, by their keys."),
    ] = [],  # noqa: B006
    like_least: Annotated[
        float, Query(gt=0, le=1, description="From which cosine similarity of sentence vectors on they do.")
    ] = USUAL_LEAST,
    sort: Literal["oldest", "newest", "uncertain"] = "oldest",
    count: Annotated[bool, Query(description="Say how many there are in all, too.")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> ItemPage:
    """Items with their labels, open flags and what the newest model says. 409: there is no sentence encoder for `like`
    or `like_key`."""
    after = decode_cursor(cursor, int)
    wanted = Filter(
        label=label,
        min=min,
        max=max,
        flagged=flagged,
        unlabeled=unlabeled,
        disagreement=disagreement,
        contested=contested,
        split=split,
        q=q,
        sort=sort,
        after=after[0] if after else None,
        labeled=labeled,
        labeler=labeler,
        model_differs=model_differs,
        model_confidence_min=model_confidence_min,
        model_confidence_max=model_confidence_max,
        labeled_since=labeled_since,
        labeled_before=labeled_before,
        metadata=items.fields_in(metadata),
        import_id=import_id,
    )
    if like is not None or like_key:
        meant = asked_like(like, like_key, like_least)
        ids = await db.aread(alike, settings, member.project, meant)
        wanted = replace(wanted, alike=orjson.dumps(list(ids)).decode())
    found, more = await db.aread(items.list_items, settings, member.project, wanted, limit)
    total = await db.aread(items.count_items, settings, member.project, wanted) if count else None
    return ItemPage(items=found, next_cursor=None if more is None else encode_cursor(more), total=total)


@router.post("/insight/like")
async def like_items(body: LikeIn, member: CanRead, db: Db, settings: Config) -> LikeFound:
    """How many items mean about the same, and those nearest to the bar on both sides: so that it is chosen by looking.
    409: there is no sentence encoder."""
    from labeler.insight import meaning  # brings SciPy along: not at every start

    return await db.aread(meaning.like_found, settings, member.project, body)


@router.delete("/items")
async def remove_items(body: RemovalIn, member: CanManage, db: Db, write: Write) -> RemovalOut:
    """Remove items: by keys, by the import that brought them (whose labels on other items are taken back, too), or by
    a search. They leave the queue and the pool; labels stay in the history, dataset versions as they are. `dry_run`
    says what it comes to."""
    if body.dry_run:
        return await db.aread(removal.request_removal, member, body)
    return await write(removal.request_removal, member, body)


# Keys may hold slashes: the longer paths come first.
@router.get("/items/{key:path}/history")
async def item_history(key: Key, member: CanRead, db: Db) -> Page[HistoryEntry]:
    """Everything that was ever said about an item, corrections and undos included."""
    return Page(items=await db.aread(items.history, member.project.id, key))


@router.get("/items/{key:path}/similar")
async def similar_items(
    key: Key, member: CanRead, db: Db, settings: Config, n: Annotated[int, Query(ge=1, le=100)] = 10
) -> Page[ItemOut]:
    """The items most like this one, so that a decision can be made once for all of them."""
    from labeler.insight import similar  # brings SciPy along: not at every start

    return Page(items=await asyncio.to_thread(similar.similar_items, db, settings, member.project, key, n))


@router.get("/own/comparable")
async def comparable_items(
    key: Annotated[str, Query(max_length=200, description="The item that you look at.")],
    member: CanLabel,
    db: Db,
    settings: Config,
    n: Annotated[int, Query(ge=1, le=20)] = 5,
) -> Page[ComparableItem]:
    """Labeled items like the one that you look at, with their answers: to be asked for when one is not sure."""
    from labeler.insight import similar  # brings SciPy along: not at every start

    found = await asyncio.to_thread(similar.comparable_items, db, settings, member.project, key, n)
    return Page(items=found, next_cursor=None)


@router.get("/items/{key:path}")
async def get_item(key: Key, member: CanRead, db: Db, settings: Config) -> ItemOut:
    return await db.aread(items.get_item, settings, member.project, key)


@router.get("/insight/learning-curve")
async def get_learning_curve(member: CanRead, db: Db) -> Curve:
    """How good each model was on the holdout, with its interval, by labels."""
    return await db.aread(learning_curve.learning_curve, member.project)


@router.get("/insight/confusion")
async def get_confusion(member: CanRead, db: Db) -> dict[str, Any]:
    """Holdout items by true label and the newest model's answer."""
    model = await db.aread(newest_model, member.project.id)
    views = ((model.metrics if model else None) or {}).get("views") or {}
    found: dict[str, Any] = views.get("confusion") or {"labels": [], "matrix": []}
    return found


@router.get("/insight/views")
async def get_views(member: CanRead, db: Db) -> dict[str, Any]:
    """What there is to see of the newest model on the holdout beyond single figures, by name; depends on the task."""
    model = await db.aread(newest_model, member.project.id)
    return dict(((model.metrics if model else None) or {}).get("views") or {})


@router.get("/models/{number}/mistakes")
async def list_mistakes(
    number: Number,
    member: CanRead,
    db: Db,
    settings: Config,
    truth: Annotated[str | None, Query(max_length=200, description="People said this, and the model did not.")] = None,
    said: Annotated[str | None, Query(max_length=200, description="The model said this, and people did not.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> MistakePage:
    """Holdout items that the model answers otherwise than people, the surest first. It never learned from them."""
    after = decode_cursor(cursor, int)
    page, more = await db.aread(
        partial(mistakes.mistakes, truth=truth, said=said, start=after[0] if after else 0, limit=limit),
        settings,
        member.project,
        number,
    )
    page.next_cursor = None if more is None else encode_cursor(more)
    return page


@router.get("/models/{number}/error-parts")
async def get_error_parts(number: Number, member: CanRead, db: Db, settings: Config) -> ErrorParts:
    """Where the model's error comes from: labels that are wrong, too little capacity, too few labels, or a choice by
    the holdout itself. Each with its interval, or with what is missing to tell it."""
    return await db.aread(error_parts.error_parts, settings, member.project, number)


@router.get("/models/{number}/comparison/{other}")
async def compare_models(number: Number, other: Number, member: CanRead, db: Db, settings: Config) -> ModelComparison:
    """Two models on the same holdout items: on how many the first one is closer to people's answer, or further."""
    return await db.aread(mistakes.compare, settings, member.project, number, other)
