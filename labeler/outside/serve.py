"""Serves an exported model, of the folder that this is in or of MODEL_FOLDER: `uvicorn labeler.outside.serve:app`."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

from labeler.outside.exported import Exported, ItemRefused

FOLDER = Path(os.environ.get("MODEL_FOLDER") or Path(__file__).parents[2])
MOST = 1_000


class Items(BaseModel):
    """As `POST /projects/<p>/predict` takes them."""

    items: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MOST)]


@asynccontextmanager
async def _loaded(app: FastAPI) -> AsyncIterator[None]:
    app.state.model = Exported(FOLDER)
    yield


app = FastAPI(title="A model", lifespan=_loaded)


@app.post("/predict")
def predict(body: Items) -> dict[str, Any]:
    """Answers with their probabilities, in the items' order."""
    model: Exported = app.state.model
    try:
        return model.predict(body.items)
    except ItemRefused as refused:
        raise HTTPException(422, str(refused)) from None


@app.get("/")
def about() -> dict[str, Any]:
    """Which model this is."""
    model: Exported = app.state.model
    return {name: model.about[name] for name in ("project", "model", "dataset", "sha256", "config", "packages")}


@app.get("/card", response_class=PlainTextResponse)
def card() -> str:
    """What the model was made of, and how good it is."""
    return (FOLDER / "card.md").read_text(encoding="utf-8")


@app.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok"}
