"""Accounts and tokens."""

from typing import Annotated

import typer

from labeler.commands.context import answer, service

users = typer.Typer(no_args_is_help=True, help="Accounts.")
tokens = typer.Typer(no_args_is_help=True, help="API tokens for pipelines.")


@users.command("create")
def create_user(
    email: str,
    role: Annotated[str, typer.Option(help="admin, manager, labeler or reader.")] = "labeler",
    name: Annotated[str, typer.Option(help="Shown to others; default: the part before the @.")] = "",
) -> None:
    """Invite a person: prints the link through which they set their own password, once."""
    with service() as client:
        made = client.users.invite(email, name or email.split("@")[0], role)
    answer(made, f"{made.email} is invited. Send this link, it works once: {made.invitation_url}")


@tokens.command("create")
def create_token(
    email: str,
    scope: Annotated[list[str], typer.Option(help="read, label, write, manage, admin or *; may be repeated.")],
    project: Annotated[str | None, typer.Option(help="Good for this project only.")] = None,
    name: Annotated[str, typer.Option(help="What it is for.")] = "command line",
    program: Annotated[
        bool, typer.Option("--program", help="A program labels with it: its labels are imports, not its owner's.")
    ] = False,
) -> None:
    """Make an API token for an account; it is shown this once."""
    with service() as client:
        owner = next((user for user in client.users if user.email == email.lower()), None)
        if owner is None:
            raise typer.BadParameter(f"there is no account {email}")
        made = client.tokens.create(name, scope, project=project, user_id=owner.id, program=program)
    answer(made, made.token)


def register(app: typer.Typer) -> None:
    app.add_typer(users, name="users")
    app.add_typer(tokens, name="tokens")
