"""Training, predicting, reproducing."""

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from labeler.commands.context import Row, answer, follow, plain, service, state, table
from labeler.imports.entry import to_item
from labeler.imports.plan import look
from labeler.items import readers
from labeler.items.keys import content_key
from labeler.items.readers import FileRefused, RowRefused, read_rows, sniff
from labeler.kit.counting import counted
from labeler.wire.imports import ImportMapping
from labeler.wire.registry import Reproduction
from labeler.wire.training import TrialOut

WITHOUT_ANSWERS = dict.fromkeys(("label", "labeler", "prediction", "score", "split", "metadata"))
P = Annotated[str, typer.Argument(metavar="PROJECT", help="Id or slug.")]


def train(project: P) -> None:
    """Train a model on the labels there are."""
    with service(jobs=True) as client:
        found = client.projects.get(project)
        done = follow(found.train()).result
        if not done or done["model"] is None:
            print((done or {}).get("reason", "superseded by a newer request"), file=sys.stderr)
            raise typer.Exit(1)
        model = found.model(done["model"])
    answer(model, f"Model {model.number} on dataset {model.dataset.tag}: {_score(model.report)}.")


def _score(report: dict[str, Any] | None) -> str:
    """The metric that models are compared by, in words."""
    found = (report or {"metrics": {}, "primary": None})["metrics"].get((report or {}).get("primary"))
    if report is None or found is None or found["value"] is None:
        return "no holdout labels yet"
    return f"{report['primary'].replace('_', ' ')} {found['value']:.3f} on {found['n']} holdout items"


def search(project: P) -> None:
    """Search for the model that suits the project's labels."""
    with service(jobs=True) as client:
        found = client.projects.get(project)
        if not follow(found.search()).result:
            print("superseded by a newer request", file=sys.stderr)
            raise typer.Exit(1)
        last = found.last_search()
    if last is None or state.get().json:
        answer(last or {}, "")
        return
    rows = [_trial(one) for one in last.trials if one.final]
    table(rows, {"model": "model", "params": "hyperparameters", "log_loss": "log loss", "accuracy": "accuracy"})
    on = counted("{n} label", "{n} labels", last.labels)
    print(f"Chosen on {on}: {last.model} ({last.reason}).")


def _trial(one: TrialOut) -> Row:
    return {
        "model": one.model,
        "params": ", ".join(f"{name}={value}" for name, value in one.params.items()) or "defaults",
        "log_loss": f"{one.log_loss:.3f} ± {one.log_loss_error:.3f}",
        "accuracy": f"{one.accuracy:.3f} ± {one.accuracy_error:.3f}",
    }


def promote(
    project: P,
    number: int,
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    override: Annotated[
        bool, typer.Option("--override", help="Though something that is required does not hold; takes a reason.")
    ] = False,
) -> None:
    """Make a model live: it answers `predict` from now on."""
    with service() as client:
        made = client.projects.get(project).promote(number, reason, override=override)
    answer(made, f"Model {made.number} is {made.stage}.")


def rollback(project: P) -> None:
    """Make the model live again that was live before."""
    with service() as client:
        made = client.projects.get(project).rollback()
    answer(made, f"Model {made.number} is {made.stage} again.")


def predict(
    project: P,
    file: Annotated[
        Path,
        typer.Argument(
            exists=True,
            dir_okay=False,
            allow_dash=True,
            help="`labeler formats` lists what it may be; - reads it from standard input.",
        ),
    ],
) -> None:
    """Predict with the live model; a JSON line for each row on standard output, with its number and key."""
    with tempfile.TemporaryDirectory(prefix="labeler-predict-") as folder:
        if str(file) == "-":
            file = Path(folder) / "input"
            with open(file, "wb") as copy:
                shutil.copyfileobj(sys.stdin.buffer, copy)
        try:
            mapping = look(file).plan.mapping.model_copy(update=WITHOUT_ANSWERS)
            items, places = _items(file, mapping)
        except FileRefused as refused:
            print(refused, file=sys.stderr)
            raise typer.Exit(1) from None
    with service() as client:
        predictions = client.projects.get(project).predict(items)
    for place, prediction in zip(places, predictions, strict=True):
        print(json.dumps(plain(prediction, **place), ensure_ascii=False))


def _items(file: Path, mapping: ImportMapping) -> tuple[list[Row], list[Row]]:
    """The items of a file, and where each stands in it: row and key."""
    items, places = [], []
    for row in read_rows(file, sniff(file)):
        try:
            if not isinstance(row, readers.Row):
                raise RowRefused(row.field, row.reason)
            item = to_item(row, mapping)
        except RowRefused as refused:
            print(f"row {row.number} left out: {refused.reason}", file=sys.stderr)
            continue
        items.append({name: item[name] for name in ("text", "fields") if item.get(name) is not None})
        places.append({"row": row.number, "key": item.get("key") or content_key(items[-1])})
    return items, places


def reproduce(project: P, model: int) -> None:
    """Train a model again from its dataset version and compare every prediction."""
    with service(jobs=True) as client:
        done = follow(client.projects.get(project).reproduce(model)).result_as(Reproduction)
    text = "identical" if done.identical else f"DIFFERENT (largest difference {done.max_difference})"
    compared = counted("{n} prediction", "{n} predictions", done.compared)
    answer(done, f"Model {model} from dataset {done.dataset}: {compared}, {text}.")
    if not done.identical:
        raise typer.Exit(1)


def export_model(
    project: P,
    number: Annotated[int, typer.Argument(help="Of the model.")],
    folder: Annotated[Path, typer.Argument(help="A new folder.")],
    examples: Annotated[int, typer.Option(help="Items that go along, with what the model says of them.")] = 20,
    onnx: Annotated[
        bool, typer.Option("--onnx", help="As ONNX, for programs in any language; takes the extra `onnx`.")
    ] = False,
) -> None:
    """Write a model as a folder that answers without the service: with a server, a Dockerfile, its card."""
    with service() as client:
        try:
            written = client.projects.get(project).export_model(number, folder, examples, onnx=onnx)
        except FileExistsError as error:
            print(error, file=sys.stderr)
            raise typer.Exit(1) from None
    answer({"folder": str(written)}, f"Model {number} is in {written}: its README.md says how it answers.")


def register(app: typer.Typer) -> None:
    for function in (train, search, promote, rollback, predict, export_model, reproduce):
        app.command()(function)
