"""Slices: naming a search, and how a model does on each."""

from typing import Annotated, Any

import typer

from labeler.commands.context import Row, plain, service, state, table
from labeler.kit.counting import counted
from labeler.wire.meaning import USUAL_LEAST, LikeFound, LikeItem
from labeler.wire.quality import Figure
from labeler.wire.slices import SliceScore

P = Annotated[str, typer.Argument(metavar="PROJECT", help="Id or slug.")]


def slices(
    project: P,
    add: Annotated[str, typer.Option(metavar="NAME", help="A new slice, of what the other options find.")] = "",
    words: Annotated[str, typer.Option(help="With --add: items with these words.")] = "",
    metadata: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD=VALUE", help="With --add: items with this metadata; may be repeated."),
    ] = None,
    label: Annotated[str, typer.Option(help="With --add: items whose answer holds this label.")] = "",
    import_id: Annotated[
        int | None, typer.Option("--import", metavar="JOB", help="With --add: items that this import brought.")
    ] = None,
    like: Annotated[str, typer.Option(help="With --add: items that mean about the same as this text.")] = "",
    like_item: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY", help="With --add: items that mean about the same as this one; up to five times."),
    ] = None,
    least: Annotated[
        float, typer.Option(min=0.01, max=1, help="With --like or --like-item: from which similarity on.")
    ] = USUAL_LEAST,
    remove: Annotated[str, typer.Option(metavar="NAME", help="Remove this slice.")] = "",
    model: Annotated[int | None, typer.Option(help="How this model does on each, the worst first.")] = None,
) -> None:
    """The slices; make one; and how a model does on the holdout items of each, with 95 % intervals."""
    query: dict[str, Any] = {"q": words or None, "label": label or None, "import_id": import_id}
    query = {name: value for name, value in query.items() if value is not None}
    if fields := _fields(metadata or []):
        query["metadata"] = fields
    if like and like_item:
        raise typer.BadParameter("give --like or --like-item, one of both")
    if like or like_item:
        query["like"] = {"least": least} | ({"text": like} if like else {"keys": like_item})
    if bool(add) != bool(query):
        raise typer.BadParameter(
            "give --add with --words, --metadata, --label, --import, --like or --like-item, and these with --add alone"
        )
    with service() as client:
        found = client.projects.get(project)
        if remove:
            known = next((one for one in found.slices if one.name == remove), None)
            if known is None:
                raise typer.BadParameter(f'there is no slice "{remove}"')
            found.slices.remove(known.id)
        if add:
            made = found.slices.create(add, query)
            if made.query.like is not None and not state.get().json:
                _bar(found.items.like(made.query.like.model_dump()))
        there = [plain(one) for one in found.slices]
        scores = [one for one in found.model(model).slices if not one.removed] if model is not None else []
        report = found.model(model).report if model is not None else None
    if model is not None:
        lead = str((report or {}).get("primary") or "")
        rows = [plain(one) for one in scores] if state.get().json else [_row(one, lead) for one in scores]
        headings = {"name": "slice", "labels": "labels", "right": "exactly right"}
        table(rows, headings | {"lead": lead.replace("_", " ") or "metric", "why": "can't tell"})
    elif not there and not state.get().json:
        print("There are no slices.")
    else:
        rows = there if state.get().json else [{**one, "query": _said(one["query"])} for one in there]
        table(rows, {"name": "slice", "items": "items", "query": "search"})


def _fields(given: list[str]) -> dict[str, str]:
    found = {}
    for one in given:
        name, sign, value = one.partition("=")
        if not sign or not name:
            raise typer.BadParameter(f'"{one}" is not FIELD=VALUE, such as region=EU')
        found[name] = value
    return found


def _bar(found: LikeFound) -> None:
    """What a bar holds, so that it can be chosen by looking."""
    of = f"of {found.read:,} whose text was read ({found.of:,} in all)."
    print(f"{counted('{n} item is like it', '{n} items are like it', found.items)}, {of}")
    for what, near in (("last ones in", found.last_in), ("first ones out", found.first_out)):
        rows = [{"similarity": f"{one.similarity:.3f}", "key": one.key, "content": _content(one)} for one in near]
        if rows:
            table(rows, {"similarity": "similarity", "key": what, "content": "content"})


def _content(one: LikeItem) -> str:
    return str(one.content.get("text", ""))[:80]


def _said(query: dict[str, Any]) -> str:
    """A search in words: what differs from one for everything."""
    like = query.get("like")
    words = {
        **query,
        "like": f"{like['text'] or ', '.join(like['keys'])} (at least {like['least']:g})" if like else None,
    }
    return ", ".join(f"{name}: {value}" for name, value in words.items() if value not in (None, False, {}))


def _row(one: SliceScore, lead: str) -> Row:
    return {
        "name": one.name,
        "labels": one.labels,
        "right": _figure(one.right),
        "lead": _figure(one.metrics.get(lead)),
        "why": None if one.why is None else one.why.replace("_", " "),
    }


def _figure(one: Figure | None) -> str | None:
    if one is None or one.value is None or one.low is None or one.high is None:
        return None
    return f"{one.value:.3g} ({one.low:.3g} to {one.high:.3g})"


def register(app: typer.Typer) -> None:
    app.command()(slices)
