"""What the service refuses is said in the words of the page: fields by their titles, none as programs send it."""

from typing import Any

import pytest
from labeler_ui import feedback, field_words, words

from labeler.client import ApiError


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(feedback.st, "error", lambda words, **_: found.append(words.replace("\\", "")))
    return found


def refused(detail: str, *errors: tuple[str, str]) -> ApiError:
    body: dict[str, Any] = {"type": "invalid", "title": "Not valid", "detail": detail}
    return ApiError(422, body | {"errors": [{"pointer": where, "detail": what} for where, what in errors]})


def test_a_field_is_called_as_on_the_page(told: list[str]) -> None:
    wrong = "Such an address begins with https:// and names a host."
    feedback.show_error(refused(f"url: {wrong}", ("/url", wrong)), "Creating the webhook")
    assert told == [f"Creating the webhook: **Address**: {wrong}"]


def test_each_further_field_has_its_line(told: list[str]) -> None:
    feedback.show_error(
        refused(
            "settings/overlap: is too large.", ("/settings/overlap", "is too large"), ("/labels/2/name", "is empty")
        )
    )
    assert told == ["**Labelers per item** is too large.\n\n- **Labels, no. 3, Name** is empty"]


def test_what_names_no_field_is_said_as_it_is(told: list[str]) -> None:
    feedback.show_error(refused("There is no webhook 3 in this project."))
    assert told == ["There is no webhook 3 in this project."]
    assert field_words.called("/some_new_field") == "Some new field"


def test_what_is_wrong_with_a_key_is_said_in_german(told: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "language", lambda: "de")
    wrong = 'there is no item with key "gone"'
    feedback.show_error(refused(f"like/keys: {wrong}.", ("/like/keys", wrong)))
    (line,) = told
    assert line.endswith("Schlüssel der Einträge** es gibt keinen Eintrag mit dem Schlüssel „gone“.")
