"""One POST to a receiver: to an address that was looked at, within a time, reading little of the answer.

The name is resolved once, in the step that connects, and the connection goes to the very address that was looked at:
there is no second look-up that could say something else (DNS rebinding). TLS is verified with the name in the URL.
httpcore rather than httpx, since it has this step as an interface, and neither follows redirects nor reads proxies
from the environment.
"""

import asyncio
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import certifi
import httpcore

from labeler.webhooks.addresses import Allowed, Refused, look_at, read_url

SECONDS = 15.0
MOST_READ = 16_384  # bytes of an answer; the rest is nobody's
GONE = 410
NEXT_SECONDS = 3.0  # until a host's next address is tried
RESOLVING = 32  # names at the same time: one that nobody answers for takes long


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended. error: a sentence, None where the receiver took it. wait: seconds that it asks for."""

    status: int | None
    error: str | None
    duration_ms: int
    wait: float = 0.0

    @property
    def is_gone(self) -> bool:
        return self.status == GONE


class Guarded(httpcore.AsyncNetworkBackend):
    """Connections to allowed addresses, and to no others."""

    def __init__(self, allowed: Allowed) -> None:
        self.allowed = allowed
        self._inner = httpcore.AnyIOBackend()
        self._resolvers = ThreadPoolExecutor(RESOLVING, "resolve")

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        given = (host, port, socket.AF_UNSPEC, socket.SOCK_STREAM)
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._resolvers, socket.getaddrinfo, *given)
        except (OSError, UnicodeError):
            raise Refused("The name of the host was not found.") from None
        *others, last = look_at(host, [str(one[4][0]) for one in found], self.allowed)
        for address in others:
            try:
                return await self._inner.connect_tcp(address, port, NEXT_SECONDS, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue  # a host with an IPv6 address, called from where there is no IPv6
        return await self._inner.connect_tcp(last, port, timeout, local_address, socket_options)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.AsyncNetworkStream:
        raise Refused("Webhooks go to hosts.")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def close(self) -> None:
        self._resolvers.shutdown(wait=False, cancel_futures=True)


class Transport:
    """Connections to receivers, kept for a while."""

    def __init__(self, allowed: Allowed, connections: int) -> None:
        self.allowed = allowed
        self._network = Guarded(allowed)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls(),
            max_connections=connections,
            keepalive_expiry=20.0,
            network_backend=self._network,
        )

    async def close(self) -> None:
        await self._pool.aclose()
        self._network.close()

    async def post(self, url: str, headers: Mapping[str, str], body: bytes, seconds: float = SECONDS) -> Outcome:
        started = time.monotonic()
        status, error, wait = None, None, 0.0
        try:
            async with asyncio.timeout(seconds):
                status, wait = await self._post(url, headers, body)
            error = _refusal(status)
        except TimeoutError:
            error = f"The receiver did not answer within {seconds:g} seconds."
        except Refused as refused:
            error = str(refused)
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as failure:
            error = failure_of(failure)
        return Outcome(status, error, round(1000 * (time.monotonic() - started)), wait)

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, float]:
        parsed = read_url(url, self.allowed)
        target = httpcore.URL(
            scheme=parsed.raw_scheme, host=parsed.raw_host, port=parsed.port, target=parsed.raw_path or b"/"
        )
        sent = {"host": parsed.netloc.decode(), "content-length": str(len(body)), **headers}
        async with self._pool.stream("POST", target, headers=list(sent.items()), content=body) as answer:
            read = 0
            async for chunk in answer.aiter_stream():
                read += len(chunk)
                if read > MOST_READ:
                    break
            return answer.status, asked_to_wait(answer.headers)


def tls() -> ssl.SSLContext:
    """The system's authorities (SSL_CERT_FILE adds to them), and those that come with certifi."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _refusal(status: int) -> str | None:
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return f"The receiver answered {status}: redirects are not followed."
    return f"The receiver answered {status}."


def failure_of(failure: BaseException) -> str:
    cause: BaseException | None = failure
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "The receiver's certificate could not be verified."
        cause = cause.__cause__ or cause.__context__
    if isinstance(failure, httpcore.ConnectError):
        return "The receiver could not be connected to."
    return "The connection ended before the receiver answered."


def asked_to_wait(headers: Iterable[tuple[bytes, bytes]]) -> float:
    """Seconds of `Retry-After`; a date in it is not worth reading."""
    given = next((value for name, value in headers if name.lower() == b"retry-after"), b"")
    return float(given) if given.isdigit() and len(given) < 10 else 0.0
