"""Label Studio's JSON: tasks with the annotations of everybody. Its JSON_MIN and CSV: `label_studio_flat.py`."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from labeler.items.given import Given, GivenLabel
from labeler.items.readers.tools.cells import SEVERAL, columns_of, first_key, free_name, listed
from labeler.items.readers.tools.registry import Meaning, Values, tool

ANSWERS = {"choices": "choices", "rating": "rating", "number": "number"}
"""Types of controls whose answers are about the item as a whole, and where their value stands."""
PREDICTION = "prediction"
REGIONS = "regions"
CANCELLED = ("rejected", "cancelled by who annotated, in Label Studio")
DRAFT = ("ignored", "a draft in Label Studio, never submitted")
_KEYS = ("key", "id", "item_id", "uuid")


@tool("label_studio", title="Label Studio, JSON")
def label_studio(rows: Sequence[Values]) -> Meaning | None:
    """Rows with `data` and what was said about it."""
    if not all(isinstance(row.get("data"), dict) for row in rows):
        return None
    if not columns_of(rows) & {"annotations", "completions", "predictions"}:
        return None
    given = [region for row in rows for one in annotations(row) for region in _results(one)]
    guessed = [region for row in rows for one in row.get("predictions") or () for region in _results(one)]
    asked = Counter(str(one.get("from_name")) for one in given if _is_answer(one))
    asked.update({str(one.get("from_name")): 0 for one in guessed if _is_answer(one)})
    questions = [name for name, _ in asked.most_common()]
    held = columns_of(row["data"] for row in rows)
    inner = first_key([row["data"] for row in rows], _KEYS)
    names = {name: free_name(name, held | {PREDICTION, REGIONS, "key", "metadata"}) for name in questions}
    main = questions[0] if questions else None

    def convert(values: Values) -> Values:
        return _row(values, names, main, inner)

    notes = []
    if len(questions) > 1:
        notes.append(SEVERAL.format(listed(questions)))
    if any(not _is_answer(one) for one in given):
        notes.append(f'marked places, texts and relations are kept as metadata in "{REGIONS}"')
    roles = {"key": "key"} if inner or all("id" in row for row in rows) else {}
    if main is not None:
        roles |= {"label": names[main]} | ({PREDICTION: PREDICTION} if guessed else {})
    return Meaning(convert, roles, tuple(notes))


def annotations(task: Values) -> list[Mapping[str, Any]]:
    found = task.get("annotations") or task.get("completions") or []
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def who(annotation: Mapping[str, Any]) -> str | None:
    """Who annotated: the address, or the name, else the number of an account there."""
    by = annotation.get("completed_by")
    if isinstance(by, dict):
        name = " ".join(str(by[part]) for part in ("first_name", "last_name") if by.get(part))
        by = by.get("email") or name or by.get("id")
    return account(by)


def account(by: Any) -> str | None:
    if by is None or by == "":
        return None
    return f"Label Studio {by}" if isinstance(by, int) or str(by).isdigit() else str(by)[:200]


def answer_of(value: Mapping[str, Any], type: str) -> Any:
    """A list of choices, or a number; None: neither."""
    return value.get(ANSWERS[type]) if type in ANSWERS else None


def _row(task: Values, names: Mapping[str, str], main: str | None, inner: str | None) -> Values:
    if not isinstance(task.get("data"), dict):
        raise ValueError('the task has no "data"')
    data = dict(task["data"])
    row: Values = {"key": data.pop(inner) if inner else task.get("id"), **data}
    labels: dict[str, list[GivenLabel]] = {name: [] for name in names}
    regions: list[dict[str, Any]] = []
    for annotation in annotations(task):
        _say(annotation, who(annotation), labels, regions)
    for draft in task.get("drafts") or ():
        if isinstance(draft, dict) and any(_is_answer(one) for one in _results(draft)):
            _lose(labels, GivenLabel(None, account(draft.get("user")), DRAFT))
    row |= {names.get(name, name): Given(said) for name, said in labels.items()}
    for name, predicted in _predictions(task).items():
        row[PREDICTION if name == main else f"{names.get(name, name)} {PREDICTION}"] = Given(predicted)
    if regions:
        row[REGIONS] = regions
    if isinstance(task.get("meta"), dict) and task["meta"]:
        row["metadata"] = task["meta"]
    return row


def _say(
    annotation: Mapping[str, Any],
    labeler: str | None,
    labels: dict[str, list[GivenLabel]],
    regions: list[dict[str, Any]],
) -> None:
    """Adds what one annotation says to `labels` and `regions`."""
    if annotation.get("was_cancelled") or annotation.get("skipped"):
        _lose(labels, GivenLabel(None, labeler, CANCELLED))
        return
    for name, value in _answers(_results(annotation)).items():
        labels.setdefault(name, []).append(GivenLabel(value, labeler))
    for one in _results(annotation):
        if not _is_answer(one):
            kept = {part: one[part] for part in ("type", "from_name", "value") if part in one}
            regions.append(kept | ({"labeler": labeler} if labeler else {}))


def _lose(labels: dict[str, list[GivenLabel]], one: GivenLabel) -> None:
    """Whichever question will be taken, this is no label of it."""
    for given in labels.values():
        given.append(one)


def _answers(results: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The answers to each question; choices of one question may come in parts."""
    found: dict[str, Any] = {}
    for one in results:
        if _is_answer(one):
            name, value = str(one.get("from_name")), answer_of(one["value"], one["type"])
            before = found.get(name)
            found[name] = before + value if isinstance(before, list) and isinstance(value, list) else value
    return found


def _predictions(task: Values) -> dict[str, list[GivenLabel]]:
    found: dict[str, list[GivenLabel]] = {}
    for one in task.get("predictions") or ():
        if not isinstance(one, dict):
            continue
        score, model = one.get("score"), one.get("model_version")
        sure = float(score) if isinstance(score, int | float) and not isinstance(score, bool) else None
        for name, value in _answers(_results(one)).items():
            found.setdefault(name, []).append(GivenLabel(value, score=sure, model=str(model)[:200] if model else None))
    return found


def _results(annotation: Any) -> Iterator[Mapping[str, Any]]:
    found = annotation.get("result") if isinstance(annotation, dict) else None
    return (one for one in found if isinstance(one, dict)) if isinstance(found, list) else iter(())


def _is_answer(region: Mapping[str, Any]) -> bool:
    """Whether it is about the whole item: not about a place in it."""
    value = region.get("value")
    if not isinstance(value, dict) or region.get("type") not in ANSWERS:
        return False
    return not value.keys() & {"start", "x", "points", "ranges"} and not region.get("parentID")
