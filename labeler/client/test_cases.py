"""Test cases of a project: items with the answer that a model must give."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from labeler.client.connection import Connection
from labeler.wire.test_cases import CaseDetail, CaseOut


class TestCases:
    """The test cases, by name. How a model did on them is in its `test_cases`."""

    __test__ = False

    def __init__(self, client: Connection, path: str) -> None:
        self.client = client
        self.path = f"{path}/test-cases"

    def __iter__(self) -> Iterator[CaseOut]:
        return iter(self.client.page(CaseOut, self.path).items)

    def having(self, key: str) -> list[CaseOut]:
        """Those that an item is in."""
        return self.client.page(CaseOut, self.path, item_key=key).items

    def get(self, case_id: int) -> CaseDetail:
        """One, with its items."""
        return self.client.fetch(CaseDetail, f"{self.path}/{case_id}")

    def create(
        self, name: str, expected: Mapping[str, Any], *, must_pass: bool = True, min_share: float = 1.0
    ) -> CaseDetail:
        """expected: key to the answer that a model must give. must_pass: whether a model that is not known to pass is
        kept from going live. min_share: of its items, the share that must be right; 1: all."""
        body = {"name": name, "items": _items(expected), "must_pass": must_pass, "min_share": min_share}
        return self.client.send(CaseDetail, "POST", self.path, json=body)

    def change(self, case_id: int, **parts: Any) -> CaseDetail:
        """parts: name, must_pass, min_share."""
        return self.client.send(CaseDetail, "PATCH", f"{self.path}/{case_id}", json=parts)

    def remove(self, case_id: int) -> None:
        """Its items may be trained on again."""
        self.client.delete(f"{self.path}/{case_id}")

    def set_items(self, case_id: int, expected: Mapping[str, Any]) -> CaseDetail:
        """Add items; of those that are there the expected answer is another one from now on."""
        return self.client.send(CaseDetail, "POST", f"{self.path}/{case_id}/items", json={"items": _items(expected)})

    def drop_items(self, case_id: int, keys: Sequence[str]) -> CaseDetail:
        """Take items out, also those that are in the project no more."""
        body = {"item_keys": list(keys)}
        return self.client.send(CaseDetail, "POST", f"{self.path}/{case_id}/items/remove", json=body)


def _items(expected: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"item_key": key, "value": value} for key, value in expected.items()]
