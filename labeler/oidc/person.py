"""Who somebody is, by what the provider says of them."""

from dataclasses import dataclass
from typing import Any

from labeler.kit.config import Settings
from labeler.oidc.refusals import NotReadable

MOST_GROUPS = 5000


@dataclass(frozen=True)
class Person:
    """email: in lower case, empty where the provider gives none. is_verified: whether it vouches for it."""

    issuer: str
    subject: str
    email: str
    is_verified: bool
    name: str
    groups: frozenset[str]

    @property
    def domain(self) -> str:
        return self.email.rpartition("@")[2]


def lacks(claims: dict[str, Any], settings: Settings) -> bool:
    """Whether there is something to ask for besides the id token."""
    wants_groups = bool(settings.oidc_group_roles or settings.oidc_groups)
    return not claims.get("email") or (wants_groups and _find(claims, settings.oidc_groups_claim) is None)


def person_of(claims: dict[str, Any], settings: Settings) -> Person:
    """Raises `NotReadable` for groups that are needed and left out."""
    email = claims.get("email")
    email = email.strip().lower() if isinstance(email, str) else ""
    if not 3 <= len(email) <= 254 or email.count("@") != 1 or not email.isprintable() or " " in email:
        email = ""
    given = claims.get("email_verified")
    # Some write it as a text. What is said counts; what is not said counts where the operator vouches for it.
    said = None if given is None else str(given).lower() == "true"
    name = claims.get("name") or claims.get("preferred_username")
    name = "".join(letter for letter in name if letter.isprintable()).strip()[:200] if isinstance(name, str) else ""
    return Person(
        issuer=settings.oidc_issuer,
        subject=claims["sub"],
        email=email,
        is_verified=bool(email) and (settings.oidc_trust_email if said is None else said),
        name=name or email.partition("@")[0],
        groups=_groups(claims, settings),
    )


def _groups(claims: dict[str, Any], settings: Settings) -> frozenset[str]:
    found = _find(claims, settings.oidc_groups_claim)
    elsewhere = claims.get("_claim_names")
    if found is None and isinstance(elsewhere, dict) and settings.oidc_groups_claim in elsewhere:
        raise NotReadable
    names = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    return frozenset(name for name in names[:MOST_GROUPS] if isinstance(name, str))


def _find(claims: dict[str, Any], name: str) -> Any:
    """A claim of this name, else where its dots lead."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found
