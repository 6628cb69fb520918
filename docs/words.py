"""Brings the catalogs of the UI's languages up to date with the code: `make words`. tests/ui/test_catalogs.py compares.

`ui.pot` has what pages and components say: the arguments of `t`, `tc`, `tn` and `mark`, and `{{words}}` in HTML.
`service.pot` has what the service says of itself: sentences in its code (what an f-string fills in is a hole:
{h1}), and the titles and summaries of what is registered. A translation stays with its message; one whose message is
gone is dropped.
"""

import ast
import importlib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from labeler_ui.words import FOLDER

from labeler.datasets.writers import described, writers
from labeler.plugins import registries
from labeler.wire.imports import LABEL_FATES, ROW_FATES

ROOT = Path(__file__).parents[1]
KEYWORDS = {"t": None, "mark": None, "tc": ((1, "c"), 2), "tn": (1, 2)}
# Whose words people on the pages never read: the command line, the client, the library's own checks, tools.
ELSEWHERE = {
    "api/metrics.py",
    "backup",
    "cli.py",
    "__main__.py",
    "local.py",
    "client",
    "commands",
    "datasets/card.py",
    "demo",
    "drift/card.py",
    "drift/dataset_card.py",
    "failure_modes/card.py",
    "savings/card.py",
    "insight/card.py",
    "label_errors/dataset_card.py",
    "learning",
    "oidc/exchange.py",
    "oidc/id_token.py",
    "oidc/provider.py",
    "outside",
    "readiness/card.py",
    "registry/buckets.py",
    "readiness/dataset_card.py",
    "registry/card.py",
    "registry/pictures.py",
    "registry/report_page.py",
    "retraining/card.py",
    "sources/dataset_card.py",
    "worker.py",
    "plugins.py",
    "wire",
}
HEAD: dict[str, Any] = {"project": "Labeler", "header_comment": "", "charset": "utf-8", "fuzzy": False}
KINDS = ("text", "number", "date", "boolean", "category", "nested", "empty", "labels")
LEAST_LETTERS = 6  # of its own, without its holes: with fewer, it would be found in whatever is said
ROOMS = (
    "labeler.contents",
    "labeler.items.readers",
    "labeler.items.readers.tools",
    "labeler.learning.consensus.base",
    "labeler.learning.evaluation.metrics",
    "labeler.learning.features.encoders",
    "labeler.learning.heuristics",
    "labeler.learning.models",
    "labeler.learning.strategies",
    "labeler.tasks",
)
# Files whose every phrase is said to people.
SAYING = {
    "kit/validation.py",
    "imports/plan.py",
    "imports/guess.py",
    "imports/judge.py",
    "insight/progress.py",
    "learning/heuristics/kinds/expression.py",
    "learning/heuristics/kinds/field.py",
    "learning/heuristics/kinds/keyword.py",
    "learning/heuristics/kinds/regex.py",
    "learning/heuristics/registry.py",
    "learning/evaluation/stopping.py",
    "learning/model_selection/search.py",
    "learning/model_selection/trials.py",
    "learning/problems/base.py",
    "learning/problems/classification.py",
    "training/too_few.py",
}
# Short ones that it says: what a model sees, kinds of columns, a job's state, what is wrong with a field.
MORE = (
    "words",
    "columns",
    "chosen",
    "done",
    "waiting",
    "working",
    "must not be empty",
    "not acceptable",
    "is no email address",
    "is not in the form that is wanted here",
    *KINDS,
)
SENTENCE = re.compile(r"^(?!SELECT)[A-Z{\"“].*\s.*[.:?]$", re.DOTALL)


def of_pages() -> Catalog:
    catalog = Catalog(**HEAD)
    methods = [("**.py", "python"), ("**.js", "javascript")]
    options = {"**.py": {"encoding": "utf-8"}, "**.js": {"encoding": "utf-8", "parse_template_string": "true"}}
    for path, _, message, _, context in extract_from_dir(ROOT / "ui", methods, options, KEYWORDS):  # type: ignore[arg-type]
        if not str(message).startswith("labeler:"):  # performance.mark
            catalog.add(message, locations=[(f"ui/{path}", 0)], context=context)
    for file in sorted((ROOT / "ui").rglob("*.html")):
        for words in re.findall(r"\{\{(.+?)\}\}", file.read_text(encoding="utf-8"), re.DOTALL):
            catalog.add(" ".join(words.split()), locations=[(file.relative_to(ROOT).as_posix(), 0)])
    return catalog


