"""What comes in and goes out about accounts."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, Field, StringConstraints

from labeler.wire.base import In

Role = Literal["admin", "manager", "labeler", "reader"]
Scope = Literal["read", "label", "write", "manage", "admin", "*"]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s\x00]+@[^@\s\x00]+$", max_length=254, to_lower=True)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Secret = Annotated[str, Field(max_length=1000, json_schema_extra={"format": "password"})]


class LogIn(In):
    email: Annotated[str, Field(max_length=254, examples=["ada@example.org"])]
    password: Secret


class AcceptInvitation(In):
    token: Secret
    password: Secret
    name: Name | None = None


class CheckInvitation(In):
    token: Secret


class ChangePassword(In):
    current: Secret
    new: Secret


class UserIn(In):
    email: Email = Field(examples=["ada@example.org"])
    name: Name = Field(examples=["Ada"])
    role: Role = "labeler"


class UserChange(In):
    name: Name | None = None
    role: Role | None = None
    active: bool | None = None


class MeChange(In):
    """What people change about themselves; the rest is for administrators."""

    name: Name


class SessionOut(BaseModel):
    """A browser in which somebody is logged in. current: the one that asks; browser: its name and its system, as far as
    they are known."""

    id: str
    current: bool
    browser: str = ""
    created_at: datetime
    expires_at: datetime


class UserOut(BaseModel):
    id: int
    email: str
    name: str
    role: str
    kind: str
    active: bool
    has_password: bool = Field(description="Whether a password was set, through an invitation.")
    has_identity: bool = Field(False, description="Whether its owner has logged in through the provider.")
    invited_until: datetime | None = Field(None, description="How long the invitation that was not used yet is good.")
    created_at: datetime


class InvitedUser(UserOut):
    shown_once: ClassVar[tuple[str, ...]] = ("invitation_url",)
    invitation_url: str


class InvitationUrl(BaseModel):
    shown_once: ClassVar[tuple[str, ...]] = ("invitation_url",)
    invitation_url: str


class Invitee(BaseModel):
    email: str
    name: str
    role: str = Field(description="What the account may do in the whole service.")
    again: bool = Field(description="Whether the account has a password already, which the new one replaces.")
    password: bool = Field(True, description="Whether a password can be set; else the provider lets in.")


class TokenIn(In):
    name: Name = Field(examples=["nightly import"])
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=6, examples=[["read", "label"]])]
    project_id: int | str | None = Field(None, description="Good for this project only (id or slug).")
    expires_at: datetime | None = None
    user_id: int | None = Field(None, ge=1, lt=2**62, description="For another account; administrators only.")
    program: bool = Field(
        False,
        description="Whether a program gives the labels that are sent with it: they are of the kind `import` then, and "
        "nobody is trained. Else its owner gives them. What a program's token makes is a program's, too.",
    )


class TokenOut(BaseModel):
    id: int
    name: str
    scopes: list[str]
    project_id: int | None
    prefix: str
    user_id: int
    user_name: str
    program: bool = Field(False, description="Whether a program gives the labels that are sent with it.")
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class NewToken(TokenOut):
    shown_once: ClassVar[tuple[str, ...]] = ("token",)
    token: str = Field(description="Shown this once.")


class Opened(BaseModel):
    """A session that was opened: its cookie came along."""

    user: UserOut
    csrf_token: str | None
    scopes: list[str] | None = None


class WaysIn(BaseModel):
    """How people log in here."""

    password: bool
    provider: str | None = Field(description="Name of the OpenID Connect provider; null: there is none.")


class BeginLogIn(In):
    back: Annotated[str, Field(max_length=2000, description="The page to come back to: a path of this service.")] = "/"
    invitation: Secret | None = Field(None, description="The token of an invitation that is to be accepted.")


class Onward(BaseModel):
    """Where the browser goes next; null: nowhere."""

    url: str | None


class Me(BaseModel):
    user: UserOut
    projects: list[dict[str, Any]]
    csrf_token: str | None
    scopes: list[str] | None


class AuditOut(BaseModel):
    id: int
    at: datetime
    actor_id: int | None
    actor: str
    address: str
    action: str
    project_id: int | None
    target: str
    detail: dict[str, Any]
