"""Public data beside the project: for tests and benchmarks; what may not ship with it is read from there only."""

from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data"
