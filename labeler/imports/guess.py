"""Which column means what: guessed from names and the first rows, each with the reason."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from labeler.imports.entry import cell
from labeler.items.given import Given
from labeler.items.readers import FileRefused
from labeler.items.readers.tools import Meaning
from labeler.wire.imports import ImportMapping

KEY = ("key", "id", "item_key", "item_id", "uuid", "guid", "uid")
TEXT = (
    "text", "body", "content", "message", "question", "sentence", "review", "comment", "tweet", "utterance",
    "query", "prompt", "document", "abstract", "description", "headline", "title",
    "nachricht", "kommentar", "texte", "commentaire", "texto", "mensaje", "comentario", "testo", "bericht",
)  # fmt: skip
LABEL = (
    "label", "category", "class", "target", "labels", "intent", "sentiment", "topic", "tag", "y",
    "kategorie", "klasse", "etikett", "etiquette", "categorie", "classe", "etiqueta", "categoria", "clase", "etichetta",
)  # fmt: skip
INSIDE = ("name", "label", "value")
"""Of an object that is a label, as models and other tools write it."""
SPLIT = ("split", "fold", "partition", "subset")
LABELER = (
    "labeler", "annotator", "annotator_id", "annotated_by", "labeled_by", "rater", "coder", "worker", "worker_id",
)  # fmt: skip
PREDICTION = ("prediction", "predicted_label", "predicted", "pred", "suggestion", "model_label")
OF_A_MODEL = frozenset(
    (
        *("prediction", "predictions", "predicted", "pred", "suggestion", "suggested", "yhat", "vorhersage"),
        *("model", "llm", "gpt", "bert", "ai", "machine", "classifier", "auto", "automatic", "pseudo", "weak"),
    )
)
"""Words in the name of a column that holds what a machine says."""
RATING = (
    "rating", "ratings", "stars", "star_rating", "score", "grade", "points",
    "bewertung", "sterne", "note", "valoracion", "puntuacion", "voto", "valutazione",
)  # fmt: skip
SCORE = ("score", "prediction_score", "probability", "proba", "pred_score", "confidence")
HEADED = (("title", "abstract"), ("subject", "body"), ("headline", "body"), ("title", "body"))
"""Columns that are one text together."""
ANSWERS_OF_ONE = re.compile(r"(rater|annotator|coder|labeler|worker|judge)[ _-]?\w{1,12}", re.IGNORECASE)
EXPORT = {"confidence", "method", "labels", "flags", "shares", "history"}
DEPTH = 3

Rows = Sequence[Mapping[str, Any]]
Why = dict[str, tuple[str, str]]
"""What a column is taken for, and why."""


def columns_of(rows: Rows) -> list[str]:
    """The columns of these rows, and what is inside objects as dotted paths behind them."""
    found: dict[str, None] = {}
    for row in rows:
        for name, value in row.items():
            found.setdefault(name)
            if isinstance(value, dict) and name not in ("fields", "metadata"):
                _inner(name, value, found, DEPTH)
    return list(found)


def _inner(path: str, value: Mapping[str, Any], found: dict[str, None], depth: int) -> None:
    for name, inner in value.items():
        found.setdefault(f"{path}.{name}")
        if isinstance(inner, dict) and depth > 1:
            _inner(f"{path}.{name}", inner, found, depth - 1)


class Guess:
    """Takes columns one by one out of those that are left."""

    def __init__(self, columns: Sequence[str], rows: Rows) -> None:
        self.cells = {name: [cell(row, name) for row in rows] for name in columns}
        self.left = list(columns)
        self.why: Why = {}
        self.notes: dict[str, str] = {}

    def take(self, role: str, names: Iterable[str], why: str) -> str | None:
        """The first of these columns, which is then not left any more."""
        name = next((name for name in names if name in self.left), None)
        if name is not None:
            self.assign(role, name, why)
        return name

    def assign(self, role: str, name: str, why: str) -> None:
        self.left.remove(name)
        self.why[name] = (role, why)

    def named(self, words: Sequence[str], fits: Callable[[Sequence[Any]], bool], suffix: str = "") -> list[str]:
        return [name for name in _by_name(self.left, words, suffix) if fits(self.cells[name])]


def guess_mapping(columns: Sequence[str], rows: Rows, meaning: Meaning | None = None) -> tuple[ImportMapping, Why]:
    """The mapping that these columns look like, and the reason for each column.

    key: unique, and named like an id. text: named like one and not numeric, else the longest free text. label: named
    like one, with few different short values, or whatever the reader says are labels. Without a text, all other
    columns are fields; with one they are metadata. Columns of our own exports go back to where they came from.
    meaning: what the tool that wrote the file says; the rest is guessed.
    """
    guess = Guess(columns, rows)
    found: dict[str, Any] = {}
    for role, name in meaning.roles.items() if meaning else ():
        found[role] = guess.take(role, [name], f"as {meaning.title} writes it") if meaning else None
    if not found.get("key"):
        found["key"] = guess.take("key", guess.named(KEY, _is_unique, "id"), "named like an id, no value twice so far")
    _take_labels(guess, found)
    found["split"] = guess.take("split", guess.named(SPLIT, _few_values), "named like a split, few values")
    if {"key", "split", "label"} <= set(columns):
        for name in [name for name in guess.left if name in EXPORT or name.startswith("shares.")]:
            guess.assign("unused", name, "our own export made it of the labels")
    nested = [name for name in guess.left if name == "fields" or name.startswith("fields.")]
    if not nested and not found.get("text"):
        _take_text(guess, found)
    fields = nested
    if found.get("text") is None and not nested:
        fields = [name for name in _outer(guess) if name != "metadata" and not name.startswith("metadata.")]
    for name in fields:
        guess.assign("fields", name, "no column is a text: the row is the item" if not nested else "named as a field")
    found["fields"] = fields
    if found["key"] is None:
        _take_repeated_key(guess, found)
    found["metadata"] = _outer(guess)
    if found["key"] is None:
        _note_codes(guess, found["metadata"])
    for name in found["metadata"]:
        guess.assign("metadata", name, guess.notes.get(name) or _kept(guess, name, found))
    return ImportMapping.model_validate(found), guess.why


def _kept(guess: Guess, name: str, found: Mapping[str, Any]) -> str:
    """Why a column that is nothing else is kept. Few values that come again and again may well be the answer."""
    values = {str(one) for one in present(guess.cells[name])}
    if found.get("label") is None and 1 < len(values) <= len(guess.cells[name]) // 2 and _few_values(guess.cells[name]):
        return "few values that repeat: choose “label” where it is the answer, else labelers see it next to the item"
    return "nothing else it could be: kept, and shown next to the item"


def _take_labels(guess: Guess, found: dict[str, Any]) -> None:
    if found.get("label"):
        return
    given = [name for name in guess.left if any(isinstance(one, Given) for one in guess.cells[name])]
    found["label"] = guess.take("label", given, "the file says that these are labels")
    if found["label"] is None:
        names = guess.named(LABEL, _few_values)
        found["label"] = guess.take("label", names, "named like a label, few different values")
    if found["label"] is None:
        inner = [f"{name}.{word}" for name in _by_name(guess.left, LABEL) for word in INSIDE]
        inner = [name for name in inner if name in guess.left and _few_values(guess.cells[name])]
        found["label"] = guess.take("label", inner, "inside of what is named like a label, few different values")
    if found["label"] is None:
        several = [n for n in guess.left if ANSWERS_OF_ONE.fullmatch(n) and _few_values(guess.cells[n])]
        if len(several) > 1:
            found["label"], found["label_columns"] = several, "labelers"
            for name in several:
                guess.assign("label", name, "one column for each labeler, by their names")
    if found["label"] is not None:
        found["labeler"] = guess.take("labeler", guess.named(LABELER, _some_words), "named like who labeled")
    found["prediction"] = guess.take("prediction", guess.named(PREDICTION, _few_values), "named like a prediction")
    if found["prediction"]:
        found["score"] = guess.take("score", guess.named(SCORE, _numbers), "named like the score of the prediction")


def _take_repeated_key(guess: Guess, found: dict[str, Any]) -> None:
    """A column of ids in which some are there twice is the key all the same where the content is, too: a row for each
    labeler. Where the content is another one, that is told."""
    content = found.get("text") or found["fields"]
    columns = [content] if isinstance(content, str) else content
    for name in guess.named(KEY, _scalars, "id"):
        first: dict[str, list[Any]] = {}
        cells = guess.cells[name]
        if not cells or len(present(cells)) < len(cells):
            guess.notes[name] = "named like an id, but empty in some rows: no key"
            continue
        for place, value in enumerate(cells):
            said = [guess.cells[column][place] for column in columns]
            if first.setdefault(str(value), said) != said:
                guess.notes[name] = f'named like an id, but "{value}" is there with two different contents: no key'
                break
        else:
            found["key"] = guess.take("key", [name], "named like an id; where it repeats, the content does, too")
            return


def _note_codes(guess: Guess, names: Sequence[str]) -> None:
    """What could be an id by its values alone is not taken for one: values that come again later would be one item."""
    for name in names:
        cells = guess.cells[name]
        if len(cells) > 2 and _is_unique(cells) and _words(cells) == 1:
            guess.notes.setdefault(name, "no value twice so far: an id, if it is what the item is called")


def _take_text(guess: Guess, found: dict[str, Any]) -> None:
    plain = {_plain(name): name for name in guess.left}
    for first, second in HEADED:
        pair = [plain.get(first), plain.get(second)]
        if all(name is not None and _is_text(guess.cells[name]) for name in pair):
            found["text"] = pair
            for name in pair:
                guess.assign("text", str(name), f"{first} and {second} are read together, joined by an empty line")
            return
    literally = [name for name in guess.left if _plain(name) == "text" and _scalars(guess.cells[name])]
    found["text"] = guess.take("text", [*literally, *guess.named(TEXT, _is_text, "text")], "named like a text")
    if found["text"] is None:
        inner = [name for name in guess.left if "." in name and _plain(name.rsplit(".", 1)[1]) in TEXT]
        found["text"] = guess.take("text", (n for n in inner if _is_text(guess.cells[n])), "named like a text")
    if found["text"] is None:
        free = sorted((n for n in guess.left if _words(guess.cells[n]) >= 3), key=lambda n: -_words(guess.cells[n]))
        found["text"] = guess.take("text", free, "the longest free text")


def _outer(guess: Guess) -> list[str]:
    """What is left, without the insides of objects: they come along with them. An object of which a part was taken
    is left whole."""
    return [name for name in guess.left if "." not in name or name.split(".", 1)[0] not in guess.cells]


def check_columns(mapping: ImportMapping, columns: Sequence[str] | None = None) -> ImportMapping:
    """The mapping, if it names a text or fields, and (columns: the file's, where every row has the same) nothing that
    is not there. Raises FileRefused."""
    for _, name in mapping.columns():
        if columns is not None and name not in columns and name.split(".")[0] not in columns:
            raise FileRefused(f'the mapping names the column "{name}", the file has {", ".join(columns)[:500]}')
    if not mapping.text and not mapping.fields:
        raise FileRefused('the mapping must name the column of the "text", or the columns that are "fields"')
    return mapping


def _plain(name: str) -> str:
    if not name.isascii():
        name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def _by_name(columns: Sequence[str], wanted: Sequence[str], suffix: str = "") -> list[str]:
    plain = {name: _plain(name) for name in columns}
    found = [name for word in wanted for name in columns if plain[name] == word]
    return found + [name for name in columns if suffix and plain[name].endswith(f"_{suffix}") and name not in found]


def is_named_text(name: str) -> bool:
    """Whether a column is named like a text."""
    return _plain(name) in TEXT


def is_named_rating(name: str) -> bool:
    return _plain(name) in RATING


def is_of_a_model(name: str) -> bool:
    """Whether a column is named like what a model says."""
    return not OF_A_MODEL.isdisjoint(re.split(r"[\d_]+", _plain(name)))


def present(cells: Sequence[Any]) -> list[Any]:
    return [one for one in cells if one is not None and one != ""]


def _some_words(cells: Sequence[Any]) -> bool:
    return bool(present(cells)) and _scalars(cells)


def _scalars(cells: Sequence[Any]) -> bool:
    return not any(isinstance(one, dict | list) for one in cells)


def _numbers(cells: Sequence[Any]) -> bool:
    try:
        return bool(present(cells)) and all(float(one) is not None for one in present(cells))
    except (TypeError, ValueError):
        return False


def _is_unique(cells: Sequence[Any]) -> bool:
    there = present(cells)
    if any(isinstance(one, dict | list | bool) for one in there):
        return False
    return len(there) == len(cells) > 0 and len({str(one) for one in there}) == len(there)


def _few_values(cells: Sequence[Any]) -> bool:
    there = present(cells)
    if any(isinstance(one, dict) or len(str(one)) > 100 for one in there):
        return False
    words = {str(one) for value in there for one in (value if isinstance(value, list) else str(value).split("|"))}
    return len(words) <= max(10, len(there) // 4) if there else False


def _is_text(cells: Sequence[Any]) -> bool:
    strings = [one for one in present(cells) if isinstance(one, str)]
    letters = sum(any(character.isalpha() for character in one) for one in strings)
    return bool(strings) and letters * 2 > len(strings)


def _words(cells: Sequence[Any]) -> float:
    there = present(cells)
    if not there or not all(isinstance(one, str) for one in there):
        return 0.0
    return sum(len(one.split()) for one in there) / len(there)
