"""A document by URL: over https from hosts that the operator names, its address looked at before each connection (G16).

Redirects are followed a few times, and each goes through the same look. Nothing is sent but the request itself.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message

import httpcore

from labeler.lean import without
from labeler.webhooks.addresses import Refused
from labeler.webhooks.hosts import allowed_by, url_at
from labeler.webhooks.transport import Guarded, failure_of, tls

with without("httpx._main"):  # its command line, with rich and click
    import httpx

SECONDS = 30.0
REDIRECTS = 3
CONNECTIONS = 8
MOVED = {301, 302, 303, 307, 308}
GONE = {404, 410}
ASKED = {"user-agent": "labeler", "accept": "text/*, application/json", "accept-encoding": "identity"}


class NotFetched(Exception):
    """The document could not be had; the text says why. is_gone: its host says that there is none."""

    def __init__(self, why: str, is_gone: bool = False) -> None:
        super().__init__(why)
        self.is_gone = is_gone


@dataclass(frozen=True)
class Document:
    """What was there. kind: of content, such as text/plain; charset: that its host names."""

    body: bytes
    kind: str
    charset: str | None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


class Fetcher:
    """Connections to the hosts of a setting. most: bytes of a document."""

    def __init__(self, setting: str, most: int) -> None:
        self.setting = setting
        self.most = most
        self._network = Guarded(allowed_by(setting))
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls(), max_connections=CONNECTIONS, network_backend=self._network
        )

    async def close(self) -> None:
        await self._pool.aclose()
        self._network.close()

    async def fetch(self, url: str) -> Document:
        """Raises `NotFetched`."""
        try:
            async with asyncio.timeout(SECONDS):
                return await self._follow(url)
        except TimeoutError:
            raise NotFetched(f"The host did not answer within {SECONDS:g} seconds.") from None
        except Refused as refused:
            raise NotFetched(str(refused)) from None
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as failure:
            raise NotFetched(failure_of(failure).replace("receiver", "host")) from None
        except (httpx.InvalidURL, ValueError):
            raise NotFetched("It leads to an address that can't be read.") from None

    async def _follow(self, url: str) -> Document:
        for _ in range(1 + REDIRECTS):
            parsed = url_at(url, self.setting)
            found = await self._get(parsed)
            if isinstance(found, Document):
                return found
            url = str(parsed.join(found))
        raise NotFetched("It leads from one address to the next, too often.")

    async def _get(self, parsed: httpx.URL) -> Document | str:
        """The document, or where it is instead."""
        target = httpcore.URL(
            scheme=parsed.raw_scheme, host=parsed.raw_host, port=parsed.port, target=parsed.raw_path or b"/"
        )
        headers = {"host": parsed.netloc.decode(), **ASKED}
        async with self._pool.stream("GET", target, headers=list(headers.items())) as answer:
            told = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
            if answer.status in MOVED and told.get("location"):
                return told["location"]
            if not 200 <= answer.status < 300:
                raise NotFetched(f"The host answered {answer.status}.", answer.status in GONE)
            if told.get("content-encoding", "identity") != "identity":
                raise NotFetched("The host sends it packed, though it was asked not to.")
            parts, size = [], 0
            async for chunk in answer.aiter_stream():
                size += len(chunk)
                if size > self.most:
                    raise NotFetched(f"It is larger than {self.most:,} bytes.")
                parts.append(chunk)
        return Document(b"".join(parts), *_kind(told))


def _kind(told: Mapping[str, str]) -> tuple[str, str | None]:
    parsed = Message()
    parsed["content-type"] = told.get("content-type", "application/octet-stream")
    return parsed.get_content_type(), parsed.get_content_charset()
