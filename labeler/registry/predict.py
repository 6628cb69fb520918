"""Serving the live model, and the canary beside it. Each is loaded once, its hash checked, and kept while it serves."""

import hashlib
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import structlog
from sqlalchemy import Connection

from labeler.items.answers import Refused
from labeler.items.content import bounds_of, check_item
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.kit.errors import Invalid, NoLiveModel, Unavailable
from labeler.learning.decoding import Decoder
from labeler.projects.access import Member, Project
from labeler.registry.artifacts import folder_of
from labeler.registry.pins import MOST_PINNED, pinned_model
from labeler.registry.served import Served
from labeler.registry.use import Asked, note, serving
from labeler.wire.registry import Predicted, PredictIn, PredictOut

MOST_LOADED = 2 + MOST_PINNED
"""Models of a project that are kept: the live one, the canary, and what programs ask for."""
_loaded: dict[Path, OrderedDict[str, Any]] = {}  # by the project's folder: its models by hash, last used last
_loading = threading.Lock()


def _model(settings: Settings, row: Any) -> Any:
    folder = folder_of(settings, row.project_id, row.number)
    with _loading:
        known = _loaded.setdefault(folder.parent, OrderedDict())
        if row.sha256 not in known:
            known[row.sha256] = load_model(settings, row)
            while len(known) > MOST_LOADED:
                known.popitem(last=False)
        known.move_to_end(row.sha256)
        return known[row.sha256]


def load_model(settings: Settings, row: Any) -> Any:
    """The model of a row, from its file; raises `Unavailable` where that is broken or gone."""
    from labeler.learning.errors import LearningError
    from labeler.learning.trained_model import TrainedModel
    from labeler.registry.encoders import why_without

    why_without(settings)  # makes the set encoder known to the model; one it does not need may be missing
    try:
        return TrainedModel.load(folder_of(settings, row.project_id, row.number), row.sha256)
    except LearningError as error:
        raise Unavailable(f"Model {row.number} can't be loaded: {error}. Roll back, or reproduce it.") from error


def predict(db: Database, settings: Settings, member: Member, body: PredictIn) -> PredictOut:
    """Raises `NoLiveModel`, `Invalid` (which item, why), `Unavailable` (the live model's file is broken)."""
    project = member.project
    found_rows, pinned = db.read(_serving, project.id, member.caller.token_id)
    rows = {row.stage: row for row in found_rows}
    live, canary, is_followed = rows.get("live"), rows.get("canary"), "shadow" in rows
    notice = None
    if pinned is not None:
        notice = _notice(pinned, live)
        live, canary = pinned, None
    if live is None:
        raise NoLiveModel(
            f"Promote a model first: POST /projects/{project.slug}/models/<number>/stage with stage live."
        )
    contents, bounds = [], bounds_of(settings)
    for number, item in enumerate(body.items):
        raw = item.model_dump(exclude_none=True, exclude={"key"})
        try:
            contents.append(check_item(raw, project, bounds).content)
        except Refused as refused:
            pointer = f"/items/{number}/{refused.field}"
            raise Invalid(
                f"{pointer[1:]} {refused.reason}.", errors=[{"pointer": pointer, "detail": refused.reason}]
            ) from None
    keys = [item.key for item in body.items]
    drawn = (
        []
        if canary is None
        else [n for n, key in enumerate(keys) if falls_to_canary(project.id, key, contents[n], canary.share)]
    )
    found: dict[int, Predicted] = {}
    asked: list[Asked] = []
    try:
        if drawn:
            answers = _ask(settings, member, canary, [contents[n] for n in drawn], asked)
            found = dict(zip(drawn, answers, strict=False))  # none where it fails
        rest = [n for n in range(len(contents)) if n not in found]
        if rest:
            found |= dict(zip(rest, _ask(settings, member, live, [contents[n] for n in rest], asked), strict=True))
    except Exception:
        note(db, asked)
        raise
    predictions = [found[n].model_copy(update={"key": key}) for n, key in enumerate(keys)]
    ids = {row.number: row.id for row in (live, canary) if row is not None}
    served = [
        Served(project.id, ids[one.model], one.key, content, one.value, project.schema_version)
        for one, content in zip(predictions, contents if is_followed else [None] * len(contents), strict=True)
        if is_followed or one.key is not None
    ]
    note(db, asked, served)
    of = canary if canary is not None and all(one.stage == "canary" for one in predictions) else live
    return PredictOut(model=of.number, dataset=of.tag, predictions=predictions, notice=notice)


def _serving(tx: Connection, project_id: int, token_id: int | None) -> tuple[Sequence[Any], Any]:
    """What is asked, and the model that this program asks for instead of the live one."""
    pinned = pinned_model(tx, project_id, token_id)
    rows = serving(tx, project_id, pinned)
    return rows, next((row for row in rows if row.id == pinned), None)


def _notice(pinned: Any, live: Any) -> str | None:
    if pinned.stage != "retired":
        return None
    now = "none is live" if live is None else f"model {live.number} is live"
    return f"Model {pinned.number} is retired, and answers because this token asks for it; {now}."


def falls_to_canary(project_id: int, key: str | None, content: Any, share: float) -> bool:
    """Whether an item is of the canary's share: by a hash of its key, else of its content, so that it stays there while
    the share does, and when it grows."""
    named = f"key {key}" if key is not None else f"content {json.dumps(content, sort_keys=True, default=str)}"
    drawn = hashlib.blake2b(f"{project_id} {named}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(drawn, "big") < share * 2**64


def _ask(settings: Settings, member: Member, row: Any, contents: list[Any], asked: list[Asked]) -> list[Predicted]:
    """What a model says; where the canary fails, nothing. asked: that it was asked is added to it."""
    caller, start = member.caller, time.perf_counter()
    one = Asked(row.project_id, row.id, row.change_id, caller.user_id, caller.token_id or 0, None, len(contents))
    try:
        proba, found = answers_of(member.project, row, _model(settings, row), contents)
        if row.stage == "canary" and not np.isfinite(proba).all():
            raise ValueError("some probabilities are no numbers")
        if not np.isfinite(proba).all():
            raise Unavailable(f"Model {row.number} can't answer: some probabilities are no numbers. Roll back.")
    except Exception:
        asked.append(one)
        if row.stage != "canary":
            raise
        structlog.get_logger().exception("canary_failed", model=row.number)
        return []
    asked.append(one._replace(ms=1000 * (time.perf_counter() - start)))
    return [Predicted(**said, model=row.number, stage=row.stage) for said in found]


def answers_of(project: Project, row: Any, model: Any, contents: list[Any]) -> tuple[Any, list[dict[str, Any]]]:
    """The model's probabilities of each content, and what they say. Raises `Unavailable`."""
    from labeler.learning.errors import EncoderBroken, EncoderMissing

    try:
        proba = model.predict_proba(contents)
    except (EncoderMissing, EncoderBroken) as error:
        raise Unavailable(f"Model {row.number} can't answer: {error}.") from error
    decoder = Decoder(project.mappings, row.config)
    return proba, [decoder(line) for line in proba]
