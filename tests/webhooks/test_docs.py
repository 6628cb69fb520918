"""The example of docs/events.md verifies what is sent."""

import re
from pathlib import Path
from typing import Any

import pytest

from labeler.client import Project

PAGE = Path(__file__).resolve().parents[2] / "docs" / "events.md"


@pytest.mark.one_database
def test_the_example_of_a_receiver_verifies_what_is_sent(project: Project, receiver: Any, send: Any) -> None:
    example: dict[str, Any] = {}
    exec(re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.S)[0], example)
    verified = example["verified"]
    hook = project.webhooks.create(receiver.url())
    new = project.webhooks.rotate_secret(hook.id)
    project.webhooks.test(hook.id)
    send()
    called = receiver.calls[0]
    for secret in (hook.secret, new.secret):
        assert verified(secret, called.headers, called.body)["type"] == "ping"
    with pytest.raises(ValueError, match="not signed"):
        verified(hook.secret, called.headers, called.body + b" ")
    with pytest.raises(ValueError, match="too old"):
        verified(hook.secret, called.headers | {"webhook-timestamp": "1"}, called.body)
