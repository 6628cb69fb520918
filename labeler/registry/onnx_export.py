"""A model as ONNX, in a folder of its own: made only where it says the same of the project's items."""

import importlib.metadata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.tables import items, present
from labeler.kit.config import Settings
from labeler.kit.counting import counted
from labeler.kit.db import Database
from labeler.kit.errors import Conflict, Unavailable
from labeler.learning.errors import EncoderBroken, EncoderMissing, NotExpressible, OnnxMissing
from labeler.learning.features import cells
from labeler.learning.features import encoder as encoders
from labeler.learning.onnx import NEAR, Converted, difference, to_onnx
from labeler.learning.onnx.convert import SENTENCES, categories_of, written
from labeler.outside import exported
from labeler.projects.access import Project
from labeler.registry.export import as_json, examples_of, loaded, packed

CHECKED = 1_000
"""Of the project's items, those on which the graph must say what the model says: a random part of more."""
_AT_ONCE = 2_000

EXPRESSED = "Models on texts and on rows of a table can be, linear ones, trees and those that learn from the pool."
DECIDED = {"classification": "likeliest", "multilabel": "thresholds", "ordinal": "median"}
README = """# {project}: model {number}, as ONNX

Trained on dataset version {dataset} by labeler. `card.md` says what it was made of and how good it is.

    pip install -r requirements.txt
    python onnx_model.py                          does it say here what it said in the service?
    python onnx_model.py predict < items.jsonl    a JSON line with an answer for each item

A line of `items.jsonl` is an object with {line}; a `key` comes back with the answer.

- `model.onnx`: from items as they are written to `probabilities` (items, labels){label}
- `inputs.json`: what it is given, input by input; `labels.json`: the labels in the order of the columns, and how
  one decides
- `expected.jsonl`: examples of the project's items, with what the model said of them in the service

It is for ONNX Runtime, in any language that has it: texts are cut and hashed by operators of that library
(`com.microsoft`). Give it some dozens of items at a time: a text takes as many numbers as the model knows words.
When it was made, {compared} of the project {were} compared with what the model says: the farthest probability is
{most:.1e} away.
{limits}"""
SIGMA = "A capital sigma at the end of a Greek word is read as another letter than in the service.\n"
UNKNOWN = "A category that no item of the project had when it was made says nothing to it.\n"
VECTORS = """It reads sentence vectors, too: `onnx_model.py` makes them by the encoder in `encoder/`, for which it needs
`tokenizers`.
"""


def export_onnx(db: Database, settings: Settings, project: Project, number: int, examples: int) -> IO[bytes]:
    """A ZIP archive with the folder, at its beginning; the caller closes it. examples: of the project's items, at most.

    Raises `NotFound`; `Conflict` where the model's file is not there any more, where it can't be expressed, says
    something else as ONNX, or where the extra is not installed; `Unavailable` where its file or its encoder is broken.
    """
    row, model, card = loaded(db, settings, project, number)
    try:
        values = db.read(_categories, project.id, categories_of(model))
        notes = {"project": project.name, "model": str(number), "dataset": row.tag, "sha256": row.sha256}
        problem = row.config.get("problem") or "classification"
        converted = to_onnx(model, values, notes, problem)
        parts = _encoder_files(converted)
        checked = db.read(_some, project.id)
        contents = [content for _, content in checked]
        found = difference(converted, contents, model.predict_proba(contents))
    except OnnxMissing as error:
        raise Conflict(f"Model {number} can't be written as ONNX here: {error}.") from error
    except NotExpressible as error:
        raise Conflict(f"Model {number} can't be expressed as ONNX: {error}. {EXPRESSED}") from error
    except (EncoderMissing, EncoderBroken) as error:
        raise Unavailable(f"Model {number} can't answer: {error}.") from error
    if found.most > NEAR:
        key, compared = checked[found.item][0], counted("{n} item", "{n} items", found.items)
        raise Conflict(
            f"Model {number} would say something else as ONNX: of {compared}, {found.differing} differ by more than "
            f"{NEAR:.0e}, most of all {key} (by {found.most:.2g}). "
            "Take it as a folder instead; a model on a table from an earlier version can be trained again."
        )
    shown = db.read(examples_of, project.id, examples)
    readme = README.format(
        project=project.name,
        number=number,
        dataset=row.tag,
        line="`fields`: the columns by name" if any("column" in one for one in converted.inputs) else "`text`",
        label=", and the likeliest `label`" if problem == "classification" else "",
        compared=counted("{n} item", "{n} items", found.items),
        were="was" if found.items == 1 else "were",
        most=found.most,
        limits=SIGMA + (UNKNOWN if categories_of(model) else "") + (VECTORS if converted.encoder else ""),
    )
    files: dict[str, str | bytes] = {
        "model.onnx": converted.file,
        "inputs.json": as_json({"inputs": converted.inputs, "encoder": _encoder(parts)}, indent=2),
        "labels.json": as_json(_labels(project, row, problem), indent=2),
        "expected.jsonl": "".join(_expected(converted, model, shown)),
        "card.md": card,
        "requirements.txt": "".join(f"{name}=={importlib.metadata.version(name)}\n" for name in _needs(converted)),
        "README.md": readme,
        "onnx_model.py": _script(),
        "cells.py": Path(cells.__file__).read_text(encoding="utf-8"),
    }
    return packed(f"{project.slug}-model-{number}-onnx", files, parts)


