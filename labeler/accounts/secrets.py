"""Passwords (argon2id) and random tokens. Only hashes are stored."""

import hashlib
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from labeler.kit.errors import Invalid

MIN_PASSWORD = 10
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


def hash_password(password: str) -> str:
    if len(password) < MIN_PASSWORD:
        raise Invalid(
            f"The password is too short: use at least {MIN_PASSWORD} characters.",
            errors=[{"pointer": "/password", "detail": f"at least {MIN_PASSWORD} characters"}],
        )
    if len(password) > 1000:
        raise Invalid(
            "The password is too long.", errors=[{"pointer": "/password", "detail": "at most 1000 characters"}]
        )
    return _hasher.hash(password)


def password_matches(password: str, stored: str | None) -> bool:
    try:
        return _hasher.verify(stored or _nobody(), password[:1000]) and stored is not None
    except (VerificationError, InvalidHashError):
        return False
