"""The components' files join into one module, and item text never becomes markup."""

import re

from labeler_ui.components import card, login
from labeler_ui.components.bundle import bundle


def test_the_card_is_one_module_with_one_entry():
    text = bundle(card.FOLDER, card.FILES)
    assert len(re.findall(r"^export ", text, re.MULTILINE)) == 1
    assert "export default function mount" in text
    assert not re.search(r"^import ", text, re.MULTILINE)


def test_every_script_of_the_card_is_in_the_bundle():
    assert {path.name for path in card.FOLDER.glob("*.js")} == set(card.FILES)


def test_names_at_the_top_of_the_files_are_unique():
    names = re.findall(r"^(?:async )?(?:function|class|const|let) (\w+)", bundle(card.FOLDER, card.FILES), re.MULTILINE)
    assert len(names) == len(set(names))


def test_only_the_guideline_is_put_in_as_markup():
    lines = [
        line.strip()
        for folder in (card.FOLDER, login.FOLDER)
        for path in folder.glob("*.js")
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"innerHTML|insertAdjacentHTML|outerHTML|document\.write|eval\(", line)
    ]
    assert len(lines) == 1
    assert lines[0].startswith("text.innerHTML = current.html;")


def test_scripts_are_short_enough_to_read():
    for path in card.FOLDER.glob("*.js"):
        assert len(path.read_text(encoding="utf-8").splitlines()) < 300, path.name
