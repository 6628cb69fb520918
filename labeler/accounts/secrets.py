"""Passwords (argon2id) and random tokens. Only hashes are stored.

A hash costs a tenth of a second of processor and 64 MB on purpose. So passwords are looked at one at a time, by a
thread that gives way to all others and rests between two as long as one took, and only so many may wait: a flood of
log-ins stops nobody who labels (G29).
"""

import asyncio
import hashlib
import os
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from labeler.kit.errors import Invalid, TooManyRequests

T = TypeVar("T")
MIN_PASSWORD = 10
MAX_PASSWORD = 1000
JUDGED = 72  # characters that zxcvbn looks at
WEAK = 2  # of zxcvbn's scores 0 to 4: fewer than a million guesses are below it
GIVE_WAY = 10  # to labelers (0), and not to jobs (LABELER_JOB_NICENESS): people who log in wait for it
LONGEST_REST = 1.0
MOST_WAITING = 32
_hasher = PasswordHasher()


@cache
def _nobody() -> str:
    """Checked against when there is no such account, so that the answer takes as long as for a real one."""
    return _hasher.hash(secrets.token_hex(16))


def new_token(prefix: str) -> str:
    """A random credential of 256 bits, with a prefix that secret scanners can recognize."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def digest(token: str) -> str:
    """What is stored of a token: it is random, so a plain SHA-256 can't be guessed back."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def refuse_weak(password: str, about: list[str]) -> None:
    """Raises `Invalid` for a password that is too short, too long, or among the first that are tried: common ones, and
    what can be known `about` their owner (zxcvbn, Wheeler 2016)."""
    if len(password) < MIN_PASSWORD:
        raise Invalid(
            f"The password is too short: use at least {MIN_PASSWORD} characters.",
            errors=[{"pointer": "/password", "detail": f"at least {MIN_PASSWORD} characters"}],
        )
    if len(password) > MAX_PASSWORD:
        raise Invalid(
            "The password is too long.",
            errors=[{"pointer": "/password", "detail": f"at most {MAX_PASSWORD} characters"}],
        )
    from zxcvbn import zxcvbn  # its lists take ten megabytes: only where somebody chooses a password

    words = [word for said in about for word in {said, *said.replace("@", " ").split()} if word]
    if zxcvbn(password[:JUDGED], user_inputs=words)["score"] < WEAK:
        raise Invalid(
            "This password is easy to guess: it is a common one, or close to one. Several words that don't belong "
            "together are better.",
            errors=[{"pointer": "/password", "detail": "easy to guess"}],
        )


def hash_password(password: str, about: list[str]) -> str:
    """The hash to store. Raises `Invalid` for a weak password (`refuse_weak`)."""
    refuse_weak(password, about)
    return _hasher.hash(password)


def password_matches(password: str, stored: str | None) -> bool:
    """Takes the time of one hash whether or not there is one to compare with."""
    try:
        return _hasher.verify(stored or _nobody(), password[:MAX_PASSWORD]) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def _give_way() -> None:
    if hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), GIVE_WAY)


_hashing = ThreadPoolExecutor(1, "passwords", initializer=_give_way)
_waiting = 0
_rested_at = 0.0


def _after_a_rest(function: Callable[..., T], *args: Any) -> T:
    """Only the thread that hashes runs this."""
    global _rested_at
    time.sleep(max(_rested_at - time.monotonic(), 0.0))
    started = time.monotonic()
    try:
        return function(*args)
    finally:
        ended = time.monotonic()
        _rested_at = ended + min(ended - started, LONGEST_REST)


async def apart(function: Callable[..., T], *args: Any) -> T:
    """Run a function that hashes, in its turn. Raises `TooManyRequests` where too many wait."""
    global _waiting
    if _waiting >= MOST_WAITING:
        raise TooManyRequests("Many people log in at this moment. Try again in a few seconds.", retry_after=5)
    _waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_hashing, _after_a_rest, function, *args)
    finally:
        _waiting -= 1
