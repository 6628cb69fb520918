"""Heuristics: rules that say one value where they match and nothing elsewhere; and what their votes come to."""

from labeler.learning.heuristics.registry import Condition, Kind, compiled, find, heuristic, registered
from labeler.learning.heuristics.seen import Seen

__all__ = ["Condition", "Kind", "Seen", "compiled", "find", "heuristic", "registered"]
