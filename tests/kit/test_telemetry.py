"""What gets into the log of an error, and what does not (G14)."""

import json
import subprocess
import sys

import pytest

SCRIPT = """
import sys
from labeler.kit import telemetry
from labeler.kit.config import Settings
telemetry.configure(Settings(log_json=sys.argv[1] == "json"), process="test")

def check(password):
    token = "lab_" + password
    return deeper(token, 900) if sys.argv[2] == "deep" else 1 / 0

def deeper(token, n):
    return deeper(token, n - 1) if n else 1 / 0

try:
    check("".join(["sec", "ret"]))
except Exception as error:
    telemetry.logger().error("unexpected error", exc_info=error)
"""


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("depth", ["flat", "deep"])
def test_a_traceback_shows_no_values_of_variables(form: str, depth: str) -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT, form, depth], capture_output=True, text=True, timeout=20)
    assert "ZeroDivisionError" in done.stderr and "secret" not in done.stderr
    assert len(done.stderr) < 200_000
    if form == "json":
        assert json.loads(done.stderr)["event"] == "unexpected error"
