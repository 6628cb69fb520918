"""A project whose items two people have labeled, and a campaign to begin."""

from collections.abc import Callable
from typing import Any

import pytest

from labeler.client import Project
from labeler.wire.campaigns import CampaignDetail

KINDS = ("campaigns.start",)


@pytest.fixture
def labeled(project: Project, labelers: list[Project], add_texts: Callable[..., Any]) -> list[Project]:
    """Eight items: m0 to m3 are one labeler's, m4 to m7 the other's; spam and ham by turns. Returns the labelers."""
    add_texts(8)
    for number in range(8):
        labelers[number // 4].label(f"m{number}", ["spam", "ham"][number % 2], elapsed_ms=4_000)
    return labelers


@pytest.fixture
def begin(service: Any, project: Project) -> Callable[..., CampaignDetail]:
    """Start a campaign, and let its job write what it asks."""

    def run(**asked: Any) -> CampaignDetail:
        started = project.campaigns.start("Again", **asked)
        assert started.state == "starting"
        service.run_jobs(kinds=KINDS)
        return project.campaigns.get(started.id)

    return run
