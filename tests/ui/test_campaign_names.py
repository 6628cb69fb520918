"""A campaign that nobody named is called by each viewer's language, one that somebody named as they wrote it."""

from typing import Any

import pytest
from labeler_ui import campaign_report, words

from labeler.wire.campaigns import ChangedShare
from labeler.wire.label_errors import RecheckIn, RecheckOut


@pytest.mark.parametrize(("language", "shown"), [("en", "Likely label errors"), ("de", "Wahrscheinliche Labelfehler")])
def test_the_services_own_name_is_in_the_viewers_language(language: str, shown: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(words, "language", lambda: language)
    kept = RecheckIn(first=3).name
    assert campaign_report.name_of(_sent_back(kept)) == shown
    assert campaign_report.name_of(_sent_back("Doubts of May")) == "Doubts of May"


def _sent_back(name: str) -> RecheckOut:
    return RecheckOut.model_construct(name=name, result=ChangedShare.model_construct())
