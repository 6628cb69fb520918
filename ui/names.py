"""The addresses of the pages: what comes after the host."""

from pathlib import Path

PAGES = tuple(sorted(file.stem for file in Path(__file__).with_name("pages").glob("[a-z]*.py")))
