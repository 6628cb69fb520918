"""What a module of the command line has for a terminal is there."""

import importlib
import pkgutil

import pytest
import typer

from labeler import commands
from labeler.cli import app

MODULES = [one.name for one in pkgutil.iter_modules(commands.__path__)]


def offered(by: typer.Typer) -> set[str]:
    return set(typer.main.get_group(by).commands)


@pytest.mark.parametrize("name", MODULES)
def test_the_verbs_of_each_module_are_there(name: str) -> None:
    module = importlib.import_module(f"labeler.commands.{name}")
    if not hasattr(module, "register"):
        return
    alone = typer.Typer()
    module.register(alone)
    assert offered(alone) <= offered(app)