def _script() -> str:
    """What asks the model, standing alone."""
    whole = Path(exported.__file__).with_name("onnx_model.py").read_text(encoding="utf-8")
    return whole.replace("from labeler.learning.features import cells", "import cells")


def _needs(converted: Converted) -> list[str]:
    return ["numpy", "onnxruntime", *(["tokenizers"] if converted.encoder else [])]


def _some(tx: Connection, project_id: int) -> list[tuple[str, dict[str, Any]]]:
    """Key and content of the items that are compared, the same ones each time."""
    ids = np.array(tx.execute(sa.select(items.c.id).where(present(project_id)).order_by(items.c.id)).scalars().all())
    if len(ids) > CHECKED:
        ids = np.sort(np.random.default_rng(0).choice(ids, CHECKED, replace=False))
    wanted = sa.select(items.c.key, items.c.content).where(items.c.id.in_(ids.tolist())).order_by(items.c.id)
    return [(row.key, row.content) for row in tx.execute(wanted)]


def _categories(tx: Connection, project_id: int, columns: Sequence[str]) -> Mapping[str, set[str]]:
    """The values of each of these columns, in all items."""
    found: dict[str, set[str]] = {name: set() for name in columns}
    if not columns:
        return found
    last = 0
    while True:
        wanted = sa.select(items.c.id, items.c.content).where(present(project_id), items.c.id > last)
        rows = tx.execute(wanted.order_by(items.c.id).limit(_AT_ONCE)).all()
        if not rows:
            return found
        last = rows[-1].id
        for row in rows:
            fields = row.content.get("fields") or {}
            for name, known in found.items():
                known.add(written(fields.get(name), "categorical"))


def _labels(project: Project, row: Any, problem: str) -> dict[str, Any]:
    """The labels and how one decides: the likeliest, all from their threshold on, or the median level."""
    decoding = row.config.get("decoding") or {}
    decided = DECIDED.get(problem, "likeliest")
    about = {"project": project.name, "model": row.number, "dataset": row.tag, "task_type": project.task_type}
    return about | {
        "labels": list(row.config["classes"]),
        "decided": decided,
        "thresholds": {name: (decoding.get("thresholds") or {}).get(name, 0.5) for name in row.config["classes"]}
        if decided == "thresholds"
        else None,
    }


def _expected(converted: Converted, model: Any, shown: Sequence[dict[str, Any]]) -> Iterator[str]:
    """A line for each example: the item, the sentence vectors where it is given some, and the probabilities."""
    contents = [{name: value for name, value in item.items() if name != "key"} for item in shown]
    if not contents:
        return
    given = converted.given(contents)
    for place, (item, line) in enumerate(zip(shown, model.predict_proba(contents), strict=True)):
        inputs = {SENTENCES: given[SENTENCES][place].tolist()} if SENTENCES in given else {}
        yield as_json({"item": item, "inputs": inputs, "probabilities": line.tolist()})


def _encoder(parts: Mapping[str, Path]) -> dict[str, Any] | None:
    """Where the folder has its sentence encoders, and how much of a text they read."""
    folders = sorted({Path(name).parent.as_posix() for name in parts})
    return {"parts": folders, "tokens": encoders.MOST_TOKENS, "characters": encoders.MOST_CHARS} if folders else None


def _encoder_files(converted: Converted) -> dict[str, Path]:
    """The files of the sentence encoder, by where they go. Raises EncoderMissing, NotExpressible."""
    if converted.encoder is None:
        return {}
    whole = encoders.encoder_of(converted.encoder)
    files: dict[str, Path] = {}
    for number, part in enumerate(whole.parts or (whole,)):
        if type(part) is not encoders.Encoder:
            raise NotExpressible("its sentence encoder is of a plug-in, whose model is no file that could go along")
        folder = f"encoder/{number}"
        files[f"{folder}/model.onnx"] = part.file
        beside = [part.file.with_name(name) for name in ("tokenizer.json", "vocab.txt")]
        known = [path for path in beside if path.exists()]
        files |= {f"{folder}/{path.name}": path for path in known or [Path(encoders.__file__).with_name("vocab.txt")]}
    return files
