"""Joins a component's small files into the one text that Streamlit takes for its JavaScript.

Streamlit loads one module per component. The files here are ordinary ES modules, which editors and tests
understand; joined, they share one scope, so `import` lines and the word `export` go, and names are unique.
A part stands in a scope of its own: its names are free, and what it throws leaves the other parts alone.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from labeler_ui import words

WORDS = Path(__file__).with_name("words.js")
COLORS = Path(__file__).parent / "card" / "colors.js"  # light or dark: of every component with colors of its own

_IMPORT = re.compile(r"^import\s[^;]*;\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


def bundle(
    files: Iterable[Path], parts: Iterable[Path] = (), *, tag: str = words.ENGLISH, service: bool = False
) -> str:
    """One module from the files in the given order, the parts before the last of them, which exports the default.

    tag: the language of its words; service: with those that the service answers, see `words.script`.
    """
    *first, last = [_joined(path) for path in (WORDS, *files)]
    return "\n".join([words.script(tag, service), *first, *(_apart(path) for path in parts), last])


def _joined(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    return f"// {path.name}\n" + _EXPORT.sub("", _IMPORT.sub("", text))


def _apart(path: Path) -> str:
    what = f"{path.parent.name}/{path.stem}"
    return f"try {{\n{_joined(path)}}} catch (error) {{ console.error({what!r}, error); }}\n"