def of_service() -> Catalog:
    catalog = Catalog(**HEAD)
    for file in sorted((ROOT / "labeler").rglob("*.py")):
        path = file.relative_to(ROOT / "labeler")
        whole = path.as_posix() in SAYING
        if not ELSEWHERE & {path.parts[0], path.as_posix()} or whole:
            for words in _sentences(ast.parse(file.read_text(encoding="utf-8")), whole):
                catalog.add(words, locations=[(f"labeler/{path.as_posix()}", 0)])
    for words, path in _registered():
        if words.strip():
            catalog.add(words, locations=[(path, 0)])
    return catalog


def _sentences(tree: ast.Module, whole: bool) -> Iterator[str]:
    """Sentences, whatever is raised, what is wrong with a field (`detail`), what a job says about its progress, both
    forms of what is counted; without docstrings and descriptions."""
    left_out: set[int] = set()
    fragments: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            left_out |= {id(part) for part in ast.walk(node)} - {id(node)}
        elif isinstance(node, ast.Expr):
            left_out.add(id(node.value))
        elif isinstance(node, ast.keyword) and node.arg in {"description", "summary", "examples", "responses"}:
            left_out |= {id(part) for part in ast.walk(node)}
        elif (
            isinstance(node, ast.Raise)
            or (isinstance(node, ast.keyword) and node.arg in {"message", "why", "reason"})
            or (
                isinstance(node, ast.Call)
                and (_name(node.func) in {"progress", "tell", "counted"} or _name(node.func).endswith("Refused"))
            )
        ):
            fragments |= {id(part) for part in ast.walk(node)}
        elif isinstance(node, ast.Dict):
            details = (value for key, value in zip(node.keys, node.values, strict=True) if _is_detail(key))
            fragments |= {id(part) for value in details for part in ast.walk(value)}
        elif isinstance(node, ast.Assign) and any(_is_detail(target) for target in node.targets):
            fragments |= {id(part) for part in ast.walk(node.value)}
    for node in ast.walk(tree):
        words = _text(node) if id(node) not in left_out else None
        if not words or "\n" in words or "\\" in words or len(re.sub(r"\{\w+\}|\W", "", words)) < LEAST_LETTERS:
            continue
        if SENTENCE.match(words) or (" " in words and (whole or id(node) in fragments)):
            yield words


def _is_detail(node: ast.AST | None) -> bool:
    """A variable or a key of this name: what is wrong with a field."""
    return (node.id if isinstance(node, ast.Name) else getattr(node, "value", None)) == "detail"


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return None
    parts, holes = [], 0
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))
        else:
            holes += 1
            parts.append(f"{{h{holes}}}")
    return "".join(parts)


def _registered() -> Iterator[tuple[str, str]]:
    """Titles and summaries of what is registered, and those of the writers' options."""
    for module in ROOMS:
        importlib.import_module(module)
    for group, registry in registries().items():
        for one in registry:
            for part in ("title", "summary", "description"):
                words = getattr(one, part, None)
                if isinstance(words, str):
                    yield words, f"registered {group}"
    for words in (*ROW_FATES.values(), *LABEL_FATES.values(), *MORE):
        yield words, "single words"
    for writer in writers():
        for option in described(writer.options):
            yield from ((words, "options of exports") for words in (option["title"], option["description"]) if words)


def updated(template: Catalog, path: Path, tag: str) -> Catalog:
    """The language's catalog with the template's messages, each with the translation that it had."""
    old = Catalog(locale=tag)
    if path.exists() and path.stat().st_size:
        with path.open("rb") as file:
            old = read_po(file, locale=tag)
    new = Catalog(locale=tag, **HEAD)
    for message in template:
        if message.id:
            known = old.get(message.id if isinstance(message.id, str) else message.id[0], message.context)
            string: Any = (
                known.string
                if known is not None and isinstance(known.string, str) == isinstance(message.id, str)
                else ""
            )
            new.add(message.id, string, locations=message.locations, context=message.context)
    return new


def written(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_po(out, catalog, width=118, omit_header=False, include_lineno=False, sort_output=True)
    told = (
        b"-Date: ",
        b"Last-Translator:",
        b"Language-Team:",
        b"Report-Msgid-Bugs-To:",
        b"Project-Id-Version:",
        b"Generated-By:",
    )
    return b"".join(line for line in out.getvalue().splitlines(keepends=True) if not any(part in line for part in told))


def main() -> None:
    for name, template in (("ui", of_pages()), ("service", of_service())):
        (FOLDER / f"{name}.pot").write_bytes(written(template))
        for folder in sorted(path for path in FOLDER.iterdir() if path.is_dir() and path.name != "__pycache__"):
            path = folder / f"{name}.po"
            path.write_bytes(written(updated(template, path, folder.name)))


if __name__ == "__main__":
    main()
