"""Whether an id token is good: signed by the provider, for this service, for this log-in, and not too old.

Authlib is imported here, which takes its time: this runs in a thread (`asyncio.to_thread`).
"""

from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key
from joserfc.jws import extract_compact

from labeler.oidc.refusals import NoKey, NotGood

LEEWAY_SECONDS = 60
# Keys that only the provider has: with a shared one, who knows the client secret could sign.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]
ASYMMETRIC = ("RSA", "EC", "OKP")


def verified_claims(
    token: str, keys: list[dict[str, Any]], issuer: str, client_id: str, nonce: str, access_token: str
) -> dict[str, Any]:
    """The claims of an id token. Raises `NotGood`."""
    signed = _signed(token, keys)
    try:
        claims = CodeIDToken(
            signed.claims,
            signed.header,
            {
                "iss": {"essential": True, "value": issuer},
                "sub": {"essential": True},
                "aud": {"essential": True, "value": client_id},
            },
            {"nonce": nonce, "client_id": client_id, "access_token": access_token},
        )
        claims.validate(leeway=LEEWAY_SECONDS)
    except (JoseError, TypeError, ValueError) as error:
        raise NotGood(f"{type(error).__name__}: {error}") from error
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise NotGood("its subject is no text of at most 255 characters")
    return dict(claims)


def _signed(token: str, keys: list[dict[str, Any]]) -> jwt.Token:
    try:
        header = extract_compact(token.encode()).headers()
    except (JoseError, ValueError) as error:
        raise NotGood(f"it is no signed token: {error}") from error
    if header.get("alg") not in ALGORITHMS:
        raise NotGood(f"it is signed with {header.get('alg')!r}")
    kid = header.get("kid")
    for key in keys:
        if key.get("kty") in ASYMMETRIC and kid in (None, key.get("kid")) and (usable := _key(key)) is not None:
            try:
                return jwt.decode(token, usable, algorithms=ALGORITHMS)
            except (JoseError, ValueError):
                continue
    raise NoKey(f"no key of the provider fits its signature (key {kid!r})")


def _key(key: dict[str, Any]) -> Key | None:
    """None for one that this library can't read: a provider may have others besides."""
    try:
        return JWKRegistry.import_key(key)
    except (JoseError, ValueError, TypeError):
        return None
