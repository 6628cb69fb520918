"""One question to an endpoint that speaks the chat completions protocol, with what can go wrong on the way.

Not every endpoint takes everything: which of it, is learned from its refusals and kept (`Dialect`). What passes is
tried again, later and later; what does not is the endpoint's fault (`EndpointFailed`) and pauses the labeler.
"""

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import httpcore
import orjson

from labeler.learning.llm.replies import MOST, Reply
from labeler.webhooks.addresses import Allowed, Refused
from labeler.webhooks.transport import Guarded, asked_to_wait, failure_of, tls

SECONDS = 60.0  # for one reply
MOST_READ = 1_000_000  # bytes of one
TRIES = 5
FIRST_PAUSE = 1.0  # seconds, doubled each time
LONGEST_PAUSE = 60.0
PASSING = {408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529}
NOT_TAKEN = {400, 404, 415, 422}  # what an endpoint answers that does not know a field
WRONG_KEY = {401, 403}


class EndpointFailed(Exception):
    """Asking again now won't help. reason: see `Reason` in wire/llm.py."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class Dialect:
    """What an endpoint takes. schema: a JSON schema for the reply; tokens: the name of the limit; temperature: one."""

    schema: bool = True
    tokens: str = "max_tokens"
    temperature: bool = True

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Dialect":
        return cls(**kept)

    def kept(self) -> dict[str, Any]:
        return asdict(self)

    def without(self, told: str) -> "Dialect | None":
        """After a refusal with these words; None: there is nothing left to leave out."""
        if self.tokens == "max_tokens" and "max_completion_tokens" in told:
            return replace(self, tokens="max_completion_tokens")
        if self.temperature and "temperature" in told:
            return replace(self, temperature=False)
        return replace(self, schema=False) if self.schema else None


@dataclass(frozen=True)
class Question:
    model: str
    messages: Sequence[Mapping[str, str]]
    schema: Mapping[str, Any]
    max_tokens: int

    def body(self, dialect: Dialect) -> bytes:
        said: dict[str, Any] = {"model": self.model, "messages": list(self.messages), dialect.tokens: self.max_tokens}
        if dialect.temperature:
            said["temperature"] = 0
        if dialect.schema:
            form = {"name": "answer", "strict": True, "schema": self.schema}
            said["response_format"] = {"type": "json_schema", "json_schema": form}
        return orjson.dumps(said)

    @property
    def about_tokens(self) -> int:
        """Of the question alone, where nobody counts them: a quarter of the characters."""
        return sum(len(one["content"]) for one in self.messages) // 4 + 1


@dataclass(frozen=True)
class Replied:
    """tokens: of question and reply, as the endpoint counted them, else about."""

    reply: Reply
    tokens: int
    ms: int


class Endpoint:
    """Connections to one endpoint. `dialect` is what it is known to take; it changes as that is learned."""

    def __init__(self, url: Any, key: str | None, allowed: Allowed, dialect: Dialect) -> None:
        self.dialect = dialect
        self._target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        self._headers = {"host": url.netloc.decode(), "content-type": "application/json", "user-agent": "labeler"}
        if key is not None:
            self._headers["authorization"] = f"Bearer {key}"
        self._network = Guarded(allowed)
        self._pool = httpcore.AsyncConnectionPool(ssl_context=tls(), max_connections=16, network_backend=self._network)

    async def close(self) -> None:
        await self._pool.aclose()
        self._network.close()

    async def ask(self, question: Question) -> Replied:
        """Raises `EndpointFailed`."""
        failure, tries, pause = "", 0, FIRST_PAUSE
        while tries < TRIES:
            began, dialect = time.monotonic(), self.dialect
            try:
                async with asyncio.timeout(SECONDS):
                    status, headers, body = await self._post(question.body(dialect))
            except TimeoutError:
                status, headers, body, failure = 0, [], b"", f"It did not answer within {SECONDS:g} seconds."
            except Refused as refused:
                raise EndpointFailed("endpoint", str(refused)) from None
            except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as error:
                status, headers, body = 0, [], b""
                failure = failure_of(error).replace("The receiver", "It").replace("the receiver", "it")
            if status in NOT_TAKEN and (simpler := dialect.without(body[:4_000].decode("utf-8", "replace"))):
                if self.dialect == dialect:
                    self.dialect = simpler
                continue
            if status == 200:
                found = _read(body, question)
                if found is not None:
                    return replace(found, ms=round(1000 * (time.monotonic() - began)))
                failure = "It answered something else than a chat completion."
            elif status:
                failure = f"It answered with the status {status}."
                if status in WRONG_KEY:
                    raise EndpointFailed("key", f"{failure} Look at the key and what it is allowed to do.")
                if status not in PASSING:
                    raise EndpointFailed("endpoint", f"{failure} Look at the address and the name of the model.")
            tries += 1
            if tries < TRIES:
                asked = min(asked_to_wait(headers), LONGEST_PAUSE)
                await asyncio.sleep(max(asked, pause * random.uniform(0.8, 1.2)))
                pause = min(2 * pause, LONGEST_PAUSE)
        raise EndpointFailed("endpoint", f"{failure} It was tried {TRIES} times.")

    async def _post(self, body: bytes) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        sent = {**self._headers, "content-length": str(len(body))}
        async with self._pool.stream("POST", self._target, headers=list(sent.items()), content=body) as answer:
            parts, read = [], 0
            async for chunk in answer.aiter_stream():
                parts.append(chunk)
                read += len(chunk)
                if read > MOST_READ:
                    break
            return answer.status, answer.headers, b"".join(parts)


def _read(body: bytes, question: Question) -> Replied | None:
    """None: this is no chat completion."""
    if len(body) > MOST_READ:
        return Replied(Reply(None, too_large=True), question.about_tokens + question.max_tokens, 0)
    try:
        said = orjson.loads(body)
        choice = said["choices"][0]
        message = choice["message"]
        content, finish = message.get("content"), choice.get("finish_reason")
        usage = said.get("usage") or {}
        counted = usage.get("total_tokens")
    except (orjson.JSONDecodeError, KeyError, IndexError, TypeError, AttributeError):
        return None
    if not (content is None or isinstance(content, str)):
        return None
    tokens = question.about_tokens + len(content or "") // 4 + 1
    if isinstance(counted, int) and not isinstance(counted, bool) and 0 < counted < 10**9:
        tokens = counted
    reply = Reply(
        None if content is None else content[: MOST + 1],
        refused=bool(message.get("refusal")),
        finish=finish if isinstance(finish, str) else None,
    )
    return Replied(reply, tokens, 0)
