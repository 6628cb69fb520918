"""The addresses of the pages: what comes after the host."""

PAGES = (
    "home",
    "label",
    "progress",
    "guidelines",
    "items",
    "hard",
    "datasets",
    "models",
    "jobs",
    "people",
    "settings",
    "setup",
    "account",
)
