"""Learning problems: how answers of one kind are encoded, learned, predicted, selected for and judged.

One class a file, found by being here, or through an entry point `labeler.problems`.
"""

from labeler.learning.problems.base import Problem, Targets, find, problem, registry

__all__ = ["Problem", "Targets", "find", "problem", "registry"]
