"""A language model on loopback, and a project that may ask it."""

from collections.abc import Iterator
from typing import Any

import pytest
from language_models import Model, language_model

from labeler.client import Project
from labeler.kit.config import Settings
from labeler.llm import calling


@pytest.fixture
def model() -> Iterator[Model]:
    with language_model() as found:
        yield found


@pytest.fixture
def settings(settings: Settings, model: Model) -> Settings:
    return settings.model_copy(update={"llm_allowed_hosts": f"http://{model.host}"})


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is waited for before something is tried again."""
    monkeypatch.setattr(calling, "FIRST_PAUSE", 0.0)
    monkeypatch.setattr(calling, "LONGEST_PAUSE", 0.0)


@pytest.fixture
def llm(project: Project, model: Model) -> Any:
    """A labeler that asks the model, and whose every label people are asked for, too."""
    return project.add_llm_labeler(
        "Model", model.endpoint, "small", api_key="sk-very-secret-1234", per_minute=60_000, blind_share=1.0
    )
