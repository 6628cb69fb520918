"""Joins a component's small files into the one text that Streamlit takes for its JavaScript.

Streamlit loads one module a component. The files here are ordinary ES modules, which editors and tests
understand; joined, they share one scope, so `import` lines and the word `export` go, and names are unique.
"""

import re
from pathlib import Path

_IMPORT = re.compile(r"^import\s[^;]*;\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


def bundle(folder: Path, files: tuple[str, ...]) -> str:
    """One module from the files in the given order; the last one holds `export default`."""
    parts = []
    for name in files:
        text = (folder / name).read_text(encoding="utf-8")
        parts.append(f"// {name}\n" + _EXPORT.sub("", _IMPORT.sub("", text)))
    return "\n".join(parts)
