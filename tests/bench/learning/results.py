"""What was measured, one JSON line a run: appended as soon as it is there, so an aborted benchmark goes on."""

import contextlib
import hashlib
import json
from pathlib import Path
from typing import Any

import labeler.learning

Key = tuple[Any, ...]

NAMED = ("part", "set", "contender", "seed", "cap", "pace")


def code_version() -> str:
    """Eight hex digits of the learning code: figures of different code are told apart."""
    folder = Path(labeler.learning.__file__).parent
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:8]


class Results:
    """Records by what they are of; a later one replaces an earlier one."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.code = code_version()
        self._records: dict[Key, dict[str, Any]] = {}
        if file.exists():
            for line in file.read_text(encoding="utf-8").splitlines():
                with contextlib.suppress(json.JSONDecodeError):  # an aborted run may have left half a line
                    record = json.loads(line)
                    self._records[_key(record)] = record

    def has(self, **named: Any) -> bool:
        """Whether this run is done with the code as it is; one that failed is tried again."""
        record = self._records.get(_key(named))
        return record is not None and record["failed"] is None and record["code"] == self.code

    def add(self, record: dict[str, Any]) -> None:
        record = {**record, "code": self.code}
        self._records[_key(record)] = record
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with open(self._file, "a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")

    def of(self, part: str, cap: int | None = None, pace: str | None = None) -> list[dict[str, Any]]:
        """Records of a part, up to so many labels at this pace, in the order of their first appearance."""
        wanted = (part, cap, pace)
        return [one for one in self._records.values() if (one["part"], one.get("cap"), one.get("pace")) == wanted]


def _key(record: dict[str, Any]) -> Key:
    return tuple(record.get(name) for name in NAMED)
