"""A language model on loopback, for tests: it speaks the chat completions protocol and says what a test wants."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from receivers import Call, Receiver, receiving

Said = tuple[int, dict[str, str], bytes]
ITEM = re.compile(r"<(item-[0-9a-f]{16})>\n(.*?)\n</\1>", re.DOTALL)


@dataclass(frozen=True)
class Asked:
    """A request as the model sees it."""

    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def item(self) -> str:
        """The text of the item that is asked about."""
        return ITEM.findall(self.body["messages"][-1]["content"])[-1][1]


def completion(content: str | None, tokens: int = 100, finish: str = "stop", **message: Any) -> Said:
    """An answer of the protocol."""
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": content, **message}}
    usage = {"prompt_tokens": tokens - 10, "completion_tokens": 10, "total_tokens": tokens}
    return 200, {"content-type": "application/json"}, json.dumps({"choices": [choice], "usage": usage}).encode()


def answering(value: Any) -> Said:
    return completion(json.dumps({"answer": value}))


@dataclass
class Model:
    """says: what is answered to a question."""

    receiver: Receiver
    says: Callable[[Asked], Said] = lambda asked: answering("spam")
    asked: list[Asked] = field(default_factory=list)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.receiver.port}"

    @property
    def endpoint(self) -> str:
        return f"http://{self.host}/v1"

    def answer(self, call: Call) -> Said:
        one = Asked(call.headers, json.loads(call.body))
        self.asked.append(one)
        return self.says(one)


@contextmanager
def language_model() -> Iterator[Model]:
    """One that listens."""
    with receiving() as receiver:
        model = Model(receiver)
        receiver.answer = model.answer
        yield model
