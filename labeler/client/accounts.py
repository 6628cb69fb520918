"""Accounts, API tokens, and who is a member of a project."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from labeler.client.connection import Connection
from labeler.wire.accounts import InvitationUrl, InvitedUser, NewToken, TokenOut, UserOut
from labeler.wire.projects import ManagerOut, MemberOut


class Users:
    """The accounts of a service; for administrators."""

    def __init__(self, client: Connection) -> None:
        self.client = client

    def __iter__(self) -> Iterator[UserOut]:
        return self.client.each(UserOut, "/users")

    def invite(self, email: str, name: str, role: str = "labeler") -> InvitedUser:
        """Make an account; `invitation_url` lets its owner set a password, once."""
        body = {"email": email, "name": name, "role": role}
        return self.client.send(InvitedUser, "POST", "/users", json=body)

    def invite_again(self, user_id: int) -> str:
        """A new link for an account, also for a forgotten password; earlier ones stop working."""
        return self.client.send(InvitationUrl, "POST", f"/users/{user_id}/invitation").invitation_url

    def unlink(self, user_id: int) -> UserOut:
        """Unlink it from its identity at the provider: its sessions and tokens end, the next may have it."""
        return self.client.send(UserOut, "DELETE", f"/users/{user_id}/identity")

    def change(
        self, user_id: int, *, name: str | None = None, role: str | None = None, active: bool | None = None
    ) -> UserOut:
        """Change what is given; an account that is not active can't log in."""
        given = {"name": name, "role": role, "active": active}
        body = {field: value for field, value in given.items() if value is not None}
        return self.client.send(UserOut, "PATCH", f"/users/{user_id}", json=body)


class Tokens:
    """One's API tokens; everybody's for an administrator."""

    def __init__(self, client: Connection) -> None:
        self.client = client

    def __iter__(self) -> Iterator[TokenOut]:
        return self.client.each(TokenOut, "/tokens")

    def create(
        self,
        name: str,
        scopes: Sequence[str],
        *,
        project: int | str | None = None,
        user_id: int | None = None,
        expires_at: datetime | None = None,
        program: bool = False,
    ) -> NewToken:
        """A token, shown this once. project: the only one it is good for (id or slug). program: whether a program
        labels with it, whose labels are of the kind `import`, or its owner."""
        until = None if expires_at is None else expires_at.isoformat()
        body = {
            "name": name,
            "scopes": list(scopes),
            "project_id": project,
            "user_id": user_id,
            "expires_at": until,
            "program": program,
        }
        return self.client.send(NewToken, "POST", "/tokens", json=body)

    def revoke(self, token_id: int) -> None:
        self.client.delete(f"/tokens/{token_id}")


class Members:
    """Who labels, reads or manages a project."""

    def __init__(self, client: Connection, path: str) -> None:
        self.client = client
        self.path = f"{path}/members"
        self._managers = f"{path}/managers"

    def __iter__(self) -> Iterator[MemberOut]:
        return self.client.each(MemberOut, self.path)

    def managers(self) -> list[str]:
        """The names of those who manage the project."""
        return [one.name for one in self.client.each(ManagerOut, self._managers)]

    def add(self, email: str, role: str = "labeler") -> MemberOut:
        """Let an account into the project, or change its role there."""
        return self.client.send(MemberOut, "POST", self.path, json={"email": email, "role": role})

    def remove(self, user_id: int) -> None:
        """Their labels stay."""
        self.client.delete(f"{self.path}/{user_id}")
