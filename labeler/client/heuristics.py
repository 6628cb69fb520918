"""Heuristics of a project: rules that say a value where they match."""

from collections.abc import Iterator
from typing import Any

from labeler.client.connection import Connection
from labeler.wire.heuristics import HeuristicOut, HeuristicPage, HeuristicSuggestions, HeuristicTried, TogetherOut


class Heuristics:
    """Those of a project, oldest first; changed by its managers."""

    def __init__(self, client: Connection, path: str) -> None:
        self.client = client
        self.path = f"{path}/heuristics"

    def __iter__(self) -> Iterator[HeuristicOut]:
        return iter(self.all().items)

    def all(self) -> HeuristicPage:
        """Every rule, and what they come to together."""
        return self.client.fetch(HeuristicPage, self.path)

    @property
    def together(self) -> TogetherOut:
        return self.all().together

    def create(self, name: str, kind: str, value: Any, **condition: Any) -> HeuristicOut:
        """Keep a rule. condition: `pattern`, `expression`, `field` and `op`, as its kind takes them;
        `active=False` keeps it off."""
        body = {"name": name, "kind": kind, "value": value, **condition}
        return self.client.send(HeuristicOut, "POST", self.path, json=body)

    def attempt(self, kind: str, value: Any = None, **condition: Any) -> HeuristicTried:
        """What a rule would do, with examples; nothing is kept."""
        body = {"kind": kind, "value": value, **condition}
        return self.client.send(HeuristicTried, "POST", f"{self.path}/try", json=body)

    def change(self, heuristic_id: int, **changes: Any) -> HeuristicOut:
        """Change what is given: name, pattern, expression, field, op, value, active, or use (`suggest`, or `count`:
        towards answers, if what people labeled says that it is right often enough)."""
        return self.client.send(HeuristicOut, "PATCH", f"{self.path}/{heuristic_id}", json=changes)

    def delete(self, heuristic_id: int) -> None:
        self.client.delete(f"{self.path}/{heuristic_id}")

    def suggestions(self) -> HeuristicSuggestions:
        """Keywords that tell a label from others, by what people answered."""
        return self.client.fetch(HeuristicSuggestions, f"{self.path}/suggestions")
