"""Answers and labelers of a whole project, estimated together. Computes on arrays; reads and writes nothing."""

from collections.abc import Mapping
from typing import Any

from labeler.projects.access import Project
from labeler.quality.estimates import labels, numbers, sets
from labeler.quality.estimates.base import Estimate
from labeler.quality.judgments import Given

_WAYS = {"nominal": labels.estimate, "sets": sets.estimate, "interval": numbers.estimate}


def estimate(project: Project, given: Given, gold: Mapping[int, Any]) -> Estimate:
    """gold: item id to the answer that is known of it, as the newest schema reads it."""
    return _WAYS[project.task.level](project, given, gold)
