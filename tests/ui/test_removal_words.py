"""What a removal comes to, in words."""

import pytest
from labeler_ui import removal, words

from labeler.wire.removal import RemovalOut


def told(**counts: int) -> str:
    given = {"items": 0, "labels": 0, "versions": 0, **counts}
    return removal.comes_to(RemovalOut(**given, missing=[], said=""))


def test_nothing_is_told_of_what_there_is_none_of() -> None:
    assert told(items=12) == "12 items leave the queue and the pool."
    assert told(labels=1, versions=1) == (
        "1 label is in force no more; it stays on record. "
        "The dataset version there is keeps what it holds; later ones will not have it."
    )


def test_it_is_told_in_german_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "language", lambda: "de")
    assert told(items=1, predictions=2) == (
        "1 Eintrag verlässt Warteschlange und Bestand. 2 Vorhersagen werden nicht mehr vorgeschlagen."
    )
