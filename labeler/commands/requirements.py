"""What a project requires of models, and how one stands to it."""

from typing import Annotated, Any

import typer

from labeler.commands.context import Row, answer, service, state, table
from labeler.wire.requirements import ConditionOut, name_of, wanted_of

P = Annotated[str, typer.Argument(metavar="PROJECT", help="Id or slug.")]
FORM = "METRIC=NUMBER"


def requirements(
    project: P,
    least: Annotated[
        list[str] | None, typer.Option("--min", metavar=FORM, help="What a metric must be at least; may be repeated.")
    ] = None,
    most: Annotated[
        list[str] | None, typer.Option("--max", metavar=FORM, help="What it must be at most; may be repeated.")
    ] = None,
    optimize: Annotated[str | None, typer.Option(help="The metric that pages lead with.")] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Take away what was required before.")] = False,
    model: Annotated[
        int | None, typer.Option(help="The model that is looked at; exit code 1 where a condition is not met.")
    ] = None,
) -> None:
    """What a model must hold to go live, and how one stands to it (default: the newest).

    METRIC is one of GET /metrics, precision:LABEL or recall:LABEL, or age_days, the days since the model was made;
    METRIC@SLICE is one of GET /metrics on a slice.
    """
    added = [_condition(one, "min") for one in least or []] + [_condition(one, "max") for one in most or []]
    with service() as client:
        found = client.projects.get(project)
        if added or optimize or clear:
            before = found.info.settings.requirements
            kept = [] if clear else [one.model_dump() for one in before.conditions]
            wanted = optimize if optimize or clear else before.optimize
            found.change(requirements={"optimize": wanted, "conditions": kept + added})
        models = [found.model(model)] if model is not None else found.models(1)
        present = found.info.settings.requirements
    stands = models[0].requirements if models else []
    if state.get().json:
        told = [one.model_dump() for one in stands]
        number = models[0].number if models else None
        answer({"requirements": present.model_dump(), "model": number, "conditions": told}, "")
    elif not present.conditions:
        print("Nothing is required: every model can go live.")
    else:
        alone = [{"metric": name_of(one), "wanted": wanted_of(one)} for one in present.conditions]
        more = {"state": "state", "is": "is", "more": "more holdout labels tell"} if models else {}
        table([_row(one) for one in stands] or alone, {"metric": "metric", "wanted": "wanted", **more})
    if model is not None and any(one.state != "holds" for one in stands):
        raise typer.Exit(1)


def _condition(words: str, bound: str) -> dict[str, Any]:
    """What "recall:spam=0.9" asks for."""
    name, sign, number = words.rpartition("=")
    name, _, part = name.partition("@")
    metric, _, label = name.partition(":")
    about = {"metric": metric, "label": label or None, "slice": part or None}
    try:
        return {**about, bound: float(number)} if sign else _unreadable(words)
    except ValueError:
        return _unreadable(words)


def _unreadable(words: str) -> dict[str, Any]:
    raise typer.BadParameter(f'"{words}" is not {FORM}, such as accuracy=0.9 or recall:spam=0.8')


def _row(one: ConditionOut) -> Row:
    between = "" if one.low is None or one.high is None else f" ({one.low:.3g} to {one.high:.3g})"
    return {
        "metric": name_of(one),
        "wanted": wanted_of(one),
        "state": "gone" if one.gone else one.state,
        "is": None if one.value is None else f"{one.value:.3g}{between}",
        "more": one.more,
    }


def register(app: typer.Typer) -> None:
    app.command()(requirements)
