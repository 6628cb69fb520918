"""What deletes, removes or takes back is drawn by ui/danger.py alone, so that it looks alike everywhere."""

import re
from pathlib import Path

import labeler_ui

DRAWN = re.compile(r"([\w\])]+)\.(?:button|form_submit_button|form_button)\(\s*t\(\"([^\"]+)\"\)")
FINAL = re.compile(r"(Delete|Remove|Erase|Revoke|Deactivate|Cancel|End it|Take it back)\b")


def test_every_button_that_destroys_is_in_the_warning_color() -> None:
    folder = Path(labeler_ui.__file__).parent
    found = [drawn for path in folder.rglob("*.py") for drawn in DRAWN.findall(path.read_text())]
    final = [(by, words) for by, words in found if FINAL.match(words)]
    assert len(final) >= 10
    assert {words for by, words in final if by != "danger"} == set()
