"""Writes the lists of docs/reference from the code: `make docs`. tests/test_docs.py compares them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from labeler.cli import app
from labeler.datasets.writers import Writer, described, writers
from labeler.items.readers import readers
from labeler.items.readers.tools import tools
from labeler.kit.config import Settings
from labeler.learning.features.encoders import encoders
from labeler.learning.models.registry import AUTO, POOL_ENSEMBLE, registered
from labeler.learning.strategies.registry import registered as strategies

FOLDER = Path(__file__).parent / "reference"
NOTE = "Written by `make docs`, from the code.\n"


def table(heads: list[str], rows: Iterator[list[str]]) -> str:
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    return "\n".join([*lines, *(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows)])


def strategies_page() -> str:
    needs = {"model": "a model", "none": "nothing"}
    rows = (
        [f"`{one.name}`", one.summary, one.problem, needs[one.needs], f"{one.max_pool:,}" if one.max_pool else "any"]
        for one in strategies().values()
    )
    intro = "The setting `strategy` of a project names one; `labeler.learning.strategies.query` takes any of them."
    shown = table(["name", "what comes first", "problem", "needs", "most items"], rows)
    return f"# Query strategies\n\n{NOTE}\n{intro}\n\n{shown}\n"


def models_page() -> str:
    rows = (
        [f"`{one.name}`", one.summary, one.problem, ", ".join(f"`{name}`" for name in one.space) or "none"]
        for one in registered().values()
    )
    return (
        f"# Models\n\n{NOTE}\nThe setting `model` of a project names one. `{AUTO}` takes what the last search found"
        f" best; `{POOL_ENSEMBLE}` is the default until then.\n\n"
        + table(["name", "what it is", "problem", "hyperparameters that a search sets"], rows)
        + "\n"
    )


def formats_page() -> str:
    imports = ([f"`{one.name}`", one.title, ", ".join(f"`{end}`" for end in one.endings)] for one in readers())
    exports = (
        [f"`{one.name}`", one.title, f"`{one.suffix}`", ", ".join(one.tasks) if one.tasks else "all", _options(one)]
        for one in writers()
    )
    known = ([f"`{one.name}`", one.title] for one in tools())
    made = ([f"`{name}`", summary] for name, summary in encoders())
    return (
        f"# Formats and encoders\n\n{NOTE}\n`GET /formats` and `labeler formats` list those of a running service.\n\n"
        "## Import\n\nWhat a file is, its content says; its name does not matter.\n\n"
        + table(["name", "what it is", "usual endings"], imports)
        + "\n\nFiles of these tools are known by what is in them, whichever of the formats they have: labels come with"
        " who gave them, predictions as suggestions.\n\n"
        + table(["name", "whose files"], known)
        + "\n\n## Export\n\n"
        + table(["name", "what it is", "ending", "task types", "options"], exports)
        + "\n\n## Sentence encoders\n\nThe setting `LABELER_ENCODER` names one, or another by its file.\n\n"
        + table(["name", "what it is"], made)
        + "\n"
    )


def _options(one: Writer) -> str:
    shown = (f"`{o['name']}={'|'.join(o['choices'] or ['TEXT'])}` {o['description']}" for o in described(one.options))
    return "<br>".join(shown) or "none"


def commands_page() -> str:
    rows = ([f"`labeler {usage}`", text] for usage, text in _verbs(get_command(app), ""))
    return (
        f"# Command line\n\n{NOTE}\nEvery verb takes `--json`; `labeler VERB --help` tells more. Without `--url` and"
        " `--token` they work on the local data folder.\n\n" + table(["verb", "what it does"], rows) + "\n"
    )


def _verbs(group: Any, prefix: str) -> Iterator[tuple[str, str]]:
    for name, command in sorted(group.commands.items()):
        if hasattr(command, "commands"):
            yield from _verbs(command, f"{prefix}{name} ")
            continue
        yield f"{prefix}{name} {' '.join(map(_usage, command.params))}".strip(), (command.help or "").split("\n")[0]


def _usage(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return str(parameter.metavar or parameter.name.upper())
    shown = max(parameter.opts, key=len)
    shown = shown if getattr(parameter, "is_flag", False) else f"{shown} {parameter.name.upper()}"
    return shown if parameter.required else f"[{shown}]"


def settings_table() -> str:
    rows = (
        [f"`LABELER_{name.upper()}`", _default(name, field), field.description or ""]
        for name, field in Settings.model_fields.items()
    )
    return table(["setting", "default", "meaning"], rows)


def _default(name: str, field: Any) -> str:
    if name == "home":
        return "`~/.local/share/labeler`"
    value = field.default
    return "(empty)" if str(value) == "" else f"`{str(value).lower() if isinstance(value, bool) else value}`"


def pages() -> dict[Path, str]:
    """Every written page and what it should say."""
    settings = FOLDER.parent / "settings.md"
    old = re.compile(r"\| setting \| default \| meaning \|\n(\|.*\n)+")
    return {
        FOLDER / "strategies.md": strategies_page(),
        FOLDER / "models.md": models_page(),
        FOLDER / "formats.md": formats_page(),
        FOLDER / "commands.md": commands_page(),
        settings: old.sub(lambda _: settings_table() + "\n", settings.read_text("utf-8")),
    }


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for path, text in pages().items():
        path.write_text(text, "utf-8")
