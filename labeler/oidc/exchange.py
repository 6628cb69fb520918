"""What the provider is asked when somebody comes back from it: who that is."""

import asyncio
from collections.abc import Mapping
from typing import Any

from labeler.kit import telemetry
from labeler.kit.config import Settings
from labeler.oidc.cookie import redirect_uri
from labeler.oidc.person import Person, lacks, person_of
from labeler.oidc.provider import Provider, ProviderFailed, log_failure
from labeler.oidc.refusals import NoKey, NotGood, NotReadable, Refused

ALL_SECONDS = 10.0
"""For everything the provider is asked during one log-in."""
CANCELLED = (
    "access_denied",
    "login_required",
    "interaction_required",
    "consent_required",
    "account_selection_required",
)


async def ask(settings: Settings, provider: Provider, flow: Any, answer: Mapping[str, str]) -> tuple[Person, str]:
    """Who it is, and the id token that says so."""
    try:
        async with asyncio.timeout(ALL_SECONDS):
            claims, id_token = await _claims(settings, provider, flow, answer)
    except ProviderFailed as error:
        log_failure(error)
        raise Refused("unavailable") from error
    except TimeoutError:
        telemetry.logger().warning("the OpenID Connect provider is too slow", seconds=ALL_SECONDS)
        raise Refused("unavailable") from None
    try:
        return person_of(claims, settings), id_token
    except NotReadable:
        raise Refused("groups-unreadable", str(claims.get("email") or "")) from None


async def _claims(
    settings: Settings, provider: Provider, flow: Any, answer: Mapping[str, str]
) -> tuple[dict[str, Any], str]:
    known = await provider.metadata()
    said = answer.get("iss")
    # RFC 9207: an answer of another provider is none of this one.
    if said not in (None, provider.issuer) or (
        said is None and known.get("authorization_response_iss_parameter_supported") is True
    ):
        raise _not_good("the answer is of another issuer")
    if error := answer.get("error"):
        if error in CANCELLED:
            raise Refused("cancelled")
        telemetry.logger().warning("the OpenID Connect provider refused", reason=error[:200])
        raise Refused("unavailable")
    tokens = await provider.tokens(answer.get("code", ""), flow.verifier, redirect_uri(settings))
    id_token, access_token = tokens.get("id_token"), tokens.get("access_token")
    if not isinstance(id_token, str):
        raise _not_good(f"no id token: {str(tokens.get('error'))[:200]}")
    access_token = access_token if isinstance(access_token, str) else ""
    claims = await _verified(provider, id_token, access_token, flow.nonce)
    if lacks(claims, settings):
        more = await provider.userinfo(access_token)
        if more and more.get("sub") != claims["sub"]:
            raise _not_good("the claims are somebody else's")
        claims = {**more, **claims}
    return claims, id_token


async def _verified(provider: Provider, id_token: str, access_token: str, nonce: str) -> dict[str, Any]:
    given = (provider.issuer, provider.client_id, nonce, access_token)
    try:
        try:
            return await asyncio.to_thread(_verify, id_token, await provider.keys(), *given)
        except NoKey:
            return await asyncio.to_thread(_verify, id_token, await provider.keys(renew=True), *given)
    except NotGood as error:
        raise _not_good(str(error)) from error


def _not_good(why: str) -> Refused:
    telemetry.logger().warning("a log-in through the OpenID Connect provider was refused", reason=why)
    return Refused("invalid")


def _verify(*given: Any) -> Any:
    from labeler.oidc import id_token

    return id_token.verified_claims(*given)
